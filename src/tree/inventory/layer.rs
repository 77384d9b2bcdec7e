//! A layer of an image, or the tar of a whole root, as a [`Layer`] (OCI Image Format, "Image Layer Filesystem
//! Changeset").
//!
//! It is read once, as a stream, without unpacking anything. Names are taken as container engines take them: a leading
//! slash, `.` and empty components mean nothing, and `..` goes back; what would leave the root is a finding and left
//! out. Of two entries with one path the later one counts. A file `.wh.NAME` says that NAME of the layers below is
//! gone, `.wh..wh..opq` that all that they have in its directory is; AUFS's own files, `.wh..wh.*`, mean nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};

use bstr::{BString, ByteSlice};
use serde::{Deserialize, Serialize};
use tar::EntryType;

use super::content::ReadDepth;
use super::streamed::read_streamed;
use super::tar_members::{Dialect, Member, each_member};
use super::{Content, Diagnostic, Entry, EntryKind, FileContent, Inventory};
use crate::support::digest::DigestReader;
use crate::support::streams::BoundedReader;
use crate::vocabulary::Sha256Digest;

/// What one layer may come to. Layers with machine learning in them have some 20 GB.
pub(super) const LIMITS: Limits =
    Limits { inflated_bytes: 64 << 30, entries: 1_000_000, held_bytes: 512 << 20 };

/// What an entry takes in memory beside its name and content, nearly.
const ENTRY_BYTES: usize = 128;

/// Linux's PATH_MAX: nothing can be unpacked under a longer name.
const MAX_PATH_BYTES: usize = 4096;

/// How the names of whiteouts begin.
pub(super) const WHITEOUT: &[u8] = b".wh.";

/// How the names of AUFS's own files begin, and that of the one that layers have from it.
pub(super) const WHITEOUT_META: &[u8] = b".wh..wh.";
pub(super) const OPAQUE: &[u8] = b".wh..wh..opq";

/// What a layer may come to.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    pub(super) inflated_bytes: u64,
    pub(super) entries: usize,
    /// Entries with their names, and what is kept of files.
    held_bytes: u64,
}

/// A layer, read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Layer {
    /// The digest of its tar, which is content and all.
    pub(super) diff_id: Sha256Digest,
    /// What it has.
    pub(super) inventory: Inventory,
    /// What it takes away from the layers below.
    pub(super) whiteouts: BTreeSet<Whiteout>,
    /// Hard links to what it does not have itself, in their order.
    pub(super) hard_links: Vec<HardLink>,
    /// What it takes in memory, nearly.
    pub(super) held_bytes: u64,
}

/// What a layer takes away.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Whiteout {
    /// The entry at this path and all below it.
    Entry(BString),
    /// All below the directory at this path.
    Below(BString),
}

impl Whiteout {
    /// The path of the file that says it, by which it has its turn among the entries.
    pub(super) fn turn(&self) -> BString {
        match self {
            Self::Entry(path) => {
                let (directory, name) = split(path);
                join(directory, &[WHITEOUT, name].concat())
            }
            Self::Below(path) => join(path, OPAQUE),
        }
    }
}

/// Another name of a file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct HardLink {
    /// The new name.
    pub(super) path: BString,
    /// The path of the file.
    pub(super) target: BString,
}

/// Reads a layer's tar to its end.
///
/// # Errors
/// When it is broken, or larger than any real one. A single entry that can't be taken is a diagnostic.
pub(super) fn read_layer(tar: impl Read) -> io::Result<Layer> {
    read_within(tar, LIMITS)
}

fn read_within(tar: impl Read, limits: Limits) -> io::Result<Layer> {
    let mut digesting = DigestReader::new(BoundedReader::new(tar, limits.inflated_bytes));
    let mut reading = Reading::new(limits);
    each_member(&mut digesting, Dialect::Layer, |member| reading.add(member))?;
    Ok(reading.finish(digesting.finish().digest))
}

/// What was read so far, by path.
struct Reading {
    limits: Limits,
    count: usize,
    held_bytes: u64,
    entries: BTreeMap<BString, EntryKind>,
    whiteouts: BTreeSet<Whiteout>,
    hard_links: Vec<HardLink>,
    diagnostics: Vec<Diagnostic>,
}

impl Reading {
    fn new(limits: Limits) -> Self {
        Self {
            limits,
            count: 0,
            held_bytes: 0,
            entries: BTreeMap::new(),
            whiteouts: BTreeSet::new(),
            hard_links: Vec::new(),
            diagnostics: Vec::new(),
        }
    }

