//! The parts of an image by their names: files of a directory, or members of an archive, which may itself be compressed.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use bstr::ByteSlice;
use tar::EntryType;

use super::{BUFFER_BYTES, ImageFault};
use crate::support::decompress::Compression;
use crate::support::streams::BoundedReader;
use crate::tree::inventory::tar_members::{Dialect, Member, Members, Passable, Seekable, Stream};
use crate::vocabulary::MAX_LINKS;

/// What one document may come to; real ones have some kilobytes.
pub(super) const MAX_DOCUMENT_BYTES: u64 = 4 << 20;

/// What an archive that holds an image may inflate to.
const MAX_ARCHIVE_BYTES: u64 = 256 << 30;

/// How many members such an archive may have; each layer is one to three.
const MAX_MEMBERS: usize = 100_000;

/// How much of a compressed archive's small members is held, so that it is not inflated once more for each document.
const MAX_HELD_BYTES: u64 = 64 << 20;

/// Directories that a root has and no image: an archive with one of them is the tar of a root (Filesystem Hierarchy
/// Standard).
const ROOT_DIRECTORIES: [&str; 19] = [
    "bin", "boot", "dev", "etc", "home", "lib", "lib32", "lib64", "media", "mnt", "opt", "proc", "root",
    "run", "sbin", "srv", "sys", "usr", "var",
];

/// What a path was found to be.
pub(super) enum Opened {
    /// An image of several parts.
    Image(Blobs),
    /// The tar of a root.
    Root,
}

/// The parts of an image.
pub(super) enum Blobs {
    /// Files below a directory.
    Directory(PathBuf),
    /// Members of an archive.
    Archive(Archive),
}

/// An archive that holds an image.
pub(super) struct Archive {
    path: PathBuf,
    compression: Compression,
    members: BTreeMap<String, Part>,
    held: BTreeMap<String, Vec<u8>>,
}

/// What a name in an archive stands for.
enum Part {
    /// A file's content, at its place in the inflated archive.
    File { offset: u64, size_bytes: u64 },
    /// Another name.
    Link(String),
}

/// Tells what a path is, by the names in it.
///
/// # Errors
/// When it can't be read or is no archive.
pub(super) fn open(path: &Path) -> Result<Opened, ImageFault> {
    if path.is_dir() {
        return Ok(Opened::Image(Blobs::Directory(path.to_owned())));
    }
    let mut file = File::open(path)?;
    let (compression, _) = Compression::detect(&mut file)?;
    file.rewind()?;
    let mut archive =
        Archive { path: path.to_owned(), compression, members: BTreeMap::new(), held: BTreeMap::new() };
    let is_root = if compression == Compression::None {
        archive.list(Seekable::new(file)?)?
    } else {
        archive.list(Stream(BoundedReader::new(compression.reader(file)?, MAX_ARCHIVE_BYTES)))?
    };
    let is_image =
        [super::OCI_INDEX, super::DOCKER_MANIFEST].iter().any(|name| archive.members.contains_key(*name));
    Ok(if is_image && !is_root { Opened::Image(Blobs::Archive(archive)) } else { Opened::Root })
}

impl Archive {
    /// Notes where each member is; true at once for the tar of a root.
    fn list(&mut self, source: impl Passable) -> io::Result<bool> {
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
                is_root = self.note(member, &mut held_bytes)?;
                Ok(())
            })?
        {}
        Ok(is_root)
    }

    fn note(&mut self, member: Member<'_>, held_bytes: &mut u64) -> io::Result<bool> {
        let name = clean(&member.path.to_str_lossy());
        let top = name.split('/').next().unwrap_or_default();
        if ROOT_DIRECTORIES.contains(&top) {
            return Ok(true);
        }
        let part = match member.header.entry_type() {
            EntryType::Regular | EntryType::Continuous if !member.is_sparse => {
                let size_bytes = member.size_bytes;
                let is_held = self.compression != Compression::None && size_bytes <= MAX_DOCUMENT_BYTES;
                if is_held && *held_bytes + size_bytes <= MAX_HELD_BYTES {
                    let mut content = Vec::new();
                    member.content.read_to_end(&mut content)?;
                    *held_bytes += size_bytes;
                    self.held.insert(name.clone(), content);
                }
                Part::File { offset: member.offset, size_bytes }
            }
            EntryType::Link => Part::Link(clean(&member.target.to_str_lossy())),
            EntryType::Symlink => {
                let directory = name.rsplit_once('/').map_or("", |(directory, _)| directory);
                Part::Link(clean(&format!("{directory}/{}", member.target.to_str_lossy())))
            }
            _ => return Ok(false),
        };
        self.members.insert(name, part);
        Ok(false)
    }

    /// The place of the file that a name leads to.
    fn place(&self, name: &str) -> Option<(&str, u64, u64)> {
        let mut name = name;
        for _ in 0..=MAX_LINKS {
            let (name_of_it, part) = self.members.get_key_value(name)?;
            match part {
                Part::File { offset, size_bytes } => return Some((name_of_it, *offset, *size_bytes)),
                Part::Link(target) => name = target,
            }
        }
        None
    }

    /// The archive, inflated, from its beginning.
    fn inflated(&self) -> io::Result<Box<dyn Read + Send>> {
        let file = File::open(&self.path)?;
        Ok(Box::new(BoundedReader::new(self.compression.reader(file)?, MAX_ARCHIVE_BYTES)))
    }
}

