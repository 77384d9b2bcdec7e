//! An image in files as an [`Inventory`]: an archive of docker-save, an OCI layout as a directory or a tar, or just the
//! tar of a whole root, plain or compressed.
//!
//! Nothing is unpacked: layers are read as they lie in the archive, each once, and what was read is kept by its diff
//! id (the digest of its tar, OCI Image Format, "Layer DiffID"). What a digest is stated for is used only if it has
//! that digest.

mod blobs;
mod docker;
mod documents;
mod oci;
mod parts;
mod platform;

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

pub use documents::{Descriptor, Start};
pub use parts::{ImagePart, ImageParts, read_parts};
pub use platform::{ImagePlatform, choose as choose_image};

use super::flatten::{LayerNumber, flatten};
use super::layer::{Layer, read_layer};
use super::{Inventory, InventoryError, LayerCache};
use crate::support::decompress::Compression;
use crate::support::digest::{DigestReader, digest_of, digest_of_bytes};
use crate::vocabulary::Sha256Digest;
use blobs::{Blobs, Opened};
use documents::Config;

/// The marker of an OCI layout.
const OCI_LAYOUT: &str = "oci-layout";

/// An OCI layout's list of what is in it.
const OCI_INDEX: &str = "index.json";

/// The list of the images that docker saved.
const DOCKER_MANIFEST: &str = "manifest.json";

/// How much is inflated at once.
const BUFFER_BYTES: usize = 128 << 10;

/// The variable that ld.so reads.
const LIBRARY_PATH: &str = "LD_LIBRARY_PATH=";

/// What all layers of an image may come to in memory.
const MAX_HELD_BYTES: u64 = 1 << 30;

/// An image, read.
#[derive(Debug)]
pub struct ReadImage {
    /// What its layers make together.
    pub inventory: Inventory,
    /// The layer that each entry is from, in the order of the inventory's.
    pub layer_numbers: Vec<LayerNumber>,
    /// What is known beside that.
    pub facts: ImageFacts,
}

/// What is known of an image beside its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageFacts {
    /// The digest over the diff ids of its layers, lowest first, each in hexadecimal with a line feed: so over all that
    /// is in it, however it is packed and compressed. The tar of a root is one layer.
    pub digest: Sha256Digest,
    /// What its environment sets LD_LIBRARY_PATH to.
    pub ld_library_path: Option<String>,
    /// Its working directory.
    pub workdir: Option<String>,
    /// How it is started; none for what is no image but the tar of a root or a description.
    pub start: Option<Start>,
    /// What it is for, if it says so.
    pub platform: Option<ImagePlatform>,
    /// What it is made of.
    pub parts: Option<ImageParts>,
}