    fn add(&mut self, member: Member<'_>) -> io::Result<()> {
        self.count += 1;
        if self.count > self.limits.entries {
            let limit = self.limits.entries;
            return Err(io::Error::other(format!("it has more than the {limit} entries allowed")));
        }
        self.hold(ENTRY_BYTES + member.path.len() + member.target.len())?;
        let path = match clean_path(&member.path) {
            Ok(path) if path.is_empty() => return Ok(()),
            Ok(path) => path,
            Err(cause) => {
                self.refuse(member.path.into(), cause);
                return Ok(());
            }
        };
        if path.split_str("/").any(|component| component.starts_with(WHITEOUT)) {
            self.add_whiteout(path);
            return Ok(());
        }
        let is_directory_by_name = member.path.ends_with(b"/");
        match member.header.entry_type() {
            EntryType::Directory => self.add_directory(path, &member)?,
            // So it was before there was a type for directories.
            EntryType::Regular if is_directory_by_name => self.add_directory(path, &member)?,
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
                let content = if member.is_sparse {
                    let cause = "a sparse file, which is not read".to_owned();
                    FileContent::new(Content::Unreadable(cause)).of_size(member.size_bytes)
                } else {
                    read_streamed(member.content, &path, member.size_bytes, ReadDepth::Audit)?
                };
                let kind = EntryKind::File(content);
                self.hold(weight_of_kind(&kind))?;
                self.put(path, kind);
            }
            EntryType::Symlink => self.put(path, EntryKind::Symlink(member.target.into())),
            EntryType::Link => self.add_hard_link(path, &member.target)?,
            EntryType::Char | EntryType::Block | EntryType::Fifo => self.put(path, EntryKind::Special),
            _ => self.refuse(path, "an entry of a type that no engine unpacks"),
        }
        Ok(())
    }

    /// Counts what stays in memory.
    fn hold(&mut self, bytes: usize) -> io::Result<()> {
        self.held_bytes = self.held_bytes.saturating_add(bytes as u64);
        let limit = self.limits.held_bytes;
        if self.held_bytes > limit {
            return Err(io::Error::other(format!(
                "its names and what its objects say come to more than the {limit} bytes allowed"
            )));
        }
        Ok(())
    }

    fn add_directory(&mut self, path: BString, member: &Member<'_>) -> io::Result<()> {
        // What lies in it stays, unless it was something else before.
        self.entries.insert(path, EntryKind::Directory(member.permissions()?));
        Ok(())
    }

    fn put(&mut self, path: BString, kind: EntryKind) {
        remove_below(&mut self.entries, &path, |_| true);
        self.entries.insert(path, kind);
    }

    /// A hard link is the file that it leads to under another name.
    fn add_hard_link(&mut self, path: BString, target: &[u8]) -> io::Result<()> {
        let target = match clean_path(target) {
            Ok(target) => target,
            Err(_) => {
                self.refuse(path, "a hard link to something outside of the root");
                return Ok(());
            }
        };
        match self.entries.get(&target) {
            Some(EntryKind::Directory(_)) => self.refuse(path, "a hard link to a directory"),
            Some(found) => {
                let (kind, bytes) = (found.clone(), weight_of_kind(found));
                self.hold(bytes)?;
                if path != target {
                    self.put(path, kind);
                }
            }
            None => {
                self.entries.remove(&path);
                self.hard_links.push(HardLink { path, target });
            }
        }
        Ok(())
    }

    fn add_whiteout(&mut self, path: BString) {
        let (directory, name) = split(&path);
        if directory.split_str("/").any(|component| component.starts_with(WHITEOUT)) {
            if !directory.split_str("/").any(|component| component.starts_with(WHITEOUT_META)) {
                self.refuse(path, "below a whiteout");
            }
            return;
        }
        let gone = name.strip_prefix(WHITEOUT).unwrap_or(name);
        if name == OPAQUE {
            self.whiteouts.insert(Whiteout::Below(directory.into()));
        } else if name.starts_with(WHITEOUT_META) {
            // AUFS's own.
        } else if matches!(gone, b"" | b"." | b"..") {
            self.refuse(path, "a whiteout of something outside of its directory");
        } else {
            self.whiteouts.insert(Whiteout::Entry(join(directory, gone)));
        }
    }

    fn refuse(&mut self, path: BString, cause: &str) {
        self.diagnostics.push(Diagnostic { path, cause: cause.to_owned() });
    }

    fn finish(self, diff_id: Sha256Digest) -> Layer {
        let entries = self.entries.into_iter().map(|(path, kind)| Entry { path, kind }).collect();
        Layer {
            diff_id,
            inventory: Inventory::new(entries, self.diagnostics),
            whiteouts: self.whiteouts,
            hard_links: self.hard_links,
            held_bytes: self.held_bytes,
        }
    }
}

