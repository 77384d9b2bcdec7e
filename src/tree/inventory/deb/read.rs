//! Reading a .deb (deb(5)): an ar archive of `debian-binary`, `control.tar` and `data.tar`, the two tars in any
//! compression that dpkg supports.
//!
//! It is read once, as a stream, without unpacking anything. Names are accepted unchanged or not at all: an entry with an
//! absolute path, `..` or an empty component is left out with a diagnostic, so nothing of a .deb can leave a root.

use std::collections::BTreeMap;
use std::io::{self, Read};

use bstr::{BString, ByteSlice};
use tar::EntryType;

use super::ar_guard::ArGuard;
use super::package::{Deb, DebError, DebFile};
use crate::support::decompress::Compression;
use crate::support::digest::{DigestAndSize, DigestReader};
use crate::support::streams::BoundedReader;
use crate::tree::inventory::streamed::read_streamed;
use crate::tree::inventory::tar::{Dialect, Member, each_member};
use crate::tree::inventory::{Diagnostic, Entry, EntryKind, FileContent, Inventory, ReadDepth};

/// Size limit of `debian-binary`.
const MAX_VERSION_BYTES: u64 = 1 << 10;

/// Size limit of the decompressed control.tar; the largest real ones have some megabytes of symbols.
const MAX_CONTROL_BYTES: u64 = 64 << 20;

/// Size limit of the decompressed data.tar; the largest package in Debian has some 3 GB.
const MAX_DATA_BYTES: u64 = 16 << 30;

/// Limit of entries; the largest package in Debian has some hundred thousand.
const MAX_ENTRIES: usize = 1_000_000;

/// Reads a .deb to its end.
///
/// # Errors
/// If it is malformed, or decompresses to more than any real one. A single entry that is refused is one of the
/// inventory's diagnostics.
pub fn read_deb(reader: impl Read + Send) -> Result<Deb, DebError> {
    let mut archive = ar::Archive::new(ArGuard::new(reader));
    read_version(&mut archive)?;
    let mut control = None;
    while let Some(member) = archive.next_entry() {
        let mut member = member.map_err(DebError::Archive)?;
        let name = member.header().identifier().to_str_lossy().into_owned();
        if name.starts_with('_') {
            // deb(5): such names are reserved, and to be ignored.
            continue;
        }
        let failed = |source| DebError::Member { member: name.clone(), source };
        match &control {
            None => {
                let tar = open_tar(&name, "control.tar", &mut member, MAX_CONTROL_BYTES)?;
                control = Some(read_control(tar).map_err(failed)?);
            }
            Some(_) => {
                let tar = open_tar(&name, "data.tar", &mut member, MAX_DATA_BYTES)?;
                let (inventory, files) = read_data(tar).map_err(failed)?;
                let (control, scripts) = control.unwrap_or_default();
                return Ok(Deb { control, scripts, inventory, files });
            }
        }
    }
    let wanted = if control.is_some() { "data.tar" } else { "control.tar" };
    Err(DebError::Unexpected { wanted, found: "nothing".to_owned() })
}

/// Passes the content of every regular file of a .deb to `take`, with its path below the root, in the order of data.tar.
/// Hard links are skipped: their content is that of their target.
///
/// # Errors
/// As for [`read_deb`], and the error of `take`.
pub fn each_file_of_deb(
    reader: impl Read + Send,
    mut take: impl FnMut(&BString, &mut dyn Read) -> io::Result<()>,
) -> Result<(), DebError> {
    let mut archive = ar::Archive::new(ArGuard::new(reader));
    read_version(&mut archive)?;
    while let Some(member) = archive.next_entry() {
        let mut member = member.map_err(DebError::Archive)?;
        let name = member.header().identifier().to_str_lossy().into_owned();
        if !name.starts_with("data.tar") {
            continue;
        }
        let tar = open_tar(&name, "data.tar", &mut member, MAX_DATA_BYTES)?;
        let each = each_member(tar, Dialect::Dpkg, |Member { path, header, content, .. }| {
            match (header.entry_type(), clean_path(&path)) {
                (EntryType::Regular | EntryType::Continuous, Ok(path)) => take(&path, content),
                _ => Ok(()),
            }
        });
        return each.map_err(|source| DebError::Member { member: name, source });
    }
    Err(DebError::Unexpected { wanted: "data.tar", found: "nothing".to_owned() })
}

