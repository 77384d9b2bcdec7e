//! The .debs of an archive: from the cache, or downloaded and read.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::{Availability, UnavailableDeb};
use crate::debian::archive::{Archive, ArchiveError, ArchiveSettings, PoolFile};
use crate::debian::catalog::{Package, Provenance};
use crate::support::progress::Progress;
use crate::tree::inventory::{Deb, DebCache, read_deb};
use crate::vocabulary::{PackageName, Sha256Digest};

/// Error of a request for .debs as a whole.
#[derive(Debug, thiserror::Error)]
pub enum DebStoreError {
    /// The archive, the network or the archive's cache failed.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The index has no digest of a package, so that its .deb could not be verified.
    #[error("cannot fetch {0}: the index has no digest of it")]
    NoDigest(PackageName),
    /// The contents of a .deb could not be cached.
    #[error("cannot cache the contents of {deb}")]
    Store {
        /// Path of the .deb.
        deb: PathBuf,
        /// Cause.
        #[source]
        source: io::Error,
    },
}

/// A .deb on the disk, with its verified digest.
struct DownloadedDeb {
    path: PathBuf,
    sha256: Sha256Digest,
}

/// The .debs of an archive, each downloaded and read once.
pub struct DebStore<'run> {
    settings: ArchiveSettings,
    /// Opened on the first download: reading the keys takes longer than all the rest of a run that finds everything
    /// cached.
    archive: OnceLock<Archive>,
    cache: DebCache,
    /// URLs of an earlier lock, by digest.
    locked: HashMap<Sha256Digest, Vec<String>>,
    /// True if a .deb stays on the disk after it was read.
    keeps_files: bool,
    progress: &'run dyn Progress,
}

impl<'run> DebStore<'run> {
    /// Creates a store on an archive and its cache. `locked` has the URLs that an earlier lock names for its .debs.
    pub fn new(
        settings: ArchiveSettings,
        locked: HashMap<Sha256Digest, Vec<String>>,
        progress: &'run dyn Progress,
    ) -> Self {
        let cache = DebCache::new(&settings.cache_dir);
        Self { settings, archive: OnceLock::new(), cache, locked, keeps_files: true, progress }
    }

    /// Makes the store remove each .deb as soon as it was read.
    pub fn without_files(self) -> Self {
        Self { keeps_files: false, ..self }
    }

    /// Returns the contents of a .deb that was read before.
    pub fn cached(&self, sha256: Sha256Digest) -> Option<Deb> {
        self.cache.get(sha256)
    }

    /// Returns the packages' .debs in the order of `packages`, with those downloaded that are not cached.
    ///
    /// A .deb that cannot be obtained is reported in its slot: it may be missing from the cache while offline, or
    /// signed for and broken.
    ///
    /// # Errors
    /// If the archive, the network or the cache fails.
    pub fn debs(
        &self,
        provenance: &Provenance,
        packages: &[Package],
    ) -> Result<Vec<Availability<Deb>>, DebStoreError> {
        let cached = |package: &Package| match package.sha256 {
            Some(sha256) => self.cached(sha256).map(Availability::from),
            None => Some(Availability::Unavailable(UnavailableDeb::NoDigest(provenance.index))),
        };
        let mut debs: Vec<Option<Availability<Deb>>> = packages.par_iter().map(cached).collect();
        let absent: Vec<usize> = (0..debs.len()).filter(|index| debs[*index].is_none()).collect();
        if !absent.is_empty() {
            let files: Vec<PoolFile> =
                absent.iter().filter_map(|index| self.pool_file(provenance, &packages[*index])).collect();
            let read: Vec<Availability<Deb>> = self
                .download(provenance, &files)?
                .into_par_iter()
                .map(|file| self.read(file))
                .collect::<Result<_, DebStoreError>>()?;
            for (index, deb) in absent.into_iter().zip(read) {
                debs[index] = Some(deb);
            }
        }
        Ok(debs.into_iter().flatten().collect())
    }

    /// Returns the paths of the packages' .debs in the order of `packages`, with those downloaded that are not
    /// cached. The digest of each file is verified again.
    ///
    /// # Errors
    /// If one is not available.
    pub fn files(
        &self,
        provenance: &Provenance,
        packages: &[Package],
    ) -> Result<Vec<PathBuf>, DebStoreError> {
        let no_digest = |package: &Package| DebStoreError::NoDigest(package.name.clone());
        let pool_file =
            |package: &Package| self.pool_file(provenance, package).ok_or_else(|| no_digest(package));
        let files: Vec<PoolFile> = packages.iter().map(pool_file).collect::<Result<_, _>>()?;
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let paths = self.archive()?.debs(&provenance.target, &files, self.progress);
        Ok(paths.into_iter().collect::<Result<_, _>>()?)
    }

    /// Returns the URLs under which a package stays available for years.
    pub fn urls(&self, provenance: &Provenance, package: &Package) -> Vec<String> {
        self.pool_file(provenance, package).map(|file| file.urls).unwrap_or_default()
    }

    fn pool_file(&self, provenance: &Provenance, package: &Package) -> Option<PoolFile> {
        let sha256 = package.sha256?;
        let of_suite = provenance.sources.iter().filter(|source| source.suite == package.suite);
        let listed = of_suite.map(|source| source.date).max();
        let target = &provenance.target;
        Some(PoolFile {
            suite: package.suite.clone(),
            filename: package.filename.clone(),
            sha256,
            size_bytes: package.size_bytes,
            urls: self.locked.get(&sha256).cloned().unwrap_or_else(|| {
                self.settings.lasting_urls(target.distribution, &package.suite, &package.filename, listed)
            }),
        })
    }

    fn archive(&self) -> Result<&Archive, ArchiveError> {
        if let Some(archive) = self.archive.get() {
            return Ok(archive);
        }
        let archive = Archive::new(self.settings.clone())?;
        Ok(self.archive.get_or_init(|| archive))
    }

    /// Downloads .debs. While offline, each one that is not cached is unavailable; every other failure ends the
    /// request.
    fn download(
        &self,
        provenance: &Provenance,
        files: &[PoolFile],
    ) -> Result<Vec<Result<DownloadedDeb, UnavailableDeb>>, ArchiveError> {
        let paths = self.archive()?.debs(&provenance.target, files, self.progress);
        let outcomes = paths.into_iter().zip(files).map(|(path, file)| match path {
            Ok(path) => Ok(Ok(DownloadedDeb { path, sha256: file.sha256 })),
            Err(ArchiveError::NotCached { what }) => Ok(Err(UnavailableDeb::NotCached { file: what })),
            Err(error) => Err(error),
        });
        outcomes.collect()
    }

    /// Reads a downloaded .deb and caches its contents.
    fn read(&self, file: Result<DownloadedDeb, UnavailableDeb>) -> Result<Availability<Deb>, DebStoreError> {
        let DownloadedDeb { path, sha256 } = match file {
            Ok(file) => file,
            Err(cause) => return Ok(Availability::Unavailable(cause)),
        };
        let deb = match read_file(&path) {
            Ok(deb) => deb,
            Err(cause) => return Ok(Availability::Unavailable(UnavailableDeb::Unreadable(cause))),
        };
        match self.cache.put(sha256, &deb) {
            Ok(()) => {
                if !self.keeps_files {
                    // A file that cannot be removed only takes space.
                    let _ = std::fs::remove_file(&path);
                }
                Ok(Availability::Available(Arc::new(deb)))
            }
            Err(source) => Err(DebStoreError::Store { deb: path, source }),
        }
    }
}

fn read_file(path: &Path) -> Result<Deb, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    read_deb(file).map_err(|error| error.to_string())
}
