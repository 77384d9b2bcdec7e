//! What an image comes to: the bytes of its files by layer and by who brought them.

use std::collections::BTreeMap;

use super::owners::Owner;
use super::view::View;
use crate::tree::inventory::{Content, LayerNumber};
use crate::vocabulary::{RootedPath, Soname};

/// What one layer adds to the image: files that a later layer covers or takes away do not count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LayerSize {
    /// Its number; 0 for all of what has no layers.
    pub layer: LayerNumber,
    /// Its files, by who brought them; none for files of which nothing tells.
    pub owners: Vec<(Option<Owner>, OwnerSize)>,
}

/// What files come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OwnerSize {
    /// How many regular files.
    pub files: usize,
    /// How many of them are ELF files.
    pub objects: usize,
    /// Their bytes. Files with several names count once for each.
    pub bytes: u64,
}

/// What one object is, and where it is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditedObject {
    /// What it says it is, if it is a library.
    pub soname: Option<Soname>,
    /// The layer that it is from; none for what has no layers.
    pub layer: Option<LayerNumber>,
    /// Who brought it, if anything tells.
    pub owner: Option<Owner>,
    /// Its bytes.
    pub bytes: u64,
}

/// Every object that a linker could load, by its path with links resolved.
pub(super) fn objects(view: &View<'_>) -> BTreeMap<RootedPath, AuditedObject> {
    let objects = view.objects().map(|(node, facts)| {
        let path = view.root.path(node);
        let object = AuditedObject {
            soname: facts.soname.clone(),
            layer: view.layer(&path),
            owner: view.owners.of_file(view.root, node),
            bytes: view.size_bytes(node),
        };
        (path, object)
    });
    objects.collect()
}

/// The sizes of an image's layers, the lowest first, each with the largest owners first.
pub fn sizes(view: &View<'_>) -> Vec<LayerSize> {
    let mut layers: BTreeMap<LayerNumber, BTreeMap<Option<Owner>, OwnerSize>> = BTreeMap::new();
    for (node, entry, layer) in view.entries() {
        let Some(content) = entry.content() else { continue };
        let owner = view.owners.of_file(view.root, node);
        let size = layers.entry(layer).or_default().entry(owner).or_default();
        size.files += 1;
        size.objects += usize::from(matches!(content, Content::Object(_)));
        size.bytes += entry.size_bytes().unwrap_or_default();
    }
    let layers = layers.into_iter().map(|(layer, owners)| {
        let mut owners: Vec<_> = owners.into_iter().collect();
        owners.sort_by(|(left, a), (right, b)| b.bytes.cmp(&a.bytes).then_with(|| left.cmp(right)));
        LayerSize { layer, owners }
    });
    layers.collect()
}
