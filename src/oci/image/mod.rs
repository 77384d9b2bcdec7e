//! A whole image: a base, the libraries that close its gap, and the trees themselves.
//!
//! It is composed as an OCI layout (OCI Image Format, "Image Layout") beside the output (`staging.rs`): the base's layers as they lie
//! in the base, each compared with its digest (`base.rs`); then new ones, compressed by gzip; the base's configuration
//! with what is changed of it and everything else kept (`config.rs`). The layout is read back and linked as a whole
//! (`check.rs`) before it gets its name, as a directory, or is packed into an archive that is an OCI layout and what
//! `docker load` takes at once (`archive.rs`). Every byte is a function of the base, the layers and the settings.
//!
//! Documents are JSON values and not types, since a base's configuration may hold what no type knows.

mod archive;
mod base;
mod check;
mod config;
mod documents;
mod error;
mod image_index;
mod layout;
mod output;
mod run;
mod staging;
mod tag;
mod trees;
mod unpack;

use std::collections::BTreeMap;

pub use check::{Checked, TreesAre, check};
pub use config::ImageSettings;
pub use error::ImageError;
pub use image_index::{ImageIndex, join};
pub use output::{Composed, ImageOutput, layout_directory};
pub use staging::StagingDir;
pub use tag::{BadTag, ImageTag};
pub use trees::{new_layers, root_layer, tree_layers};

use crate::oci::layer::Layer;
use crate::tree::inventory::{ImageParts, ImagePlatform};
use crate::vocabulary::{RootedPath, Sha256Digest};
use layout::{Layout, created_at};

/// What an image is put on.
#[derive(Clone, Copy, Debug)]
pub enum ImageBase<'question> {
    /// Nothing.
    Scratch,
    /// The directory of a root file system.
    Directory(&'question Layer),
    /// An image in files.
    Image(&'question ImageParts),
}

/// Where a layer of an image comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LayerOrigin {
    /// The base.
    Base,
    /// The packages that close the gap.
    Libraries,
    /// The tree that is mounted there.
    Tree(RootedPath),
}

/// A layer that is put on the base.
#[derive(Clone, Debug)]
pub struct NewLayer<'question> {
    /// Where it comes from: what is no base's.
    pub origin: LayerOrigin,
    /// What is in it.
    pub layer: &'question Layer,
}

/// What an image is made of.
#[derive(Clone, Debug)]
pub struct ImageRequest<'question> {
    /// What it is put on.
    pub base: ImageBase<'question>,
    /// What is put on it, the lowest first. One with nothing in it is left out.
    pub layers: &'question [NewLayer<'question>],
    /// How it is started and what it is called.
    pub settings: &'question ImageSettings,
    /// What it is for, where the base does not say.
    pub platform: &'question ImagePlatform,
    /// The time of all that is new, in seconds since 1970.
    pub created: u64,
}

/// An image as it was composed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// The digest of its manifest.
    pub manifest: Sha256Digest,
    /// The digest of its configuration.
    pub config: Sha256Digest,
    /// Its layers, the lowest first.
    pub layers: Vec<ImageLayer>,
    /// What it is called.
    pub tags: Vec<ImageTag>,
    /// What the manifest says beside.
    pub annotations: BTreeMap<String, String>,
}

/// A layer of a composed image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageLayer {
    /// Where it comes from.
    pub origin: LayerOrigin,
    /// What it is.
    pub media_type: String,
    /// The digest of the blob.
    pub digest: Sha256Digest,
    /// The size of the blob in bytes.
    pub size_bytes: u64,
    /// The digest of its tar.
    pub diff_id: Sha256Digest,
}

/// Composes an image in its staging. It vanishes unless it is kept.
///
/// # Errors
/// If the base is broken, a file of a tree can't be read, or the layout can't be written; nothing is left then.
pub fn compose(
    request: &ImageRequest<'_>,
    staging: StagingDir,
    kind: ImageOutput,
) -> Result<Composed, ImageError> {
    let ImageRequest { base, layers, settings, platform, created } = *request;
    let layout = Layout::new(staging, created)?;
    let mut image_layers = match base {
        ImageBase::Scratch => Vec::new(),
        ImageBase::Directory(layer) => {
            vec![layout.new_layer(&NewLayer { origin: LayerOrigin::Base, layer })?]
        }
        ImageBase::Image(parts) => base::copy_layers(&layout, parts)?,
    };
    for new in layers.iter().filter(|new| !new.layer.is_empty()) {
        image_layers.push(layout.new_layer(new)?);
    }
    let (base_config, annotations) = match base {
        ImageBase::Image(parts) => (parts.config.as_deref(), documents::annotations(parts, settings)),
        ImageBase::Scratch | ImageBase::Directory(_) => (None, settings.annotations.clone()),
    };
    let config = config::compose(base_config, settings, platform, &created_at(created)?, &image_layers)?;
    let platform = documents::platform_of(&config);
    let config_blob = layout.document(documents::CONFIG_TYPE, &config)?;
    let manifest = documents::manifest(&config_blob, &image_layers, &annotations);
    let manifest = layout.document(documents::MANIFEST_TYPE, &manifest)?;
    let descriptor = documents::for_platform(manifest.descriptor(), &platform);
    layout.finish(&documents::index(&descriptor, &settings.tags))?;
    let image = Image {
        manifest: manifest.digest,
        config: config_blob.digest,
        layers: image_layers,
        tags: settings.tags.clone(),
        annotations,
    };
    Ok(Composed::new(layout, kind, image, config))
}
