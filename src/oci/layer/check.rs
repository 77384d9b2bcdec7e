//! Check of a written layer before it is kept: it is read back, compared with the layer, laid over the base and linked
//! again.

use std::collections::BTreeSet;

use hashbrown::HashMap;

use super::entries::{Layer, LayerEntryKind};
use super::error::LayerError;
use super::output::{LayerFormat, StagedLayer};
use super::read_back::ReadBack;
use crate::app::{InputTrees, LinkScope, link};
use crate::loader::{LinkerSettings, Outcome};
use crate::solve::plan::Plan;
use crate::support::digest::digest_of_bytes;
use crate::tree::inventory::{Entry, EntryKind, Inventory};
use crate::tree::root::{MountId, Root};
use crate::vocabulary::{RootedPath, Sha256Digest, Soname};

/// Inputs that the Plan was made from.
#[derive(Clone, Copy)]
pub enum CheckContext<'run> {
    /// Trees and their base: everything is linked again.
    Trees {
        /// Trees and base.
        trees: &'run InputTrees,
        /// Environment that the image will set for the dynamic linker.
        settings: &'run LinkerSettings,
    },
    /// A lock without its trees: the libraries must be at their paths in the lock.
    Lock {
        /// Base; none if nothing is assumed to be there.
        base: Option<&'run Inventory>,
    },
}

/// Checks that a written layer is as it was composed, and that everything planned is found with it.
///
/// # Errors
/// If something differs.
pub fn check(
    staged: &StagedLayer,
    layer: &Layer,
    plan: &Plan,
    context: CheckContext<'_>,
) -> Result<(), LayerError> {
    let back = staged.read_back()?;
    if let Some(path) = first_difference(staged.format, layer, &back) {
        return Err(LayerError::Differs { output: staged.output().to_owned(), path });
    }
    let absent = match context {
        CheckContext::Trees { trees, settings } => first_not_loaded(&back.inventory, plan, trees, settings),
        CheckContext::Lock { base } => first_not_found(&back.inventory, plan, base),
    };
    match absent {
        None => Ok(()),
        Some((soname, path)) => {
            Err(LayerError::NotLoaded { output: staged.output().to_owned(), soname, path })
        }
    }
}

/// First path at which the output differs from the layer.
fn first_difference(format: LayerFormat, layer: &Layer, back: &ReadBack) -> Option<RootedPath> {
    let mut found: HashMap<RootedPath, &Entry> =
        back.inventory.entries().iter().map(|entry| (RootedPath::new(&entry.path), entry)).collect();
    let base_directories = match format {
        LayerFormat::Directory => Some(&layer.base_directories),
        LayerFormat::Tar(_) => None,
    };
    for (path, expected) in layer.entries.iter().chain(base_directories.into_iter().flatten()) {
        let is_same = found.remove(path).is_some_and(|entry| match (&expected.kind, &entry.kind) {
            (LayerEntryKind::Directory, EntryKind::Directory(permissions)) => {
                permissions.mode == expected.permissions.mode
            }
            (LayerEntryKind::Link(expected), EntryKind::Symlink(target)) => expected == target,
            (LayerEntryKind::File { sha256, .. }, EntryKind::File(_)) => is_content(back, path, *sha256),
            (LayerEntryKind::Text(bytes), EntryKind::File(_)) => {
                is_content(back, path, digest_of_bytes(bytes))
            }
            // Their contents are copied without a digest to compare.
            (LayerEntryKind::TreeFile(_) | LayerEntryKind::HardLink(_), EntryKind::File(_)) => true,
            _ => false,
        });
        if !is_same {
            return Some(path.clone());
        }
    }
    found.into_keys().min()
}

fn is_content(back: &ReadBack, path: &RootedPath, sha256: Sha256Digest) -> bool {
    back.digests.get(path) == Some(&sha256)
}

/// Soname of a library, and its path.
pub type LibraryPath = (Soname, RootedPath);

/// First library of the Plan that is not found at its path, else the first library in the layer that is found and not
/// planned.
pub fn first_not_loaded(
    back: &Inventory,
    plan: &Plan,
    trees: &InputTrees,
    settings: &LinkerSettings,
) -> Option<LibraryPath> {
    let lower = trees.root();
    let top = RootedPath::root();
    let mut root = Root::over(&lower);
    let layer = root.mount(&top, back);
    let linked = link(&root, trees, settings, LinkScope::InContext);
    let included: BTreeSet<MountId> = trees.included_mounts().map(|(mount, _)| mount).collect();
    let is_included = |path: &RootedPath| {
        let lower_one = lower.resolve(lower.top(), path.as_bytes()).ok();
        lower_one.is_some_and(|node| included.contains(&lower.mount_of(node)))
    };
    let (mut found, mut of_layer) = (BTreeSet::new(), BTreeSet::new());
    for map in linked.starts.iter().map(|start| &start.map) {
        for edge in &map.edges {
            let Outcome::Found { object, .. } = &edge.outcome else { continue };
            let object = &map[*object];
            let library = (edge.soname().clone(), RootedPath::new(object.path.as_slice()));
            if root.mount_of(object.node) == layer && !is_included(&library.1) {
                of_layer.insert(library.clone());
            }
            found.insert(library);
        }
    }
    let planned: BTreeSet<LibraryPath> =
        plan.libraries.iter().map(|library| (library.soname.clone(), library.path.clone())).collect();
    let absent = planned.difference(&found).next();
    absent.or_else(|| of_layer.difference(&planned).next()).cloned()
}

/// First library of the Plan whose path does not lead to a regular file in base and layer.
pub fn first_not_found(back: &Inventory, plan: &Plan, base: Option<&Inventory>) -> Option<LibraryPath> {
    let top = RootedPath::root();
    let mut root = Root::new();
    if let Some(base) = base {
        root.mount(&top, base);
    }
    root.mount(&top, back);
    let is_file = |path: &RootedPath| {
        let end = root.resolve(root.top(), path.as_bytes()).ok();
        end.and_then(|end| root.entry(end)).is_some_and(|entry| matches!(entry.kind, EntryKind::File(_)))
    };
    let absent = plan.libraries.iter().find(|library| !is_file(&library.path));
    absent.map(|library| (library.soname.clone(), library.path.clone()))
}
