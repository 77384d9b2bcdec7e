//! An image as a value.

use super::parts::ImageParts;
use super::platform::ImagePlatform;
use crate::tree::inventory::{Inventory, LayerNumber};
use crate::vocabulary::Sha256Digest;

/// An image that was read.
#[derive(Debug)]
pub struct ReadImage {
    /// Files of all layers together.
    pub inventory: Inventory,
    /// Number of the layer of each entry, in the order of the inventory.
    pub layer_numbers: Vec<LayerNumber>,
    /// Facts about the image as a whole.
    pub facts: ImageFacts,
}

/// Facts about an image in addition to its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageFacts {
    /// Digest over the diff IDs of its layers, lowest first, each in hexadecimal with a line feed. It covers all that is in
    /// the image and does not depend on packing and compression. The tar of a root file system counts as one layer.
    pub digest: Sha256Digest,
    /// Value of LD_LIBRARY_PATH in its environment.
    pub ld_library_path: Option<String>,
    /// Value of LD_PRELOAD in its environment.
    pub ld_preload: Option<String>,
    /// Working directory.
    pub workdir: Option<String>,
    /// Command that starts it. `None` for the tar of a root file system and for a description.
    pub start: Option<StartCommand>,
    /// Platform, if it is stated.
    pub platform: Option<ImagePlatform>,
    /// Configuration and layers in its files.
    pub parts: Option<ImageParts>,
}

/// Command that starts a container of an image, from its configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StartCommand {
    /// Program, with arguments that are always given.
    pub entrypoint: Vec<String>,
    /// Default arguments, or the program if there is no entrypoint.
    pub cmd: Vec<String>,
    /// User; empty for root.
    pub user: String,
    /// Value of PATH in the environment.
    pub path: Option<String>,
}
