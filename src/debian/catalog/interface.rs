//! Interface of catalogs.

use bstr::BString;

use super::{CatalogError, DependencyIndex, Library, Package, Provenance, ProviderOrder};
use crate::vocabulary::PackageName;

/// Packages of one release or one root, and the libraries in them.
pub trait Catalog: Sync {
    /// Returns the origin of the catalog's facts.
    fn provenance(&self) -> &Provenance;

    /// Returns every location of a file (or link) of this name in a package of the target, sorted by path, then
    /// package.
    ///
    /// # Errors
    /// If the catalog's data is broken.
    fn libraries(&self, file_name: &[u8]) -> Result<Vec<Library>, CatalogError>;

    /// Returns the file names that begin with `prefix`, sorted, at most `limit`.
    ///
    /// # Errors
    /// If the catalog's data is broken.
    fn file_names(&self, prefix: &[u8], limit: usize) -> Result<Vec<BString>, CatalogError>;

    /// Returns a package; none if the catalog does not have it.
    ///
    /// # Errors
    /// If the catalog's data is broken.
    fn package(&self, name: &PackageName) -> Result<Option<Package>, CatalogError>;

    /// Returns the names of all packages, sorted.
    ///
    /// # Errors
    /// If the catalog's data is broken.
    fn package_names(&self) -> Result<Vec<PackageName>, CatalogError>;

    /// Returns the order of the packages that provide a file name; none if the catalog does not know the order of its
    /// packages.
    ///
    /// # Errors
    /// If the catalog's data is broken.
    fn provider_order(&self, _file_name: &[u8]) -> Result<Option<ProviderOrder>, CatalogError> {
        Ok(None)
    }

    /// Returns the dependencies between packages; none if the catalog does not record them.
    fn dependency_index(&self) -> Option<&dyn DependencyIndex>;
}
