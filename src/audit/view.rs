//! All that a rule looks at: one image, read, linked and answered for, as a value.

use std::cell::OnceCell;
use std::collections::HashMap;

use bstr::ByteSlice;

use super::Subject;
use super::entrypoint::Entrypoint;
use super::finding::{Finding, Fix, Reach, Severity};
use super::owners::{ObjectsByOwner, Owners};
use super::reach::{Reached, chain, reach_of};
use super::rules::Rule;
use crate::app::{Linked, Role, Started};
use crate::debian::catalog::host_provider;
use crate::elf::ElfFacts;
use crate::loader::{Edge, LinkMap, NeedKind, Outcome, Platform, libc_of};
use crate::solve::resolve::{Resolution, SonameAnswer, TargetAbi};
use crate::tree::inventory::{self, Content, Evidence, LayerNumber, Opening};
use crate::tree::root::{NodeId, Root};
use crate::vocabulary::{RootedPath, Soname};

/// One image as the rules see it.
pub struct View<'root> {
    /// What is looked at.
    pub subject: &'root Subject,
    /// Its files.
    pub root: &'root Root<'root>,
    /// Its start objects, linked.
    pub linked: &'root Linked<'root>,
    /// The machine and C library of most of its objects.
    pub scene: Option<TargetAbi>,
    /// Which packages have what is missing.
    pub resolution: &'root Resolution,
    /// What it starts.
    pub entry: Entrypoint,
    /// Who brought its files.
    pub owners: Owners,
    /// What gets to its objects.
    pub reached: Reached,
    /// Whether all objects count as reached.
    pub is_strict: bool,
    /// The directories that the linker searches for everyone: ld.so's defaults on this machine, links resolved.
    pub default_directories: Vec<RootedPath>,
    /// The objects of each package, with whether each is used, as soon as a rule asks.
    pub(super) by_owner: OnceCell<ObjectsByOwner>,
    /// The files and links of each name.
    pub(super) by_name: HashMap<&'root [u8], Vec<NodeId>>,
    /// What objects ask for in vain, each pair of object and soname once.
    pub unmet: Vec<Unmet<'root>>,
}

/// A library that an object asks for in vain.
pub struct Unmet<'root> {
    /// The start in whose process it is so, an index of [`Linked::starts`].
    pub start: usize,
    /// The object that asks.
    pub by: NodeId,
    /// What it asks for.
    pub soname: &'root Soname,
    /// What makes it needed.
    pub kind: NeedKind,
    /// What gets to the object in that process.
    pub reach: Reach,
    /// Why it is in vain.
    pub cause: Cause,
    /// The places that were tried, and why each was refused.
    pub tried: Vec<String>,
}

/// Why a library is not found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It is nowhere in the image.
    Absent,
    /// A driver of the host brings it.
    Host(&'static str),
    /// It is here, but not where the linker looks.
    OffPath(NodeId),
    /// There is a link of its name that leads nowhere.
    Dangling(NodeId),
    /// These start objects load it for themselves, so that it is there if they are opened before.
    LoadOrder(Vec<RootedPath>),
}

impl<'root> View<'root> {
    pub(super) fn new(
        subject: &'root Subject,
        root: &'root Root<'root>,
        linked: &'root Linked<'root>,
        scene: Option<TargetAbi>,
        resolution: &'root Resolution,
        is_strict: bool,
    ) -> Self {
        let facts = subject.sources.image.as_ref();
        let workdir = facts.and_then(|facts| facts.workdir.as_deref()).unwrap_or("/");
        let start = facts.and_then(|facts| facts.start.as_ref());
        let entry = Entrypoint::of(root, start, &RootedPath::new(workdir));
        let mut by_name: HashMap<&[u8], Vec<NodeId>> = HashMap::new();
        for (node, _) in root.entries().filter(|(_, entry)| !entry.is_directory()) {
            let name = root.name(node);
            if name.contains_str(".so") {
                by_name.entry(name).or_default().push(node);
            }
        }
        let owners = Owners::of(root, subject.inventory());
        let reached = Reached::of(linked, &entry);
        let mut view = Self {
            subject,
            root,
            linked,
            scene,
            resolution,
            entry,
            owners,
            reached,
            is_strict,
            default_directories: default_directories(root, scene),
            by_owner: OnceCell::new(),
            by_name,
            unmet: Vec::new(),
        };
        view.unmet = view.gather_unmet();
        view
    }

    /// The starts that are for the machine and C library of most.
    pub fn starts(&self) -> impl Iterator<Item = (usize, &'root Started<'root>)> {
        let holds = |facts: &ElfFacts| self.scene.is_some_and(|scene| scene.holds(facts));
        self.linked.starts.iter().enumerate().filter(move |(_, start)| holds(start.map.start().facts))
    }

