//! OCI layouts (OCI Image Format, "Image Layout"): `index.json` lists manifests and further lists, each a blob that is
//! named for its digest.

use std::collections::BTreeSet;

use super::blobs::Blobs;
use super::documents::{Config, Descriptor, Index, Manifest, document, document_text, parsed, sha256};
use super::platform::{ImagePlatform, choose};
use super::{Described, ImageFault, LayerBlob, OCI_INDEX};
use crate::vocabulary::Sha256Digest;

/// How deep lists may lie in lists; real ones have two.
const MAX_DEPTH: usize = 4;

/// How many manifests the lists may have together.
const MAX_MANIFESTS: usize = 1000;

/// How the types of layers begin that are tars, OCI's and docker's.
const LAYER_TYPES: [&str; 3] = [
    "application/vnd.oci.image.layer.v1.tar",
    "application/vnd.oci.image.layer.nondistributable.v1.tar",
    "application/vnd.docker.image.rootfs.",
];

/// The annotation with the whole name of an image (containerd and docker write it).
const IMAGE_NAME: &str = "io.containerd.image.name";

/// Finds the image for a platform.
pub(super) fn describe(blobs: &Blobs, wanted: Option<&ImagePlatform>) -> Result<Described, ImageFault> {
    let index: Index = document(blobs, OCI_INDEX, None)?;
    let mut listing = Listing { blobs, met: BTreeSet::new(), found: Vec::new() };
    listing.gather(index, 0)?;
    let Listed { digest: of_manifest, name } = choose(listing.found, wanted)?;
    let manifest: Manifest = document(blobs, &name_of(of_manifest), Some(of_manifest))?;
    let digest = sha256(&manifest.config.digest)?;
    let config_text = document_text(blobs, &name_of(digest), Some(digest))?;
    let config: Config = parsed(&config_text, &name_of(digest))?;
    config.check_layers(&name_of(digest), manifest.layers.len())?;
    let layers = manifest.layers.iter().map(layer).collect::<Result<_, _>>()?;
    Ok(Described { config, config_text, layers, manifest: Some(of_manifest), name })
}

/// The manifests that lists lead to.
struct Listing<'image> {
    blobs: &'image Blobs,
    met: BTreeSet<Sha256Digest>,
    found: Vec<(Option<ImagePlatform>, Listed)>,
}

/// A manifest as a list has it.
struct Listed {
    digest: Sha256Digest,
    name: Option<String>,
}

impl Listing<'_> {
    fn gather(&mut self, index: Index, depth: usize) -> Result<(), ImageFault> {
        for descriptor in index.manifests {
            let digest = sha256(&descriptor.digest)?;
            let broken = |cause: String| Err(ImageFault::Document { name: descriptor.digest.clone(), cause });
            if !self.met.insert(digest) || descriptor.is_about_another() {
                continue;
            }
            if self.met.len() > MAX_MANIFESTS {
                return broken(format!("it comes after the {MAX_MANIFESTS} manifests allowed"));
            }
            if !descriptor.is_list() {
                let platform = descriptor
                    .platform()
                    .map_or_else(|| self.platform_of(digest), |stated| Ok(Some(stated)))?;
                let name = descriptor.annotation(IMAGE_NAME).map(str::to_owned);
                self.found.push((platform, Listed { digest, name }));
            } else if depth == MAX_DEPTH {
                return broken(format!("it lies deeper than the {MAX_DEPTH} lists allowed"));
            } else {
                let nested = document(self.blobs, &name_of(digest), Some(digest))?;
                self.gather(nested, depth + 1)?;
            }
        }
        Ok(())
    }

    /// The platform that an image's configuration states.
    fn platform_of(&self, manifest: Sha256Digest) -> Result<Option<ImagePlatform>, ImageFault> {
        let manifest: Manifest = document(self.blobs, &name_of(manifest), Some(manifest))?;
        let digest = sha256(&manifest.config.digest)?;
        let config: Config = document(self.blobs, &name_of(digest), Some(digest))?;
        Ok(config.platform())
    }
}

fn layer(descriptor: &Descriptor) -> Result<LayerBlob, ImageFault> {
    let Descriptor { media_type, digest, .. } = descriptor;
    if !LAYER_TYPES.iter().any(|known| media_type.starts_with(known)) || media_type.ends_with("encrypted") {
        let cause = format!("a layer of the type {media_type:?}, which is not known");
        return Err(ImageFault::Document { name: digest.clone(), cause });
    }
    let digest = sha256(digest)?;
    Ok(LayerBlob { name: name_of(digest), media_type: Some(media_type.clone()), digest: Some(digest) })
}

fn name_of(digest: Sha256Digest) -> String {
    format!("blobs/sha256/{digest}")
}
