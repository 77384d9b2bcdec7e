//! A catalog with the versions of a lock: locked packages keep theirs, released ones are looked up again.

use std::collections::{BTreeMap, BTreeSet};

use bstr::BString;

use super::planned::Plan;
use crate::debian::catalog::{
    Catalog, CatalogError, Dependencies, DependencyIndex, Library, Package, Provenance, ProviderOrder,
};
use crate::vocabulary::PackageName;

/// A catalog in which the packages of a lock have the versions of the lock.
///
/// It has the packages and paths of the catalog below: a locked package is used only where that still names it.
pub struct PinnedCatalog {
    catalog: Box<dyn Catalog>,
    pinned: BTreeMap<PackageName, Package>,
}

impl PinnedCatalog {
    /// Lays the packages of `plan` over `catalog`, except those that are `unpinned`.
    pub fn new(catalog: Box<dyn Catalog>, plan: &Plan, unpinned: &BTreeSet<PackageName>) -> Self {
        let locked = plan.packages.iter().map(|planned| &planned.package);
        let pinned = locked.filter(|package| !unpinned.contains(&package.name));
        let pinned = pinned.map(|package| (package.name.clone(), package.clone())).collect();
        Self { catalog, pinned }
    }
}

impl Catalog for PinnedCatalog {
    fn provenance(&self) -> &Provenance {
        self.catalog.provenance()
    }

    fn libraries(&self, file_name: &[u8]) -> Result<Vec<Library>, CatalogError> {
        self.catalog.libraries(file_name)
    }

    fn file_names(&self, prefix: &[u8], limit: usize) -> Result<Vec<BString>, CatalogError> {
        self.catalog.file_names(prefix, limit)
    }

    fn package(&self, name: &PackageName) -> Result<Option<Package>, CatalogError> {
        match self.pinned.get(name) {
            Some(package) => Ok(Some(package.clone())),
            None => self.catalog.package(name),
        }
    }

    fn package_names(&self) -> Result<Vec<PackageName>, CatalogError> {
        self.catalog.package_names()
    }

    fn provider_order(&self, file_name: &[u8]) -> Result<Option<ProviderOrder>, CatalogError> {
        self.catalog.provider_order(file_name)
    }

    fn dependency_index(&self) -> Option<&dyn DependencyIndex> {
        self.catalog.dependency_index().is_some().then_some(self)
    }
}

/// A lock does not store Depends: those of the catalog's version are used, with the sizes of the lock's.
impl DependencyIndex for PinnedCatalog {
    fn dependencies(&self, name: &PackageName) -> Result<Option<Dependencies>, CatalogError> {
        let Some(index) = self.catalog.dependency_index() else { return Ok(None) };
        let dependencies = index.dependencies(name)?;
        Ok(dependencies.map(|dependencies| match self.pinned.get(name) {
            Some(package) => Dependencies {
                installed_size_kib: package.installed_size_kib,
                size_bytes: package.size_bytes,
                ..dependencies
            },
            None => dependencies,
        }))
    }

    fn providers(&self, name: &PackageName) -> Result<Vec<PackageName>, CatalogError> {
        match self.catalog.dependency_index() {
            Some(index) => index.providers(name),
            None => Ok(Vec::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solve::plan::sample::{package, sample_plan};

    /// An archive in which every package has version 9.
    struct Newest(Provenance);

    impl Catalog for Newest {
        fn provenance(&self) -> &Provenance {
            &self.0
        }
        fn libraries(&self, _: &[u8]) -> Result<Vec<Library>, CatalogError> {
            Ok(Vec::new())
        }
        fn file_names(&self, _: &[u8], _: usize) -> Result<Vec<BString>, CatalogError> {
            Ok(vec![BString::from("libgmp.so.10")])
        }
        fn package(&self, name: &PackageName) -> Result<Option<Package>, CatalogError> {
            Ok(Some(package(name.as_str(), "9", 9, true).package))
        }
        fn package_names(&self) -> Result<Vec<PackageName>, CatalogError> {
            Ok(Vec::new())
        }

        fn dependency_index(&self) -> Option<&dyn DependencyIndex> {
            Some(self)
        }
    }

    impl DependencyIndex for Newest {
        fn dependencies(&self, _: &PackageName) -> Result<Option<Dependencies>, CatalogError> {
            let groups = vec![vec![PackageName::new("libc6")]];
            Ok(Some(Dependencies { groups, installed_size_kib: 9, size_bytes: 9 }))
        }
        fn providers(&self, _: &PackageName) -> Result<Vec<PackageName>, CatalogError> {
            Ok(vec![PackageName::new("provider")])
        }
    }

    #[test]
    fn what_is_locked_stays_and_what_is_let_go_is_looked_up() {
        let plan = sample_plan();
        let unpinned = BTreeSet::from([PackageName::new("libmpfr6")]);
        let catalog = PinnedCatalog::new(Box::new(Newest(plan.provenance.clone())), &plan, &unpinned);
        let version = |name| {
            let package = catalog.package(&PackageName::new(name)).expect("is read");
            package.expect("is there").version
        };
        assert_eq!(version("libgmp10"), "2:6.2.1+dfsg1-1.1");
        assert_eq!(version("libmpfr6"), "9");
        assert_eq!(version("libc6"), "9");
        assert_eq!(catalog.file_names(b"lib", 9).expect("is read").len(), 1);
    }

    #[test]
    fn depends_are_the_catalogs_and_sizes_the_locks() {
        let plan = sample_plan();
        let catalog = PinnedCatalog::new(Box::new(Newest(plan.provenance.clone())), &plan, &BTreeSet::new());
        let index = catalog.dependency_index().expect("has one");
        let size = |name| {
            let dependencies =
                index.dependencies(&PackageName::new(name)).expect("is read").expect("is there");
            assert_eq!(dependencies.groups, [[PackageName::new("libc6")]]);
            dependencies.size_bytes
        };
        let locked = plan.package(&PackageName::new("libgmp10")).expect("is locked").package.size_bytes;
        assert_eq!([size("libgmp10"), size("libc6")], [locked, 9]);
        assert_eq!(index.providers(&PackageName::new("awk")).expect("is read").len(), 1);
    }
}