impl Blobs {
    /// Whether there is a part of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        match self {
            Self::Directory(directory) => directory.join(name).is_file(),
            Self::Archive(archive) => archive.place(name).is_some(),
        }
    }

    /// A small part, whole.
    ///
    /// # Errors
    /// When it is not there, or not small.
    pub(super) fn document(&self, name: &str) -> Result<Vec<u8>, ImageFault> {
        if let Self::Archive(archive) = self
            && let Some((name, ..)) = archive.place(name)
            && let Some(held) = archive.held.get(name)
        {
            return Ok(held.clone());
        }
        let mut text = Vec::new();
        self.read_each(
            &[name],
            &mut |_, source| {
                source.take(MAX_DOCUMENT_BYTES + 1).read_to_end(&mut text)?;
                Ok(())
            },
            &|fault| fault,
        )?;
        if text.len() as u64 > MAX_DOCUMENT_BYTES {
            let cause = format!("it has more than the {MAX_DOCUMENT_BYTES} bytes allowed");
            return Err(ImageFault::Document { name: name.to_owned(), cause });
        }
        Ok(text)
    }

    /// Hands each of the named parts to `take`, with its number in `names`, in the order in which they lie.
    ///
    /// # Errors
    /// When one is not there or can't be read, as `fault` puts it, and when `take` fails.
    pub(super) fn read_each<Error>(
        &self,
        names: &[&str],
        take: &mut impl FnMut(usize, &mut (dyn Read + Send)) -> Result<(), Error>,
        fault: &impl Fn(ImageFault) -> Error,
    ) -> Result<(), Error> {
        let missing = |name: &str| fault(ImageFault::Missing(name.to_owned()));
        let failed = |error: io::Error| fault(error.into());
        match self {
            Self::Directory(directory) => names.iter().enumerate().try_for_each(|(index, name)| {
                // A pipe of that name would never end.
                let path = directory.join(name);
                if !path.is_file() {
                    return Err(missing(name));
                }
                take(index, &mut File::open(path).map_err(failed)?)
            }),
            Self::Archive(archive) => {
                let place = |(index, name): (usize, &&str)| {
                    let (_, offset, size_bytes) = archive.place(name).ok_or_else(|| missing(name))?;
                    Ok((offset, size_bytes, index))
                };
                let mut places = names.iter().enumerate().map(place).collect::<Result<Vec<_>, Error>>()?;
                places.sort_unstable();
                if archive.compression == Compression::None {
                    for (offset, size_bytes, index) in places {
                        let mut file = File::open(&archive.path).map_err(failed)?;
                        file.seek(SeekFrom::Start(offset)).map_err(failed)?;
                        take(index, &mut BufReader::with_capacity(BUFFER_BYTES, file).take(size_bytes))?;
                    }
                    return Ok(());
                }
                let (mut stream, mut position) = (archive.inflated().map_err(failed)?, 0);
                for (offset, size_bytes, index) in places {
                    // Two names may stand for one place.
                    if offset < position {
                        (stream, position) = (archive.inflated().map_err(failed)?, 0);
                    }
                    Stream(&mut stream).pass(offset - position).map_err(failed)?;
                    let mut part = stream.by_ref().take(size_bytes);
                    take(index, &mut part)?;
                    position = offset + size_bytes - part.limit();
                }
                Ok(())
            }
        }
    }
}

/// A name in an archive without what means nothing.
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