/// What a content takes in memory, nearly.
fn weight(content: &Content) -> usize {
    match content {
        Content::Object(_) | Content::Text(_) => {
            postcard::experimental::serialized_size(content).unwrap_or_default()
        }
        Content::Script(text) => text.len(),
        Content::Malformed(text) | Content::Unreadable(text) => text.len(),
        Content::Short | Content::Other => 0,
    }
}

fn weight_of_kind(kind: &EntryKind) -> usize {
    match kind {
        EntryKind::File(file) => {
            let evidence = file.evidence.as_ref().map(postcard::experimental::serialized_size);
            let evidence = evidence.map_or(0, Result::unwrap_or_default);
            file.read.get().map_or(0, weight) + evidence
        }
        EntryKind::Symlink(target) => target.len(),
        EntryKind::Directory(_) | EntryKind::Special => 0,
    }
}

/// Takes out all entries below a path that `is_gone` takes; the top's path is empty.
pub(super) fn remove_below<Value>(
    entries: &mut BTreeMap<BString, Value>,
    path: &[u8],
    is_gone: impl Fn(&BString) -> bool,
) {
    let first = if path.is_empty() { BString::default() } else { join(path, b"") };
    let below = entries.range(first.clone()..).map(|(path, _)| path);
    let below = below.take_while(|path| path.starts_with(&first));
    let gone: Vec<BString> = below.filter(|path| is_gone(path)).cloned().collect();
    for path in gone {
        entries.remove(&path);
    }
}

/// A path's directory and its last component.
pub(super) fn split(path: &[u8]) -> (&[u8], &[u8]) {
    match path.rfind_byte(b'/') {
        Some(slash) => (&path[..slash], &path[slash + 1..]),
        None => (b"", path),
    }
}

/// The path of a name in a directory; the top's is empty.
pub(super) fn join(directory: &[u8], name: &[u8]) -> BString {
    if directory.is_empty() { name.into() } else { [directory, b"/", name].concat().into() }
}

