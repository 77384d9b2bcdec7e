//! The files' contents, copied out of the .debs once, each compared with its digest.
//!
//! An archive is sorted by path and the packages' are not, so what is wanted of them goes through a scratch file.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use hashbrown::HashMap;
use md5::Md5;
use sha2::{Digest, Sha256};

use super::{LayerError, PackageSource};
use crate::elf::SequentialReader;
use crate::support::streams::for_each_chunk;
use crate::tree::inventory::each_file_of_deb;
use crate::vocabulary::{PackageName, Sha256Digest};

/// What is wanted of one .deb.
pub(super) struct Wanted<'sources> {
    pub(super) package: &'sources PackageName,
    pub(super) source: &'sources PackageSource,
    /// The digests of the files.
    pub(super) digests: BTreeSet<Sha256Digest>,
}

/// The contents, in a scratch file.
#[derive(Debug)]
pub(super) struct Contents {
    scratch: File,
    places: HashMap<Sha256Digest, Place>,
}

/// Where one content lies in the scratch file.
#[derive(Clone, Copy, Debug)]
struct Place {
    offset: u64,
    size_bytes: u64,
    md5: [u8; 16],
}

impl Contents {
    /// No contents.
    pub(super) fn empty(scratch: File) -> Self {
        Self { scratch, places: HashMap::new() }
    }

    /// Copies what is wanted into `scratch`.
    pub(super) fn gather(wanted: &[Wanted<'_>], scratch: File) -> Result<Self, LayerError> {
        let mut contents = Self::empty(scratch);
        let mut end = 0;
        for one in wanted {
            contents.take(one, &mut end)?;
            if let Some(absent) = one.digests.iter().find(|digest| !contents.places.contains_key(*digest)) {
                let file = one.source.deb.files.iter().find(|file| file.sha256 == *absent);
                let path = file.map(|file| file.path.to_string()).unwrap_or_default();
                return Err(LayerError::NotInDeb { package: one.package.clone(), path });
            }
        }
        Ok(contents)
    }

    fn take(&mut self, wanted: &Wanted<'_>, end: &mut u64) -> Result<(), LayerError> {
        let PackageSource { deb, file } = wanted.source;
        let opened = File::open(file).map_err(|source| LayerError::Open { file: file.clone(), source })?;
        let mut scratch_failed = None;
        let taken = each_file_of_deb(opened, |path, content| {
            let Some(known) = deb.file(path) else { return Ok(()) };
            if !wanted.digests.contains(&known.sha256) || self.places.contains_key(&known.sha256) {
                return Ok(());
            }
            match copy(content, &self.scratch, *end) {
                Ok((place, sha256)) => {
                    // Of two entries with one path only the later one counts, and has the digest.
                    if sha256 == known.sha256 {
                        *end += place.size_bytes;
                        self.places.insert(sha256, place);
                    }
                    Ok(())
                }
                Err(CopyError::Read(error)) => Err(error),
                Err(CopyError::Write(error)) => {
                    scratch_failed = Some(error);
                    Err(io::Error::other("the scratch file is full"))
                }
            }
        });
        if let Some(source) = scratch_failed {
            return Err(LayerError::Write { output: PathBuf::from("a scratch file"), source });
        }
        taken.map_err(|source| LayerError::Deb { file: file.clone(), source })
    }

    /// The MD5 of the content with this digest.
    pub(super) fn md5(&self, sha256: Sha256Digest) -> Option<[u8; 16]> {
        Some(self.places.get(&sha256)?.md5)
    }

    /// Writes the content with this digest into `target`.
    pub(super) fn write(&self, sha256: Sha256Digest, target: &mut dyn Write) -> io::Result<()> {
        let place = self.places.get(&sha256).ok_or_else(|| io::Error::other("a content was not copied"))?;
        let content = SequentialReader::new(&self.scratch, place.offset).take(place.size_bytes);
        for_each_chunk(content, |error| error, |chunk| target.write_all(chunk))
    }
}

enum CopyError {
    Read(io::Error),
    Write(io::Error),
}

/// Copies a content to a place in the scratch file, and says what it is.
fn copy(content: &mut dyn Read, scratch: &File, offset: u64) -> Result<(Place, Sha256Digest), CopyError> {
    let (mut sha256, mut md5) = (Sha256::new(), Md5::new());
    let mut size_bytes = 0;
    for_each_chunk(content, CopyError::Read, |chunk| {
        sha256.update(chunk);
        md5.update(chunk);
        scratch.write_all_at(chunk, offset + size_bytes).map_err(CopyError::Write)?;
        size_bytes += chunk.len() as u64;
        Ok(())
    })?;
    let place = Place { offset, size_bytes, md5: md5.finalize().into() };
    Ok((place, Sha256Digest(sha256.finalize().into())))
}
