//! Archives of `docker save` (Docker Image Specification v1.2, "Combined Image JSON + Filesystem Changeset Format"):
//! `manifest.json` names the configuration and the layers, whatever they are called.

use super::blobs::Blobs;
use super::documents::{Config, DockerImage, document, document_text, parsed};
use super::platform::{ImagePlatform, choose};
use super::{DOCKER_MANIFEST, Described, ImageFault, LayerBlob};

/// Finds the image for a platform.
pub(super) fn describe(blobs: &Blobs, wanted: Option<&ImagePlatform>) -> Result<Described, ImageFault> {
    let images: Vec<DockerImage> = document(blobs, DOCKER_MANIFEST, None)?;
    let mut found = Vec::new();
    for DockerImage { config: name, layers, repo_tags } in images {
        // The configuration is named for its digest.
        let hex = name.rsplit(['/', ':']).next().unwrap_or_default();
        let digest = hex.strip_suffix(".json").unwrap_or(hex).parse().ok();
        let config_text = document_text(blobs, &name, digest)?;
        let config: Config = parsed(&config_text, &name)?;
        config.check_layers(&name, layers.len())?;
        let layers =
            layers.into_iter().map(|name| LayerBlob { name, media_type: None, digest: None }).collect();
        let name = repo_tags.and_then(|tags| tags.into_iter().next());
        found.push((config.platform(), Described { config, config_text, layers, manifest: None, name }));
    }
    choose(found, wanted)
}
