//! Judgement of start objects: which of them have to load.

use std::collections::{HashMap, HashSet};

use super::hosts::{Opening, host_of};
use super::kind::AppKind;
use super::linked::{LinkedApps, StartObject};
use super::role::Role;
use super::standing::{OptionalReason, Standings};
use super::target_abi::TargetAbi;
use super::test_files::is_of_tests;
use super::trees::{App, InputTrees};
use super::variants::Variants;
use crate::tree::root::{MountId, NodeId, Root};
use crate::vocabulary::RootedPath;

impl LinkedApps<'_> {
    /// Determines the standing of every start object for a target.
    #[must_use]
    pub fn judged(mut self, root: &Root<'_>, trees: &InputTrees, target: Option<TargetAbi>) -> Self {
        if let Some(target) = target {
            let variants = Variants::of(root, trees, &self, target);
            let mut judge = Judge { root, trees, linked: &self, target, optional: HashMap::new() };
            let with_library = judge.judge_by_path(&variants);
            judge.require_plugins_of_loaded_libraries(with_library);
            judge.require_what_is_alone();
            judge.judge_needed_libraries();
            self.standings = Standings { optional: judge.optional, unfit: variants.unfit };
        }
        self
    }

    /// Requires every start object, as a strict audit does.
    #[must_use]
    pub fn with_all_required(mut self) -> Self {
        self.standings = std::mem::take(&mut self.standings).with_all_required();
        self
    }
}

/// Start objects that are judged one by one.
struct Judge<'judged, 'root> {
    root: &'judged Root<'root>,
    trees: &'judged InputTrees,
    linked: &'judged LinkedApps<'root>,
    target: TargetAbi,
    optional: HashMap<NodeId, OptionalReason>,
}

impl<'judged, 'root> Judge<'judged, 'root> {
    fn starts(&self) -> impl Iterator<Item = &'judged StartObject<'root>> + use<'judged, 'root> {
        let target = self.target;
        self.linked.starts.iter().filter(move |start| target.matches(start.map.start().facts))
    }

    fn required(&self) -> impl Iterator<Item = &'judged StartObject<'root>> {
        self.starts().filter(|start| !self.optional.contains_key(&start.map.start().node))
    }

    /// Judges by paths and hosts. Returns the files that a host opens if a library of it is loaded, with the starts of the
    /// libraries' sonames.
    fn judge_by_path(&mut self, variants: &Variants) -> Vec<(NodeId, &'static [&'static str])> {
        let apps: HashMap<MountId, &App> = self.trees.app_mounts().collect();
        let mut with_library = Vec::new();
        let mut presence: HashMap<&'static str, bool> = HashMap::new();
        for start in self.starts() {
            let (node, facts) = (start.map.start().node, start.map.start().facts);
            if variants.unused.contains(&node) {
                self.optional.insert(node, OptionalReason::OtherPlatform);
                continue;
            }
            // Included files and a file that the user points at are wanted.
            let Some(app) = apps.get(&self.root.mount_of(node)) else { continue };
            let path = self.root.path(node);
            if app.shown_as == path {
                continue;
            }
            if is_of_tests(&path, app) {
                self.optional.insert(node, OptionalReason::Test);
                continue;
            }
            if start.role == Role::Program || start.role.language().is_some() {
                continue;
            }
            let Some(host) = host_of(self.root, node, facts) else { continue };
            let reason = match host.opening {
                Opening::OnDemand => OptionalReason::OnDemand(host),
                Opening::WithLibrary(stems) => {
                    with_library.push((node, stems));
                    OptionalReason::OnDemand(host)
                }
                Opening::Import => {
                    let is_whole = self.trees.base.is_some() || app.kind == AppKind::Rootfs;
                    let is_present = || self.has_program(host.programs);
                    if !is_whole || *presence.entry(host.name).or_insert_with(is_present) {
                        continue;
                    }
                    OptionalReason::HostAbsent(host)
                }
            };
            self.optional.insert(node, reason);
        }
        with_library
    }

    fn has_program(&self, names: &[&str]) -> bool {
        let exists = |path: RootedPath| self.root.resolve(self.root.top(), path.as_bytes()).is_ok();
        let directories = ["/usr/local/bin", "/usr/bin", "/usr/local/sbin", "/usr/sbin", "/bin"];
        let is_there = |name: &&str| {
            directories.iter().any(|directory| exists(RootedPath::new(directory).join(name)))
                || self.linked.objects.iter().any(|object| {
                    object.role == Role::Program && self.root.name(object.node) == name.as_bytes()
                })
        };
        names.is_empty() || names.iter().any(is_there)
    }

    fn require_plugins_of_loaded_libraries(&mut self, plugins: Vec<(NodeId, &'static [&'static str])>) {
        if plugins.is_empty() {
            return;
        }
        let objects = self.required().flat_map(|start| &start.map.objects);
        let sonames: HashSet<&[u8]> =
            objects.filter_map(|object| Some(object.facts.soname.as_ref()?.as_bytes())).collect();
        for (plugin, stems) in plugins {
            let is_loaded = |stem: &&str| sonames.iter().any(|soname| soname.starts_with(stem.as_bytes()));
            if stems.iter().any(is_loaded) {
                self.optional.remove(&plugin);
            }
        }
    }

    /// Requires the optional objects of each app that has no other object.
    fn require_what_is_alone(&mut self) {
        let required: HashSet<MountId> =
            self.required().map(|start| self.root.mount_of(start.map.start().node)).collect();
        self.optional.retain(|node, reason| {
            *reason == OptionalReason::OtherPlatform || required.contains(&self.root.mount_of(*node))
        });
    }

    /// Judges the libraries that some object needs and does not find: only required objects count.
    fn judge_needed_libraries(&mut self) {
        let mut undecided: Vec<&StartObject<'_>> =
            self.required().filter(|start| start.is_needed_only).collect();
        for start in &undecided {
            self.optional.insert(start.map.start().node, OptionalReason::OfOptional);
        }
        loop {
            let names: HashSet<&[u8]> = self
                .required()
                .flat_map(|start| start.map.missing())
                .map(|edge| edge.soname().file_name())
                .collect();
            let is_needed = |start: &StartObject<'_>| {
                let object = start.map.start();
                let soname = object.facts.soname.as_ref().map(|soname| soname.as_bytes());
                names.contains(self.root.name(object.node)) || soname.is_some_and(|name| names.contains(name))
            };
            let (needed, others): (Vec<_>, Vec<_>) =
                undecided.into_iter().partition(|start| is_needed(start));
            undecided = others;
            if needed.is_empty() {
                return;
            }
            for start in needed {
                self.optional.remove(&start.map.start().node);
            }
        }
    }
}
