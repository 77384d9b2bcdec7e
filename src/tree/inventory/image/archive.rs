//! An archive that contains an image: where each member is.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

use bstr::ByteSlice;
use tar::EntryType;

use crate::support::decompress::Compression;
use crate::support::streams::BoundedReader;
use crate::tree::inventory::tar::{Dialect, Member, Members, SkipByReading, SkipBySeeking, SkippableRead};
use crate::vocabulary::MAX_LINKS;

/// Size limit of a document; real ones have some kilobytes.
pub(super) const MAX_DOCUMENT_BYTES: u64 = 4 << 20;

/// Limit of the decompressed archive.
const MAX_ARCHIVE_BYTES: u64 = 256 << 30;

/// Limit of members; each layer is one to three.
const MAX_MEMBERS: usize = 100_000;

/// Limit of the small members of a compressed archive that are held, so that it is not decompressed again for each
/// document.
const MAX_HELD_BYTES: u64 = 64 << 20;

/// Top directories of a root file system, which no image has: an archive with one of them is the tar of a root file system
/// (Filesystem Hierarchy Standard).
const ROOT_DIRECTORIES: [&str; 19] = [
    "bin", "boot", "dev", "etc", "home", "lib", "lib32", "lib64", "media", "mnt", "opt", "proc", "root",
    "run", "sbin", "srv", "sys", "usr", "var",
];

/// An archive that contains an image.
pub(super) struct ImageArchive {
    pub(super) path: PathBuf,
    pub(super) compression: Compression,
    members: BTreeMap<String, ArchiveMember>,
    held: BTreeMap<String, Vec<u8>>,
}

/// Member of an archive.
enum ArchiveMember {
    /// Content of a file.
    File(Extent),
    /// Link to another member.
    Link(String),
}

/// Location of a content in the decompressed archive.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Extent {
    pub(super) offset: u64,
    pub(super) size_bytes: u64,
}

impl ImageArchive {
    /// Lists the members of an archive. `None` for the tar of a root file system, which is recognised early.
    ///
    /// # Errors
    /// If the file cannot be read or is not an archive.
    pub(super) fn open(path: &Path) -> io::Result<Option<Self>> {
        let mut file = File::open(path)?;
        let (compression, _) = Compression::detect(&mut file)?;
        file.rewind()?;
        let mut archive =
            Self { path: path.to_owned(), compression, members: BTreeMap::new(), held: BTreeMap::new() };
        let is_root = if compression == Compression::None {
            archive.list(SkipBySeeking::new(file)?)?
        } else {
            archive.list(SkipByReading(BoundedReader::new(compression.reader(file)?, MAX_ARCHIVE_BYTES)))?
        };
        Ok((!is_root).then_some(archive))
    }

    /// Records where each member is; stops with true at the first member of a root file system.
    fn list(&mut self, source: impl SkippableRead) -> io::Result<bool> {
        let mut members = Members::new(source, Dialect::Layer);
        let (mut is_root, mut count, mut held_bytes) = (false, 0, 0);
        while !is_root
            && members.next(&mut |member| {
                count += 1;
                if count > MAX_MEMBERS {
                    return Err(io::Error::other(format!(
                        "it has more than the {MAX_MEMBERS} members allowed"
                    )));
                }
                is_root = self.record(member, &mut held_bytes)?;
                Ok(())
            })?
        {}
        Ok(is_root)
    }

    fn record(&mut self, member: Member<'_>, held_bytes: &mut u64) -> io::Result<bool> {
        let name = clean(&member.path.to_str_lossy());
        let top = name.split('/').next().unwrap_or_default();
        if ROOT_DIRECTORIES.contains(&top) {
            return Ok(true);
        }
        let member = match member.header.entry_type() {
            EntryType::Regular | EntryType::Continuous if !member.is_sparse => {
                let size_bytes = member.size_bytes;
                let is_held = self.compression != Compression::None && size_bytes <= MAX_DOCUMENT_BYTES;
                if is_held && *held_bytes + size_bytes <= MAX_HELD_BYTES {
                    let mut content = Vec::new();
                    member.content.read_to_end(&mut content)?;
                    *held_bytes += size_bytes;
                    self.held.insert(name.clone(), content);
                }
                ArchiveMember::File(Extent { offset: member.offset, size_bytes })
            }
            EntryType::Link => ArchiveMember::Link(clean(&member.target.to_str_lossy())),
            EntryType::Symlink => {
                let directory = name.rsplit_once('/').map_or("", |(directory, _)| directory);
                ArchiveMember::Link(clean(&format!("{directory}/{}", member.target.to_str_lossy())))
            }
            _ => return Ok(false),
        };
        self.members.insert(name, member);
        Ok(false)
    }

    /// Finds the file that a name resolves to, with its own name. docker saved equal layers as links to one of them.
    fn find(&self, name: &str) -> Option<(&str, Extent)> {
        let mut name = name;
        for _ in 0..=MAX_LINKS {
            let (own_name, member) = self.members.get_key_value(name)?;
            match member {
                ArchiveMember::File(extent) => return Some((own_name, *extent)),
                ArchiveMember::Link(target) => name = target,
            }
        }
        None
    }

    /// Returns the location of the content of a member.
    pub(super) fn extent(&self, name: &str) -> Option<Extent> {
        self.find(name).map(|(_, extent)| extent)
    }

    /// Returns the content of a member, if it is held in memory.
    pub(super) fn held(&self, name: &str) -> Option<&[u8]> {
        let (own_name, _) = self.find(name)?;
        self.held.get(own_name).map(Vec::as_slice)
    }

    /// Opens the decompressed archive at its beginning.
    pub(super) fn decompressed(&self) -> io::Result<Box<dyn Read + Send>> {
        let file = File::open(&self.path)?;
        Ok(Box::new(BoundedReader::new(self.compression.reader(file)?, MAX_ARCHIVE_BYTES)))
    }
}

/// Removes the parts of a member's name that have no meaning.
fn clean(name: &str) -> String {
    let mut components = Vec::new();
    for component in name.split('/') {
        match component {
            "" | "." => {}
            ".." => drop(components.pop()),
            name => components.push(name),
        }
    }
    components.join("/")
}
