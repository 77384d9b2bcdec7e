//! Layers that are put on a base, and the layer of a base that is a directory.

use std::path::Path;

use super::composed::LayerOrigin;
use super::error::ImageError;
use super::request::NewLayer;
use crate::app::{Base, InputTrees};
use crate::oci::layer::{self, FileOwner, Layer, PlacedTree};
use crate::support::output::scratch_file;
use crate::tree::inventory::Inventory;
use crate::tree::root::Root;
use crate::vocabulary::RootedPath;

/// Composes a layer for each app, in order. Each is laid over the base, the libraries and the apps before it, as any of them
/// may have a link at the path of a directory. Temporary files are on the file system of `output`.
///
/// # Errors
/// If an app cannot be read, or something is in its way.
pub fn app_layers(
    trees: &InputTrees,
    libraries: &Layer,
    owner: FileOwner,
    output: &Path,
) -> Result<Vec<Layer>, ImageError> {
    let top = RootedPath::root();
    let mut lower: Vec<Inventory> = vec![libraries.inventory()];
    let mut layers = Vec::new();
    for app in &trees.apps {
        let mut root = Root::new();
        for inventory in trees.base.iter().map(|base| &base.inventory).chain(&lower) {
            root.mount(&top, inventory);
        }
        let tree = PlacedTree { inventory: &app.inventory, at: &app.at };
        let layer = layer::app_layer(tree, &root, owner, scratch_file(output)?)?;
        drop(root);
        lower.push(layer.inventory());
        layers.push(layer);
    }
    Ok(layers)
}

/// Composes the layer of a base that is a directory.
///
/// # Errors
/// If a part of it cannot be read.
pub fn base_layer(base: &Base, output: &Path) -> Result<Layer, ImageError> {
    let top = RootedPath::root();
    let tree = PlacedTree { inventory: &base.inventory, at: &top };
    Ok(layer::root_layer(tree, scratch_file(output)?)?)
}

/// Lists the layers on a base, the lowest first: the libraries, then the apps.
pub fn new_layers<'layers>(
    trees: &InputTrees,
    libraries: &'layers Layer,
    apps: &'layers [Layer],
) -> Vec<NewLayer<'layers>> {
    let of_apps = trees.apps.iter().zip(apps).map(|(app, layer)| {
        let origin = LayerOrigin::App(app.shown_as.clone());
        NewLayer { origin, layer }
    });
    let libraries = NewLayer { origin: LayerOrigin::Libraries, layer: libraries };
    [libraries].into_iter().chain(of_apps).collect()
}
