//! A whole release held against itself: every package laid into one root, and each library where ld.so looks by default
//! linked in it.
//!
//! No system has all of them installed; packages that can't be installed together cover each other's files. What is
//! looked for is whether there is a library at all, where whoever asks for it looks.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;

use super::actions_of;
use super::overlay::alternative_links;
use crate::app::linker;
use crate::debian::debs::DebFacts;
use crate::elf::Machine;
use crate::loader::{
    Libc, LinkerSettings, ObjectIndex, Outcome, Platform, SearchRule, UnknownMachine, libc_of,
};
use crate::tree::inventory::{Content, Inventory};
use crate::tree::root::{MountId, NodeId, Root};
use crate::vocabulary::{PackageName, RootedPath, Soname, named};

named! {
    /// Why a library of a release asks for something in vain.
    WhyMissing("reason why something is missing") {
        /// A package has it in a directory where the asking library does not look: whoever loads that one has loaded it
        /// before, or names the directory.
        OtherDirectory = "other-directory",
        /// Only files for other machines have that name.
        OtherMachine = "other-machine",
        /// No package that was read has it.
        Nowhere = "nowhere",
    }
}

/// A library of a release that asks for something in vain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MissingEdge {
    /// Its package.
    pub package: PackageName,
    /// The library.
    pub object: RootedPath,
    /// What it asks for.
    pub soname: Soname,
    /// Why it is not found.
    pub why: WhyMissing,
    /// Where files of that name lie, sorted.
    pub lies_at: BTreeSet<RootedPath>,
}

/// What came of a release held against itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReleaseCheck {
    /// How many packages were laid into the root.
    pub packages: usize,
    /// How many libraries where ld.so looks by default were linked.
    pub objects: usize,
    /// How many there are for other machines or another C library, which were not.
    pub foreign: usize,
    /// How many DT_NEEDED entries those that were linked have.
    pub edges: usize,
    /// How many are found by which rule; of what is loaded already the rule is that which found it first.
    pub found: BTreeMap<SearchRule, usize>,
    /// How many of the found ones lead through a link that update-alternatives makes.
    pub through_alternatives: usize,
    /// Those that are found nowhere, sorted.
    pub missing: Vec<MissingEdge>,
}

/// Lays packages into one root and links each library in the default directories of a machine.
///
/// # Errors
/// When no such machine is known.
pub fn check_release(
    packages: &BTreeMap<PackageName, DebFacts>,
    machine: Machine,
) -> Result<ReleaseCheck, UnknownMachine> {
    let platform = Platform::of(machine).ok_or(UnknownMachine(machine))?;
    let links: Vec<Inventory> =
        packages.values().map(|deb| alternative_links(&actions_of(deb), deb, |_| true)).collect();
    let mut root = Root::new();
    let owners: HashMap<MountId, &PackageName> =
        packages.iter().map(|(name, deb)| (root.install(&deb.inventory, |_| true), name)).collect();
    let alternatives: BTreeSet<MountId> = links.iter().map(|links| root.install(links, |_| true)).collect();
    let directories: BTreeSet<NodeId> = platform
        .default_directories()
        .iter()
        .filter_map(|directory| root.resolve(root.top(), directory.as_bytes()).ok())
        .collect();
    let names = Names::of(&root);
    let mut check = ReleaseCheck { packages: packages.len(), ..ReleaseCheck::default() };
    let mut linker = linker(&root, machine, &LinkerSettings::default())?;
    for (node, _) in root.entries() {
        let (Some(Content::Object(facts)), Some(package)) =
            (root.content(node), owners.get(&root.mount_of(node)))
        else {
            continue;
        };
        if !directories.contains(&root.directory_of(node)) {
            continue;
        }
        if facts.machine != machine || libc_of(facts) != Libc::Glibc {
            check.foreign += 1;
            continue;
        }
        check.objects += 1;
        let map = linker.library(node, facts, None);
        for edge in map.edges.iter().filter(|edge| edge.by == map.start) {
            check.edges += 1;
            match &edge.outcome {
                Outcome::Found { object, rule, .. } => {
                    let found = check.found.entry(first_rule(&map.edges, *object).unwrap_or(*rule));
                    *found.or_default() += 1;
                    let way = root.resolve_with_links(root.top(), &map[*object].path);
                    let is_alternative = |link: &NodeId| alternatives.contains(&root.mount_of(*link));
                    if way.is_ok_and(|(links, _)| links.iter().any(is_alternative)) {
                        check.through_alternatives += 1;
                    }
                }
                Outcome::Missing { .. } => {
                    let (why, lies_at) = names.why_missing(edge.soname(), machine);
                    check.missing.push(MissingEdge {
                        package: (*package).clone(),
                        object: root.path(node),
                        soname: edge.soname().clone(),
                        why,
                        lies_at,
                    });
                }
            }
        }
    }
    check.missing.sort();
    Ok(check)
}

/// The rule by which an object was found before it was there already.
fn first_rule(edges: &[crate::loader::Edge<'_>], object: ObjectIndex) -> Option<SearchRule> {
    edges.iter().find_map(|edge| match &edge.outcome {
        Outcome::Found { object: found, rule, .. } if *found == object && *rule != SearchRule::Loaded => {
            Some(*rule)
        }
        _ => None,
    })
}

/// Where files of each name lie, and for which machine they are.
struct Names<'root>(HashMap<&'root [u8], Vec<(Option<Machine>, RootedPath)>>);

impl<'root> Names<'root> {
    fn of(root: &Root<'root>) -> Self {
        let mut names: HashMap<&[u8], Vec<(Option<Machine>, RootedPath)>> = HashMap::new();
        for (node, _) in root.entries() {
            let machine = match root.follow(node).ok().and_then(|end| root.content(end)) {
                Some(Content::Object(facts)) => Some(facts.machine),
                _ => None,
            };
            names.entry(root.name(node)).or_default().push((machine, root.path(node)));
        }
        Self(names)
    }

    fn why_missing(&self, soname: &Soname, machine: Machine) -> (WhyMissing, BTreeSet<RootedPath>) {
        let places = self.0.get(soname.file_name()).map(Vec::as_slice).unwrap_or_default();
        let lies_at = places.iter().map(|(_, path)| path.clone()).collect();
        let why = match places {
            [] => WhyMissing::Nowhere,
            _ if places.iter().any(|(its, _)| *its == Some(machine)) => WhyMissing::OtherDirectory,
            _ => WhyMissing::OtherMachine,
        };
        (why, lies_at)
    }
}
