//! Library indices in the cache, which `sodeb index build --from-debs` writes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{
    BadLibraryIndex, IndexedDeb, IndexedTarget, LibraryIndex, SonameTable, embedded_libraries,
    write_library_index,
};
use crate::debian::archive::IndexScope;
use crate::support::files::write_atomically;
use crate::vocabulary::Target;

/// Directory of the library indices in the cache.
const DIR: &str = "libraries";

/// Extension of their file names.
const EXTENSION: &str = "libraries";

/// A library index in the cache that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {}: {cause}", .path.display())]
pub struct UnreadableIndex {
    /// Path of the file.
    pub path: PathBuf,
    /// Cause.
    pub cause: String,
}

/// Opens the embedded library index and those in the cache. An index that cannot be read is reported and left out: the
/// archive has the .debs.
pub fn available_indices(cache_dir: &Path) -> (Vec<LibraryIndex>, Vec<UnreadableIndex>) {
    let directory = fs::read_dir(cache_dir.join(DIR)).into_iter().flatten();
    let mut paths: Vec<PathBuf> = directory.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == EXTENSION));
    paths.sort();
    let mut indices: Vec<LibraryIndex> = embedded_libraries().into_iter().collect();
    let mut unreadable = Vec::new();
    for path in paths {
        match open(&path) {
            Ok(index) => indices.push(index),
            Err(cause) => unreadable.push(UnreadableIndex { path, cause }),
        }
    }
    (indices, unreadable)
}

fn open(path: &Path) -> Result<LibraryIndex, String> {
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    LibraryIndex::open(bytes).map_err(|error: BadLibraryIndex| error.to_string())
}

/// Returns the path of the library index in the cache of a target of one scope.
pub fn cached_index_path(cache_dir: &Path, target: &Target, scope: &IndexScope) -> PathBuf {
    let Target { distribution, release, architecture } = target;
    let mut name = format!("{distribution}-{release}-{architecture}");
    if !scope.is_own() {
        name += &format!("-{}", scope.name());
    }
    cache_dir.join(DIR).join(name).with_extension(EXTENSION)
}

/// Writes a library index to a file, whose directory is created, and returns its size in bytes.
///
/// # Errors
/// If the index is too large for its format, or the file cannot be written.
pub fn save_library_index(
    path: &Path,
    targets: &[IndexedTarget],
    sonames: &[SonameTable],
    debs: &[IndexedDeb],
) -> io::Result<usize> {
    let bytes = write_library_index(targets, sonames, debs)?;
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    write_atomically(path, &bytes)?;
    Ok(bytes.len())
}
