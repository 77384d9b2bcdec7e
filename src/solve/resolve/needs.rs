//! The needed edges of all start objects, gathered by soname.

use std::collections::HashSet;

use bstr::BString;
use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

use crate::app::TargetAbi;
use crate::app::{InputTrees, LinkedApps};
use crate::debian::catalog::{Catalog, CatalogError, look_up};
use crate::elf::ElfFacts;
use crate::loader::{Edge, Outcome};
use crate::tree::root::{MountId, NodeId, Root};
use crate::vocabulary::Soname;

/// The objects that need one soname, and what they find.
#[derive(Debug, Default)]
pub struct SonameNeed {
    /// File of this soname that is loaded, if one is found.
    pub found: Option<NodeId>,
    /// Failed searches: index of the start object, and index of the needing object in its map.
    pub missing: Vec<(usize, usize)>,
    /// Objects that need it, each with true if it is one of the apps'.
    pub needed_by: HashMap<NodeId, bool>,
    /// Start objects that load a library of this soname, in their order.
    pub loaded_by: Vec<usize>,
}

/// Returns every soname that the required objects for the target need, sorted.
///
/// # Errors
/// If the catalog's data is broken.
pub fn gather_needs<'root>(
    root: &Root<'_>,
    trees: &InputTrees,
    linked: &LinkedApps<'root>,
    target: Option<TargetAbi>,
    catalog: &dyn Catalog,
) -> Result<Vec<(&'root Soname, SonameNeed)>, CatalogError> {
    let apps: HashSet<MountId> = trees.app_mounts().map(|(mount, _)| mount).collect();
    let mut needs: Vec<(&Soname, SonameNeed)> = Vec::new();
    let mut by_name: HashMap<&Soname, usize> = HashMap::new();
    // An object occurs in many processes. The address of its edge's name identifies the name, and is compared faster.
    let mut by_edge: HashMap<(NodeId, *const Soname), usize> = HashMap::new();
    for (index, start) in linked.required() {
        let map = &start.map;
        if !target.is_some_and(|target| target.matches(map.start().facts)) {
            continue;
        }
        for edge in &map.edges {
            let by = map[edge.by].node;
            let position = match by_edge.entry((by, std::ptr::from_ref(edge.soname()))) {
                Entry::Occupied(known) if edge.others().is_empty() => *known.get(),
                entry => {
                    let name = requested_soname(edge, catalog)?;
                    let position = *by_name.entry(name).or_insert(needs.len());
                    if position == needs.len() {
                        needs.push((name, SonameNeed::default()));
                    }
                    needs[position]
                        .1
                        .needed_by
                        .entry(by)
                        .or_insert_with(|| apps.contains(&root.mount_of(by)));
                    if edge.others().is_empty() {
                        entry.insert(position);
                    }
                    position
                }
            };
            let need = &mut needs[position].1;
            match &edge.outcome {
                Outcome::Found { object, .. } => {
                    need.found.get_or_insert(map[*object].node);
                    if need.loaded_by.last() != Some(&index) {
                        need.loaded_by.push(index);
                    }
                }
                Outcome::Missing { .. } => {
                    let machine = map[edge.by].facts.machine;
                    match linked.launchers.find(root, by, edge.soname(), machine) {
                        Some(found) => _ = need.found.get_or_insert(found),
                        None => need.missing.push((index, edge.by.get())),
                    }
                }
            }
        }
    }
    needs.sort_unstable_by_key(|(soname, _)| *soname);
    Ok(needs)
}

/// Returns the soname that an edge requests: of several alternatives the first that a package has, or else the best.
///
/// # Errors
/// If the catalog's data is broken.
pub fn requested_soname<'root>(
    edge: &Edge<'root>,
    catalog: &dyn Catalog,
) -> Result<&'root Soname, CatalogError> {
    if !edge.others().is_empty() {
        for soname in std::iter::once(edge.soname()).chain(edge.others()) {
            if !look_up(catalog, soname, &[], &[])?.candidates.is_empty() {
                return Ok(soname);
            }
        }
    }
    Ok(edge.soname())
}

/// Returns the symbol versions of a library without which an object does not load.
pub fn required_versions<'facts>(
    facts: &'facts ElfFacts,
    soname: &'facts Soname,
) -> impl Iterator<Item = &'facts BString> {
    let needs = facts.version_needs.iter().filter(move |need| need.file == *soname);
    let versions = needs.flat_map(|need| &need.versions).filter(|version| !version.weak);
    versions.map(|version| &version.name)
}