/// Reads the tar of a layer as a data.tar is read: its inventory, and permissions, size and digest of its regular files,
/// sorted by path.
///
/// # Errors
/// If it is broken, has a format that dpkg does not unpack, or is larger than any package.
pub fn read_layer_files(reader: impl Read + Send) -> io::Result<(Inventory, Vec<DebFile>)> {
    let inner: Box<dyn Read + Send + '_> = Box::new(reader);
    read_data(BoundedReader::new(inner, MAX_DATA_BYTES))
}

fn read_version<R: Read>(archive: &mut ar::Archive<R>) -> Result<(), DebError> {
    let nothing = || DebError::Unexpected { wanted: "debian-binary", found: "nothing".to_owned() };
    let member = archive.next_entry().ok_or_else(nothing)?.map_err(DebError::Archive)?;
    let name = member.header().identifier().to_str_lossy().into_owned();
    if name != "debian-binary" {
        return Err(DebError::Unexpected { wanted: "debian-binary", found: name });
    }
    let mut version = String::new();
    let mut head = member.take(MAX_VERSION_BYTES);
    head.read_to_string(&mut version).map_err(|source| DebError::Member { member: name, source })?;
    // Further lines, and a higher number after the dot, change nothing that is read here (deb(5)).
    let first = version.lines().next().unwrap_or_default();
    if first.starts_with("2.") { Ok(()) } else { Err(DebError::Version(first.to_owned())) }
}

type TarReader<'member> = BoundedReader<Box<dyn Read + Send + 'member>>;

fn open_tar<'member>(
    name: &str,
    wanted: &'static str,
    member: impl Read + Send + 'member,
    limit: u64,
) -> Result<TarReader<'member>, DebError> {
    let unexpected = || DebError::Unexpected { wanted, found: name.to_owned() };
    let extension = name.strip_prefix(wanted).ok_or_else(unexpected)?;
    let compression = Compression::from_extension(extension).ok_or_else(unexpected)?;
    let inner =
        compression.reader(member).map_err(|source| DebError::Member { member: name.to_owned(), source })?;
    Ok(BoundedReader::new(inner, limit))
}

type Control = (String, BTreeMap<String, Vec<u8>>);

fn read_control(tar: TarReader<'_>) -> io::Result<Control> {
    let mut control = None;
    let mut scripts = BTreeMap::new();
    each_member(tar, Dialect::Dpkg, |Member { path, header, content: file, .. }| {
        if !header.entry_type().is_file() {
            return Ok(());
        }
        let Ok(path) = clean_path(&path) else { return Ok(()) };
        let Ok(name) = String::from_utf8(path.into()) else { return Ok(()) };
        // The limit of control.tar is also one of each file in it.
        let mut content = Vec::new();
        file.read_to_end(&mut content)?;
        if name == "control" {
            control = Some(String::from_utf8(content).map_err(io::Error::other)?);
        } else {
            scripts.insert(name, content);
        }
        Ok(())
    })?;
    let control = control.ok_or_else(|| io::Error::other("it has no file control"))?;
    Ok((control, scripts))
}

fn read_data(tar: TarReader<'_>) -> io::Result<(Inventory, Vec<DebFile>)> {
    let mut data = DataReader::default();
    let mut count = 0;
    each_member(tar, Dialect::Dpkg, |member| {
        count += 1;
        if count > MAX_ENTRIES {
            return Err(io::Error::other(format!("it has more than the {MAX_ENTRIES} entries allowed")));
        }
        data.add(member)
    })?;
    Ok(data.finish())
}

