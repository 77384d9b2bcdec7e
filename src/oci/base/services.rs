//! Access to the outside that reading a base may need.

use std::path::PathBuf;

use super::BaseError;
use super::reference::BaseReference;
use crate::debian::catalog::{Catalog, Package, Provenance};
use crate::debian::debs::Availability;
use crate::oci::known_images::KnownImage;
use crate::oci::registry::RegistrySettings;
use crate::support::progress::Progress;
use crate::tree::inventory::Deb;
use crate::vocabulary::Architecture;

/// Registries, catalogs, .debs and the cache, each set up only when a base needs it.
pub trait BaseServices {
    /// Error of the outside.
    type Error: From<BaseError>;

    /// Directory of the cache.
    ///
    /// # Errors
    /// If none can be chosen.
    fn cache_dir(&self) -> Result<PathBuf, Self::Error>;

    /// Access to registries and to docker's engine.
    ///
    /// # Errors
    /// If the settings are incomplete.
    fn registry(&self) -> Result<RegistrySettings, Self::Error>;

    /// Catalog of the packages of `image`, which is known as `base`.
    ///
    /// # Errors
    /// If no index of its release is available.
    fn catalog(
        &self,
        base: &BaseReference,
        image: &KnownImage,
        architecture: Option<Architecture>,
    ) -> Result<Box<dyn Catalog>, Self::Error>;

    /// .debs of packages, in their order. One that cannot be obtained is reported in its slot.
    ///
    /// # Errors
    /// If the archive, the network or the cache fails.
    fn debs(
        &self,
        provenance: &Provenance,
        packages: &[Package],
    ) -> Result<Vec<Availability<Deb>>, Self::Error>;

    /// Display of the progress of downloads.
    fn progress(&self) -> Box<dyn Progress>;
}
