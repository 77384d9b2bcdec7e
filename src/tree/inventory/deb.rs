//! A .deb as an [`Inventory`] (deb(5)): an ar archive of `debian-binary`, `control.tar` and `data.tar`, the two in
//! any compression that dpkg knows.
//!
//! It is read once, as a stream, without unpacking anything. Names are taken as they stand or not at all: an entry
//! with an absolute path, `..` or an empty component is a finding and left out, so that nothing of a .deb can
//! lead out of a root.

use std::collections::BTreeMap;
use std::io::{self, Read};

use bstr::{BString, ByteSlice};
use serde::{Deserialize, Serialize};
use tar::EntryType;

use super::ar_guard::ArGuard;
use super::content::ReadDepth;
use super::streamed::read_streamed;
use super::tar_members::{Dialect, Member, each_member};
use super::{Diagnostic, Entry, EntryKind, FileContent, Inventory, Permissions};
use crate::support::decompress::Compression;
use crate::support::digest::DigestReader;
use crate::support::streams::BoundedReader;
use crate::vocabulary::Sha256Digest;

/// What `debian-binary` may come to.
const MAX_VERSION_BYTES: u64 = 1 << 10;

/// What control.tar may inflate to; the largest real ones have a few megabytes of symbols.
const MAX_CONTROL_BYTES: u64 = 64 << 20;

/// What data.tar may inflate to; the largest package of Debian has some 3 GB.
const MAX_DATA_BYTES: u64 = 16 << 30;

/// How many entries a package may have; the largest of Debian has some hundred thousand.
const MAX_ENTRIES: usize = 1_000_000;

/// A .deb, read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Deb {
    /// The stanza in its `control`.
    pub control: String,
    /// Every other member of control.tar, by name: maintainer scripts, md5sums, triggers, conffiles, symbols.
    pub scripts: BTreeMap<String, Vec<u8>>,
    /// What is unpacked, and what of it was refused.
    pub inventory: Inventory,
    /// Permissions, size and digest of every regular file, sorted by path.
    pub files: Vec<DebFile>,
}

/// What a regular file of a .deb is beside its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DebFile {
    /// Its path below the root, without a leading slash.
    pub path: BString,
    /// RuleOwner it is, and who may do what with it.
    pub permissions: Permissions,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// The digest of its content.
    pub sha256: Sha256Digest,
}

/// A .deb could not be read.
#[derive(Debug, thiserror::Error)]
pub enum DebError {
    /// It is no ar archive, or ends too soon.
    #[error("cannot read the .deb's members: {0}")]
    Archive(#[source] io::Error),
    /// A member is not as it should be.
    #[error("cannot read {member} of the .deb: {source}")]
    Member {
        /// The member.
        member: String,
        /// What is wrong with it.
        #[source]
        source: io::Error,
    },
    /// It has another version than 2.
    #[error("cannot read the .deb: its format is {0:?} and not 2.0")]
    Version(String),
    /// It has another member than the one that must come, or none.
    #[error("cannot read the .deb: it has {found} where {wanted} must be")]
    Unexpected {
        /// What must be there.
        wanted: &'static str,
        /// What is there.
        found: String,
    },
}

impl Deb {
    /// Returns the value of a control field; the lines of a folded field are left as they are.
    pub fn field(&self, name: &str) -> Option<&str> {
        control_field(&self.control, name)
    }

    /// What is known of a regular file beside its content.
    pub fn file(&self, path: impl AsRef<[u8]>) -> Option<&DebFile> {
        let path = path.as_ref().as_bstr();
        let found = self.files.binary_search_by(|file| file.path.as_bstr().cmp(path)).ok()?;
        self.files.get(found)
    }
}

/// Returns the value of a field of a control stanza (deb-control(5)); the lines of a folded field are left as they are.
pub fn control_field<'stanza>(stanza: &'stanza str, name: &str) -> Option<&'stanza str> {
    let mut from = 0;
    for line in stanza.split_inclusive('\n') {
        let begins = line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
        if begins && line[name.len()..].starts_with(':') {
            let rest = &stanza[from + name.len() + 1..];
            let is_end = |place: &usize| !rest[place + 1..].starts_with([' ', '\t']);
            let end = rest.match_indices('\n').map(|(place, _)| place).find(is_end);
            return Some(rest[..end.unwrap_or(rest.len())].trim());
        }
        from += line.len();
    }
    None
}

