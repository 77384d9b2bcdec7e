//! Archives of `docker save` (Docker Image Specification v1.2, "Combined Image JSON + Filesystem Changeset Format"):
//! `manifest.json` names the configuration and the layers, whatever they are called.

use super::blobs::Blobs;
use super::documents::{Config, DockerImage, document};
use super::platform::{ImagePlatform, choose};
use super::{DOCKER_MANIFEST, Described, ImageFault, LayerBlob};

/// Finds the image for a platform.
pub(super) fn describe(blobs: &Blobs, wanted: Option<&ImagePlatform>) -> Result<Described, ImageFault> {
    let images: Vec<DockerImage> = document(blobs, DOCKER_MANIFEST, None)?;
    let mut found = Vec::new();
    for DockerImage { config: name, layers } in images {
        // The configuration is named for its digest.
        let hex = name.rsplit(['/', ':']).next().unwrap_or_default();
        let digest = hex.strip_suffix(".json").unwrap_or(hex).parse().ok();
        let config: Config = document(blobs, &name, digest)?;
        config.check_layers(&name, layers.len())?;
        found.push((config.platform(), (config, layers)));
    }
    let (config, layers) = choose(found, wanted)?;
    let layers = layers.into_iter().map(|name| LayerBlob { name, digest: None }).collect();
    Ok(Described { config, layers })
}
