//! What gets to each object: entrypoint → interpreter → extensions of the installed distributions → libraries.

use std::collections::HashMap;

use super::entrypoint::Entrypoint;
use super::finding::Reach;
use crate::app::{Linked, Role, Started};
use crate::tree::root::{NodeId, Root};
use crate::vocabulary::RootedPath;

/// What gets to the objects of an image, by object.
#[derive(Debug, Default)]
pub struct Reached {
    /// The surest reach, and the start object by which it is so.
    by_object: HashMap<NodeId, (Reach, usize)>,
}

impl Reached {
    pub(super) fn of(linked: &Linked<'_>, entry: &Entrypoint) -> Self {
        let mut by_object: HashMap<NodeId, (Reach, usize)> = HashMap::new();
        for (index, start) in linked.starts.iter().enumerate() {
            let reach = reach_of(start, entry);
            for object in &start.map.objects {
                let known = by_object.entry(object.node).or_insert((reach, index));
                *known = (*known).min((reach, index));
            }
        }
        Self { by_object }
    }

    /// What gets to an object.
    pub fn reach(&self, node: NodeId) -> Reach {
        self.by_object.get(&node).map_or(Reach::Unreached, |(reach, _)| *reach)
    }

    /// What led to an object being loaded, by the start that gets to it most surely.
    pub fn chain(&self, root: &Root<'_>, linked: &Linked<'_>, node: NodeId) -> Vec<RootedPath> {
        let Some((_, start)) = self.by_object.get(&node) else { return Vec::new() };
        chain(root, &linked.starts[*start], node)
    }
}

/// What gets to a start object.
pub(super) fn reach_of(start: &Started<'_>, entry: &Entrypoint) -> Reach {
    let node = start.map.start().node;
    let is_open = |otherwise| if entry.is_open { Reach::Possible } else { otherwise };
    match (start.role, start.process) {
        (Role::Program, _) if entry.programs.contains(&node) => Reach::Entrypoint,
        (Role::Program, _) => is_open(Reach::Unreached),
        (_, Some(process)) if entry.programs.contains(&process) => Reach::Extension,
        (_, Some(_)) => is_open(Reach::Unreached),
        _ => Reach::Unreached,
    }
}

/// The paths from a start, or the program of its process, to an object that it loads.
pub(super) fn chain(root: &Root<'_>, start: &Started<'_>, node: NodeId) -> Vec<RootedPath> {
    let map = &start.map;
    let Some(object) = map.objects.iter().position(|object| object.node == node) else { return Vec::new() };
    map.chain(object).into_iter().map(|object| root.path(map.objects[object].node)).collect()
}
