//! .debs, read: out of what was kept of earlier ones, out of a library index as far as that is enough, or else fetched
//! from the archive and read now.

mod embedded;
mod gather;
mod kept;
mod known;
mod objects;
mod search;
mod statistics;

pub use embedded::embedded_libraries;
pub use gather::{GatherError, gather};
pub use kept::{BadLibraryIndex, IndexedTarget, LibraryIndex, write_library_index};
pub use known::{Coverage, KnownDeb, LibraryIndexError, known_debs};
pub use objects::{DebLibraries, LibraryLink, Object};
pub use search::{FoundObject, FoundObjects, ObjectFinder, ObjectQuery};
pub use statistics::{LargeLibrary, LibraryIndexStatistics, NeededSoname, StatisticsBuilder};

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::slice;
use std::sync::Arc;
use std::sync::OnceLock;

use rayon::prelude::*;

use crate::debian::archive::{Archive, ArchiveError, ArchiveSettings, PoolFile};
use crate::debian::catalog::{Package, Provenance};
use crate::support::progress::Progress;
use crate::tree::inventory::{Deb, DebCache, read_deb};
use crate::vocabulary::{PackageName, Sha256Digest};

/// .debs could not be had.
#[derive(Debug, thiserror::Error)]
pub enum DebStoreError {
    /// The archive did not give one.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The index tells no digest of a package, so that its .deb can't be known from another.
    #[error("cannot fetch {0}: the index tells no digest of it")]
    NoDigest(PackageName),
    /// What was read could not be kept.
    #[error("cannot write what was read of {deb} into the cache")]
    Store {
        /// The .deb.
        deb: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// The .debs of an archive, each fetched and read once.
pub struct DebStore<'run> {
    settings: ArchiveSettings,
    /// Made when something has to be fetched: reading the keys takes longer than all the rest of a warm run.
    archive: OnceLock<Archive>,
    stored: DebCache,
    /// Where those of an earlier lock can be had.
    locked: HashMap<Sha256Digest, Vec<String>>,
    /// What is known of .debs without fetching them.
    graphs: Vec<LibraryIndex>,
    /// Whether a .deb that was read stays on the disk.
    keeps_files: bool,
    progress: &'run dyn Progress,
}

impl<'run> DebStore<'run> {
    /// A depot on an archive and its cache. `locked` tells where the .debs of an earlier lock can be had.
    pub fn new(
        settings: ArchiveSettings,
        locked: HashMap<Sha256Digest, Vec<String>>,
        progress: &'run dyn Progress,
    ) -> Self {
        let stored = DebCache::new(&settings.cache_dir);
        let (archive, graphs) = (OnceLock::new(), Vec::new());
        Self { settings, archive, stored, locked, graphs, keeps_files: true, progress }
    }

    /// The same, with library indices to answer out of.
    pub fn with_graphs(self, graphs: Vec<LibraryIndex>) -> Self {
        Self { graphs, ..self }
    }

    /// The same, which removes each .deb as soon as it was read.
    pub fn without_files(self) -> Self {
        Self { keeps_files: false, ..self }
    }

    /// What the packages' .debs have in libraries, in their order, with as little fetching as can be: out of a library
    /// graph or what was read before. Only where a graph knows the release is a .deb that is newer fetched. That one
    /// can't be had is no failure.
    pub fn libraries_at_hand(
        &self,
        provenance: &Provenance,
        packages: &[Package],
    ) -> Vec<Result<Arc<Deb>, String>> {
        let target = &provenance.target;
        if self.graphs.iter().any(|graph| graph.is_of(target)) {
            match self.libraries(provenance, packages) {
                Ok(debs) => return debs,
                // One after the other: what can be had is.
                Err(_) if packages.len() > 1 => {
                    let each = packages.iter().map(slice::from_ref);
                    return each.flat_map(|one| self.libraries_at_hand(provenance, one)).collect();
                }
                Err(error) => return vec![Err(error.to_string())],
            }
        }
        let known =
            packages.iter().map(|package| match package.sha256.and_then(|sha256| self.known(sha256)) {
                Some(deb) => Ok(Arc::new(deb)),
                None => Err(format!("there is no library index of {target} at hand")),
            });
        known.collect()
    }

    /// What the packages' .debs have in libraries, in their order: out of a library index, or else as [`Self::debs`].
    ///
    /// # Errors
    /// When the archive, the network or the cache fails.
    pub fn libraries(
        &self,
        provenance: &Provenance,
        packages: &[Package],
    ) -> Result<Vec<Result<Arc<Deb>, String>>, DebStoreError> {
        self.read_by(provenance, packages, |sha256| self.known(sha256))
    }

