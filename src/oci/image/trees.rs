//! The layers of the trees.

use super::{ImageError, LayerOrigin, NewLayer};
use crate::app::{Base, InputTrees};
use crate::oci::layer::{HostTree, Layer, Owner, scratch};
use crate::tree::inventory::Inventory;
use crate::tree::root::Root;
use crate::vocabulary::RootedPath;
use std::path::Path;

/// A layer for each tree, in their order: each is laid over the base, the libraries and the trees before it, since any
/// of them may have a link where it needs a directory. `output` says on which disk scratch files are made.
///
/// # Errors
/// If a tree can't be read, or something is in its way.
pub fn tree_layers(
    sources: &InputTrees,
    libraries: &Layer,
    owner: Owner,
    output: &Path,
) -> Result<Vec<Layer>, ImageError> {
    let top = RootedPath::root();
    let mut lower: Vec<Inventory> = vec![libraries.inventory()];
    let mut layers = Vec::new();
    for app in &sources.apps {
        let mut root = Root::new();
        for inventory in sources.base.iter().map(|base| &base.inventory).chain(&lower) {
            root.mount(&top, inventory);
        }
        let tree = HostTree::new(&app.host_path, &app.inventory, &app.at);
        let layer = Layer::of_tree(tree, &root, owner, scratch(output)?)?;
        drop(root);
        lower.push(layer.inventory());
        layers.push(layer);
    }
    Ok(layers)
}

/// The layer of a base that is the directory of a root file system.
///
/// # Errors
/// If a part of it can't be read.
pub fn root_layer(base: &Base, output: &Path) -> Result<Layer, ImageError> {
    let top = RootedPath::root();
    let tree = HostTree::new(&base.host_path, &base.inventory, &top);
    Ok(Layer::of_root(tree, scratch(output)?)?)
}

/// What is put on a base, in order: the libraries below the trees.
pub fn new_layers<'layers>(
    sources: &InputTrees,
    libraries: &'layers Layer,
    trees: &'layers [Layer],
) -> Vec<NewLayer<'layers>> {
    let of_trees = sources.apps.iter().zip(trees).map(|(app, layer)| {
        let origin = LayerOrigin::Tree(app.shown_as.clone());
        NewLayer { origin, layer }
    });
    let libraries = NewLayer { origin: LayerOrigin::Libraries, layer: libraries };
    [libraries].into_iter().chain(of_trees).collect()
}