/// Reads a .deb to its end.
///
/// # Errors
/// When it is not of the form, or larger than any real one when inflated. A single entry that can't be taken is
/// one of the inventory's diagnostics.
pub fn read_deb(reader: impl Read + Send) -> Result<Deb, DebError> {
    let mut archive = ar::Archive::new(ArGuard::new(reader));
    read_version(&mut archive)?;
    let mut control = None;
    while let Some(member) = archive.next_entry() {
        let mut member = member.map_err(DebError::Archive)?;
        let name = member.header().identifier().to_str_lossy().into_owned();
        if name.starts_with('_') {
            // deb(5): reserved for others, to be passed over.
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

/// Hands the content of every regular file of a .deb to `take`, with its path below the root, in the order of
/// data.tar. A hard link is passed over: its content is that of the file that it leads to.
///
/// # Errors
/// As for [`read_deb`], and when `take` fails.
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

/// Reads a layer's tar: its inventory, and what its regular files are beside their content, sorted by path.
///
/// # Errors
/// When it is broken, of a form that dpkg does not unpack, or larger than any package.
pub fn read_layer(reader: impl Read + Send) -> io::Result<(Inventory, Vec<DebFile>)> {
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
    // Further lines, and a higher number behind the dot, do not change what is read here (deb(5)).
    let first = version.lines().next().unwrap_or_default();
    if first.starts_with("2.") { Ok(()) } else { Err(DebError::Version(first.to_owned())) }
}

type TarOf<'member> = BoundedReader<Box<dyn Read + Send + 'member>>;

fn open_tar<'member>(
    name: &str,
    wanted: &'static str,
    member: impl Read + Send + 'member,
    limit: u64,
) -> Result<TarOf<'member>, DebError> {
    let unexpected = || DebError::Unexpected { wanted, found: name.to_owned() };
    let ending = name.strip_prefix(wanted).ok_or_else(unexpected)?;
    let compression = Compression::from_extension(ending).ok_or_else(unexpected)?;
    let inner =
        compression.reader(member).map_err(|source| DebError::Member { member: name.to_owned(), source })?;
    Ok(BoundedReader::new(inner, limit))
}

type Control = (String, BTreeMap<String, Vec<u8>>);

fn read_control(tar: TarOf<'_>) -> io::Result<Control> {
    let mut control = None;
    let mut scripts = BTreeMap::new();
    each_member(tar, Dialect::Dpkg, |Member { path, header, content: file, .. }| {
        if !header.entry_type().is_file() {
            return Ok(());
        }
        let Ok(path) = clean_path(&path) else { return Ok(()) };
        let Ok(name) = String::from_utf8(path.into()) else { return Ok(()) };
        // All of control.tar is bounded, and so is each of its files.
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

fn read_data(tar: TarOf<'_>) -> io::Result<(Inventory, Vec<DebFile>)> {
    let mut reading = Reading::default();
    let mut count = 0;
    each_member(tar, Dialect::Dpkg, |member| {
        count += 1;
        if count > MAX_ENTRIES {
            return Err(io::Error::other(format!("it has more than the {MAX_ENTRIES} entries allowed")));
        }
        reading.add(member)
    })?;
    Ok(reading.finish())
}

/// What was read of data.tar so far, by path: of two entries with one path the later one counts, as when they
/// are unpacked.
#[derive(Default)]
struct Reading {
    entries: BTreeMap<BString, (EntryKind, Option<DebFile>)>,
    diagnostics: Vec<Diagnostic>,
}

impl Reading {
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
                let (content, size_bytes, sha256) = read_file(member.content, &path, member.size_bytes)?;
                let file = DebFile { path: path.clone(), permissions, size_bytes, sha256 };
                self.entries.insert(path, (EntryKind::File(content), Some(file)));
                return Ok(());
            }
            _ => EntryKind::Special,
        };
        self.entries.insert(path, (kind, None));
        Ok(())
    }

    /// A hard link is the file that it leads to under another name.
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
            None => self.refuse(path, "a hard link to a file that is not before it"),
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

/// A tar entry's path as an inventory has it: `./usr/lib/` is `usr/lib`, the top is empty.
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

/// What matters of a file, its size and its digest.
fn read_file(
    file: &mut dyn Read,
    path: &[u8],
    stated_bytes: u64,
) -> io::Result<(FileContent, u64, Sha256Digest)> {
    let mut digesting = DigestReader::new(file);
    let content = read_streamed(&mut digesting, path, stated_bytes, ReadDepth::Symbols)?;
    io::copy(&mut digesting, &mut io::sink())?;
    let whole = digesting.finish();
    Ok((content, whole.size_bytes, whole.digest))
}
