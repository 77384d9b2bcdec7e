//! Archives of `docker save` (Docker Image Specification v1.2, "Combined Image JSON + Filesystem Changeset Format"):
//! `manifest.json` lists the file names of the configuration and of the layers.

use super::blobs::{Blobs, DOCKER_MANIFEST};
use super::choose::choose_image;
use super::described::{DescribedImage, LayerBlob};
use super::documents::{DockerImage, ImageConfig, document, document_text, parsed};
use super::fault::ImageFault;
use super::platform::ImagePlatform;

/// Finds the image for a platform.
pub(super) fn describe(blobs: &Blobs, wanted: Option<&ImagePlatform>) -> Result<DescribedImage, ImageFault> {
    let images: Vec<DockerImage> = document(blobs, DOCKER_MANIFEST, None)?;
    let mut found = Vec::new();
    for DockerImage { config: name, layers, repo_tags } in images {
        // The name of the configuration is its digest.
        let hex = name.rsplit(['/', ':']).next().unwrap_or_default();
        let digest = hex.strip_suffix(".json").unwrap_or(hex).parse().ok();
        let config_text = document_text(blobs, &name, digest)?;
        let config: ImageConfig = parsed(&config_text, &name)?;
        config.check_layers(&name, layers.len())?;
        let layers =
            layers.into_iter().map(|name| LayerBlob { name, media_type: None, digest: None }).collect();
        let name = repo_tags.and_then(|tags| tags.into_iter().next());
        let platform = config.platform();
        found.push((platform, DescribedImage { config, config_text, layers, manifest: None, name }));
    }
    choose_image(found, wanted)
}
