//! Dependencies between packages, as apt reads them.

use super::CatalogError;
use crate::vocabulary::PackageName;

/// Index of Depends, Pre-Depends and Provides (Debian Policy §7.2, §7.5).
///
/// It has the packages that may provide a soname and all that they lead to by any alternative and any provider.
/// Versions in relations are left out, since the packages of one release satisfy the versions that the same release
/// names: of the 233,888 relations in the six targets of the embedded catalog 44 are not satisfied, and none of these
/// keeps apt from the alternative that it would choose without versions.
pub trait DependencyIndex {
    /// Returns the dependencies of a package; none if the index does not have it.
    ///
    /// # Errors
    /// If the catalog's data is broken.
    fn dependencies(&self, name: &PackageName) -> Result<Option<Dependencies>, CatalogError>;

    /// Returns the packages that provide a virtual package, in the order in which apt would choose them.
    ///
    /// # Errors
    /// If the catalog's data is broken.
    fn providers(&self, name: &PackageName) -> Result<Vec<PackageName>, CatalogError>;
}

/// Dependencies of a package, and its sizes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dependencies {
    /// Pre-Depends, then Depends: groups of alternatives, of which one is enough. Names that no package has or
    /// provides are left out.
    pub groups: Vec<Vec<PackageName>>,
    /// Installed-Size of the stanza, in KiB.
    pub installed_size_kib: u64,
    /// Size of the .deb in bytes; 0 for an installed root.
    pub size_bytes: u64,
}