    /// What is known of a .deb's libraries without fetching it.
    fn known(&self, sha256: Sha256Digest) -> Option<Deb> {
        // A graph that is broken, or does not have one, is no reason to give no answer: the archive has it.
        let known = self.graphs.iter().find_map(|graph| graph.deb(sha256).ok()?);
        known.or_else(|| self.stored.get(sha256))
    }

    /// The packages' .debs, in their order. The inner error says why one is left out: offline it may not be in the
    /// cache, and one that is signed for may still be broken.
    ///
    /// # Errors
    /// When the archive, the network or the cache fails.
    pub fn debs(
        &self,
        provenance: &Provenance,
        packages: &[Package],
    ) -> Result<Vec<Result<Arc<Deb>, String>>, DebStoreError> {
        self.read_by(provenance, packages, |sha256| self.stored.get(sha256))
    }

    /// The packages' .debs out of what is known of them, those that are not fetched.
    fn read_by(
        &self,
        provenance: &Provenance,
        packages: &[Package],
        known: impl Fn(Sha256Digest) -> Option<Deb> + Sync,
    ) -> Result<Vec<Result<Arc<Deb>, String>>, DebStoreError> {
        let mut debs: Vec<Option<Result<Arc<Deb>, String>>> = packages
            .par_iter()
            .map(|package| match package.sha256 {
                Some(sha256) => known(sha256).map(|deb| Ok(Arc::new(deb))),
                None => Some(Err(format!("the {} index tells no digest of it", provenance.index))),
            })
            .collect();
        let absent: Vec<usize> = (0..debs.len()).filter(|index| debs[*index].is_none()).collect();
        if !absent.is_empty() {
            let wanted: Vec<PoolFile> =
                absent.iter().filter_map(|index| self.pool_file(provenance, &packages[*index])).collect();
            let fetched = self.archive()?.debs(&provenance.target, &wanted, self.progress);
            let files = fetched.into_iter().zip(&wanted).map(|(path, file)| match path {
                Ok(path) => Ok(Ok((path, file.sha256))),
                Err(error @ ArchiveError::NotCached { .. }) => Ok(Err(error.to_string())),
                Err(error) => Err(error),
            });
            let files: Vec<Result<(PathBuf, Sha256Digest), String>> = files.collect::<Result<_, _>>()?;
            let read: Vec<Result<Arc<Deb>, String>> =
                files.into_par_iter().map(|file| self.read(file)).collect::<Result<_, DebStoreError>>()?;
            for (index, deb) in absent.into_iter().zip(read) {
                debs[index] = Some(deb);
            }
        }
        Ok(debs.into_iter().flatten().collect())
    }

    /// The packages' .debs as files, in their order, those that are not in the cache fetched before. Each one's
    /// digest is compared again.
    ///
    /// # Errors
    /// When one can't be had.
    pub fn files(
        &self,
        provenance: &Provenance,
        packages: &[Package],
    ) -> Result<Vec<PathBuf>, DebStoreError> {
        let wanted: Vec<PoolFile> = packages
            .iter()
            .map(|package| {
                let no_digest = || DebStoreError::NoDigest(package.name.clone());
                self.pool_file(provenance, package).ok_or_else(no_digest)
            })
            .collect::<Result<_, _>>()?;
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let fetched = self.archive()?.debs(&provenance.target, &wanted, self.progress);
        Ok(fetched.into_iter().collect::<Result<_, _>>()?)
    }

    /// Where a package can be had for years.
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

    fn read(
        &self,
        file: Result<(PathBuf, Sha256Digest), String>,
    ) -> Result<Result<Arc<Deb>, String>, DebStoreError> {
        let (path, sha256) = match file {
            Ok(file) => file,
            Err(cause) => return Ok(Err(cause)),
        };
        let deb = match open(&path) {
            Ok(deb) => deb,
            Err(cause) => return Ok(Err(cause)),
        };
        match self.stored.put(sha256, &deb) {
            Ok(()) => {
                if !self.keeps_files {
                    // One that stays costs room and nothing else.
                    let _ = std::fs::remove_file(&path);
                }
                Ok(Ok(Arc::new(deb)))
            }
            Err(source) => Err(DebStoreError::Store { deb: path, source }),
        }
    }
}

fn open(path: &Path) -> Result<Deb, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    read_deb(file).map_err(|error| error.to_string())
}
