//! Catalogs in the cache, built from an archive's indices.
//!
//! The name of a file has its target, the scope of its indices and their digest, so that an unchanged archive is not read
//! again, and what was fetched from one archive never answers for another. Files are written atomically: several processes may write at once, and an interrupted
//! one leaves the old file intact.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::format::container;
use super::{
    BuildError, Catalog, CatalogError, CatalogFile, Detail, FileCatalog, IndexKind, ReadLibraries,
    TargetIndex, embedded_catalogs, write_catalog,
};
use crate::debian::archive::{IndexScope, IndexSet};
use crate::support::files;
use crate::vocabulary::{Sha256Digest, Target};

/// Directory of the catalogs in the cache.
const DIR: &str = "catalogs";
/// Suffix of the files.
const SUFFIX: &str = ".catalog";

/// Version tag of the recorded facts; change it when more is recorded, so that older files are ignored. t3: every
/// package, also those without libraries; t4: the origin of the index.
const CONTENTS_VERSION: &str = "t4";

/// Returns the catalog of these indices, with the libraries of packages that were read where Contents is left out: from the cache if they have not changed, or else a new one, which replaces
/// the older ones of its target.
///
/// # Errors
/// If an index cannot be read or the cache cannot be written.
pub fn refresh_catalog(
    set: &IndexSet,
    read: Option<&dyn ReadLibraries>,
    cache_dir: &Path,
) -> Result<FileCatalog, BuildError> {
    let directory = cache_dir.join(DIR);
    let path =
        directory.join(format!("{}{}{SUFFIX}", current_prefix(&set.target, &set.scope), digest(set, read)));
    if let Ok(catalog) = open(&path, &set.target) {
        return Ok(catalog);
    }
    let mut index = TargetIndex::read(set)?;
    if let Some(read) = read.filter(|_| !set.left_out.is_empty()) {
        let embedded = embedded_catalogs()?;
        let embedded = embedded.iter().find(|catalog| catalog.provenance().target == set.target);
        index.substitute_contents(read, embedded)?;
    }
    let bytes = write_catalog(&[index], Detail::Complete)?;
    let failed = |source| BuildError::Write { path: directory.clone(), source };
    std::fs::create_dir_all(&directory).map_err(failed)?;
    write_catalog_file(&path, &bytes)?;
    for older in files(&directory, &prefix(&set.target))? {
        if older != path && is_replaced(&older, set) {
            // Another process may have removed it already, and a leftover does no harm.
            let _ = std::fs::remove_file(older);
        }
    }
    Ok(open(&path, &set.target)?)
}

/// Returns the newest catalog of the target and scope in the cache that this version can read.
///
/// # Errors
/// If the cache cannot be read.
pub fn cached_catalog(
    cache_dir: &Path,
    target: &Target,
    scope: &IndexScope,
) -> Result<Option<FileCatalog>, CatalogError> {
    let files = files(&cache_dir.join(DIR), &current_prefix(target, scope))?;
    let catalogs = files.iter().filter_map(|path| open(path, target).ok());
    Ok(catalogs.max_by_key(|catalog| catalog.provenance().date))
}

/// Catalog file in the cache.
pub struct CachedFile {
    /// Path.
    pub path: PathBuf,
    /// True if it was fetched from the distribution's own archive.
    pub is_own: bool,
    /// Catalogs in it, or its defect.
    pub catalogs: Result<Vec<FileCatalog>, CatalogError>,
}

/// Returns every catalog file in the cache.
///
/// # Errors
/// If the cache cannot be read.
pub fn cached_files(cache_dir: &Path) -> Result<Vec<CachedFile>, CatalogError> {
    let files = files(&cache_dir.join(DIR), "")?;
    let own = format!("-{CONTENTS_VERSION}-{}-", IndexScope::own().name());
    let file = |path: PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_own = name.contains(&own);
        CachedFile { is_own, catalogs: open_all(&path), path }
    };
    Ok(files.into_iter().map(file).collect())
}

/// Writes a catalog file atomically.
///
/// # Errors
/// If it cannot be written; an existing file is then untouched.
pub fn write_catalog_file(path: &Path, bytes: &[u8]) -> Result<(), BuildError> {
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
        cause: "its target does not match its name".to_owned(),
    })
}

/// Returns the catalog files whose names begin with `prefix`, sorted; none if there is no such directory.
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
            entry.file_name().to_str().is_some_and(|name| name.starts_with(prefix) && name.ends_with(SUFFIX));
        if is_catalog {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

/// Returns true if a file of the same target has the scope of these indices, or was written by another version.
fn is_replaced(file: &Path, set: &IndexSet) -> bool {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let is_current = name.starts_with(&format!("{}{CONTENTS_VERSION}-", prefix(&set.target)));
    !is_current || name.starts_with(&current_prefix(&set.target, &set.scope))
}

/// Prefix of the names of a target's files of one scope with all facts that this version records.
fn current_prefix(target: &Target, scope: &IndexScope) -> String {
    format!("{}{CONTENTS_VERSION}-{}-", prefix(target), scope.name())
}

/// Prefix of the names of a target's files. The user names the release, which must not become a path.
fn prefix(target: &Target) -> String {
    format!("{}-{}-{}-", target.distribution, target.release, target.architecture).replace('/', "_")
}

/// Digest of everything that a catalog of these indices depends on.
fn digest(set: &IndexSet, read: Option<&dyn ReadLibraries>) -> Sha256Digest {
    let mut hasher = Sha256::new();
    hasher.update(container::VERSION.to_le_bytes());
    hasher.update(format!("{:?}\n", set.origin()));
    for file in set.contents.iter().chain(&set.packages) {
        hasher.update(format!("{}\n{}\n{}\n{}\n", file.suite, file.file, file.sha256, file.verified));
    }
    if let Some(read) = read.filter(|_| !set.left_out.is_empty()) {
        hasher.update(read.revision(&set.target));
    }
    Sha256Digest(hasher.finalize().into())
}
