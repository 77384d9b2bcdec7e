//! Consistency check of a whole release: every package is laid into one root, and each library where ld.so looks by
//! default is linked in it.
//!
//! No system has all of them installed; packages that cannot be installed together cover each other's files. The
//! check asks if there is a library at all where the objects that need it look for it.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;

use super::overlay::alternative_links;
use super::read_package::install_actions;
use crate::app::linker;
use crate::debian::debs::DebFacts;
use crate::elf::Machine;
use crate::loader::{
    Libc, LinkMap, LinkerSettings, ObjectIndex, Outcome, Platform, SearchRule, UnknownMachine, libc_of,
};
use crate::tree::inventory::{Content, Inventory};
use crate::tree::root::{MountId, NodeId, Root};
use crate::vocabulary::{PackageName, RootedPath, Soname, named};

named! {
    /// Cause for which a library of a release misses another one.
    MissingCause("cause of a missing library") {
        /// A package has it in a directory where the needing library does not look: the program that loads that one
        /// has loaded it before, or names the directory.
        OtherDirectory = "other-directory",
        /// Only files for other machines have that name.
        OtherMachine = "other-machine",
        /// No package that was read has it.
        Nowhere = "nowhere",
    }
}

/// A needed library that is missing in a release.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MissingEdge {
    /// Package of the needing library.
    pub package: PackageName,
    /// The needing library.
    pub object: RootedPath,
    /// Needed soname.
    pub soname: Soname,
    /// Cause for which it is not found.
    pub cause: MissingCause,
    /// Paths of files of that name, sorted.
    pub paths: BTreeSet<RootedPath>,
}

/// Result of the check of a release.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReleaseCheck {
    /// Number of packages in the root.
    pub packages: usize,
    /// Number of libraries that were linked, those where ld.so looks by default.
    pub objects: usize,
    /// Number of libraries there for other machines or another C library, which were not linked.
    pub foreign: usize,
    /// Number of DT_NEEDED entries of the linked libraries.
    pub edges: usize,
    /// Number of entries found by each rule; if the library is already loaded, the rule that found it first counts.
    pub found: BTreeMap<SearchRule, usize>,
    /// Number of found entries whose path goes through a link of update-alternatives.
    pub through_alternatives: usize,
    /// Entries that are not found, sorted.
    pub missing: Vec<MissingEdge>,
}

/// Lays packages into one root and links each library in the default directories of a machine.
///
/// # Errors
/// If the machine is not supported.
pub fn check_release(
    packages: &BTreeMap<PackageName, DebFacts>,
    machine: Machine,
) -> Result<ReleaseCheck, UnknownMachine> {
    let platform = Platform::of(machine).ok_or(UnknownMachine(machine))?;
    let links: Vec<Inventory> =
        packages.values().map(|deb| alternative_links(&install_actions(deb), deb, |_| true)).collect();
    let release = ReleaseRoot::new(packages, &links);
    let root = &release.root;
    let directories: BTreeSet<NodeId> = platform
        .default_directories()
        .iter()
        .filter_map(|directory| root.resolve(root.top(), directory.as_bytes()).ok())
        .collect();
    let files = FilesByName::of(root);
    let mut check = ReleaseCheck { packages: packages.len(), ..ReleaseCheck::default() };
    let mut linker = linker(root, machine, &LinkerSettings::default())?;
    for (node, _) in root.entries().filter(|(node, _)| directories.contains(&root.directory_of(*node))) {
        let (Some(Content::Object(facts)), Some(package)) = (root.content(node), release.owner(node)) else {
            continue;
        };
        if facts.machine != machine || libc_of(facts) != Libc::Glibc {
            check.foreign += 1;
            continue;
        }
        check.objects += 1;
        check.add(&release, &files, package, &linker.library(node, facts, None));
    }
    check.missing.sort();
    Ok(check)
}

impl ReleaseCheck {
    /// Adds the needed entries of a library.
    fn add(
        &mut self,
        release: &ReleaseRoot<'_>,
        files: &FilesByName<'_>,
        package: &PackageName,
        map: &LinkMap<'_>,
    ) {
        for edge in map.edges.iter().filter(|edge| edge.by == map.start) {
            self.edges += 1;
            match &edge.outcome {
                Outcome::Found { object, rule, .. } => {
                    let rule = first_rule(&map.edges, *object).unwrap_or(*rule);
                    *self.found.entry(rule).or_default() += 1;
                    self.through_alternatives += usize::from(release.uses_alternative(&map[*object].path));
                }
                Outcome::Missing { .. } => {
                    let (cause, paths) = files.cause_of(edge.soname(), map.start().facts.machine);
                    self.missing.push(MissingEdge {
                        package: package.clone(),
                        object: release.root.path(map.start().node),
                        soname: edge.soname().clone(),
                        cause,
                        paths,
                    });
                }
            }
        }
    }
}

/// A root with every package of a release.
struct ReleaseRoot<'debs> {
    root: Root<'debs>,
    owners: HashMap<MountId, &'debs PackageName>,
    /// Mounts of the links that update-alternatives makes.
    alternatives: BTreeSet<MountId>,
}

impl<'debs> ReleaseRoot<'debs> {
    fn new(packages: &'debs BTreeMap<PackageName, DebFacts>, links: &'debs [Inventory]) -> Self {
        let mut root = Root::new();
        let owners =
            packages.iter().map(|(name, deb)| (root.install(&deb.inventory, |_| true), name)).collect();
        let alternatives = links.iter().map(|links| root.install(links, |_| true)).collect();
        Self { root, owners, alternatives }
    }

    fn owner(&self, node: NodeId) -> Option<&'debs PackageName> {
        self.owners.get(&self.root.mount_of(node)).copied()
    }

    /// Returns true if a path goes through a link of update-alternatives.
    fn uses_alternative(&self, path: &[u8]) -> bool {
        let links = self.root.resolve_with_links(self.root.top(), path);
        let is_alternative = |link: &NodeId| self.alternatives.contains(&self.root.mount_of(*link));
        links.is_ok_and(|(links, _)| links.iter().any(is_alternative))
    }
}

/// Returns the rule by which an object was found first.
fn first_rule(edges: &[crate::loader::Edge<'_>], object: ObjectIndex) -> Option<SearchRule> {
    edges.iter().find_map(|edge| match &edge.outcome {
        Outcome::Found { object: found, rule, .. } if *found == object && *rule != SearchRule::Loaded => {
            Some(*rule)
        }
        _ => None,
    })
}

/// Machines and paths of the files of each name.
struct FilesByName<'root>(HashMap<&'root [u8], Vec<(Option<Machine>, RootedPath)>>);

impl<'root> FilesByName<'root> {
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

    fn cause_of(&self, soname: &Soname, machine: Machine) -> (MissingCause, BTreeSet<RootedPath>) {
        let files = self.0.get(soname.file_name()).map(Vec::as_slice).unwrap_or_default();
        let paths = files.iter().map(|(_, path)| path.clone()).collect();
        let cause = match files {
            [] => MissingCause::Nowhere,
            _ if files.iter().any(|(its, _)| *its == Some(machine)) => MissingCause::OtherDirectory,
            _ => MissingCause::OtherMachine,
        };
        (cause, paths)
    }
}
