//! Catalogs that `sodeb index update` made of an archive's indices, in the cache.
//!
//! A file is named for its target and for the digest of what it was made from, so that an archive that has
//! not changed is not read again. It is written beside and renamed: several processes may do so at once, and
//! one that is interrupted leaves the old one good.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::{
    BuildError, Catalog, CatalogError, CatalogFile, Detail, FileCatalog, IndexKind, TargetIndex, container,
    write_catalog,
};
use crate::debian::archive::IndexSet;
use crate::support::files;
use crate::vocabulary::{Sha256Digest, Target};

/// The directory of the catalogs in the cache.
const DIR: &str = "catalogs";
const ENDING: &str = ".catalog";

/// What is told of the indices: another word whenever it is more, so that what an older version wrote is no answer any
/// more. 3: every package, also those without libraries.
const TOLD: &str = "t3";

/// The catalog of these indices: the one in the cache if they have not changed and it is whole, else a new one, which
/// takes the place of the older ones of its target.
///
/// # Errors
/// When an index cannot be read or the cache not be written.
pub fn refresh_catalog(set: &IndexSet, cache_dir: &Path) -> Result<FileCatalog, BuildError> {
    let directory = cache_dir.join(DIR);
    let path = directory.join(format!("{}{}{ENDING}", current_prefix(&set.target), digest(set)));
    if let Ok(catalog) = open(&path, &set.target) {
        return Ok(catalog);
    }
    let bytes = write_catalog(&[TargetIndex::read(set)?], Detail::Complete)?;
    let failed = |source| BuildError::Write { path: directory.clone(), source };
    std::fs::create_dir_all(&directory).map_err(failed)?;
    write_atomically(&path, &bytes)?;
    for older in files(&directory, &prefix(&set.target))? {
        if older != path {
            // Another process may have been faster; what is left over does no harm.
            let _ = std::fs::remove_file(older);
        }
    }
    Ok(open(&path, &set.target)?)
}

/// The newest catalog of the target in the cache, if there is one that this version can read.
///
/// # Errors
/// When the cache cannot be read.
pub fn cached_catalog(cache_dir: &Path, target: &Target) -> Result<Option<FileCatalog>, CatalogError> {
    let files = files(&cache_dir.join(DIR), &current_prefix(target))?;
    let catalogs = files.iter().filter_map(|path| open(path, target).ok());
    Ok(catalogs.max_by_key(|catalog| catalog.provenance().date))
}

/// A catalog file in the cache.
pub struct CachedFile {
    /// Where it is.
    pub path: PathBuf,
    /// The catalogs in it, or what is wrong with it.
    pub catalogs: Result<Vec<FileCatalog>, CatalogError>,
}

/// Every catalog file in the cache.
///
/// # Errors
/// When the cache cannot be read.
pub fn cached_files(cache_dir: &Path) -> Result<Vec<CachedFile>, CatalogError> {
    let files = files(&cache_dir.join(DIR), "")?;
    Ok(files.into_iter().map(|path| CachedFile { catalogs: open_all(&path), path }).collect())
}

/// Writes a catalog file beside and renames it, so that no reader ever sees a part of it.
///
/// # Errors
/// When it cannot be written; what was there before is then untouched.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), BuildError> {
    files::write_atomically(path, bytes).map_err(|source| BuildError::Write { path: path.to_owned(), source })
}

fn open_all(path: &Path) -> Result<Vec<FileCatalog>, CatalogError> {
    let bytes = std::fs::read(path).map_err(|source| CatalogError::Read { path: path.to_owned(), source })?;
    Arc::new(CatalogFile::open(path.display().to_string(), bytes)?).catalogs(IndexKind::Archive)
}

fn open(path: &Path, target: &Target) -> Result<FileCatalog, CatalogError> {
    let found = open_all(path)?.into_iter().find(|catalog| catalog.provenance().target == *target);
    found.ok_or_else(|| CatalogError::Broken {
        catalog: path.display().to_string(),
        cause: "it is of another target than its name says".to_owned(),
    })
}

/// The catalogs' files whose names begin so, sorted; none where there is no such directory.
fn files(directory: &Path, prefix: &str) -> Result<Vec<PathBuf>, CatalogError> {
    let failed = |source| CatalogError::Read { path: directory.to_owned(), source };
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut files = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failed)?;
        let is_catalog =
            entry.file_name().to_str().is_some_and(|name| name.starts_with(prefix) && name.ends_with(ENDING));
        if is_catalog {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

/// How the names of those of a target's files begin that tell all that this version wants to know.
fn current_prefix(target: &Target) -> String {
    format!("{}{TOLD}-", prefix(target))
}

/// How the names of a target's files begin. A release's name is the user's and must not become a path.
fn prefix(target: &Target) -> String {
    format!("{}-{}-{}-", target.distribution, target.release, target.architecture).replace('/', "_")
}

/// The digest of all that a catalog of these indices depends on.
fn digest(set: &IndexSet) -> Sha256Digest {
    let mut hasher = Sha256::new();
    hasher.update(container::VERSION.to_le_bytes());
    for file in set.contents.iter().chain(&set.packages) {
        hasher.update(format!("{}\n{}\n{}\n{}\n", file.suite, file.file, file.sha256, file.verified));
    }
    Sha256Digest(hasher.finalize().into())
}