    /// What gets to a start.
    pub fn reach_of_start(&self, start: usize) -> Reach {
        reach_of(&self.linked.starts[start], &self.entry)
    }

    /// What led to an object in the process of a start.
    pub fn chain(&self, start: usize, node: NodeId) -> Vec<RootedPath> {
        chain(self.root, &self.linked.starts[start], node)
    }

    /// What the catalog says of a soname.
    pub fn answer(&self, soname: &Soname) -> Option<&SonameAnswer> {
        self.resolution.sonames.iter().find(|answer| answer.soname == *soname)
    }

    /// The packages that have a soname, as a way to fix.
    pub fn packages_with(&self, soname: &Soname) -> Option<Fix> {
        let (package, _) = self.answer(soname)?.package.as_ref()?;
        Some(Fix::Packages(vec![package.to_string()]))
    }

    /// The file or link at a path, its last component's link unresolved.
    pub fn node_at(&self, path: &RootedPath) -> Option<NodeId> {
        node_at(self.root, path)
    }

    /// Everything in the image, with the layer that it is from.
    pub fn entries(&self) -> impl Iterator<Item = (NodeId, &'root inventory::Entry, LayerNumber)> {
        // A root of one inventory has its entries in their order.
        let mut nodes = self.root.entries().peekable();
        let numbers = self.subject.layer_numbers.iter().copied().chain(std::iter::repeat(0));
        let entries = self.subject.inventory().entries().iter().zip(numbers);
        entries.filter_map(move |(entry, number)| {
            let (node, _) = nodes.next_if(|(_, laid)| std::ptr::eq(*laid, entry))?;
            Some((node, entry, number))
        })
    }

    /// Every ELF file that is not covered, with its facts, sorted by path.
    pub fn objects(&self) -> impl Iterator<Item = (NodeId, &'root ElfFacts)> {
        self.linked.objects.iter().map(|object| (object.node, object.facts))
    }

    /// Every library that a source file opens by a name that stands there.
    pub fn openings(&self) -> impl Iterator<Item = (RootedPath, &'root Opening)> {
        let entries = self.subject.inventory().entries().iter();
        entries.flat_map(|entry| match entry.evidence() {
            Some(Evidence::Opens(opens)) => {
                opens.iter().map(|open| (RootedPath::new(&entry.path), open)).collect()
            }
            _ => Vec::new(),
        })
    }

    /// The size of a file.
    pub fn size_bytes(&self, node: NodeId) -> u64 {
        self.root.entry(node).and_then(|entry| entry.size_bytes()).unwrap_or_default()
    }

    /// The layer that a path is from.
    pub fn layer(&self, path: &RootedPath) -> Option<LayerNumber> {
        let place = self.subject.inventory().position(&path.as_bytes()[1..])?;
        self.subject.layer_numbers.get(place).copied()
    }

    fn gather_unmet(&self) -> Vec<Unmet<'root>> {
        let mut unmet: HashMap<(NodeId, &Soname), Unmet<'root>> = HashMap::new();
        for (index, start) in self.starts() {
            let reach = self.reach_of_start(index);
            for edge in start.map.missing() {
                let by = start.map[edge.by].node;
                let is_surer = unmet.get(&(by, edge.soname)).is_none_or(|known| reach < known.reach);
                if is_surer {
                    let one = self.unmet(index, &start.map, edge, reach);
                    unmet.insert((by, edge.soname), one);
                }
            }
        }
        let mut unmet: Vec<_> = unmet.into_values().collect();
        unmet.sort_by_cached_key(|unmet| (unmet.soname.clone(), self.root.path(unmet.by)));
        unmet
    }

    fn unmet(&self, start: usize, map: &LinkMap<'root>, edge: &Edge<'root>, reach: Reach) -> Unmet<'root> {
        let Outcome::Missing { tried, .. } = &edge.outcome else {
            return self.unmet_of(start, map, edge, reach, Vec::new(), Cause::Absent);
        };
        let dangling = tried.iter().find_map(|tried| {
            let node = self.node_at(&RootedPath::new(&tried.path))?;
            self.root.follow(node).is_err().then_some(node)
        });
        let facts = map[edge.by].facts;
        let is_for_it = |node: &NodeId| {
            let object = self.root.follow(*node).ok().and_then(|node| self.root.content(node));
            matches!(object, Some(Content::Object(found)) if found.machine == facts.machine && libc_of(found) == libc_of(facts))
        };
        let is_tried = |node: &NodeId| {
            let path = self.root.path(*node);
            tried.iter().any(|tried| RootedPath::new(&tried.path) == path)
        };
        let elsewhere = self.by_name.get(edge.soname.file_name()).into_iter().flatten();
        let elsewhere = elsewhere.copied().find(|node| is_for_it(node) && !is_tried(node));
        // Nothing is loaded into a process before its program.
        let is_program = self.linked.starts[start].role == Role::Program;
        let hidden = self.answer(edge.soname).filter(|_| !is_program);
        let hidden = hidden.map(|answer| answer.hidden_by.clone()).unwrap_or_default();
        let cause = match (host_provider(edge.soname.as_bytes()), dangling, elsewhere) {
            (Some(provider), _, _) => Cause::Host(provider),
            (_, Some(link), _) => Cause::Dangling(link),
            _ if !hidden.is_empty() => Cause::LoadOrder(hidden),
            (_, _, Some(file)) => Cause::OffPath(file),
            _ => Cause::Absent,
        };
        let tried = tried.iter().map(|tried| format!("{}: {}", tried.path, tried.why)).collect();
        self.unmet_of(start, map, edge, reach, tried, cause)
    }

    fn unmet_of(
        &self,
        start: usize,
        map: &LinkMap<'root>,
        edge: &Edge<'root>,
        reach: Reach,
        tried: Vec<String>,
        cause: Cause,
    ) -> Unmet<'root> {
        let by = map[edge.by].node;
        Unmet { start, by, soname: edge.soname, kind: edge.kind, reach, cause, tried }
    }
}

