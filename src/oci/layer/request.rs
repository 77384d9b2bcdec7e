//! Request for the layer of a Plan.

use std::path::PathBuf;
use std::sync::Arc;

use super::error::LayerError;
use crate::app::ChangedFile;
use crate::solve::plan::Plan;
use crate::tree::inventory::{Deb, Inventory};

/// Part of each package that is shipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerContents {
    /// The planned files.
    Needed,
    /// All files except documentation and variants for newer processors.
    Package,
}

/// The .deb of a planned package.
#[derive(Clone, Debug)]
pub struct PlannedDeb {
    /// Its contents.
    pub deb: Arc<Deb>,
    /// Path of the file.
    pub file: PathBuf,
}

/// Inputs of a layer.
#[derive(Clone, Copy)]
pub struct LayerRequest<'request> {
    /// Plan whose files are shipped.
    pub plan: &'request Plan,
    /// The .debs of the Plan's packages, in its order.
    pub debs: &'request [PlannedDeb],
    /// Base below the layer; none if nothing is assumed to be there.
    pub base: Option<&'request Inventory>,
    /// Part of each package that is shipped.
    pub contents: LayerContents,
    /// Files and links of the apps that are other ones in the image, where the layer is not put below the apps.
    pub changed: &'request [ChangedFile],
    /// True for the lowest layer of an image, which needs a `/tmp`.
    pub is_lowest: bool,
}

/// Refuses to compose the layer of a Plan that was made for a base without one.
///
/// # Errors
/// If the base is missing.
pub fn check_base(plan: &Plan, has_base: bool) -> Result<(), LayerError> {
    if plan.base.is_some() && !has_base { Err(LayerError::MissingBase) } else { Ok(()) }
}
