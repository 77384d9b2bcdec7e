//! Inputs of an analysis: the input trees with their environment, and the catalogs.

use crate::app::InputTrees;
use crate::debian::catalog::Catalog;
use crate::loader::LinkerSettings;
use crate::oci::image::ImageSettings;
use crate::vocabulary::Architecture;

/// Trees, and the environment in which they will run.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'trees> {
    /// The trees, and the base below them.
    pub trees: &'trees InputTrees,
    /// Environment that the image will set for the dynamic linker.
    pub settings: &'trees LinkerSettings,
    /// Configuration of the image that is built; none if it is not known what will be started.
    pub image: Option<&'trees ImageSettings>,
    /// Architecture whose objects are analysed; by default that of most objects.
    pub architecture: Option<Architecture>,
}

/// Catalogs that packages are looked up in.
pub struct Catalogs {
    /// Catalog of the chosen release.
    pub main: Box<dyn Catalog>,
    /// Catalogs of other releases, named where the chosen one has no package.
    pub others: Vec<Box<dyn Catalog>>,
}

impl Catalogs {
    pub(super) fn others(&self) -> Vec<&dyn Catalog> {
        self.others.iter().map(AsRef::as_ref).collect()
    }
}
