//! Detection of unused objects, shared by the rules on libraries and on packages.
//!
//! Only if the image defines what it starts, that is not a shell, and objects are linked in context; otherwise anything
//! may be used. So do files that something opens by a path which is not known, such as the modules of a host, and what they
//! load. A library also counts as used if a reached object or a source file contains its name, since it may open
//! it.

use std::collections::HashSet;

use bstr::ByteSlice;

use crate::app::{LoadEvidence, Role, RuntimeLoad, StartObject, is_module};
use crate::audit::finding::Reach;
use crate::audit::owners::ObjectsByOwner;
use crate::audit::view::View;
use crate::tree::root::NodeId;
use crate::vocabulary::{RootedPath, Soname};

/// Returns the objects by owner, each with a flag that is true if it is used.
pub(super) fn by_owner<'view>(view: &'view View<'_>) -> &'view ObjectsByOwner {
    view.by_owner.get_or_init(|| group_by_owner(view))
}

fn group_by_owner(view: &View<'_>) -> ObjectsByOwner {
    if view.is_strict || view.entrypoint.may_start_anything || view.entrypoint.programs.is_empty() {
        return ObjectsByOwner::new();
    }
    let opened_names = opened_names(view);
    let unfit: HashSet<NodeId> =
        view.linked.standings.unfit().iter().flat_map(|module| &module.nodes).copied().collect();
    let opened = opened_by_unknown(view);
    let mut owners = ObjectsByOwner::new();
    for object in &view.linked.objects {
        let (node, facts) = (object.node, object.facts);
        if unfit.contains(&node) {
            // It would be opened if it were for this system; other rules report it.
            continue;
        }
        let owner = view.owners().of_file(view.root, node);
        let is_named = opened_names.contain(view.root.name(node))
            || facts.soname.as_ref().is_some_and(|soname| opened_names.contain(soname.as_bytes()));
        let is_reached = view.reach_map().reach(node) != Reach::Unreached;
        let is_used = is_reached || is_named || opened.contains(&node);
        owners.entry(owner).or_default().push((node, is_used));
    }
    for objects in owners.values_mut() {
        mark_plugins(view, objects);
    }
    owners
}

/// Returns the objects that are loaded by files whose opener is not known: modules of a host, and libraries outside of the
/// directories that are searched, which code opens by a path.
fn opened_by_unknown(view: &View<'_>) -> HashSet<NodeId> {
    let is_opened = |start: &&StartObject<'_>| {
        let object = start.map.start();
        let directory = view.root.path(object.node).parent();
        start.role == Role::Library
            && (!view.default_directories.contains(&directory)
                || is_module(view.root, object.node, object.facts))
    };
    let starts = view.linked.starts.iter().filter(is_opened);
    starts.flat_map(|start| &start.map.objects).map(|object| object.node).collect()
}

/// Names of libraries that code may open.
#[derive(Default)]
struct OpenedNames<'view> {
    names: HashSet<&'view [u8]>,
    /// Beginnings of the names that find_library finds.
    stems: HashSet<&'view [u8]>,
}

impl OpenedNames<'_> {
    fn contain(&self, name: &[u8]) -> bool {
        let is_found = || name.find(".so.").is_some_and(|end| self.stems.contains(&name[..end + 4]));
        self.names.contains(name) || is_found()
    }
}

/// Returns the names of libraries in the run-time loads of reached objects and of source files.
fn opened_names<'view>(view: &'view View<'_>) -> OpenedNames<'view> {
    let is_reached = |by: &RootedPath| {
        let node = view.root.resolve(view.root.top(), by.as_bytes());
        node.is_ok_and(|node| view.reach_map().reach(node) != Reach::Unreached)
    };
    let mut opened = OpenedNames::default();
    for loads in view.linked.loads.chunk_by(|one, next| one.by == next.by) {
        let is_used = is_reached(&loads[0].by);
        let counts = |load: &&RuntimeLoad<'_>| match load.evidence {
            LoadEvidence::Code(_) => true,
            LoadEvidence::String => is_used,
            LoadEvidence::Note | LoadEvidence::Symbol | LoadEvidence::Rule => false,
        };
        for name in loads.iter().filter(counts).flat_map(|load| load.names.iter()).map(Soname::file_name) {
            match name.strip_suffix(b"*") {
                Some(stem) => opened.stems.insert(stem),
                None => opened.names.insert(name),
            };
        }
    }
    opened
}

/// Marks the plugins of a package as used, unless it has other objects, which would open them, and none of those is used.
fn mark_plugins(view: &View<'_>, objects: &mut [(NodeId, bool)]) {
    let plugins: Vec<bool> = objects.iter().map(|(node, _)| is_plugin(view, *node)).collect();
    let mut others = objects.iter().zip(&plugins).filter(|(_, is_plugin)| !**is_plugin).peekable();
    if others.peek().is_some() && !others.any(|((_, is_used), _)| *is_used) {
        return;
    }
    for ((_, is_used), is_plugin) in objects.iter_mut().zip(plugins) {
        *is_used |= is_plugin;
    }
}

/// True if an object is in a subdirectory of a library directory, where programs look for plugins.
fn is_plugin(view: &View<'_>, node: NodeId) -> bool {
    let path = view.root.path(node);
    let directories = &view.default_directories;
    let is_below = directories.iter().any(|directory| path.below(directory).is_some());
    is_below && !directories.contains(&path.parent()) && !path.as_bytes().contains_str("/bin/")
}
