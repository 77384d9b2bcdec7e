//! Request for an image.

use super::composed::LayerOrigin;
use super::error::ImageError;
use super::settings::ImageSettings;
use crate::oci::base::BaseReference;
use crate::oci::layer::Layer;
use crate::tree::inventory::{ImageParts, ImagePlatform};

/// Base of an image.
#[derive(Clone, Copy, Debug)]
pub enum ImageBase<'request> {
    /// No base.
    Scratch,
    /// A root file system, as a layer.
    Directory(&'request Layer),
    /// An image in files.
    Image(&'request ImageParts),
}

/// A layer to put on the base.
#[derive(Clone, Debug)]
pub struct NewLayer<'request> {
    /// Origin of its files.
    pub origin: LayerOrigin,
    /// Its entries.
    pub layer: &'request Layer,
}

/// Inputs of an image.
#[derive(Clone, Debug)]
pub struct ImageRequest<'request> {
    /// Base of the image.
    pub base: ImageBase<'request>,
    /// Layers on the base, the lowest first. Layers without entries are left out.
    pub layers: &'request [NewLayer<'request>],
    /// Configuration, names and annotations.
    pub settings: &'request ImageSettings,
    /// Platform of the image, if the base does not state it.
    pub platform: &'request ImagePlatform,
    /// Time of everything that is new, in seconds since 1970.
    pub created: u64,
}

/// Refuses to build an image without a base, even an empty one, and on a base without layers.
///
/// # Errors
/// If there is no base, or it is modelled from packages.
pub fn check_base(base: Option<&BaseReference>) -> Result<(), ImageError> {
    match base {
        None => Err(ImageError::NoBase),
        Some(base) if base.is_modelled() => Err(ImageError::ModelledBase(base.name().to_owned())),
        Some(_) => Ok(()),
    }
}
