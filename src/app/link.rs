//! Linking of the apps: which objects are start objects, each linked in the process that it runs in.
//!
//! A bundled library is loaded by the objects that need it, with their search paths, so linking it by itself would
//! report libraries as missing that are not. Start objects are programs, extensions that an interpreter opens, and
//! objects that no other object of the apps needs; all others are reached from them.

use std::collections::HashSet;

use rayon::prelude::*;

use super::linked::{AppObject, LinkedApps, StartObject};
use super::role::Role;
use super::runtime_loads::{Opener, RuntimeLoad, runtime_loads};
use super::scripts::scripts;
use super::stage::LinkStage;
use super::trees::InputTrees;
use crate::loader::LinkerSettings;
use crate::tree::inventory::Content;
use crate::tree::root::Root;
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
    let (objects, loads) = objects_and_loads(root, trees);
    let (inner, outer): (Vec<&AppObject<'_>>, Vec<_>) = match scope {
        LinkScope::EachAlone => (Vec::new(), objects.iter().collect()),
        LinkScope::InContext => {
            let needed = needed_names(&objects);
            objects.iter().partition(|object| is_needed(root, object, &needed))
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
    LinkedApps { starts, objects, loads, scripts, linkers }
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

/// Returns the objects of the apps and of included packages, and the run-time loads of their files.
fn objects_and_loads<'root>(
    root: &'root Root<'root>,
    trees: &InputTrees,
) -> (Vec<AppObject<'root>>, Vec<RuntimeLoad<'root>>) {
    let (mut objects, mut loads) = (Vec::new(), Vec::new());
    let mut add = |mount, node, content: &'root Content| {
        if let Content::Object(facts) = content {
            let Some(role) = Role::of(root.name(node), facts) else { return };
            objects.push(AppObject { node, role, facts, mount });
        }
        loads.extend(runtime_loads(&Opener::new(root, node)));
    };
    // An included file is looked up by its path: an app that has it too may cover it.
    for (mount, included) in trees.included_mounts() {
        for path in included.files.inventory.file_paths() {
            let node = root.resolve(root.top(), path).ok();
            if let Some((node, content)) = node.and_then(|node| Some((node, root.content(node)?))) {
                add(mount, node, content);
            }
        }
    }
    for (mount, _) in trees.app_mounts() {
        root.files_of(mount).into_iter().for_each(|(node, content)| add(mount, node, content));
    }
    (objects, loads)
}
