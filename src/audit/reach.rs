//! Reach of each object: entrypoint → interpreter → extensions of the installed distributions → libraries.

use std::collections::HashMap;

use super::entrypoint::Entrypoint;
use super::finding::Reach;
use super::preloads::Preload;
use crate::app::{LinkedApps, Role, StartObject};
use crate::tree::root::{NodeId, Root};
use crate::vocabulary::RootedPath;

/// Reach of the objects of an image.
#[derive(Debug, Default)]
pub struct ReachMap {
    /// Most certain reach of each object, and the index of the start object that it is reached from.
    by_object: HashMap<NodeId, (Reach, usize)>,
}

impl ReachMap {
    /// Determines the reach of each object that a start object loads.
    pub(super) fn of(linked: &LinkedApps<'_>, entrypoint: &Entrypoint, preloads: &[Preload]) -> Self {
        let mut by_object: HashMap<NodeId, (Reach, usize)> = HashMap::new();
        for (index, start) in linked.starts.iter().enumerate() {
            let reach = reach_of(start, entrypoint, preloads);
            for object in &start.map.objects {
                let known = by_object.entry(object.node).or_insert((reach, index));
                *known = (*known).min((reach, index));
            }
        }
        Self { by_object }
    }

    /// Returns the reach of an object.
    pub fn reach(&self, node: NodeId) -> Reach {
        self.by_object.get(&node).map_or(Reach::Unreached, |(reach, _)| *reach)
    }

    /// Returns the chain of paths that leads to an object, from the start object of its most certain reach.
    pub fn chain(&self, root: &Root<'_>, linked: &LinkedApps<'_>, node: NodeId) -> Vec<RootedPath> {
        let Some((_, start)) = self.by_object.get(&node) else { return Vec::new() };
        chain(root, &linked.starts[*start], node)
    }
}

/// Determines the reach of a start object.
pub(super) fn reach_of(start: &StartObject<'_>, entrypoint: &Entrypoint, preloads: &[Preload]) -> Reach {
    let node = start.map.start().node;
    let unless_possible = |otherwise| if entrypoint.may_start_anything { Reach::Possible } else { otherwise };
    // Every program loads it.
    if preloads.iter().any(|preload| preload.node == Some(node)) {
        return unless_possible(Reach::Entrypoint);
    }
    match (start.role, start.process) {
        (Role::Program, _) if entrypoint.programs.contains(&node) => Reach::Entrypoint,
        (Role::Program, _) => unless_possible(Reach::Unreached),
        (_, Some(process)) if entrypoint.programs.contains(&process) => Reach::Extension,
        // A host that is a library: a program that the image starts opens it.
        (Role::Library, Some(_)) if !entrypoint.programs.is_empty() => Reach::Extension,
        (_, Some(_)) => unless_possible(Reach::Unreached),
        _ => Reach::Unreached,
    }
}

/// Returns the paths from a start object, or the program of its process, to an object that it loads.
pub(super) fn chain(root: &Root<'_>, start: &StartObject<'_>, node: NodeId) -> Vec<RootedPath> {
    let map = &start.map;
    let Some(object) = map.objects.iter().position(|object| object.node == node) else { return Vec::new() };
    map.chain(object).into_iter().map(|object| root.path(map.objects[object].node)).collect()
}
