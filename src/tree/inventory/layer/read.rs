//! Reading a layer of an image, or the tar of a whole root file system.
//!
//! It is read once, as a stream, without unpacking anything. Names are treated as container engines do: a leading slash,
//! `.` and empty components have no meaning, and `..` goes up; an entry that would leave the root is left out with a
//! diagnostic. Of two entries with the same path the later one counts. A file `.wh.NAME` removes NAME of the layers below,
//! and `.wh..wh..opq` removes everything that they have in its directory; AUFS's own files, `.wh..wh.*`, are ignored.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};

use bstr::{BString, ByteSlice};
use tar::EntryType;

use super::paths::{OPAQUE, WHITEOUT, WHITEOUT_META, clean_path, join, remove_below, split};
use super::read_layer::{HardLink, ReadLayer, Whiteout};
use crate::support::digest::DigestReader;
use crate::support::streams::BoundedReader;
use crate::tree::inventory::streamed::read_streamed;
use crate::tree::inventory::tar::{Dialect, Member, each_member};
use crate::tree::inventory::{Content, Diagnostic, Entry, EntryKind, FileContent, Inventory, ReadDepth};
use crate::vocabulary::Sha256Digest;

/// Limits of one layer. Layers with machine-learning libraries have some 20 GB.
pub(super) const LIMITS: Limits =
    Limits { decompressed_bytes: 64 << 30, entries: 1_000_000, held_bytes: 512 << 20 };

/// Estimate of the memory that an entry takes in addition to its name and content.
const ENTRY_BYTES: usize = 128;

/// Limits of a layer.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    pub(super) decompressed_bytes: u64,
    pub(super) entries: usize,
    /// Memory for entries with their names, and for the parts of files that are kept.
    held_bytes: u64,
}

/// Reads a layer's tar to its end.
///
/// # Errors
/// If it is broken, or larger than any real one. A single entry that is refused is a diagnostic.
pub(crate) fn read_layer(tar: impl Read) -> io::Result<ReadLayer> {
    read_within(tar, LIMITS)
}

fn read_within(tar: impl Read, limits: Limits) -> io::Result<ReadLayer> {
    let mut tar = DigestReader::new(BoundedReader::new(tar, limits.decompressed_bytes));
    let mut layer = LayerReader::new(limits);
    each_member(&mut tar, Dialect::Layer, |member| layer.add(member))?;
    Ok(layer.finish(tar.finish().digest))
}

/// Entries that were read so far, by path.
struct LayerReader {
    limits: Limits,
    count: usize,
    held_bytes: u64,
    entries: BTreeMap<BString, EntryKind>,
    whiteouts: BTreeSet<Whiteout>,
    hard_links: Vec<HardLink>,
    diagnostics: Vec<Diagnostic>,
}

impl LayerReader {
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
            // The form of directories before they had a type.
            EntryType::Regular if is_directory_by_name => self.add_directory(path, &member)?,
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
                let mode = member.permissions()?.mode;
                let content = if member.is_sparse {
                    let cause = "a sparse file, which is not read".to_owned();
                    FileContent::new(Content::Unreadable(cause)).with_size(member.size_bytes)
                } else {
                    read_streamed(member.content, &path, member.size_bytes, ReadDepth::Audit)?
                };
                let mut content = content;
                content.set_mode(mode);
                let kind = EntryKind::File(content);
                self.hold(kind_bytes(&kind))?;
                self.put(path, kind);
            }
            EntryType::Symlink => self.put(path, EntryKind::Symlink(member.target.into())),
            EntryType::Link => self.add_hard_link(path, &member.target)?,
            EntryType::Char | EntryType::Block | EntryType::Fifo => self.put(path, EntryKind::Special),
            _ => self.refuse(path, "an entry of a type that no container engine unpacks"),
        }
        Ok(())
    }

    /// Counts memory that the layer keeps.
    fn hold(&mut self, bytes: usize) -> io::Result<()> {
        self.held_bytes = self.held_bytes.saturating_add(bytes as u64);
        let limit = self.limits.held_bytes;
        if self.held_bytes > limit {
            return Err(io::Error::other(format!(
                "its names and the facts of its objects take more than the {limit} bytes allowed"
            )));
        }
        Ok(())
    }

    fn add_directory(&mut self, path: BString, member: &Member<'_>) -> io::Result<()> {
        // Entries below it stay; if it was something else before, there are none.
        self.entries.insert(path, EntryKind::Directory(member.permissions()?));
        Ok(())
    }

    fn put(&mut self, path: BString, kind: EntryKind) {
        remove_below(&mut self.entries, &path, |_| true);
        self.entries.insert(path, kind);
    }

    /// Adds a hard link as a copy of its target under another name.
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
                let (kind, bytes) = (found.clone(), kind_bytes(found));
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
        let removed = name.strip_prefix(WHITEOUT).unwrap_or(name);
        if name == OPAQUE {
            self.whiteouts.insert(Whiteout::Below(directory.into()));
        } else if name.starts_with(WHITEOUT_META) {
            // One of AUFS's own files.
        } else if matches!(removed, b"" | b"." | b"..") {
            self.refuse(path, "a whiteout of something outside of its directory");
        } else {
            self.whiteouts.insert(Whiteout::Entry(join(directory, removed)));
        }
    }

    fn refuse(&mut self, path: BString, cause: &str) {
        self.diagnostics.push(Diagnostic { path, cause: cause.to_owned() });
    }

    fn finish(self, diff_id: Sha256Digest) -> ReadLayer {
        let entries: Vec<Entry> = self.entries.into_iter().map(|(path, kind)| Entry { path, kind }).collect();
        let machine_needs = machine_needs(&entries);
        let modes = entries.iter().map(|entry| entry.mode().unwrap_or_default()).collect();
        ReadLayer {
            diff_id,
            modes,
            machine_needs,
            inventory: Inventory::new(entries, self.diagnostics),
            whiteouts: self.whiteouts,
            hard_links: self.hard_links,
            held_bytes: self.held_bytes,
        }
    }
}

