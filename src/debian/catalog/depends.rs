//! What packages say they need of each other: the question that apt asks, beside that of a soname.

use super::CatalogError;
use crate::vocabulary::PackageName;

/// What a catalog knows of Depends, Pre-Depends and Provides (Debian Policy §7.2, §7.5).
///
/// It knows the packages that can be the answer for a soname and whatever those lead to, by any alternative and
/// any provider. Versions in relations are left out, since those that an index of one release names hold for the
/// packages of that same index: of the 233,888 in the six targets of the embedded catalog 44 do not, and none of
/// these keeps apt from the alternative that it would take without them.
pub trait DependencyIndex {
    /// What a package depends on; none where the index does not know it.
    ///
    /// # Errors
    /// When the catalog's data is broken.
    fn dependencies(&self, name: &PackageName) -> Result<Option<Dependencies>, CatalogError>;

    /// The packages that provide a name without having it, in the order in which apt would take them.
    ///
    /// # Errors
    /// When the catalog's data is broken.
    fn providers(&self, name: &PackageName) -> Result<Vec<PackageName>, CatalogError>;
}

/// What a package depends on, and what installing it costs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dependencies {
    /// Pre-Depends, then Depends: of the alternatives in each group one is enough. Names that no package has or
    /// provides are left out.
    pub groups: Vec<Vec<PackageName>>,
    /// The stanza's Installed-Size, in KiB.
    pub installed_size_kib: u64,
    /// The size of the .deb in bytes; 0 for an installed root.
    pub size_bytes: u64,
}
