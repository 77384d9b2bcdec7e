//! Errors of building a catalog.

use std::path::PathBuf;

use crate::debian::archive::ArchiveError;
use crate::debian::catalog::CatalogError;
use crate::debian::catalog::format::metadata::TARGET_LIMIT;

/// Error while a catalog file is built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// There are more targets than a file can have.
    #[error("cannot write a catalog of {count} targets: at most {TARGET_LIMIT} fit in a file")]
    TooManyTargets {
        /// Number of targets.
        count: usize,
    },
    /// An index of the archive cannot be opened.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// An index of the archive is broken.
    #[error("cannot read {file} of {suite}")]
    ReadIndex {
        /// Suite.
        suite: String,
        /// Path below the suite.
        file: String,
        /// Cause.
        #[source]
        source: std::io::Error,
    },
    /// A file could not be written.
    #[error("cannot write {path}")]
    Write {
        /// Path.
        path: PathBuf,
        /// Cause.
        #[source]
        source: std::io::Error,
    },
    /// The written catalog cannot be read.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The compressor failed.
    #[error("cannot compress a catalog")]
    Compress(#[from] std::io::Error),
}
