//! Reading an image in files.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use super::blobs::{self, BUFFER_BYTES, Blobs, DOCKER_MANIFEST, OCI_INDEX, OCI_LAYOUT, OpenedImage};
use super::described::{DescribedImage, LayerBlob};
use super::documents::ImageConfig;
use super::facts::{ImageFacts, ReadImage};
use super::fault::ImageFault;
use super::parts::{ImagePart, ImageParts};
use super::platform::ImagePlatform;
use super::{docker, oci};
use crate::support::decompress::Compression;
use crate::support::digest::{DigestReader, digest_of, digest_of_bytes};
use crate::tree::inventory::layer::{flatten, read_layer};
use crate::tree::inventory::{InventoryError, LayerCache, ReadLayer};
use crate::vocabulary::Sha256Digest;

/// Variable that ld.so reads, with its equals sign.
const LIBRARY_PATH: &str = "LD_LIBRARY_PATH=";

/// Start of the variable of the environment with libraries that are loaded first.
const PRELOAD: &str = "LD_PRELOAD=";

/// Memory limit of all layers of an image.
const MAX_HELD_BYTES: u64 = 1 << 30;

/// True if a path is read as an image: any file, and a directory with the marker of an OCI layout.
pub fn is_image(path: &Path) -> bool {
    path.is_file() || path.join(OCI_LAYOUT).is_file()
}

/// True for an archive that contains images, and not the files of a root file system.
pub(in crate::tree::inventory) fn is_image_archive(path: &Path) -> bool {
    matches!(blobs::open(path), Ok(OpenedImage::Blobs(_)))
}

/// Reads an image. Of several, the one for the platform `wanted` is chosen; without a platform there must be only one.
/// Layers in `cache` are not read again, and others are added to it.
///
/// # Errors
/// If the image is broken or not for that platform, or `cache` cannot be written.
pub fn read_image(
    path: &Path,
    wanted: Option<&ImagePlatform>,
    cache: Option<&LayerCache>,
) -> Result<ReadImage, InventoryError> {
    let reader = ImageReader { path, cache };
    match blobs::open(path).map_err(|source| reader.fault(source))? {
        OpenedImage::Root => reader.read_root(),
        OpenedImage::Blobs(blobs) => {
            let described = if blobs.has(OCI_INDEX) {
                oci::describe(&blobs, wanted)
            } else if blobs.has(DOCKER_MANIFEST) {
                docker::describe(&blobs, wanted)
            } else {
                Err(ImageFault::Missing(OCI_INDEX.to_owned()))
            };
            reader.read_described(&blobs, described.map_err(|source| reader.fault(source))?)
        }
    }
}

struct ImageReader<'run> {
    path: &'run Path,
    cache: Option<&'run LayerCache>,
}

