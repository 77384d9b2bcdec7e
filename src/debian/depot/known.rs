//! What library indices know of one release on one architecture.
//!
//! A graph file may have the .debs of several targets, and those of one may be in several files. Which of them are a
//! target's, the catalog tells: those whose digest its package of that name has. So a .deb that is older or newer than
//! the catalog is none of it, and one that two releases share is of both.

use std::collections::BTreeSet;
use std::iter::Peekable;

use super::gather::{having_libraries_in, is_of_use};
use super::{BadLibraryIndex, LibraryIndex};
use crate::debian::catalog::{Catalog, CatalogError, FileCatalog, Package};
use crate::tree::inventory::Deb;
use crate::vocabulary::{PackageName, RootedPath};

/// What library indices know could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LibraryIndexError {
    /// A graph's data is broken.
    #[error("cannot read a library index")]
    Graph(#[from] BadLibraryIndex),
    /// The catalog's data is broken.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

/// A package of the target, and what its .deb has in libraries.
#[derive(Clone, Debug)]
pub struct KnownDeb {
    /// The package, as the catalog has it.
    pub package: Package,
    /// What is kept of its .deb.
    pub deb: Deb,
}

/// What the graphs know of the catalog's target, in the order of the packages' names and each package once. One block of
/// each graph is held at a time.
///
/// An item is an error where a block or the catalog is broken.
pub fn known_debs<'graphs>(
    graphs: &'graphs [LibraryIndex],
    catalog: &'graphs dyn Catalog,
) -> impl Iterator<Item = Result<KnownDeb, LibraryIndexError>> + 'graphs {
    let streams = graphs.iter().map(|graph| of_target(graph, catalog).peekable()).collect();
    Merged { streams, told: BTreeSet::new() }
}

type Stream<'graphs> = Box<dyn Iterator<Item = Result<KnownDeb, LibraryIndexError>> + 'graphs>;

/// Those .debs of one graph that are the target's, in the order of the file, which is that of their packages' names.
fn of_target<'graphs>(graph: &'graphs LibraryIndex, catalog: &'graphs dyn Catalog) -> Stream<'graphs> {
    let debs = graph.debs().flat_map(|block| match block {
        Ok(debs) => debs.into_iter().map(Ok).collect(),
        Err(error) => vec![Err(LibraryIndexError::from(error))],
    });
    Box::new(debs.filter_map(move |kept| {
        let (sha256, deb) = match kept {
            Ok(kept) => kept,
            Err(error) => return Some(Err(error)),
        };
        let package = match catalog.package(&PackageName::new(deb.field("Package")?)) {
            Ok(package) => package?,
            Err(error) => return Some(Err(error.into())),
        };
        (package.sha256 == Some(sha256)).then_some(Ok(KnownDeb { package, deb }))
    }))
}

/// Streams in one order, merged.
struct Merged<'graphs> {
    streams: Vec<Peekable<Stream<'graphs>>>,
    told: BTreeSet<PackageName>,
}

impl Iterator for Merged<'_> {
    type Item = Result<KnownDeb, LibraryIndexError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            // An error comes before every name; of two streams with the same the first is taken.
            let heads = self.streams.iter_mut().enumerate().filter_map(|(index, stream)| {
                let head = stream.peek()?.as_ref();
                Some((head.ok().map(|known| known.package.name.clone()), index))
            });
            let (_, first) = heads.min()?;
            match self.streams[first].next()? {
                Ok(known) if !self.told.insert(known.package.name.clone()) => {}
                item => return Some(item),
            }
        }
    }
}

/// How much of a target library indices know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// Packages with a library where ld.so looks by default, of which a graph knows the .deb.
    pub known: usize,
    /// Such packages of which none does.
    pub unknown: usize,
}

