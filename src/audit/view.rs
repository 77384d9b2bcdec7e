//! Input of the rules: an image, or the trees of a plan, read, linked and resolved, as a value.

use std::cell::OnceCell;
use std::collections::HashMap;

use bstr::ByteSlice;

use super::entrypoint::Entrypoint;
use super::finding::{Fix, Reach};
use super::owners::{ObjectsByOwner, Owners};
use super::preloads::{Preload, preloads};
use super::reach::{ReachMap, chain, reach_of};
use super::run_config::RunConfig;
use super::unmet::{UnmetCause, UnmetNeed};
use crate::app::{InputTrees, LinkedApps, Role, StartObject};
use crate::debian::catalog::host_provider;
use crate::elf::ElfFacts;
use crate::loader::{Attempt, Edge, LinkMap, LoadedObject, Outcome, Platform, libc_of};
use crate::solve::resolve::{Resolution, SonameAnswer, TargetAbi};
use crate::tree::inventory::{self, Content, LayerNumber};
use crate::tree::root::{NodeId, Root};
use crate::vocabulary::{RootedPath, Soname};

/// Everything that a view is made of.
#[derive(Clone, Copy)]
pub struct ViewInputs<'root> {
    /// Trees to judge, on their base: an image is the only tree, at `/`.
    pub trees: &'root InputTrees,
    /// Files of the trees, with the packages that a plan puts on them.
    pub root: &'root Root<'root>,
    /// Start objects of the trees, linked in that root.
    pub linked: &'root LinkedApps<'root>,
    /// Machine and C library of most objects.
    pub target_abi: Option<TargetAbi>,
    /// Packages that provide what is missing.
    pub resolution: &'root Resolution,
    /// Configuration with which the trees run.
    pub config: &'root RunConfig,
    /// Layer that contains each entry of an image, in the order of its inventory; empty if there are no layers.
    pub layer_numbers: &'root [LayerNumber],
    /// True if nothing but the root's files will be there: an image, a root file system, or trees on a base.
    pub is_complete: bool,
    /// True if all objects count as reached.
    pub is_strict: bool,
}

/// An image or the trees of a plan, as the rules see them. What only some rules need is computed when one first does.
pub struct View<'root> {
    /// Trees to judge, on their base.
    pub trees: &'root InputTrees,
    /// Files of the trees.
    pub root: &'root Root<'root>,
    /// Start objects, linked.
    pub linked: &'root LinkedApps<'root>,
    /// Machine and C library of most objects.
    pub target_abi: Option<TargetAbi>,
    /// Packages that provide what is missing.
    pub resolution: &'root Resolution,
    /// Configuration with which the trees run.
    pub config: &'root RunConfig,
    /// Programs that are started.
    pub entrypoint: Entrypoint,
    /// Libraries that the dynamic linker loads first.
    pub preloads: Vec<Preload>,
    /// True if nothing but the root's files will be there.
    pub is_complete: bool,
    /// True if all objects count as reached.
    pub is_strict: bool,
    /// Default directories of the dynamic linker on this machine, with links resolved.
    pub default_directories: Vec<RootedPath>,
    layer_numbers: &'root [LayerNumber],
    owners: OnceCell<Owners>,
    reach_map: OnceCell<ReachMap>,
    pub(super) by_owner: OnceCell<ObjectsByOwner>,
    by_name: OnceCell<HashMap<&'root [u8], Vec<NodeId>>>,
    unmet: OnceCell<Vec<UnmetNeed<'root>>>,
}

impl<'root> View<'root> {
    /// Creates the view of linked trees.
    pub(super) fn new(inputs: ViewInputs<'root>) -> Self {
        let ViewInputs { trees, root, linked, target_abi, resolution, config, .. } = inputs;
        let default_directories = default_directories(root, target_abi);
        Self {
            trees,
            root,
            linked,
            target_abi,
            resolution,
            config,
            entrypoint: Entrypoint::of(root, trees, config),
            preloads: preloads(root, config, &default_directories),
            is_complete: inputs.is_complete,
            is_strict: inputs.is_strict,
            default_directories,
            layer_numbers: inputs.layer_numbers,
            owners: OnceCell::new(),
            reach_map: OnceCell::new(),
            by_owner: OnceCell::new(),
            by_name: OnceCell::new(),
            unmet: OnceCell::new(),
        }
    }

    /// Owners of the files.
    pub fn owners(&self) -> &Owners {
        self.owners.get_or_init(|| Owners::of(self.root, self.trees))
    }

