//! The archive as a lock remembers it: what is locked stays, what is let go is looked up anew.

use std::collections::{BTreeMap, BTreeSet};

use bstr::BString;

use super::Plan;
use crate::catalog::{Catalog, CatalogError, Library, Package, Provenance};
use crate::vocabulary::PackageName;

/// A catalog in which the packages of a lock have the versions of the lock.
///
/// Where a library is, and which packages there are, the catalog tells as before: a package that the lock holds
/// back is asked for only where the catalog still names it.
pub struct PinnedCatalog {
    catalog: Box<dyn Catalog>,
    pinned: BTreeMap<PackageName, Package>,
}

impl PinnedCatalog {
    /// Over `catalog` the packages of `plan`, but for those that are `unpinned`.
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::sample::{package, sample_plan};

    /// An archive that has everything in version 9.
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
}
