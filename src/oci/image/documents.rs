//! Documents of an image except its configuration (OCI Image Format, "Image Manifest", "Image Index"; Docker Image
//! Specification v1.2 for the manifest file that `docker load` reads).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::composed::{Image, ImageLayer};
use super::settings::ImageSettings;
use super::tag::ImageTag;
use crate::tree::inventory::ImageParts;
use crate::vocabulary::Sha256Digest;

/// Media type of a configuration.
pub(super) const CONFIG_TYPE: &str = "application/vnd.oci.image.config.v1+json";

/// Media type of a manifest.
pub(super) const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";

/// Media type of an index.
pub(super) const INDEX_TYPE: &str = "application/vnd.oci.image.index.v1+json";

/// Annotation of a manifest with the name of the base.
const BASE_NAME: &str = "org.opencontainers.image.base.name";

/// Annotation of a manifest with the digest of the base.
const BASE_DIGEST: &str = "org.opencontainers.image.base.digest";

/// Annotation in an index with the name of an image.
const REFERENCE: &str = "org.opencontainers.image.ref.name";

/// Annotation in an index with the complete name of an image, which containerd and docker use.
const IMAGE_NAME: &str = "io.containerd.image.name";

/// A document or layer in a layout, by its digest.
pub(super) struct Blob {
    pub(super) media_type: &'static str,
    pub(super) digest: Sha256Digest,
    pub(super) size_bytes: u64,
}

impl Blob {
    pub(super) fn descriptor(&self) -> Value {
        descriptor(self.media_type, self.digest, self.size_bytes)
    }
}

/// Annotations of the manifest: name and digest of the base, and those of the settings.
pub(super) fn annotations(parts: &ImageParts, settings: &ImageSettings) -> BTreeMap<String, String> {
    let mut annotations = BTreeMap::new();
    let name = parts.name.as_deref().and_then(|name| name.parse::<ImageTag>().ok());
    annotations.extend(name.map(|name| (BASE_NAME.to_owned(), name.full_name())));
    annotations.extend(parts.manifest.map(|digest| (BASE_DIGEST.to_owned(), format!("sha256:{digest}"))));
    annotations.extend(settings.annotations.clone());
    annotations
}

/// Platform in a configuration.
pub(super) fn platform_of(config: &Value) -> Value {
    let mut platform = json!({});
    for name in ["architecture", "os", "os.version", "os.features", "variant"] {
        if let Some(value) = config.get(name).filter(|value| !value.is_null()) {
            platform[name] = value.clone();
        }
    }
    platform
}

/// Manifest of an image.
pub(super) fn manifest(
    config: &Blob,
    layers: &[ImageLayer],
    annotations: &BTreeMap<String, String>,
) -> Value {
    let layers: Vec<Value> =
        layers.iter().map(|layer| descriptor(&layer.media_type, layer.digest, layer.size_bytes)).collect();
    let mut manifest = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "config": config.descriptor(),
        "layers": layers,
    });
    if !annotations.is_empty() {
        manifest["annotations"] = json!(annotations);
    }
    manifest
}

/// Adds the platform to the descriptor of a manifest.
pub(super) fn for_platform(mut descriptor: Value, platform: &Value) -> Value {
    descriptor["platform"] = platform.clone();
    descriptor
}

/// Index of manifests, such as those for several platforms.
pub(super) fn manifest_index(manifests: Vec<Value>) -> Value {
    json!({"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": manifests})
}

/// Index of a layout, in which an image or an index is listed once for each of its names.
pub(super) fn index(descriptor: &Value, tags: &[ImageTag]) -> Value {
    let unnamed = || descriptor.clone();
    let named = |tag: &ImageTag| {
        let mut descriptor = unnamed();
        descriptor["annotations"] = json!({IMAGE_NAME: tag.full_name(), REFERENCE: tag.to_string()});
        descriptor
    };
    let manifests =
        if tags.is_empty() { vec![unnamed()] } else { tags.iter().map(named).collect::<Vec<_>>() };
    manifest_index(manifests)
}

/// Manifest file for `docker load`.
pub(super) fn docker_manifest(image: &Image) -> Value {
    let tags: Vec<String> = image.tags.iter().map(ToString::to_string).collect();
    let layers: Vec<String> = image.layers.iter().map(|layer| blob_name(layer.digest)).collect();
    json!([{"Config": blob_name(image.config), "RepoTags": tags, "Layers": layers}])
}

/// Path of a blob in a layout.
pub(super) fn blob_name(digest: Sha256Digest) -> String {
    format!("blobs/sha256/{digest}")
}

/// Descriptor of a blob.
pub(super) fn descriptor(media_type: &str, digest: Sha256Digest, size_bytes: u64) -> Value {
    json!({"mediaType": media_type, "digest": format!("sha256:{digest}"), "size": size_bytes})
}
