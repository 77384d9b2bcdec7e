//! Linking of the apps: which objects are start objects, each linked in the process that it runs in.
//!
//! A bundled library is loaded by the objects that need it, with their search paths, so linking it by itself would
//! report libraries as missing that are not. Start objects are programs, extensions that an interpreter opens, and
//! objects that no other object of the apps needs; all others are reached from them.

use std::collections::HashSet;

use rayon::prelude::*;

use super::hosts::loaded_before;
use super::launchers::Launchers;
use super::linked::{AppObject, ForeignFile, LinkedApps, StartObject};
use super::role::Role;
use super::runtime_loads::{Opener, RuntimeLoad, Sources, runtime_loads};
use super::scripts::scripts;
use super::stage::LinkStage;
use super::standing::Standings;
use super::trees::InputTrees;
use crate::loader::LinkerSettings;
use crate::tree::inventory::Content;
use crate::tree::root::{MountId, NodeId, Root};
use crate::vocabulary::Soname;

/// Number of objects per thread from which a further thread pays.
const OBJECTS_PER_THREAD: usize = 100;

/// Objects that are linked by themselves, and in which process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkScope {
    /// Start objects only, each in its process; all other objects are reached from them.
    InContext,
    /// Every object by itself, as `ld.so --list` would load it.
    EachAlone,
}

/// Links the start objects of the apps. An object for a machine without a Debian port is not linked.
pub fn link<'root>(
    root: &'root Root<'root>,
    trees: &InputTrees,
    settings: &LinkerSettings,
    scope: LinkScope,
) -> LinkedApps<'root> {
    let AppFiles { objects, foreign, launchers, loads, .. } = AppFiles::of(root, trees);
    let (inner, outer): (Vec<&AppObject<'_>>, Vec<_>) = match scope {
        LinkScope::EachAlone => (Vec::new(), objects.iter().collect()),
        LinkScope::InContext => {
            let needed = needed_names(&objects);
            let first = loaded_first(root, &objects);
            let is_inner =
                |object: &&AppObject<'_>| is_needed(root, object, &needed) && !first.contains(&object.node);
            objects.iter().partition(is_inner)
        }
    };
    let threads = rayon::current_num_threads().min(outer.len().div_ceil(OBJECTS_PER_THREAD)).max(1);
    let mut stages: Vec<LinkStage<'_, '_>> = (0..threads)
        .into_par_iter()
        .map(|thread| {
            let mut stage = LinkStage::new(root, trees, settings, thread);
            // Neighbours load much of the same: dealing them out keeps the threads evenly busy.
            outer.iter().skip(thread).step_by(threads).for_each(|object| match scope {
                LinkScope::EachAlone => stage.link_alone(object),
                LinkScope::InContext => stage.link_in_process(object),
            });
            stage
        })
        .collect();
    let mut starts: Vec<StartObject<'_>> = Vec::with_capacity(outer.len());
    stages.iter_mut().for_each(|stage| starts.append(&mut stage.starts));
    let mut scripts = scripts(root, trees);
    if let Some(stage) = stages.first_mut() {
        stage.link_unreached(&inner, &starts);
        starts.append(&mut stage.starts);
        for script in &mut scripts {
            script.map = script.found.and_then(|node| stage.link_interpreter(node));
        }
    }
    starts.sort_by_cached_key(|start| root.path(start.map.start().node));
    let linkers = stages.into_iter().map(|stage| stage.linkers).collect();
    LinkedApps {
        starts,
        objects,
        foreign,
        launchers,
        loads,
        scripts,
        standings: Standings::default(),
        linkers,
    }
}

/// File names in the objects' DT_NEEDED.
fn needed_names<'root>(objects: &[AppObject<'root>]) -> HashSet<&'root [u8]> {
    objects.iter().flat_map(|object| &object.facts.needed).map(Soname::file_name).collect()
}

/// True for a library that one of the names means, by its file name or its soname.
fn is_needed(root: &Root<'_>, object: &AppObject<'_>, needed: &HashSet<&[u8]>) -> bool {
    let has_needed_soname =
        || object.facts.soname.as_ref().is_some_and(|soname| needed.contains(soname.as_bytes()));
    object.role == Role::Library && (needed.contains(root.name(object.node)) || has_needed_soname())
}

/// Objects that hosts have loaded before they open modules: what those need is looked at by itself.
fn loaded_first(root: &Root<'_>, objects: &[AppObject<'_>]) -> HashSet<NodeId> {
    let libraries = objects.iter().filter(|object| object.role == Role::Library);
    libraries.filter_map(|object| loaded_before(root, object.node, object.facts)).collect()
}

/// Files of the apps and of included packages that matter to linking.
#[derive(Default)]
struct AppFiles<'root> {
    objects: Vec<AppObject<'root>>,
    foreign: Vec<ForeignFile>,
    launchers: Launchers,
    loads: Vec<RuntimeLoad<'root>>,
    sources: Sources<'root>,
}

impl<'root> AppFiles<'root> {
    fn of(root: &'root Root<'root>, trees: &InputTrees) -> Self {
        let mut files = Self::default();
        // An included file is looked up by its path: an app that has it too may cover it.
        for (mount, included) in trees.included_mounts() {
            for path in included.files.inventory.file_paths() {
                let node = root.resolve(root.top(), path).ok();
                if let Some((node, content)) = node.and_then(|node| Some((node, root.content(node)?))) {
                    files.add(root, mount, node, content);
                }
            }
        }
        for (mount, _) in trees.app_mounts() {
            for (node, content) in root.files_of(mount) {
                files.add(root, mount, node, content);
            }
        }
        for path in &trees.started {
            let node = root.resolve(root.top(), path.as_bytes()).ok();
            let is_known = |node| files.objects.iter().any(|object| object.node == node);
            let program = node.filter(|node| !is_known(*node));
            if let Some((node, content)) = program.and_then(|node| Some((node, root.content(node)?))) {
                files.add(root, root.mount_of(node), node, content);
            }
        }
        let sources = std::mem::take(&mut files.sources);
        files.loads.extend(sources.loads(root));
        files
    }

    fn add(&mut self, root: &'root Root<'root>, mount: MountId, node: NodeId, content: &'root Content) {
        match content {
            Content::Object(facts) => {
                let Some(role) = Role::of(root.name(node), facts) else { return };
                self.objects.push(AppObject { node, role, facts, mount });
            }
            Content::Foreign(format) if Role::is_module_name(root.name(node)) => {
                self.foreign.push(ForeignFile { node, format: *format, mount });
            }
            _ => {}
        }
        self.launchers.add(root, node, content);
        let file = Opener::new(root, node);
        self.loads.extend(runtime_loads(&file));
        self.sources.add(&file, mount);
    }
}
