//! Packages of one release and architecture, merged from library indices.
//!
//! An index file may have the .debs of several targets, and the .debs of one target may be in several files. The
//! catalog decides which of them belong to a target: those whose digest is that of the catalog's package. So a .deb
//! that is older or newer than the catalog is left out, and one that two releases share belongs to both.

use std::collections::BTreeSet;
use std::iter::Peekable;

use super::{BadLibraryIndex, IndexedDeb, LibraryIndex};
use crate::debian::catalog::{Catalog, CatalogError, Package};
use crate::debian::debs::DebFacts;
use crate::vocabulary::PackageName;

/// Error while library indices are read together with a catalog.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// An index's data is broken.
    #[error("cannot read a library index")]
    Index(#[from] BadLibraryIndex),
    /// The catalog's data is broken.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

/// Package of a target with the indexed facts about its .deb.
#[derive(Clone, Debug)]
pub struct IndexedPackage {
    /// The package in the catalog.
    pub package: Package,
    /// Facts about its .deb.
    pub facts: DebFacts,
}

/// Returns the packages of the catalog's target that the indices know, in the order of their names and each package
/// once. One block of each index is held at a time.
///
/// An item is an error if a block or the catalog is broken.
pub fn indexed_packages<'indices>(
    indices: &'indices [LibraryIndex],
    catalog: &'indices dyn Catalog,
) -> impl Iterator<Item = Result<IndexedPackage, QueryError>> + 'indices {
    let streams = indices.iter().map(|index| packages_of(index, catalog).peekable()).collect();
    MergedPackages { streams, seen: BTreeSet::new() }
}

type PackageStream<'indices> = Box<dyn Iterator<Item = Result<IndexedPackage, QueryError>> + 'indices>;

/// Packages of the catalog's target in one index, in the order of the file, which is that of their names.
fn packages_of<'indices>(
    index: &'indices LibraryIndex,
    catalog: &'indices dyn Catalog,
) -> PackageStream<'indices> {
    let debs = index.debs().flat_map(|block| match block {
        Ok(debs) => debs.into_iter().map(Ok).collect(),
        Err(error) => vec![Err(QueryError::from(error))],
    });
    Box::new(debs.filter_map(move |deb| {
        let IndexedDeb { sha256, facts } = match deb {
            Ok(deb) => deb,
            Err(error) => return Some(Err(error)),
        };
        let package = match catalog.package(&PackageName::new(facts.field("Package")?)) {
            Ok(package) => package?,
            Err(error) => return Some(Err(error.into())),
        };
        (package.sha256 == Some(sha256)).then_some(Ok(IndexedPackage { package, facts }))
    }))
}

/// Sorted streams, merged into one without duplicates.
struct MergedPackages<'indices> {
    streams: Vec<Peekable<PackageStream<'indices>>>,
    seen: BTreeSet<PackageName>,
}

impl Iterator for MergedPackages<'_> {
    type Item = Result<IndexedPackage, QueryError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            // An error comes before every name; of two streams with the same name the first one wins.
            let heads = self.streams.iter_mut().enumerate().filter_map(|(position, stream)| {
                let head = stream.peek()?.as_ref();
                Some((head.ok().map(|head| head.package.name.clone()), position))
            });
            let (_, first) = heads.min()?;
            match self.streams[first].next()? {
                Ok(head) if !self.seen.insert(head.package.name.clone()) => {}
                item => return Some(item),
            }
        }
    }
}

/// The compiled-in catalog and library index of Debian 12 for amd64, for tests.
#[cfg(test)]
pub(super) mod bookworm {
    use super::*;
    use crate::debian::catalog::{FileCatalog, embedded_catalogs};
    use crate::debian::library_index::{embedded_libraries, write_library_index};

    pub(in crate::debian::library_index) fn catalog() -> FileCatalog {
        let mut catalogs = embedded_catalogs().expect("is of this version").into_iter();
        let is_bookworm =
            |catalog: &FileCatalog| catalog.provenance().target.to_string() == "debian bookworm amd64";
        catalogs.find(is_bookworm).expect("has bookworm")
    }

    pub(in crate::debian::library_index) fn index() -> LibraryIndex {
        embedded_libraries().expect("is of this version")
    }

    /// Indexed facts about a package.
    pub(in crate::debian::library_index) fn facts(package: &str) -> DebFacts {
        let package = catalog().package(&PackageName::new(package)).expect("is whole").expect("exists");
        let sha256 = package.sha256.expect("has a digest");
        index().deb(sha256).expect("is whole").expect("is known")
    }

    /// The first .debs of the embedded index, those at even or odd positions.
    pub(in crate::debian::library_index) fn every_second(from: usize) -> LibraryIndex {
        let index = index();
        let blocks: Vec<_> = index.debs().take(60).collect::<Result<_, _>>().expect("is whole");
        let debs: Vec<_> = blocks.into_iter().flatten().skip(from).step_by(2).collect();
        LibraryIndex::open(write_library_index(&[], &[], &debs).expect("is written")).expect("is an index")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::debian::library_index::write_library_index;

    fn names(indices: &[LibraryIndex], catalog: &dyn Catalog) -> Vec<PackageName> {
        indexed_packages(indices, catalog).map(|known| known.expect("is whole").package.name).collect()
    }

    #[test]
    fn several_indices_are_merged_in_the_order_of_names() {
        let catalog = bookworm::catalog();
        let (even, odd) = (bookworm::every_second(0), bookworm::every_second(1));
        let both = names(&[odd.clone(), even.clone(), odd.clone()], &catalog);
        assert!(both.len() > 20 && both.is_sorted(), "{}", both.len());
        assert_eq!(both.len(), names(&[even], &catalog).len() + names(&[odd], &catalog).len());
    }

    #[test]
    fn a_broken_block_is_an_error_and_not_fewer_packages() {
        let first = bookworm::index().debs().next().expect("a block").expect("is whole");
        let mut bytes = write_library_index(&[], &[], &first).expect("is written");
        let last = bytes.len() - 3;
        bytes[last] ^= 0xff;
        let indices = [LibraryIndex::open(bytes).expect("the head is whole")];
        let catalog = bookworm::catalog();
        let error = indexed_packages(&indices, &catalog).next().expect("an item").expect_err("is broken");
        assert!(matches!(error, QueryError::Index(_)), "{error}");
    }
}
