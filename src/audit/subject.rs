//! Input of an audit: one image or root file system.

use std::path::PathBuf;

use crate::app::{Source, Sources, Tree, TreeKind};
use crate::tree::inventory::{ImageFacts, Inventory, LayerNumber};
use crate::vocabulary::RootedPath;

/// An image, or a root file system, to audit.
#[derive(Debug)]
pub struct Subject {
    /// Name as the user gave it.
    pub name: String,
    /// The image as the only tree, mounted at `/`.
    pub sources: Sources,
    /// Layer that contains each entry, in the order of the inventory; empty if there are no layers.
    pub layer_numbers: Vec<LayerNumber>,
}

impl Subject {
    /// Creates the subject for an image, or for a root file system where `image` is none.
    pub fn new(
        name: String,
        inventory: Inventory,
        layer_numbers: Vec<LayerNumber>,
        image: Option<ImageFacts>,
    ) -> Self {
        let top = RootedPath::root();
        let tree = Tree { kind: TreeKind::Rootfs, abi: None };
        let host_path = PathBuf::from(&name);
        let app = Source { host_path, at: top.clone(), shown_as: top, inventory, tree };
        let sources = Sources { base: None, image, included: Vec::new(), apps: vec![app] };
        Self { name, sources, layer_numbers }
    }

    /// Returns the inventory of the image.
    pub fn inventory(&self) -> &Inventory {
        // `new` creates one tree, and nothing removes it.
        &self.sources.apps[0].inventory
    }
}
