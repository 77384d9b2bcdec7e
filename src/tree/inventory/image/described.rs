//! An image as its documents describe it, before its layers are read.

use super::documents::ImageConfig;
use crate::vocabulary::Sha256Digest;

/// An image as its documents describe it.
pub(super) struct DescribedImage {
    pub(super) config: ImageConfig,
    /// Text of the configuration.
    pub(super) config_text: Vec<u8>,
    /// Digest of its manifest; `None` for an archive of docker-save.
    pub(super) manifest: Option<Sha256Digest>,
    /// Name of the image.
    pub(super) name: Option<String>,
    /// Layers, the lowest first; as many as the configuration has diff IDs.
    pub(super) layers: Vec<LayerBlob>,
}

/// Location of a layer.
pub(super) struct LayerBlob {
    /// Name in the archive or directory.
    pub(super) name: String,
    /// Media type in the manifest.
    pub(super) media_type: Option<String>,
    /// Digest that the blob must have.
    pub(super) digest: Option<Sha256Digest>,
}