fn node_at(root: &Root<'_>, path: &RootedPath) -> Option<NodeId> {
    let directory = root.resolve(root.top(), path.parent().as_bytes()).ok()?;
    root.child(directory, path.file_name())
}

/// ld.so's default directories on the machine of most objects, links resolved.
fn default_directories(root: &Root<'_>, scene: Option<TargetAbi>) -> Vec<RootedPath> {
    let platform = scene.and_then(|scene| Platform::of(scene.machine));
    let directories = platform.map(Platform::default_directories).into_iter().flatten();
    let resolved = directories.map(|directory| match root.resolve(root.top(), directory.as_bytes()) {
        Ok(node) => root.path(node),
        Err(_) => RootedPath::new(directory),
    });
    resolved.collect()
}

/// What one rule reports.
pub struct Findings<'view, 'root> {
    view: &'view View<'root>,
    rule: &'static Rule,
    /// The findings so far.
    pub(super) list: Vec<Finding>,
}

impl<'view, 'root> Findings<'view, 'root> {
    pub(super) fn of(view: &'view View<'root>, rule: &'static Rule) -> Self {
        Self { view, rule, list: Vec::new() }
    }

    /// Reports something of a file, as bad as what gets to it makes it.
    pub fn report(&mut self, node: NodeId, subject: impl ToString, message: String) -> &mut Finding {
        let reach = self.view.reached.reach(node);
        self.report_at(&self.view.root.path(node), reach, subject, message)
    }

    /// Reports something of a path that is reached in this way.
    pub fn report_at(
        &mut self,
        path: &RootedPath,
        reach: Reach,
        subject: impl ToString,
        message: String,
    ) -> &mut Finding {
        let view = self.view;
        let node = view.node_at(path);
        let is_certain = view.is_strict || reach != Reach::Unreached;
        let severity = if is_certain { self.rule.severity } else { self.rule.severity.lower() };
        let owned = node.and_then(|node| view.root.follow(node).ok().or(Some(node)));
        self.list.push(Finding {
            rule: self.rule,
            severity,
            path: path.clone(),
            subject: subject.to_string(),
            message,
            layer: view.layer(path),
            owner: owned.and_then(|node| view.owners.of_file(view.root, node)),
            reach,
            chain: node.map(|node| view.reached.chain(view.root, view.linked, node)).unwrap_or_default(),
            why: Vec::new(),
            fix: Vec::new(),
            saves_bytes: 0,
        });
        let last = self.list.len() - 1;
        &mut self.list[last]
    }

    /// Reports a library that an object asks for in vain.
    pub fn report_unmet(&mut self, unmet: &Unmet<'_>, message: String) -> &mut Finding {
        let view = self.view;
        let path = view.root.path(unmet.by);
        let finding = self.report_at(&path, unmet.reach, unmet.soname, message);
        finding.chain = view.chain(unmet.start, unmet.by);
        finding.why = unmet.tried.clone();
        finding.fix = view.packages_with(unmet.soname).into_iter().collect();
        finding
    }
}

impl Finding {
    /// The same at most as bad as this.
    pub(super) fn at_most(&mut self, severity: Severity) -> &mut Self {
        self.severity = self.severity.min(severity);
        self
    }
}