/// What is wrong with an image.
#[derive(Debug, thiserror::Error)]
pub enum ImageFault {
    /// The file itself can't be read, or is no archive.
    #[error(transparent)]
    Archive(#[from] io::Error),
    /// A layer is broken, or not the one that it should be.
    #[error("layer {layer}: {source}")]
    Layer {
        /// Its diff id, or its name where it has none.
        layer: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A document is not of the form.
    #[error("{name:?}: {cause}")]
    Document {
        /// Its name in the image.
        name: String,
        /// Why.
        cause: String,
    },
    /// Something that is named is not there.
    #[error("it has no {0:?}")]
    Missing(String),
    /// It has no image for the platform that is wanted.
    #[error("it has no image for {wanted}, only for {}", list(.has))]
    OtherPlatform {
        /// What is wanted.
        wanted: ImagePlatform,
        /// What is there.
        has: Vec<ImagePlatform>,
    },
    /// It has several images that would do.
    #[error("it has {} images that would do, for {}", .has.len(), list(.has))]
    Ambiguous {
        /// The platforms of those.
        has: Vec<ImagePlatform>,
    },
}

/// The platforms' names, as many as fit on a line.
fn list(platforms: &[ImagePlatform]) -> String {
    const SHOWN: usize = 16;
    let mut names: Vec<String> = platforms.iter().take(SHOWN).map(ToString::to_string).collect();
    if platforms.len() > SHOWN {
        names.push("…".to_owned());
    }
    names.join(", ")
}

/// An image as its documents describe it.
struct Described {
    config: Config,
    /// The configuration as it stands.
    config_text: Vec<u8>,
    /// The digest of its manifest, if that is OCI's.
    manifest: Option<Sha256Digest>,
    /// What it is called.
    name: Option<String>,
    /// Where its layers are, the lowest first; as many as the configuration has diff ids.
    layers: Vec<LayerBlob>,
}

/// Where a layer is.
struct LayerBlob {
    /// Its name in the archive or directory.
    name: String,
    /// What its manifest says that it is.
    media_type: Option<String>,
    /// What it must have, as it lies there.
    digest: Option<Sha256Digest>,
}

/// Whether a path is read as an image: any file, and a directory with the marker of an OCI layout.
pub fn is_image(path: &Path) -> bool {
    path.is_file() || path.join(OCI_LAYOUT).is_file()
}

/// Reads an image. Of several, the one for the platform that is wanted is taken; without a wish there must be one only.
/// Layers that `stored` has are not read again, others are added to it.
///
/// # Errors
/// When the image is broken or not for that platform, or `stored` can't be written.
pub fn read_image(
    path: &Path,
    wanted: Option<&ImagePlatform>,
    stored: Option<&LayerCache>,
) -> Result<ReadImage, InventoryError> {
    let reader = Reader { path, stored };
    match blobs::open(path).map_err(|source| reader.fault(source))? {
        Opened::Root => reader.read_root(),
        Opened::Image(blobs) => {
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

struct Reader<'run> {
    path: &'run Path,
    stored: Option<&'run LayerCache>,
}

impl Reader<'_> {
    fn fault(&self, source: ImageFault) -> InventoryError {
        InventoryError::Image { path: self.path.to_owned(), source }
    }

    /// The tar of a root is kept by the digest of the file, since its diff id is known only when it was read.
    fn read_root(&self) -> Result<ReadImage, InventoryError> {
        let read = || -> Result<(Sha256Digest, Option<Layer>), io::Error> {
            let digest = digest_of(File::open(self.path)?)?;
            Ok((digest, self.stored.and_then(|stored| stored.get(digest))))
        };
        let (digest, kept) = read().map_err(|error| self.fault(error.into()))?;
        let layer = match kept {
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

    fn read_described(&self, blobs: &Blobs, described: Described) -> Result<ReadImage, InventoryError> {
        let Described { config, config_text, layers, manifest, name } = described;
        let diff_ids = config.diff_ids().map_err(|source| self.fault(source))?;
        let mut held_bytes = 0;
        let mut read: HashMap<Sha256Digest, Arc<Layer>> = HashMap::new();
        let mut unread: Vec<(Sha256Digest, &LayerBlob)> = Vec::new();
        for (diff_id, blob) in diff_ids.iter().copied().zip(&layers) {
            if read.contains_key(&diff_id) || unread.iter().any(|(known, _)| *known == diff_id) {
                continue;
            }
            // The tar of a root may be kept by another digest than that of its tar.
            let kept = self.stored.and_then(|stored| stored.get(diff_id));
            match kept.filter(|layer| layer.diff_id == diff_id) {
                Some(layer) => {
                    self.count(&layer, &mut held_bytes)?;
                    read.insert(diff_id, Arc::new(layer));
                }
                None => unread.push((diff_id, blob)),
            }
        }
        let names: Vec<&str> = unread.iter().map(|(_, blob)| blob.name.as_str()).collect();
        blobs.read_each(
            &names,
            &mut |index, source| {
                let (diff_id, blob) = unread[index];
                let fault =
                    |source| self.fault(ImageFault::Layer { layer: format!("sha256:{diff_id}"), source });
                let layer = read_blob(source, blob.digest).map_err(fault)?;
                if layer.diff_id != diff_id {
                    let found = layer.diff_id;
                    return Err(fault(io::Error::other(format!("its tar has the digest sha256:{found}"))));
                }
                self.count(&layer, &mut held_bytes)?;
                self.keep(diff_id, &layer)?;
                read.insert(diff_id, Arc::new(layer));
                Ok(())
            },
            &|source| self.fault(source),
        )?;
        let in_order: Vec<_> = diff_ids.iter().filter_map(|diff_id| read.get(diff_id).cloned()).collect();
        drop(read);
        let mut commands = config.commands();
        let layers = layers.into_iter().zip(diff_ids).map(|(blob, diff_id)| {
            let LayerBlob { name, media_type, digest } = blob;
            let created_by = commands.next().flatten().map(str::to_owned);
            ImagePart { name, media_type, digest, diff_id, created_by }
        });
        let path = self.path.to_owned();
        let layers = layers.collect();
        let parts = ImageParts { path, config: Some(config_text), layers, manifest, name };
        Ok(image(in_order, Some(&config), parts))
    }

    /// Counts what stays in memory.
    fn count(&self, layer: &Layer, held_bytes: &mut u64) -> Result<(), InventoryError> {
        *held_bytes = held_bytes.saturating_add(layer.held_bytes);
        if *held_bytes <= MAX_HELD_BYTES {
            return Ok(());
        }
        Err(self.fault(ImageFault::Archive(io::Error::other(format!(
            "the names in its layers and what their objects say come to more than the {MAX_HELD_BYTES} bytes allowed"
        )))))
    }

    fn keep(&self, digest: Sha256Digest, layer: &Layer) -> Result<(), InventoryError> {
        let Some(stored) = self.stored else { return Ok(()) };
        let fault = |source| InventoryError::Store { path: self.path.to_owned(), source };
        stored.put(digest, layer).map_err(fault)
    }
}

/// Reads a layer as it lies in an image, in whatever compression, and checks its digest.
fn read_blob(source: &mut (dyn Read + Send), digest: Option<Sha256Digest>) -> io::Result<Layer> {
    let (compression, whole) = Compression::detect(source)?;
    let (layer, found) = if compression == Compression::None {
        let layer = read_layer(whole)?;
        let diff_id = layer.diff_id;
        (layer, diff_id)
    } else {
        let mut digesting = DigestReader::new(whole);
        let layer = read_layer(BufReader::with_capacity(BUFFER_BYTES, compression.reader(&mut digesting)?))?;
        io::copy(&mut digesting, &mut io::sink())?;
        (layer, digesting.finish().digest)
    };
    match digest {
        Some(digest) if digest != found => {
            Err(io::Error::other(format!("it has the digest sha256:{found} and not sha256:{digest}")))
        }
        _ => Ok(layer),
    }
}

fn image(layers: Vec<Arc<Layer>>, config: Option<&Config>, parts: ImageParts) -> ReadImage {
    let diff_ids: String = layers.iter().map(|layer| format!("{}\n", layer.diff_id)).collect();
    let environment = config.into_iter().flat_map(Config::environment);
    let library_path = environment.filter_map(|variable| variable.strip_prefix(LIBRARY_PATH)).last();
    let facts = ImageFacts {
        digest: digest_of_bytes(diff_ids.as_bytes()),
        ld_library_path: library_path.filter(|directories| !directories.is_empty()).map(str::to_owned),
        workdir: config.and_then(Config::workdir).map(str::to_owned),
        start: config.map(Config::start),
        platform: config.and_then(Config::platform),
        parts: Some(parts),
    };
    let (inventory, layer_numbers) = flatten(layers);
    ReadImage { inventory, layer_numbers, facts }
}