/// Entries of data.tar that were read so far, by path. Of two entries with the same path the later one counts, as when
/// they are unpacked.
#[derive(Default)]
struct DataReader {
    entries: BTreeMap<BString, (EntryKind, Option<DebFile>)>,
    diagnostics: Vec<Diagnostic>,
}

impl DataReader {
    fn add(&mut self, member: Member<'_>) -> io::Result<()> {
        let path = match clean_path(&member.path) {
            Ok(path) if path.is_empty() => return Ok(()),
            Ok(path) => path,
            Err(cause) => {
                self.refuse(member.path.into(), cause);
                return Ok(());
            }
        };
        let kind = match member.header.entry_type() {
            EntryType::Directory => EntryKind::Directory(member.permissions()?),
            EntryType::Symlink => EntryKind::Symlink(BString::from(member.target)),
            EntryType::Link => {
                self.add_hard_link(path, &member.target);
                return Ok(());
            }
            EntryType::Regular | EntryType::Continuous => {
                let permissions = member.permissions()?;
                let (content, whole) = read_file(member.content, &path, member.size_bytes)?;
                let DigestAndSize { digest: sha256, size_bytes } = whole;
                let file = DebFile { path: path.clone(), permissions, size_bytes, sha256 };
                self.entries.insert(path, (EntryKind::File(content), Some(file)));
                return Ok(());
            }
            _ => EntryKind::Special,
        };
        self.entries.insert(path, (kind, None));
        Ok(())
    }

    /// Adds a hard link as a copy of its target under another name.
    fn add_hard_link(&mut self, path: BString, target: &[u8]) {
        let found = clean_path(target).ok().and_then(|target| match self.entries.get(&target) {
            Some((EntryKind::File(content), Some(file))) => {
                Some((content.clone(), DebFile { path: path.clone(), ..file.clone() }))
            }
            _ => None,
        });
        match found {
            Some((content, file)) => {
                self.entries.insert(path, (EntryKind::File(content), Some(file)));
            }
            None => self.refuse(path, "a hard link to a file that does not precede it"),
        }
    }

    fn refuse(&mut self, path: BString, cause: &str) {
        self.diagnostics.push(Diagnostic { path, cause: cause.to_owned() });
    }

    fn finish(self) -> (Inventory, Vec<DebFile>) {
        let mut entries = Vec::with_capacity(self.entries.len());
        let mut files = Vec::new();
        for (path, (kind, file)) in self.entries {
            entries.push(Entry { path, kind });
            files.extend(file);
        }
        (Inventory::new(entries, self.diagnostics), files)
    }
}

/// Returns a tar entry's path as an inventory has it: `./usr/lib/` becomes `usr/lib`, and the top is empty.
fn clean_path(path: &[u8]) -> Result<BString, &'static str> {
    if path.contains(&0) {
        return Err("a path with a NUL in it");
    }
    if path.starts_with(b"/") {
        return Err("an absolute path");
    }
    let path = path.strip_prefix(b"./").unwrap_or(path);
    let path = path.strip_suffix(b"/").unwrap_or(path);
    if path.is_empty() || path == b"." {
        return Ok(BString::default());
    }
    match path.split_str("/").find(|component| matches!(*component, b"" | b"." | b"..")) {
        Some(_) => Err("a path with an empty component, . or .. in it"),
        None => Ok(path.into()),
    }
}

/// Reads a file to its end: its content, and its digest and size.
fn read_file(
    file: &mut dyn Read,
    path: &[u8],
    stated_bytes: u64,
) -> io::Result<(FileContent, DigestAndSize)> {
    let mut file = DigestReader::new(file);
    let content = read_streamed(&mut file, path, stated_bytes, ReadDepth::Package)?;
    io::copy(&mut file, &mut io::sink())?;
    Ok((content, file.finish()))
}
