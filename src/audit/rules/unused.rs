//! What nothing is seen to get to, shared by the rules on libraries and on packages.
//!
//! Only where the image says what it starts, and that is no shell, and objects are linked in context: else everything
//! may be used. A library counts as used
//! where a reached object or a line of code has its name among its strings, since it may open it.

use std::collections::HashSet;

use bstr::{BString, ByteSlice};

use super::abi::is_where_it_is_opened;
use crate::audit::finding::Reach;
use crate::audit::owners::ObjectsByOwner;
use crate::audit::view::View;
use crate::tree::inventory::Evidence;
use crate::tree::root::NodeId;

/// The objects of each package that has any, and of what has none, with whether each is used.
pub(super) fn by_owner<'view>(view: &'view View<'_>) -> &'view ObjectsByOwner {
    view.by_owner.get_or_init(|| sorted_by_owner(view))
}

fn sorted_by_owner(view: &View<'_>) -> ObjectsByOwner {
    if view.is_strict || view.entry.is_open || view.entry.programs.is_empty() {
        return ObjectsByOwner::new();
    }
    let named = named(view);
    let mut owners = ObjectsByOwner::new();
    for object in &view.linked.objects {
        let (node, facts) = (object.node, object.facts);
        let is_foreign = view.scene.is_some_and(|scene| !scene.holds(facts));
        if is_foreign && is_where_it_is_opened(view, object) {
            // It would be opened if it were for this system; other rules tell of it.
            continue;
        }
        let owner = view.owners.of_file(view.root, node);
        let is_named = named.contains(view.root.name(node).as_bstr())
            || facts.soname.as_ref().is_some_and(|soname| named.contains(soname.as_bytes().as_bstr()));
        let is_used = view.reached.reach(node) != Reach::Unreached || is_named;
        owners.entry(owner).or_default().push((node, is_used));
    }
    for objects in owners.values_mut() {
        use_plugins(view, objects);
    }
    owners
}

/// The names of libraries that stand in objects that are reached, and in code.
fn named(view: &View<'_>) -> HashSet<BString> {
    let mut names = HashSet::new();
    for (node, entry, _) in view.entries() {
        match entry.evidence() {
            Some(Evidence::Names(found)) if view.reached.reach(node) != Reach::Unreached => {
                names.extend(found.iter().cloned());
            }
            Some(Evidence::Opens(opens)) => names.extend(opens.iter().map(|open| open.name.clone())),
            _ => {}
        }
    }
    names
}

/// Plugins count as used, save where the package has others and none of those is used, which would open them.
fn use_plugins(view: &View<'_>, objects: &mut [(NodeId, bool)]) {
    let plugins: Vec<bool> = objects.iter().map(|(node, _)| is_plugin(view, *node)).collect();
    let mut others = objects.iter().zip(&plugins).filter(|(_, is_plugin)| !**is_plugin).peekable();
    if others.peek().is_some() && !others.any(|((_, is_used), _)| *is_used) {
        return;
    }
    for ((_, is_used), is_plugin) in objects.iter_mut().zip(plugins) {
        *is_used |= is_plugin;
    }
}

/// Whether an object lies deeper than the directories of libraries, where whatever opens plugins looks for them.
fn is_plugin(view: &View<'_>, node: NodeId) -> bool {
    let path = view.root.path(node);
    let directories = &view.default_directories;
    let is_below = directories.iter().any(|directory| path.below(directory).is_some());
    is_below && !directories.contains(&path.parent()) && !path.as_bytes().contains_str("/bin/")
}