fn machine_needs(entries: &[Entry]) -> Vec<(u32, u64, u8)> {
    let needs = entries.iter().zip(0..).filter_map(|(entry, index)| match entry.content() {
        Some(Content::Object(facts)) => Some((index, facts.load_alignment, facts.cpu_level)),
        _ => None,
    });
    needs.collect()
}

/// Estimates the memory that a content takes.
fn content_bytes(content: &Content) -> usize {
    match content {
        Content::Object(_) | Content::Text(_) => {
            postcard::experimental::serialized_size(content).unwrap_or_default()
        }
        Content::Script(text) => text.len(),
        Content::Launcher(launcher) => {
            launcher.line.len() + launcher.library_path.iter().map(|path| path.len()).sum::<usize>()
        }
        Content::Malformed(text) | Content::Unreadable(text) => text.len(),
        Content::Short | Content::Other | Content::Foreign(_) => 0,
    }
}

fn kind_bytes(kind: &EntryKind) -> usize {
    match kind {
        EntryKind::File(file) => {
            let evidence = file.evidence().map(postcard::experimental::serialized_size);
            let evidence = evidence.map_or(0, Result::unwrap_or_default);
            file.read_so_far().map_or(0, content_bytes) + evidence
        }
        EntryKind::Symlink(target) => target.len(),
        EntryKind::Directory(_) | EntryKind::Special => 0,
    }
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

    fn read(members: &[(EntryType, &str, &str)]) -> ReadLayer {
        read_layer(tar(members).as_slice()).expect("is read")
    }

    fn paths(layer: &ReadLayer) -> Vec<String> {
        layer.inventory.entries().iter().map(|entry| entry.path.to_string()).collect()
    }

    fn findings(layer: &ReadLayer) -> Vec<String> {
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
    fn a_whiteout_is_no_file_and_stays_in_its_directory() {
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
    fn a_hard_link_is_its_target_or_waits_for_the_layers_below() {
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
    fn a_sparse_file_is_listed_but_not_read() {
        let layer = read(&[(GNUSparse, "sparse", ""), (Regular, "z", "")]);
        assert_eq!(paths(&layer), ["sparse", "z"]);
        assert_eq!(findings(&layer), ["sparse: a sparse file, which is not read"]);
    }

    #[test]
    fn each_limit_is_an_error_that_names_it() {
        let bytes = tar(&[(Regular, "a", ""), (Regular, "b", "")]);
        let message =
            |limits: Limits| read_within(bytes.as_slice(), limits).expect_err("is too much").to_string();
        assert!(message(Limits { decompressed_bytes: 2000, ..LIMITS }).contains("the 2000 bytes allowed"));
        assert_eq!(message(Limits { entries: 1, ..LIMITS }), "it has more than the 1 entries allowed");
        assert!(message(Limits { held_bytes: 1, ..LIMITS }).ends_with("take more than the 1 bytes allowed"));
    }
}
