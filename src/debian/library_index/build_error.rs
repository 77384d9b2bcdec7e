//! Errors while a library index is built.

use std::io;

use crate::debian::archive::ArchiveError;
use crate::debian::catalog::CatalogError;
use crate::debian::debs::{DebStoreError, UnavailableDeb};
use crate::vocabulary::PackageName;

/// Error while packages are gathered for a library index.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The archive, the network or the cache failed.
    #[error(transparent)]
    DebStore(#[from] DebStoreError),
    /// The archive's indices are not available.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// An index of the archive is broken.
    #[error("cannot read {file}")]
    ReadIndex {
        /// Path of the index in the archive.
        file: String,
        /// Cause.
        #[source]
        source: io::Error,
    },
    /// The catalog's data is broken.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// Some packages' .debs are not available.
    #[error("cannot read {} of the packages: {}", .0.len(), list(.0))]
    Unavailable(Vec<(PackageName, UnavailableDeb)>),
}

fn list(packages: &[(PackageName, UnavailableDeb)]) -> String {
    let each = packages.iter().map(|(name, cause)| format!("{name}: {cause}"));
    each.collect::<Vec<_>>().join("; ")
}
