//! Source of the packages' contents that the stages request.

use crate::debian::catalog::{Package, Provenance};
use crate::debian::debs::{Availability, DebFacts};
use crate::tree::inventory::Deb;

/// A source of .debs: a cache, a library index, an archive. A .deb that cannot be obtained is reported in its slot.
pub trait Debs {
    /// Failure of the source as a whole, such as a network that cannot be reached.
    type Error;

    /// Returns facts about the packages in their order: libraries and the links to them, the data files that libraries need,
    /// and copyright files.
    ///
    /// # Errors
    /// If the source fails as a whole.
    fn facts(
        &self,
        provenance: &Provenance,
        packages: &[Package],
    ) -> Result<Vec<Availability<DebFacts>>, Self::Error>;

    /// Returns facts about the packages in their order, as far as they are known without a download.
    fn known_facts(&self, packages: &[Package]) -> Vec<Option<DebFacts>>;

    /// Returns the packages' whole .debs in their order.
    ///
    /// # Errors
    /// If the source fails as a whole.
    fn debs(
        &self,
        provenance: &Provenance,
        packages: &[Package],
    ) -> Result<Vec<Availability<Deb>>, Self::Error>;

    /// Returns facts about a package whose .deb is known, without a download.
    fn known(&self, package: &Package) -> Option<DebFacts>;

    /// Returns the URLs from which a package can be downloaded for years, the best first.
    fn urls(&self, provenance: &Provenance, package: &Package) -> Vec<String>;
}