impl Coverage {
    /// What comes of knowing the packages of these names. `directories` are those in which ld.so looks by default.
    ///
    /// # Errors
    /// When the catalog's data is broken.
    pub fn of(
        known: &BTreeSet<PackageName>,
        catalog: &FileCatalog,
        directories: &[RootedPath],
    ) -> Result<Self, CatalogError> {
        let mut coverage = Self { known: 0, unknown: 0 };
        for name in having_libraries_in(directories, catalog)? {
            if known.contains(&name) {
                coverage.known += 1;
            } else if catalog.package(&name)?.is_some_and(|package| is_of_use(&name, &package)) {
                coverage.unknown += 1;
            }
        }
        Ok(coverage)
    }
}

/// What tests look at: the catalog and the library index of Debian 12 for amd64 that are compiled in.
#[cfg(test)]
pub(super) mod bookworm {
    use super::*;
    use crate::debian::catalog::embedded_catalogs;
    use crate::debian::depot::embedded_libraries;

    pub(in crate::debian::depot) fn catalog() -> FileCatalog {
        let mut catalogs = embedded_catalogs().expect("is of this version").into_iter();
        let is_it =
            |catalog: &FileCatalog| catalog.provenance().target.to_string() == "debian bookworm amd64";
        catalogs.find(is_it).expect("has bookworm")
    }

    pub(in crate::debian::depot) fn graph() -> LibraryIndex {
        embedded_libraries().expect("is of this version")
    }

    /// What is kept of a package.
    pub(in crate::debian::depot) fn deb(package: &str) -> Deb {
        let package = catalog().package(&PackageName::new(package)).expect("is whole").expect("is there");
        let sha256 = package.sha256.expect("is told");
        graph().deb(sha256).expect("is whole").expect("is known")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::debian::depot::write_library_index;

    /// The first .debs of the embedded graph, those at even or odd places.
    fn every_second(from: usize) -> LibraryIndex {
        let graph = bookworm::graph();
        let blocks: Vec<_> = graph.debs().take(60).collect::<Result<_, _>>().expect("is whole");
        let debs: Vec<_> = blocks.into_iter().flatten().skip(from).step_by(2).collect();
        LibraryIndex::open(write_library_index(&[], &debs).expect("is written")).expect("is one")
    }

    fn names(graphs: &[LibraryIndex], catalog: &dyn Catalog) -> Vec<PackageName> {
        known_debs(graphs, catalog).map(|known| known.expect("is whole").package.name).collect()
    }

    #[test]
    fn several_graphs_are_one_in_the_order_of_names() {
        let catalog = bookworm::catalog();
        let (even, odd) = (every_second(0), every_second(1));
        let both = names(&[odd.clone(), even.clone(), odd.clone()], &catalog);
        assert!(both.len() > 20 && both.is_sorted(), "{}", both.len());
        assert_eq!(both.len(), names(&[even], &catalog).len() + names(&[odd], &catalog).len());
    }

    #[test]
    fn packages_that_no_graph_knows_are_counted() {
        let catalog = bookworm::catalog();
        let directory = RootedPath::new("/usr/lib/x86_64-linux-gnu");
        let coverage = |graph: LibraryIndex| {
            let known = names(&[graph], &catalog).into_iter().collect();
            Coverage::of(&known, &catalog, std::slice::from_ref(&directory)).expect("is whole")
        };
        let (whole, few) = (coverage(bookworm::graph()), coverage(every_second(0)));
        assert!(whole.known > 10 * whole.unknown, "{whole:?}");
        assert!(few.known > 0 && few.known < few.unknown, "{few:?}");
        assert_eq!(whole.known + whole.unknown, few.known + few.unknown);
    }

    #[test]
    fn a_broken_block_is_an_error_and_not_fewer_packages() {
        let first = bookworm::graph().debs().next().expect("a block").expect("is whole");
        let mut bytes = write_library_index(&[], &first).expect("is written");
        let last = bytes.len() - 3;
        bytes[last] ^= 0xff;
        let graphs = [LibraryIndex::open(bytes).expect("the head is whole")];
        let catalog = bookworm::catalog();
        let error = known_debs(&graphs, &catalog).next().expect("an item").expect_err("is broken");
        assert!(matches!(error, LibraryIndexError::Graph(_)), "{error}");
    }
}
