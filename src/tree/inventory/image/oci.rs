//! OCI layouts (OCI Image Format, "Image Layout"): `index.json` lists manifests and further indices, each a blob whose name
//! is its digest.

use std::collections::BTreeSet;

use super::blobs::{Blobs, OCI_INDEX};
use super::choose::choose_image;
use super::described::{DescribedImage, LayerBlob};
use super::documents::{
    Descriptor, ImageConfig, ImageIndex, ImageManifest, document, document_text, parsed, sha256,
};
use super::fault::ImageFault;
use super::platform::ImagePlatform;
use crate::vocabulary::Sha256Digest;

/// Limit of the depth of nested indices; real ones have two.
const MAX_DEPTH: usize = 4;

/// Limit of the manifests in all indices together.
const MAX_MANIFESTS: usize = 1000;

/// Prefixes of the media types of layers that are tars, OCI's and docker's.
const LAYER_TYPES: [&str; 3] = [
    "application/vnd.oci.image.layer.v1.tar",
    "application/vnd.oci.image.layer.nondistributable.v1.tar",
    "application/vnd.docker.image.rootfs.",
];

/// Annotation with the full name of an image, which containerd and docker write.
const IMAGE_NAME: &str = "io.containerd.image.name";

/// Finds the image for a platform.
pub(super) fn describe(blobs: &Blobs, wanted: Option<&ImagePlatform>) -> Result<DescribedImage, ImageFault> {
    let index: ImageIndex = document(blobs, OCI_INDEX, None)?;
    let mut manifests = ManifestSearch { blobs, seen: BTreeSet::new(), found: Vec::new() };
    manifests.add_index(index, 0)?;
    let ListedManifest { digest: of_manifest, name } = choose_image(manifests.found, wanted)?;
    let manifest: ImageManifest = document(blobs, &name_of(of_manifest), Some(of_manifest))?;
    let digest = sha256(&manifest.config.digest)?;
    let config_text = document_text(blobs, &name_of(digest), Some(digest))?;
    let config: ImageConfig = parsed(&config_text, &name_of(digest))?;
    config.check_layers(&name_of(digest), manifest.layers.len())?;
    let layers = manifest.layers.iter().map(layer).collect::<Result<_, _>>()?;
    Ok(DescribedImage { config, config_text, layers, manifest: Some(of_manifest), name })
}

/// Search for manifests through nested indices.
struct ManifestSearch<'image> {
    blobs: &'image Blobs,
    seen: BTreeSet<Sha256Digest>,
    found: Vec<(Option<ImagePlatform>, ListedManifest)>,
}

/// Manifest as an index lists it.
struct ListedManifest {
    digest: Sha256Digest,
    name: Option<String>,
}

impl ManifestSearch<'_> {
    fn add_index(&mut self, index: ImageIndex, depth: usize) -> Result<(), ImageFault> {
        for descriptor in index.manifests {
            let digest = sha256(&descriptor.digest)?;
            let broken = |cause: String| Err(ImageFault::Document { name: descriptor.digest.clone(), cause });
            if !self.seen.insert(digest) || descriptor.is_attestation() {
                continue;
            }
            if self.seen.len() > MAX_MANIFESTS {
                return broken(format!("it comes after the {MAX_MANIFESTS} manifests allowed"));
            }
            if !descriptor.is_index() {
                let platform = descriptor
                    .platform()
                    .map_or_else(|| self.platform_of(digest), |stated| Ok(Some(stated)))?;
                let name = descriptor.annotation(IMAGE_NAME).map(str::to_owned);
                self.found.push((platform, ListedManifest { digest, name }));
            } else if depth == MAX_DEPTH {
                return broken(format!("it is nested deeper than the {MAX_DEPTH} lists allowed"));
            } else {
                let nested = document(self.blobs, &name_of(digest), Some(digest))?;
                self.add_index(nested, depth + 1)?;
            }
        }
        Ok(())
    }

    /// Returns the platform in an image's configuration.
    fn platform_of(&self, manifest: Sha256Digest) -> Result<Option<ImagePlatform>, ImageFault> {
        let manifest: ImageManifest = document(self.blobs, &name_of(manifest), Some(manifest))?;
        let digest = sha256(&manifest.config.digest)?;
        let config: ImageConfig = document(self.blobs, &name_of(digest), Some(digest))?;
        Ok(config.platform())
    }
}

fn layer(descriptor: &Descriptor) -> Result<LayerBlob, ImageFault> {
    let Descriptor { media_type, digest, .. } = descriptor;
    if !LAYER_TYPES.iter().any(|known| media_type.starts_with(known)) || media_type.ends_with("encrypted") {
        let cause = format!("a layer of the unknown media type {media_type:?}");
        return Err(ImageFault::Document { name: digest.clone(), cause });
    }
    let digest = sha256(digest)?;
    Ok(LayerBlob { name: name_of(digest), media_type: Some(media_type.clone()), digest: Some(digest) })
}

fn name_of(digest: Sha256Digest) -> String {
    format!("blobs/sha256/{digest}")
}
