//! Order of the packages that provide one file name, as Debian itself has it.

use crate::vocabulary::PackageName;

/// Packages that provide a file name; none if there is no more to know about the name than the packages that contain it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderOrder {
    /// Packages with their places.
    pub providers: Vec<OrderedProvider>,
}

/// Package with its place among the providers of a file name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderedProvider {
    /// Package.
    pub package: PackageName,
    /// Place; 0 is Debian's choice, and packages between which Debian has no preference share a place.
    pub rank: u32,
    /// True if update-alternatives makes the link to the package's file.
    pub is_alternative: bool,
}

impl ProviderOrder {
    /// Returns a package of the order.
    pub fn get(&self, package: &PackageName) -> Option<&OrderedProvider> {
        self.providers.iter().find(|provider| provider.package == *package)
    }
}
