//! Sizes of an image's files, by layer and owner.

use std::collections::BTreeMap;

use super::owners::Owner;
use super::view::View;
use crate::tree::inventory::{Content, LayerNumber};
use crate::vocabulary::{RootedPath, Soname};

/// Size that one layer adds to the image. Files that a later layer replaces or deletes do not count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LayerSize {
    /// Number of the layer; 0 for an image without layers.
    pub layer: LayerNumber,
    /// Sizes by owner; none for files without a known owner.
    pub owners: Vec<(Option<Owner>, OwnerSize)>,
}

/// Size of the files of one owner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OwnerSize {
    /// Number of regular files.
    pub files: usize,
    /// Number of ELF files among them.
    pub objects: usize,
    /// Size in bytes. A file with several hard links counts once for each.
    pub bytes: u64,
}

/// Facts of one object, and its origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditedObject {
    /// DT_SONAME, if it has one.
    pub soname: Option<Soname>,
    /// Layer that contains it; none if the image has no layers.
    pub layer: Option<LayerNumber>,
    /// Package that owns it, if known.
    pub owner: Option<Owner>,
    /// Size in bytes.
    pub bytes: u64,
}

/// Lists the objects that a dynamic linker could load, by their paths with links resolved.
pub(super) fn objects(view: &View<'_>) -> BTreeMap<RootedPath, AuditedObject> {
    let objects = view.objects().map(|(node, facts)| {
        let path = view.root.path(node);
        let object = AuditedObject {
            soname: facts.soname.clone(),
            layer: view.layer(&path),
            owner: view.owners().of_file(view.root, node),
            bytes: view.size_bytes(node),
        };
        (path, object)
    });
    objects.collect()
}

/// Computes the sizes of an image's layers, the lowest layer first, the largest owner of each first.
pub(super) fn sizes(view: &View<'_>) -> Vec<LayerSize> {
    let mut layers: BTreeMap<LayerNumber, BTreeMap<Option<Owner>, OwnerSize>> = BTreeMap::new();
    for (node, entry, layer) in view.entries_by_layer() {
        let Some(content) = entry.content() else { continue };
        let owner = view.owners().of_file(view.root, node);
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
