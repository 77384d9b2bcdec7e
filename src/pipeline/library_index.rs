//! Library indices of whole releases: built, and read together with a catalog.

use std::collections::BTreeSet;

use crate::debian::archive::IndexSet;
use crate::debian::catalog::{self, Catalog, CatalogError, FileCatalog, TargetIndex};
use crate::debian::debs::DebStore;
use crate::debian::library_index::{
    BuildError, Coverage, Dependents, IndexedDeb, IndexedPackage, IndexedTarget, LibraryIndex, QueryError,
    SonameTable, gather_packages, indexed_packages,
};
use crate::loader::Platform;
use crate::oci::known_images;
use crate::support::progress::Progress;
use crate::vocabulary::{RootedPath, Target};

/// Error while the libraries of a release are read from library indices.
#[derive(Debug, thiserror::Error)]
pub enum LibraryAccessError {
    /// No library index covers the target.
    #[error("cannot read the libraries of {0}: no library index has them")]
    NotIndexed(Target),
    /// An index or the catalog is broken.
    #[error(transparent)]
    Query(#[from] QueryError),
}

impl From<CatalogError> for LibraryAccessError {
    fn from(error: CatalogError) -> Self {
        Self::Query(error.into())
    }
}

/// Returns the default directories of a target's ld.so, and the directories of ld.so itself.
pub fn library_directories(target: &Target) -> Vec<RootedPath> {
    let Some(platform) = Platform::of_triplet(target.architecture.triplet()) else { return Vec::new() };
    let mut directories: Vec<RootedPath> =
        platform.default_directories().iter().map(RootedPath::new).collect();
    // Since Debian 13 the packages have ld.so below /usr, and programs look for it above.
    let linkers = RootedPath::new(platform.interpreter).parent();
    for directory in [RootedPath::new("/usr").join(&linkers.as_bytes()[1..]), linkers] {
        if !directories.contains(&directory) {
            directories.push(directory);
        }
    }
    directories
}

/// Calls `visit` with each package of the catalog's target that the indices know, in the order of the names, and returns
/// the number of known and unknown packages.
///
/// # Errors
/// If no index covers the target, an index or the catalog is broken, or `visit` fails.
pub fn visit_indexed_packages<Error: From<LibraryAccessError>>(
    catalog: &FileCatalog,
    indices: &[LibraryIndex],
    mut visit: impl FnMut(&IndexedPackage) -> Result<(), Error>,
) -> Result<Coverage, Error> {
    let target = &catalog.provenance().target;
    if !indices.iter().any(|index| index.covers(target)) {
        return Err(LibraryAccessError::NotIndexed(target.clone()).into());
    }
    let mut names = BTreeSet::new();
    for indexed in indexed_packages(indices, catalog) {
        let indexed = indexed.map_err(LibraryAccessError::from)?;
        visit(&indexed)?;
        names.insert(indexed.package.name);
    }
    let coverage = Coverage::of(&names, catalog, &library_directories(target));
    Ok(coverage.map_err(LibraryAccessError::from)?)
}

/// Reads every library package of a release, for a library index of it. `indices` are those of the catalog.
///
/// # Errors
/// If a .deb cannot be obtained or read, or the catalog is broken.
pub fn gather_library_index(
    store: &DebStore<'_>,
    catalog: &FileCatalog,
    indices: &IndexSet,
    progress: &dyn Progress,
) -> Result<(IndexedTarget, SonameTable, Vec<IndexedDeb>), BuildError> {
    let provenance = catalog.provenance();
    let dependents = Dependents::read(indices)?;
    let directories = library_directories(&provenance.target);
    let (debs, sonames) = gather_packages(store, catalog, &dependents, &directories, progress)?;
    let target = IndexedTarget {
        target: provenance.target.clone(),
        packages: u32::try_from(debs.len()).unwrap_or(u32::MAX),
        date: provenance.date,
    };
    Ok((target, sonames, debs))
}

/// Reads the archive's indices of a target for a compact catalog, which has the packages with libraries, those that library
/// indices know and those of known images.
///
/// # Errors
/// If an index is broken.
pub fn compact_index(set: &IndexSet, indices: &[LibraryIndex]) -> Result<TargetIndex, catalog::BuildError> {
    let mut index = TargetIndex::read(set)?;
    let of_target = indices.iter().filter(|index| index.covers(&set.target));
    // The catalog decides which of a package's .debs is the target's.
    let debs = of_target.flat_map(LibraryIndex::debs).flatten().flatten();
    index.require_debs(debs.filter_map(|deb| deb.package()));
    index.require_debs(known_images::all_packages());
    Ok(index)
}
