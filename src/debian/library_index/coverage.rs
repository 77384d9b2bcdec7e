//! Number of packages of a target that library indices know.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use crate::debian::catalog::{Catalog, CatalogError, FileCatalog, Package, is_development};
use crate::vocabulary::{PackageName, RootedPath};

/// Number of library packages of a target that are known and unknown to library indices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// Packages with a library in a default directory of ld.so whose .deb an index knows.
    pub known: usize,
    /// Such packages whose .deb no index knows.
    pub unknown: usize,
}

impl Coverage {
    /// Counts the library packages of a catalog's target, given the names of the known ones. `directories` are the
    /// default directories of ld.so.
    ///
    /// # Errors
    /// If the catalog's data is broken.
    pub fn of(
        known: &BTreeSet<PackageName>,
        catalog: &FileCatalog,
        directories: &[RootedPath],
    ) -> Result<Self, CatalogError> {
        let mut coverage = Self { known: 0, unknown: 0 };
        for name in packages_with_libraries_in(directories, catalog)? {
            if known.contains(&name) {
                coverage.known += 1;
            } else if catalog.package(&name)?.is_some_and(|package| is_for_run_time(&name, &package)) {
                coverage.unknown += 1;
            }
        }
        Ok(coverage)
    }
}

/// Returns the packages that have a library in one of these directories.
pub(super) fn packages_with_libraries_in(
    directories: &[RootedPath],
    catalog: &FileCatalog,
) -> Result<BTreeSet<PackageName>, CatalogError> {
    let mut names = BTreeSet::new();
    catalog.for_each_library(|library| {
        if directories.contains(&library.path.parent()) {
            names.insert(library.package);
        }
        ControlFlow::Continue(())
    })?;
    Ok(names)
}

/// Returns true if a package may provide a library at run time. Development packages never do: their links are for
/// compilers.
pub(super) fn is_for_run_time(name: &PackageName, package: &Package) -> bool {
    !is_development(name.as_str(), &package.section)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::debian::library_index::indexed_packages;
    use crate::debian::library_index::query::bookworm;

    #[test]
    fn packages_that_no_index_knows_are_counted() {
        let catalog = bookworm::catalog();
        let directory = RootedPath::new("/usr/lib/x86_64-linux-gnu");
        let coverage = |index| {
            let indices = [index];
            let packages = indexed_packages(&indices, &catalog);
            let known = packages.map(|known| known.expect("is whole").package.name).collect();
            Coverage::of(&known, &catalog, std::slice::from_ref(&directory)).expect("is whole")
        };
        let (whole, half) = (coverage(bookworm::index()), coverage(bookworm::every_second(0)));
        assert!(whole.known > 10 * whole.unknown, "{whole:?}");
        assert!(half.known > 0 && half.known < half.unknown, "{half:?}");
        assert_eq!(whole.known + whole.unknown, half.known + half.unknown);
    }
}
