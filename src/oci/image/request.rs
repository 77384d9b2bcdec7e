//! Request for an image.

use super::composed::LayerOrigin;
use super::settings::ImageSettings;
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
