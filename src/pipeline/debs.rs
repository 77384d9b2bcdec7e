//! Source of the .debs that the stages ask for.

use std::sync::Arc;

use crate::debian::catalog::{Package, Provenance};
use crate::tree::inventory::Deb;

/// Part of a .deb that is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Its libraries and the links to them, the data that goes with libraries by a rule, and copyright files.
    Libraries,
    /// All of its files.
    Whole,
}

/// A source of .debs: a cache, a library index, an archive.
pub trait Debs {
    /// Failure of the source as a whole, such as a network that cannot be reached.
    type Error;

    /// Reads the packages' .debs, in their order. The inner error says why one of them cannot be read.
    ///
    /// # Errors
    /// If the source fails as a whole.
    fn read(
        &self,
        provenance: &Provenance,
        packages: &[Package],
        reading: Reading,
    ) -> Result<Vec<Result<Arc<Deb>, String>>, Self::Error>;

    /// Returns the URLs from which a package can be downloaded for years, the best first.
    fn urls(&self, provenance: &Provenance, package: &Package) -> Vec<String>;
}
