//! The documents of an image beside its configuration (OCI Image Format, "Image Manifest", "Image Index"; Docker Image
//! Specification v1.2 for the list that `docker load` reads).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::layout::Blob;
use super::{Image, ImageLayer, ImageSettings, ImageTag};
use crate::tree::inventory::ImageParts;
use crate::vocabulary::Sha256Digest;

/// The type of a configuration.
pub(super) const CONFIG_TYPE: &str = "application/vnd.oci.image.config.v1+json";

/// The type of a manifest.
pub(super) const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";

/// The type of a list.
pub(super) const INDEX_TYPE: &str = "application/vnd.oci.image.index.v1+json";

/// Annotations of a manifest that tell what the image was put on.
const BASE_NAME: &str = "org.opencontainers.image.base.name";
const BASE_DIGEST: &str = "org.opencontainers.image.base.digest";

/// Annotations in a list that tell what an image is called: OCI's, and the one with the whole name by which containerd
/// and docker go.
const REFERENCE: &str = "org.opencontainers.image.ref.name";
const IMAGE_NAME: &str = "io.containerd.image.name";

/// What the manifest says of the base, and what is set.
pub(super) fn annotations(parts: &ImageParts, settings: &ImageSettings) -> BTreeMap<String, String> {
    let mut annotations = BTreeMap::new();
    let name = parts.name.as_deref().and_then(|name| name.parse::<ImageTag>().ok());
    annotations.extend(name.map(|name| (BASE_NAME.to_owned(), name.full_name())));
    annotations.extend(parts.manifest.map(|digest| (BASE_DIGEST.to_owned(), format!("sha256:{digest}"))));
    annotations.extend(settings.annotations.clone());
    annotations
}

/// The platform that a configuration states.
pub(super) fn platform_of(config: &Value) -> Value {
    let mut platform = json!({});
    for name in ["architecture", "os", "os.version", "os.features", "variant"] {
        if let Some(value) = config.get(name).filter(|value| !value.is_null()) {
            platform[name] = value.clone();
        }
    }
    platform
}

/// The manifest of an image.
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

/// What points to a manifest for a platform.
pub(super) fn for_platform(mut descriptor: Value, platform: &Value) -> Value {
    descriptor["platform"] = platform.clone();
    descriptor
}

/// A list of what is for several platforms.
pub(super) fn list(manifests: Vec<Value>) -> Value {
    json!({"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": manifests})
}

/// The list of a layout, in which an image, or a list of images, stands once for each of its names.
pub(super) fn index(descriptor: &Value, tags: &[ImageTag]) -> Value {
    let unnamed = || descriptor.clone();
    let named = |tag: &ImageTag| {
        let mut descriptor = unnamed();
        descriptor["annotations"] = json!({IMAGE_NAME: tag.full_name(), REFERENCE: tag.to_string()});
        descriptor
    };
    let manifests =
        if tags.is_empty() { vec![unnamed()] } else { tags.iter().map(named).collect::<Vec<_>>() };
    list(manifests)
}

/// The list that `docker load` reads.
pub(super) fn docker_manifest(image: &Image) -> Value {
    let tags: Vec<String> = image.tags.iter().map(ToString::to_string).collect();
    let layers: Vec<String> = image.layers.iter().map(|layer| blob_name(layer.digest)).collect();
    json!([{"Config": blob_name(image.config), "RepoTags": tags, "Layers": layers}])
}

/// The name of a blob in a layout.
pub(super) fn blob_name(digest: Sha256Digest) -> String {
    format!("blobs/sha256/{digest}")
}

/// What points to a blob.
pub(super) fn descriptor(media_type: &str, digest: Sha256Digest, size_bytes: u64) -> Value {
    json!({"mediaType": media_type, "digest": format!("sha256:{digest}"), "size": size_bytes})
}
