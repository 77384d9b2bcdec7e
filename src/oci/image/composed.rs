//! A composed image, by the digests of its parts.

use std::collections::BTreeMap;

use super::tag::ImageTag;
use crate::vocabulary::{RootedPath, Sha256Digest};

/// A composed image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Digest of its manifest.
    pub manifest: Sha256Digest,
    /// Digest of its configuration.
    pub config: Sha256Digest,
    /// Layers, the lowest first.
    pub layers: Vec<ImageLayer>,
    /// Names with tags.
    pub tags: Vec<ImageTag>,
    /// Annotations of the manifest.
    pub annotations: BTreeMap<String, String>,
}

/// A layer of a composed image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageLayer {
    /// Origin of its files.
    pub origin: LayerOrigin,
    /// Media type.
    pub media_type: String,
    /// Digest of the blob.
    pub digest: Sha256Digest,
    /// Size of the blob in bytes.
    pub size_bytes: u64,
    /// Digest of the uncompressed tar (OCI image-spec, DiffID).
    pub diff_id: Sha256Digest,
}

/// Origin of the files of a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LayerOrigin {
    /// The base.
    Base,
    /// The packages of the Plan.
    Libraries,
    /// The app at this path.
    App(RootedPath),
}
