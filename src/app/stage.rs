//! One thread's share of linking: its linkers, and the interpreter processes in which it links extensions.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::interpreter::InterpreterRequest;
use super::linked::{AppObject, StartObject};
use super::role::{Language, Role};
use super::runtime_loads;
use super::trees::{App, InputTrees};
use crate::elf::Machine;
use crate::loader::{LinkMap, Linker, LinkerSettings, Process, libc_of};
use crate::tree::inventory::Content;
use crate::tree::root::{MountId, NodeId, Root};
use crate::vocabulary::Soname;

/// Process of an interpreter, linked once for all extensions that it opens.
struct InterpreterProcess<'root> {
    node: NodeId,
    map: LinkMap<'root>,
    caller: usize,
}

/// Request for an interpreter, and the machine that it has to be for.
type ProcessKey = (InterpreterRequest, Machine);

/// Linkers and interpreter processes of one thread, and the start objects that it has linked.
pub(super) struct LinkStage<'root, 'trees> {
    thread: usize,
    root: &'root Root<'root>,
    settings: &'trees LinkerSettings,
    apps: Vec<(MountId, &'trees App)>,
    processes: HashMap<ProcessKey, Option<InterpreterProcess<'root>>>,
    pub(super) linkers: BTreeMap<Machine, Linker<'root>>,
    pub(super) starts: Vec<StartObject<'root>>,
}

impl<'root, 'trees> LinkStage<'root, 'trees> {
    pub(super) fn new(
        root: &'root Root<'root>,
        trees: &'trees InputTrees,
        settings: &'trees LinkerSettings,
        thread: usize,
    ) -> Self {
        let apps = trees.start_mounts().collect();
        let (linkers, processes, starts) = (BTreeMap::new(), HashMap::new(), Vec::new());
        Self { thread, root, settings, apps, processes, linkers, starts }
    }

    /// Links an object by itself.
    pub(super) fn link_alone(&mut self, object: &AppObject<'root>) {
        self.link(object, None);
    }

    /// Links an object in the process of its interpreter, or by itself if no interpreter opens it.
    pub(super) fn link_in_process(&mut self, object: &AppObject<'root>) {
        let request = object.role.language().and_then(|language| self.request(object, language));
        let Some(request) = request else { return self.link(object, None) };
        let key = (request, object.facts.machine);
        if !self.processes.contains_key(&key) {
            let process = self.interpreter_process(&key);
            self.processes.insert(key.clone(), process);
        }
        self.link(object, Some(&key));
    }

    /// Links those of the needed libraries by themselves that no start object has reached: they are not on the path of
    /// the objects that need them, or need each other in a circle.
    pub(super) fn link_unreached(&mut self, inner: &[&AppObject<'root>], starts: &[StartObject<'root>]) {
        let mut reached: HashSet<NodeId> =
            starts.iter().flat_map(|start| &start.map.objects).map(|object| object.node).collect();
        for object in inner {
            if !reached.contains(&object.node) {
                self.link(object, None);
                let linked = self.starts.last().filter(|start| start.map.start().node == object.node);
                reached.extend(linked.iter().flat_map(|start| &start.map.objects).map(|object| object.node));
            }
        }
    }

    /// Links the interpreter of a script; none if it is no program.
    pub(super) fn link_interpreter(&mut self, node: NodeId) -> Option<LinkMap<'root>> {
        let Some(Content::Object(facts)) = self.root.content(node) else { return None };
        Some(self.linker(facts.machine)?.program(node, facts))
    }

    fn request(&self, object: &AppObject<'root>, language: Language) -> Option<InterpreterRequest> {
        let (_, app) = self.apps.iter().find(|(mount, _)| *mount == object.mount)?;
        Some(InterpreterRequest::of(self.root, app, &self.root.path(object.node), language))
    }

    fn interpreter_process(&mut self, (request, machine): &ProcessKey) -> Option<InterpreterProcess<'root>> {
        let (node, machine) = (request.find(self.root)?, *machine);
        let Some(Content::Object(facts)) = self.root.content(node) else { return None };
        if facts.machine != machine {
            return None;
        }
        let map = self.linker(machine)?.program(node, facts);
        let stem = request.language.library_stem().as_bytes();
        let is_library = |soname: &Soname| soname.as_bytes().starts_with(stem);
        let caller =
            map.objects.iter().position(|object| object.facts.soname.as_ref().is_some_and(is_library));
        Some(InterpreterProcess { node, map, caller: caller.unwrap_or_default() })
    }

    fn linker(&mut self, machine: Machine) -> Option<&mut Linker<'root>> {
        if !self.linkers.contains_key(&machine) {
            let linker = runtime_loads::linker(self.root, machine, self.settings).ok()?;
            self.linkers.insert(machine, linker);
        }
        self.linkers.get_mut(&machine)
    }

    fn link(&mut self, object: &AppObject<'root>, process: Option<&ProcessKey>) {
        let AppObject { node, role, facts, .. } = *object;
        if self.linker(facts.machine).is_none() {
            return;
        }
        let interpreter = process
            .and_then(|key| self.processes.get(key)?.as_ref())
            .filter(|interpreter| interpreter.map.libc == libc_of(facts));
        let Some(linker) = self.linkers.get_mut(&facts.machine) else { return };
        let map = match role {
            Role::Program => linker.program(node, facts),
            _ => {
                let process = interpreter
                    .map(|interpreter| Process { map: &interpreter.map, caller: interpreter.caller });
                linker.library(node, facts, process)
            }
        };
        let process = interpreter.map(|interpreter| interpreter.node);
        self.starts.push(StartObject { role, map, process, thread: self.thread });
    }
}
