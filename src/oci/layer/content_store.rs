//! Contents of the files of packages, copied once from the .debs, each compared with its digest.
//!
//! The entries of a layer are sorted by path and those of a .deb are not, so the contents go through a scratch file.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::FileExt;

use hashbrown::HashMap;
use md5::Md5;
use sha2::{Digest, Sha256};

use super::error::LayerError;
use super::request::PlannedDeb;
use crate::elf::SequentialReader;
use crate::support::streams::for_each_chunk;
use crate::tree::inventory::each_file_of_deb;
use crate::vocabulary::{PackageName, Sha256Digest};

/// Files to copy from a .deb.
pub(super) struct WantedFiles<'sources> {
    pub(super) package: &'sources PackageName,
    pub(super) source: &'sources PlannedDeb,
    /// Digests of the files.
    pub(super) digests: BTreeSet<Sha256Digest>,
}

/// Contents in a scratch file, by their digests.
#[derive(Debug)]
pub(super) struct ContentStore {
    scratch: File,
    stored: HashMap<Sha256Digest, StoredContent>,
}

/// Part of the scratch file with one content.
#[derive(Clone, Copy, Debug)]
struct StoredContent {
    offset: u64,
    size_bytes: u64,
    md5: [u8; 16],
}

impl ContentStore {
    /// Creates a store without contents.
    pub(super) fn empty(scratch: File) -> Self {
        Self { scratch, stored: HashMap::new() }
    }

    /// Copies the wanted files of each .deb into `scratch`.
    pub(super) fn copy(debs: &[WantedFiles<'_>], scratch: File) -> Result<Self, LayerError> {
        let mut store = Self::empty(scratch);
        let mut end = 0;
        for wanted in debs {
            store.copy_from(wanted, &mut end)?;
            if let Some(absent) = wanted.digests.iter().find(|digest| !store.stored.contains_key(*digest)) {
                let file = wanted.source.deb.files.iter().find(|file| file.sha256 == *absent);
                let path = file.map(|file| file.path.to_string()).unwrap_or_default();
                return Err(LayerError::NotInDeb { package: wanted.package.clone(), path });
            }
        }
        Ok(store)
    }

    /// Copies the wanted files of a .deb to the end of the scratch file, and moves the end.
    fn copy_from(&mut self, wanted: &WantedFiles<'_>, end: &mut u64) -> Result<(), LayerError> {
        let PlannedDeb { deb, file } = wanted.source;
        let opened = File::open(file).map_err(|source| LayerError::Read { file: file.clone(), source })?;
        let mut scratch_failed = None;
        let taken = each_file_of_deb(opened, |path, content| {
            let Some(known) = deb.file(path) else { return Ok(()) };
            if !wanted.digests.contains(&known.sha256) || self.stored.contains_key(&known.sha256) {
                return Ok(());
            }
            match copy(content, &self.scratch, *end) {
                Ok((content, sha256)) => {
                    // Of two entries with one path, only the later one has the digest.
                    if sha256 == known.sha256 {
                        *end += content.size_bytes;
                        self.stored.insert(sha256, content);
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
            return Err(LayerError::Scratch(source));
        }
        taken.map_err(|source| LayerError::Deb { file: file.clone(), source })
    }

    /// MD5 digest of a content.
    pub(super) fn md5(&self, sha256: Sha256Digest) -> Option<[u8; 16]> {
        Some(self.stored.get(&sha256)?.md5)
    }

    /// Writes a content into `target`.
    pub(super) fn write(&self, sha256: Sha256Digest, target: &mut dyn Write) -> io::Result<()> {
        let stored = self
            .stored
            .get(&sha256)
            .ok_or_else(|| io::Error::other("the content of a file was not copied"))?;
        let content = SequentialReader::new(&self.scratch, stored.offset).take(stored.size_bytes);
        for_each_chunk(content, |error| error, |chunk| target.write_all(chunk))
    }
}

enum CopyError {
    Read(io::Error),
    Write(io::Error),
}

/// Copies a content to an offset in the scratch file.
fn copy(
    content: &mut dyn Read,
    scratch: &File,
    offset: u64,
) -> Result<(StoredContent, Sha256Digest), CopyError> {
    let (mut sha256, mut md5) = (Sha256::new(), Md5::new());
    let mut size_bytes = 0;
    for_each_chunk(content, CopyError::Read, |chunk| {
        sha256.update(chunk);
        md5.update(chunk);
        scratch.write_all_at(chunk, offset + size_bytes).map_err(CopyError::Write)?;
        size_bytes += chunk.len() as u64;
        Ok(())
    })?;
    let stored = StoredContent { offset, size_bytes, md5: md5.finalize().into() };
    Ok((stored, Sha256Digest(sha256.finalize().into())))
}
