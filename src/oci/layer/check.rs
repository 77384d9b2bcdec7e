//! The check before a layer gets its name: what was written is read back, compared entry by entry, laid over the
//! base and linked again.

use std::collections::BTreeSet;

use hashbrown::HashMap;

use super::output::ReadBack;
use super::{Layer, LayerError, LayerKind, OutputKind, Written};
use crate::app::{InputTrees, LinkScope, link};
use crate::loader::{LinkerSettings, Outcome};
use crate::solve::plan::Plan;
use crate::support::digest::digest_of_bytes;
use crate::tree::inventory::{Entry, EntryKind, Inventory};
use crate::tree::root::{MountId, Root};
use crate::vocabulary::{RootedPath, Sha256Digest, Soname};

/// What a layer is checked against.
#[derive(Clone, Copy)]
pub enum Context<'question> {
    /// The trees and the base that the Plan was made of: everything is linked again.
    Trees {
        /// The trees.
        sources: &'question InputTrees,
        /// What the image's environment will set.
        settings: &'question LinkerSettings,
    },
    /// A lock, and no trees: the libraries must be where the lock says.
    Lock {
        /// The base; none where nothing is assumed present.
        base: Option<&'question Inventory>,
    },
}

/// Reads a written layer back and sees that it does what the Plan says.
///
/// # Errors
/// What differs.
pub fn check(written: &Written, layer: &Layer, plan: &Plan, context: Context<'_>) -> Result<(), LayerError> {
    let back = written.read_back()?;
    if let Some(path) = first_difference(written, layer, &back) {
        return Err(LayerError::Differs { output: written.output().to_owned(), path });
    }
    let absent = match context {
        Context::Trees { sources, settings } => not_loaded(&back.inventory, plan, sources, settings),
        Context::Lock { base } => not_found(&back.inventory, plan, base),
    };
    match absent {
        None => Ok(()),
        Some((soname, path)) => {
            Err(LayerError::NotLoaded { output: written.output().to_owned(), soname, path })
        }
    }
}

/// The first path at which not the same is there.
fn first_difference(written: &Written, layer: &Layer, back: &ReadBack) -> Option<RootedPath> {
    let mut found: HashMap<RootedPath, &Entry> =
        back.inventory.entries().iter().map(|entry| (RootedPath::new(&entry.path), entry)).collect();
    let base_directories = match written.kind {
        OutputKind::Directory => Some(&layer.base_directories),
        OutputKind::Tar(_) => None,
    };
    for (path, expected) in layer.entries.iter().chain(base_directories.into_iter().flatten()) {
        let is_same = found.remove(path).is_some_and(|entry| match (&expected.kind, &entry.kind) {
            (LayerKind::Directory, EntryKind::Directory(permissions)) => {
                permissions.mode == expected.permissions.mode
            }
            (LayerKind::Link(expected), EntryKind::Symlink(target)) => expected == target,
            (LayerKind::File { sha256, .. }, EntryKind::File(_)) => is_content(back, path, *sha256),
            (LayerKind::Text(bytes), EntryKind::File(_)) => is_content(back, path, digest_of_bytes(bytes)),
            // What they hold goes from the tree into the archive, and was known to nobody before.
            (LayerKind::HostFile(_) | LayerKind::HardLink(_), EntryKind::File(_)) => true,
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

/// What is asked for, and where it is or should be.
pub type Library = (Soname, RootedPath);

/// The first library of the Plan that nothing finds where the Plan says, or else the first that is found in the layer
/// and not of the Plan.
pub fn not_loaded(
    back: &Inventory,
    plan: &Plan,
    sources: &InputTrees,
    settings: &LinkerSettings,
) -> Option<Library> {
    let lower = sources.root();
    let top = RootedPath::root();
    let mut root = Root::over(&lower);
    let layer = root.mount(&top, back);
    let linked = link(&root, sources, settings, LinkScope::InContext);
    let included: BTreeSet<MountId> = sources.included_mounts().map(|(mount, _)| mount).collect();
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
    let planned: BTreeSet<Library> =
        plan.libraries.iter().map(|library| (library.soname.clone(), library.path.clone())).collect();
    let absent = planned.difference(&found).next();
    absent.or_else(|| of_layer.difference(&planned).next()).cloned()
}

/// The first library of the Plan whose path does not lead to a regular file in base and layer.
pub fn not_found(back: &Inventory, plan: &Plan, base: Option<&Inventory>) -> Option<Library> {
    let top = RootedPath::root();
    let mut root = Root::new();
    if let Some(base) = base {
        root.mount(&top, base);
    }
    root.mount(&top, back);
    let is_there = |path: &RootedPath| {
        let end = root.resolve(root.top(), path.as_bytes()).ok();
        end.and_then(|end| root.entry(end)).is_some_and(|entry| matches!(entry.kind, EntryKind::File(_)))
    };
    let absent = plan.libraries.iter().find(|library| !is_there(&library.path));
    absent.map(|library| (library.soname.clone(), library.path.clone()))
}