/// A tar entry's path as an inventory has it; that of the top is empty.
pub(super) fn clean_path(path: &[u8]) -> Result<BString, &'static str> {
    if path.contains(&0) {
        return Err("a path with a NUL in it");
    }
    if path.len() > MAX_PATH_BYTES {
        return Err("a path that is longer than Linux takes");
    }
    let mut components = Vec::new();
    for component in path.split_str("/") {
        match component {
            b"" | b"." => {}
            b".." => {
                components.pop().ok_or("a path that leaves the root")?;
            }
            name => components.push(name),
        }
    }
    Ok(components.join(&b"/"[..]).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn append(
        builder: &mut tar::Builder<Vec<u8>>,
        kind: EntryType,
        path: &str,
        target: &str,
        content: &[u8],
    ) {
        let mut header = tar::Header::new_gnu();
        let fields = header.as_gnu_mut().expect("is GNU's");
        fields.name[..path.len()].copy_from_slice(path.as_bytes());
        fields.linkname[..target.len()].copy_from_slice(target.as_bytes());
        header.set_entry_type(kind);
        header.set_mode(0o755);
        header.set_size(content.len() as u64);
        header.set_cksum();
        builder.append(&header, content).expect("memory writes");
    }

    fn tar(members: &[(EntryType, &str, &str)]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (kind, path, target) in members {
            let content: &[u8] = if kind.is_file() { b"content" } else { b"" };
            append(&mut builder, *kind, path, target, content);
        }
        builder.into_inner().expect("memory writes")
    }

    fn read(members: &[(EntryType, &str, &str)]) -> Layer {
        read_layer(tar(members).as_slice()).expect("is read")
    }

    fn paths(layer: &Layer) -> Vec<String> {
        layer.inventory.entries().iter().map(|entry| entry.path.to_string()).collect()
    }

    fn findings(layer: &Layer) -> Vec<String> {
        let found = layer.inventory.diagnostics();
        found.iter().map(|diagnostic| format!("{}: {}", diagnostic.path, diagnostic.cause)).collect()
    }

    use EntryType::{Block, Directory, GNUSparse, Link, Regular, Symlink};

    #[test]
    fn names_are_cleaned_as_engines_do_and_none_leaves_the_root() {
        let layer = read(&[
            (Directory, "./", ""),
            (Directory, "./usr/", ""),
            (Regular, "/etc/x", ""),
            (Regular, "a/./b/../c", ""),
            (Regular, "../outside", ""),
            (Regular, "usr/../../outside", ""),
            (Regular, "directory/", ""),
            (Symlink, "link", "../../outside"),
            (Block, "dev/sda", ""),
        ]);
        assert_eq!(paths(&layer), ["a/c", "dev/sda", "directory", "etc/x", "link", "usr"]);
        let leaves = "a path that leaves the root";
        assert_eq!(
            findings(&layer),
            [format!("../outside: {leaves}"), format!("usr/../../outside: {leaves}")]
        );
        assert!(layer.inventory.get("directory").expect("is there").is_directory());
    }

    #[test]
    fn the_later_of_two_entries_counts_with_all_below_it() {
        let layer = read(&[
            (Directory, "a", ""),
            (Regular, "a/b", ""),
            (Regular, "a.c", ""),
            (Symlink, "a", "x"),
            (Regular, "d", ""),
            (Directory, "d", ""),
        ]);
        assert_eq!(paths(&layer), ["a", "a.c", "d"]);
        assert!(matches!(&layer.inventory.get("a").expect("is there").kind, EntryKind::Symlink(_)));
        assert!(layer.inventory.get("d").expect("is there").is_directory());
    }

    #[test]
    fn whiteouts_are_told_from_files_and_none_reaches_out_of_its_directory() {
        let layer = read(&[
            (Regular, "a/.wh.b", ""),
            (Regular, "c/.wh..wh..opq", ""),
            (Directory, ".wh..wh.plnk", ""),
            (Regular, ".wh..wh.plnk/1.2", ""),
            (Regular, "a/.wh...", ""),
            (Regular, "a/.wh.", ""),
            (Regular, "a/.wh.x/y", ""),
        ]);
        assert_eq!(paths(&layer), [""; 0]);
        let expected = [Whiteout::Entry("a/b".into()), Whiteout::Below("c".into())];
        assert!(layer.whiteouts.iter().eq(&expected), "{:?}", layer.whiteouts);
        let outside = "a whiteout of something outside of its directory";
        assert_eq!(
            findings(&layer),
            [
                format!("a/.wh.: {outside}"),
                format!("a/.wh...: {outside}"),
                "a/.wh.x/y: below a whiteout".into()
            ]
        );
    }

    #[test]
    fn hard_links_are_the_file_and_wait_for_the_layers_below_if_it_is_not_here() {
        let layer = read(&[
            (Regular, "a", ""),
            (Link, "b", "./a"),
            (Link, "c", "lower/x"),
            (Link, "d", "../a"),
            (Directory, "e", ""),
            (Link, "f", "e"),
        ]);
        assert_eq!(paths(&layer), ["a", "b", "e"]);
        let waiting: Vec<_> =
            layer.hard_links.iter().map(|link| (link.path.as_bstr(), link.target.as_bstr())).collect();
        assert_eq!(waiting, [(b"c".as_bstr(), b"lower/x".as_bstr())]);
        assert_eq!(
            findings(&layer),
            ["d: a hard link to something outside of the root", "f: a hard link to a directory"]
        );
    }

    #[test]
    fn a_sparse_file_is_there_but_not_read() {
        let layer = read(&[(GNUSparse, "sparse", ""), (Regular, "z", "")]);
        assert_eq!(paths(&layer), ["sparse", "z"]);
        assert_eq!(findings(&layer), ["sparse: a sparse file, which is not read"]);
    }

    #[test]
    fn each_limit_is_an_error_that_names_it() {
        let bytes = tar(&[(Regular, "a", ""), (Regular, "b", "")]);
        let said =
            |limits: Limits| read_within(bytes.as_slice(), limits).expect_err("is too much").to_string();
        assert!(said(Limits { inflated_bytes: 2000, ..LIMITS }).contains("the 2000 bytes allowed"));
        assert_eq!(said(Limits { entries: 1, ..LIMITS }), "it has more than the 1 entries allowed");
        assert!(said(Limits { held_bytes: 1, ..LIMITS }).ends_with("come to more than the 1 bytes allowed"));
    }
}