    /// Reach of the objects.
    pub fn reach_map(&self) -> &ReachMap {
        self.reach_map.get_or_init(|| ReachMap::of(self.linked, &self.entrypoint, &self.preloads))
    }

    /// Files and links by name, of those whose names contain `.so`.
    pub fn by_name(&self) -> &HashMap<&'root [u8], Vec<NodeId>> {
        self.by_name.get_or_init(|| {
            let mut by_name: HashMap<&[u8], Vec<NodeId>> = HashMap::new();
            for (node, _) in self.root.entries().filter(|(_, entry)| !entry.is_directory()) {
                let name = self.root.name(node);
                if name.contains_str(".so") {
                    by_name.entry(name).or_default().push(node);
                }
            }
            by_name
        })
    }

    /// Libraries that are not found: each pair of object and soname once, in its most certain process.
    pub fn unmet(&self) -> &[UnmetNeed<'root>] {
        self.unmet.get_or_init(|| self.gather_unmet())
    }

    /// True if an object is for the machine and C library of most objects.
    pub fn is_for_target(&self, facts: &ElfFacts) -> bool {
        self.target_abi.is_some_and(|abi| abi.matches(facts))
    }

    /// Returns the start objects for the machine and C library of most objects that have to load, each with its index.
    pub fn starts(&self) -> impl Iterator<Item = (usize, &'root StartObject<'root>)> {
        let is_optional =
            |start: &StartObject<'_>| self.linked.standings.optional(start.map.start().node).is_some();
        let starts = self.linked.starts.iter().enumerate();
        starts.filter(move |(index, start)| {
            self.is_for_target(start.map.start().facts)
                && (!is_optional(start) || self.reach_of_start(*index) == Reach::Entrypoint)
        })
    }

    /// Returns the reach of a start object.
    pub fn reach_of_start(&self, start: usize) -> Reach {
        reach_of(&self.linked.starts[start], &self.entrypoint, &self.preloads)
    }

    /// Returns the chain of paths that leads to an object in the process of a start object.
    pub fn chain(&self, start: usize, node: NodeId) -> Vec<RootedPath> {
        chain(self.root, &self.linked.starts[start], node)
    }

    /// Returns the resolution of a soname.
    pub fn answer(&self, soname: &Soname) -> Option<&SonameAnswer> {
        self.resolution.sonames.iter().find(|answer| answer.soname == *soname)
    }

    /// Returns the package that provides a soname, as a fix.
    pub fn packages_with(&self, soname: &Soname) -> Option<Fix> {
        let (package, _) = self.answer(soname)?.package.as_ref()?;
        Some(Fix::Packages(vec![package.to_string()]))
    }

    /// Returns the file or link at a path; a link in the last component is not followed.
    pub fn node_at(&self, path: &RootedPath) -> Option<NodeId> {
        self.root.node_at(path)
    }

    /// Returns the text of the file at a path, if it was read.
    pub fn text_at(&self, path: &RootedPath) -> Option<&'root [u8]> {
        let node = self.root.resolve(self.root.top(), path.as_bytes()).ok()?;
        match self.root.content(node)? {
            Content::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the entries that are judged, those of the trees and of included files, sorted by tree and path.
    pub fn entries(&self) -> impl Iterator<Item = (NodeId, &'root inventory::Entry)> {
        let mounts = self.trees.start_mounts();
        mounts.flat_map(|(mount, _)| self.root.entries_of(mount))
    }

    /// Returns the entries of an image that no later layer replaces, each with the number of its layer.
    pub fn entries_by_layer(&self) -> impl Iterator<Item = (NodeId, &'root inventory::Entry, LayerNumber)> {
        // A root with a single inventory keeps the order of its entries.
        let mut nodes = self.root.entries().peekable();
        let numbers = self.layer_numbers.iter().copied().chain(std::iter::repeat(0));
        let entries = self.trees.apps.iter().flat_map(|app| app.inventory.entries()).zip(numbers);
        entries.filter_map(move |(entry, number)| {
            let (node, _) = nodes.next_if(|(_, laid)| std::ptr::eq(*laid, entry))?;
            Some((node, entry, number))
        })
    }

    /// Returns the ELF files that no later layer replaces, with their facts, sorted by path.
    pub fn objects(&self) -> impl Iterator<Item = (NodeId, &'root ElfFacts)> {
        self.linked.objects.iter().map(|object| (object.node, object.facts))
    }

    /// Returns the size of a file in bytes.
    pub fn size_bytes(&self, node: NodeId) -> u64 {
        self.root.entry(node).and_then(|entry| entry.size_bytes()).unwrap_or_default()
    }

    /// Returns the layer that contains a path.
    pub fn layer(&self, path: &RootedPath) -> Option<LayerNumber> {
        let place = self.trees.apps.first()?.inventory.position(&path.as_bytes()[1..])?;
        self.layer_numbers.get(place).copied()
    }

    fn gather_unmet(&self) -> Vec<UnmetNeed<'root>> {
        let mut unmet: HashMap<(NodeId, &Soname), UnmetNeed<'root>> = HashMap::new();
        for (index, start) in self.starts() {
            let reach = self.reach_of_start(index);
            for edge in start.map.missing() {
                let LoadedObject { node: by, facts, .. } = start.map[edge.by];
                if self.linked.launchers.find(self.root, by, edge.soname(), facts.machine).is_some() {
                    continue;
                }
                let is_more_certain = unmet.get(&(by, edge.soname())).is_none_or(|known| reach < known.reach);
                if is_more_certain {
                    let need = self.unmet_need(index, &start.map, edge, reach);
                    unmet.insert((by, edge.soname()), need);
                }
            }
        }
        let mut unmet: Vec<_> = unmet.into_values().collect();
        unmet.sort_by_cached_key(|unmet| (unmet.soname.clone(), self.root.path(unmet.by)));
        unmet
    }

    fn unmet_need(
        &self,
        start: usize,
        map: &LinkMap<'root>,
        edge: &Edge<'root>,
        reach: Reach,
    ) -> UnmetNeed<'root> {
        let by = map[edge.by].node;
        let (tried, cause) = match &edge.outcome {
            Outcome::Missing { tried, .. } => (tried.as_slice(), self.unmet_cause(start, map, edge, tried)),
            Outcome::Found { .. } => (&[][..], UnmetCause::Absent),
        };
        let tried = tried.iter().map(|tried| format!("{}: {}", tried.path, tried.why)).collect();
        UnmetNeed { start, by, soname: edge.soname(), kind: edge.kind, reach, cause, tried }
    }

    fn unmet_cause(
        &self,
        start: usize,
        map: &LinkMap<'root>,
        edge: &Edge<'root>,
        tried: &[Attempt],
    ) -> UnmetCause {
        if let Some(provider) = host_provider(edge.soname().as_bytes()) {
            return UnmetCause::Host(provider);
        }
        let dangling = tried.iter().find_map(|tried| {
            let node = self.node_at(&RootedPath::new(&tried.path))?;
            self.root.follow(node).is_err().then_some(node)
        });
        if let Some(link) = dangling {
            return UnmetCause::Dangling(link);
        }
        // Nothing is loaded into a process before its program, so load order does not help a program.
        let is_program = self.linked.starts[start].role == Role::Program;
        let hidden_by = self.answer(edge.soname()).filter(|_| !is_program).map(|answer| &answer.hidden_by);
        if let Some(hidden_by) = hidden_by.filter(|hidden_by| !hidden_by.is_empty()) {
            return UnmetCause::LoadOrder(hidden_by.clone());
        }
        let facts = map[edge.by].facts;
        let is_loadable = |node: &NodeId| {
            let object = self.root.follow(*node).ok().and_then(|node| self.root.content(node));
            matches!(object, Some(Content::Object(found)) if found.machine == facts.machine && libc_of(found) == libc_of(facts))
        };
        let is_tried = |node: &NodeId| {
            let path = self.root.path(*node);
            tried.iter().any(|tried| RootedPath::new(&tried.path) == path)
        };
        let mut elsewhere = self.by_name().get(edge.soname().file_name()).into_iter().flatten().copied();
        let elsewhere = elsewhere.find(|node| is_loadable(node) && !is_tried(node));
        elsewhere.map_or(UnmetCause::Absent, UnmetCause::OffPath)
    }
}

/// Returns ld.so's default directories for the target, with links resolved.
fn default_directories(root: &Root<'_>, target_abi: Option<TargetAbi>) -> Vec<RootedPath> {
    let platform = target_abi.and_then(|abi| Platform::of(abi.machine));
    let directories = platform.map(Platform::default_directories).into_iter().flatten();
    let resolved = directories.map(|directory| match root.resolve(root.top(), directory.as_bytes()) {
        Ok(node) => root.path(node),
        Err(_) => RootedPath::new(directory),
    });
    resolved.collect()
}
