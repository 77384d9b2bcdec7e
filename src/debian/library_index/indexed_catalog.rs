//! A catalog with what library indices know of its release: libraries that no Contents lists, links that
//! update-alternatives makes, and Debian's own order of several packages with one library.

use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::Arc;

use bstr::BString;

use super::{LibraryIndex, SonameRecord};
use crate::debian::catalog::{
    Catalog, CatalogError, DependencyIndex, Library, LibraryQuery, OrderedProvider, Package, Provenance,
    ProviderOrder,
};
use crate::vocabulary::{PackageName, RootedPath};

/// Catalog, owned or borrowed, together with library indices.
pub struct IndexedCatalog<C> {
    catalog: C,
    indices: Arc<[LibraryIndex]>,
}

impl<C: Deref<Target: Catalog> + Sync> IndexedCatalog<C> {
    /// Puts library indices behind a catalog.
    pub fn new(catalog: C, indices: Arc<[LibraryIndex]>) -> Self {
        Self { catalog, indices }
    }

    /// Returns the libraries that match a query and that the catalog does not list.
    ///
    /// # Errors
    /// If the catalog's data is broken.
    pub fn unlisted(&self, query: &LibraryQuery) -> Result<Vec<Library>, CatalogError> {
        let target = &self.provenance().target;
        let tables = self.indices.iter().filter_map(|index| index.sonames(target).ok()?);
        let mut unlisted = Vec::new();
        for record in tables.flatten() {
            for provider in &record.providers {
                let package = PackageName::new(&provider.package);
                let library = Library { path: RootedPath::new(&provider.path), package };
                let matches = query.matches_path(&library.path) && query.matches_package(&library.package);
                if matches && !self.catalog.libraries(library.path.file_name())?.contains(&library) {
                    let package = self.catalog.package(&library.package)?;
                    unlisted.extend(package.filter(|package| self.knows(package)).map(|_| library));
                }
            }
        }
        Ok(unlisted)
    }

    /// Returns the names that indices record apart from their .debs, sorted, each once.
    pub fn names(&self) -> impl Iterator<Item = &[u8]> {
        let target = &self.provenance().target;
        let tables = self.indices.iter().filter_map(|index| index.sonames(target).ok()?);
        let names: BTreeSet<&[u8]> = tables.flatten().map(|record| record.name.as_slice()).collect();
        names.into_iter()
    }

    /// Returns the first record of a name. A broken index is no failure: it only knows more than the catalog.
    fn record(&self, file_name: &[u8]) -> Option<&SonameRecord> {
        let target = &self.provenance().target;
        let tables = self.indices.iter().filter_map(|index| index.sonames(target).ok()?);
        tables.into_iter().find_map(|table| super::soname_table::find(table, file_name))
    }

    /// Returns true if an index knows the very .deb of a package.
    fn knows(&self, package: &Package) -> bool {
        let Some(sha256) = package.sha256 else { return false };
        self.indices.iter().any(|index| index.deb(sha256).is_ok_and(|deb| deb.is_some()))
    }
}

/// Puts the packages that have one file at the same path in Debian's order, and leaves everything else as it is. The
/// libraries are sorted by path.
///
/// # Errors
/// If the catalog's data is broken.
pub fn sort_providers<Found>(
    catalog: &dyn Catalog,
    found: &mut [Found],
    location: impl Fn(&Found) -> (&RootedPath, &PackageName),
) -> Result<(), CatalogError> {
    for of_path in found.chunk_by_mut(|one, other| location(one).0 == location(other).0) {
        let Some((path, _)) = of_path.first().filter(|_| of_path.len() > 1).map(&location) else { continue };
        if let Some(order) = catalog.provider_order(path.file_name())? {
            let rank = |package: &PackageName| order.get(package).map_or(u32::MAX, |provider| provider.rank);
            of_path.sort_by_key(|one| rank(location(one).1));
        }
    }
    Ok(())
}

impl<C: Deref<Target: Catalog> + Sync> Catalog for IndexedCatalog<C> {
    fn provenance(&self) -> &Provenance {
        self.catalog.provenance()
    }

    fn libraries(&self, file_name: &[u8]) -> Result<Vec<Library>, CatalogError> {
        let mut libraries = self.catalog.libraries(file_name)?;
        let listed = libraries.len();
        for provider in self.record(file_name).into_iter().flat_map(|record| &record.providers) {
            let package = PackageName::new(&provider.package);
            if libraries[..listed].iter().any(|library| library.package == package) {
                continue;
            }
            if self.catalog.package(&package)?.is_some_and(|package| self.knows(&package)) {
                libraries.push(Library { path: RootedPath::new(&provider.path), package });
            }
        }
        libraries.sort();
        Ok(libraries)
    }

    fn file_names(&self, prefix: &[u8], limit: usize) -> Result<Vec<BString>, CatalogError> {
        self.catalog.file_names(prefix, limit)
    }

    fn package(&self, name: &PackageName) -> Result<Option<Package>, CatalogError> {
        self.catalog.package(name)
    }

    fn package_names(&self) -> Result<Vec<PackageName>, CatalogError> {
        self.catalog.package_names()
    }

    fn provider_order(&self, file_name: &[u8]) -> Result<Option<ProviderOrder>, CatalogError> {
        let target = &self.provenance().target;
        if !self.indices.iter().any(|index| index.covers(target)) {
            return self.catalog.provider_order(file_name);
        }
        let providers = self.record(file_name).map(|record| record.providers.as_slice()).unwrap_or_default();
        let ordered = providers.iter().map(|provider| OrderedProvider {
            package: PackageName::new(&provider.package),
            rank: provider.rank,
            is_alternative: provider.is_alternative,
        });
        Ok(Some(ProviderOrder { providers: ordered.collect() }))
    }

    fn dependency_index(&self) -> Option<&dyn DependencyIndex> {
        self.catalog.dependency_index()
    }
}
