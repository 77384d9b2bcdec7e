//! The needed edges of all start objects, gathered by soname.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};

use bstr::BString;
use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

use super::TargetAbi;
use crate::app::{InputTrees, LinkedApps};
use crate::debian::catalog::{Catalog, CatalogError, look_up};
use crate::elf::{ElfFacts, Machine};
use crate::loader::{Edge, Libc, Outcome, Platform, libc_of};
use crate::tree::root::{MountId, NodeId, Root};
use crate::vocabulary::Soname;

/// One soname and all that ask for it.
#[derive(Debug, Default)]
pub struct Need {
    /// The file that satisfies it, where it is found.
    pub found: Option<NodeId>,
    /// The edges that come to nothing: which start's map, and which of its objects asks.
    pub missing: Vec<(usize, usize)>,
    /// The objects that ask for it, and whether each is one of the trees'.
    pub needed_by: HashMap<NodeId, bool>,
    /// The starts that load a library of this soname, in their order.
    pub loaded_by: Vec<usize>,
}

/// Every soname that is asked for in the scene, sorted.
///
/// # Errors
/// When the catalog's data is broken.
pub fn gather<'root>(
    root: &Root<'_>,
    sources: &InputTrees,
    linked: &LinkedApps<'root>,
    scene: Option<TargetAbi>,
    catalog: &dyn Catalog,
) -> Result<Vec<(&'root Soname, Need)>, CatalogError> {
    let apps: HashSet<MountId> = sources.app_mounts().map(|(mount, _)| mount).collect();
    let mut needs: Vec<(&Soname, Need)> = Vec::new();
    let mut by_name: HashMap<&Soname, usize> = HashMap::new();
    // An object asks in many processes. Where its edge's name lies in memory is as good as the name, and sooner compared.
    let mut by_edge: HashMap<(NodeId, *const Soname), usize> = HashMap::new();
    for (index, start) in linked.starts.iter().enumerate() {
        let map = &start.map;
        if !scene.is_some_and(|scene| scene.holds(map.start().facts)) {
            continue;
        }
        for edge in &map.edges {
            let by = map[edge.by].node;
            let place = match by_edge.entry((by, std::ptr::from_ref(edge.soname()))) {
                Entry::Occupied(known) if edge.others().is_empty() => *known.get(),
                entry => {
                    let name = asked_name(edge, catalog)?;
                    let place = *by_name.entry(name).or_insert(needs.len());
                    if place == needs.len() {
                        needs.push((name, Need::default()));
                    }
                    needs[place].1.needed_by.entry(by).or_insert_with(|| apps.contains(&root.mount_of(by)));
                    if edge.others().is_empty() {
                        entry.insert(place);
                    }
                    place
                }
            };
            let need = &mut needs[place].1;
            match &edge.outcome {
                Outcome::Found { object, .. } => {
                    need.found.get_or_insert(map[*object].node);
                    if need.loaded_by.last() != Some(&index) {
                        need.loaded_by.push(index);
                    }
                }
                Outcome::Missing { .. } => need.missing.push((index, edge.by.get())),
            }
        }
    }
    needs.sort_unstable_by_key(|(soname, _)| *soname);
    Ok(needs)
}

/// What an edge asks for: of several names that will do the first that a package has a library of, or else the best.
///
/// # Errors
/// When the catalog's data is broken.
pub fn asked_name<'root>(edge: &Edge<'root>, catalog: &dyn Catalog) -> Result<&'root Soname, CatalogError> {
    if !edge.others().is_empty() {
        for soname in std::iter::once(edge.soname()).chain(edge.others()) {
            if !look_up(catalog, soname, &[], &[])?.candidates.is_empty() {
                return Ok(soname);
            }
        }
    }
    Ok(edge.soname())
}

/// The symbol versions without which `facts`' object does not load, of the library that it calls `soname`.
pub fn versions_needed<'facts>(
    facts: &'facts ElfFacts,
    soname: &'facts Soname,
) -> impl Iterator<Item = &'facts BString> {
    let needs = facts.version_needs.iter().filter(move |need| need.file == *soname);
    let versions = needs.flat_map(|need| &need.versions).filter(|version| !version.weak);
    versions.map(|version| &version.name)
}

impl TargetAbi {
    /// Whether an object is for this machine and C library.
    pub fn holds(self, facts: &ElfFacts) -> bool {
        facts.machine == self.machine && libc_of(facts) == self.libc
    }
}

/// The scene of the trees: the machine and C library of most of their objects, of those first for which the base
/// has a dynamic linker. None where there is no object.
pub fn scene(
    root: &Root<'_>,
    linked: &LinkedApps<'_>,
    has_base: bool,
    wanted: Option<Machine>,
) -> Option<TargetAbi> {
    let mut counts: BTreeMap<(Machine, Libc), usize> = BTreeMap::new();
    for object in &linked.objects {
        let machine = object.facts.machine;
        if Platform::of(machine).is_some() && wanted.is_none_or(|wanted| wanted == machine) {
            *counts.entry((machine, libc_of(object.facts))).or_default() += 1;
        }
    }
    let fits_base = |machine: Machine, libc: Libc| {
        let has_linker =
            |platform: &Platform| root.resolve(root.top(), platform.linker(libc).as_bytes()).is_ok();
        !has_base || Platform::of(machine).is_some_and(has_linker)
    };
    // The first of equals: without a base glibc goes before musl, and a base decides for what it can run.
    let best = |fits: bool| {
        counts
            .iter()
            .filter(|((machine, libc), _)| fits == fits_base(*machine, *libc))
            .max_by_key(|(scene, count)| (**count, Reverse(scene.1), Reverse(scene.0)))
            .map(|((machine, libc), _)| TargetAbi { machine: *machine, libc: *libc, fits_base: fits })
    };
    best(true).or_else(|| best(false))
}
