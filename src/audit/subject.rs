//! Input of an audit: one image or root file system.

use std::path::PathBuf;

use crate::app::{App, InputTrees};
use crate::tree::inventory::{ImageFacts, Inventory, LayerNumber};

/// An image, or a root file system, to audit.
#[derive(Debug)]
pub struct Subject {
    /// Name as the user gave it.
    pub name: String,
    /// The image as the only app, at `/`.
    pub trees: InputTrees,
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
        let app = App::root_file_system(PathBuf::from(&name), inventory);
        let trees = InputTrees {
            base: None,
            image,
            included: Vec::new(),
            apps: vec![app],
            changed: Vec::new(),
            started: Vec::new(),
        };
        Self { name, trees, layer_numbers }
    }

    /// Returns the inventory of the image.
    pub fn inventory(&self) -> &Inventory {
        // `new` creates one app, and nothing removes it.
        &self.trees.apps[0].inventory
    }
}