impl ImageReader<'_> {
    fn fault(&self, source: ImageFault) -> InventoryError {
        InventoryError::Image { path: self.path.to_owned(), source }
    }

    /// Reads the tar of a root file system. It is cached by the digest of the file, since its diff ID is known only after it
    /// was read.
    fn read_root(&self) -> Result<ReadImage, InventoryError> {
        let look_up = || -> Result<(Sha256Digest, Option<ReadLayer>), io::Error> {
            let digest = digest_of(File::open(self.path)?)?;
            Ok((digest, self.cache.and_then(|cache| cache.get(digest))))
        };
        let (digest, cached) = look_up().map_err(|error| self.fault(error.into()))?;
        let layer = match cached {
            Some(layer) => layer,
            None => {
                let read = || read_blob(&mut File::open(self.path)?, Some(digest));
                let layer = read().map_err(|error| self.fault(error.into()))?;
                self.keep(digest, &layer)?;
                layer
            }
        };
        let part = ImagePart {
            name: String::new(),
            media_type: None,
            digest: Some(digest),
            diff_id: layer.diff_id,
            created_by: None,
        };
        let parts = ImageParts { path: self.path.to_owned(), layers: vec![part], ..ImageParts::default() };
        Ok(image([Arc::new(layer)].into(), None, parts))
    }

    fn read_described(&self, blobs: &Blobs, described: DescribedImage) -> Result<ReadImage, InventoryError> {
        let DescribedImage { config, config_text, layers: layer_blobs, manifest, name } = described;
        let diff_ids = config.diff_ids().map_err(|source| self.fault(source))?;
        let layers = self.read_layers(blobs, &diff_ids, &layer_blobs)?;
        let mut commands = config.commands();
        let parts = layer_blobs.into_iter().zip(diff_ids).map(|(blob, diff_id)| {
            let LayerBlob { name, media_type, digest } = blob;
            let created_by = commands.next().flatten().map(str::to_owned);
            ImagePart { name, media_type, digest, diff_id, created_by }
        });
        let path = self.path.to_owned();
        let parts = ImageParts { path, config: Some(config_text), layers: parts.collect(), manifest, name };
        Ok(image(layers, Some(&config), parts))
    }

    /// Reads the layers that the cache does not have, and returns all of them in order.
    fn read_layers(
        &self,
        blobs: &Blobs,
        diff_ids: &[Sha256Digest],
        layer_blobs: &[LayerBlob],
    ) -> Result<Vec<Arc<ReadLayer>>, InventoryError> {
        let mut held_bytes = 0;
        let mut layers: HashMap<Sha256Digest, Arc<ReadLayer>> = HashMap::new();
        let mut unread: Vec<(Sha256Digest, &LayerBlob)> = Vec::new();
        for (diff_id, blob) in diff_ids.iter().copied().zip(layer_blobs) {
            if layers.contains_key(&diff_id) || unread.iter().any(|(known, _)| *known == diff_id) {
                continue;
            }
            // The tar of a root file system may be cached by another digest than that of its tar.
            let cached = self.cache.and_then(|cache| cache.get(diff_id));
            match cached.filter(|layer| layer.diff_id == diff_id) {
                Some(layer) => {
                    self.count(&layer, &mut held_bytes)?;
                    layers.insert(diff_id, Arc::new(layer));
                }
                None => unread.push((diff_id, blob)),
            }
        }
        let names: Vec<&str> = unread.iter().map(|(_, blob)| blob.name.as_str()).collect();
        blobs.read_each(
            &names,
            &mut |index, source| {
                let (diff_id, blob) = unread[index];
                let layer = self.read_layer(source, diff_id, blob)?;
                self.count(&layer, &mut held_bytes)?;
                self.keep(diff_id, &layer)?;
                layers.insert(diff_id, Arc::new(layer));
                Ok(())
            },
            &|source| self.fault(source),
        )?;
        // The map is dropped with the function, so that a layer that occurs once is moved and not copied.
        Ok(diff_ids.iter().filter_map(|diff_id| layers.get(diff_id).cloned()).collect())
    }

    fn read_layer(
        &self,
        source: &mut (dyn Read + Send),
        diff_id: Sha256Digest,
        blob: &LayerBlob,
    ) -> Result<ReadLayer, InventoryError> {
        let fault = |source| self.fault(ImageFault::Layer { layer: format!("sha256:{diff_id}"), source });
        let layer = read_blob(source, blob.digest).map_err(fault)?;
        if layer.diff_id != diff_id {
            let found = layer.diff_id;
            return Err(fault(io::Error::other(format!("its tar has the digest sha256:{found}"))));
        }
        Ok(layer)
    }

    /// Counts the memory of a layer.
    fn count(&self, layer: &ReadLayer, held_bytes: &mut u64) -> Result<(), InventoryError> {
        *held_bytes = held_bytes.saturating_add(layer.held_bytes);
        if *held_bytes <= MAX_HELD_BYTES {
            return Ok(());
        }
        Err(self.fault(ImageFault::Archive(io::Error::other(format!(
            "the names in its layers and the facts of their objects take more than the {MAX_HELD_BYTES} bytes allowed"
        )))))
    }

    fn keep(&self, digest: Sha256Digest, layer: &ReadLayer) -> Result<(), InventoryError> {
        let Some(cache) = self.cache else { return Ok(()) };
        let fault = |source| InventoryError::Store { path: self.path.to_owned(), source };
        cache.put(digest, layer).map_err(fault)
    }
}

/// Reads a stored layer, in whatever compression, and checks its digest.
fn read_blob(source: &mut (dyn Read + Send), digest: Option<Sha256Digest>) -> io::Result<ReadLayer> {
    let (compression, whole) = Compression::detect(source)?;
    let (layer, found) = if compression == Compression::None {
        let layer = read_layer(whole)?;
        let diff_id = layer.diff_id;
        (layer, diff_id)
    } else {
        let mut blob = DigestReader::new(whole);
        let layer = read_layer(BufReader::with_capacity(BUFFER_BYTES, compression.reader(&mut blob)?))?;
        io::copy(&mut blob, &mut io::sink())?;
        (layer, blob.finish().digest)
    };
    match digest {
        Some(digest) if digest != found => {
            Err(io::Error::other(format!("it has the digest sha256:{found} and not sha256:{digest}")))
        }
        _ => Ok(layer),
    }
}

fn image(layers: Vec<Arc<ReadLayer>>, config: Option<&ImageConfig>, parts: ImageParts) -> ReadImage {
    let diff_ids: String = layers.iter().map(|layer| format!("{}\n", layer.diff_id)).collect();
    let variable = |name: &str| {
        let environment = config.into_iter().flat_map(ImageConfig::environment);
        let value = environment.filter_map(|variable| variable.strip_prefix(name)).last();
        value.filter(|value| !value.is_empty()).map(str::to_owned)
    };
    let facts = ImageFacts {
        digest: digest_of_bytes(diff_ids.as_bytes()),
        ld_library_path: variable(LIBRARY_PATH),
        ld_preload: variable(PRELOAD),
        workdir: config.and_then(ImageConfig::workdir).map(str::to_owned),
        start: config.map(ImageConfig::start),
        platform: config.and_then(ImageConfig::platform),
        parts: Some(parts),
    };
    let (inventory, layer_numbers) = flatten(layers);
    ReadImage { inventory, layer_numbers, facts }
}
