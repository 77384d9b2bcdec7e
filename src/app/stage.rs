//! One thread's share of linking: its linkers, and the processes of interpreters and other hosts in which it links modules.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::hosts::loaded_before;
use super::interpreter::InterpreterRequest;
use super::linked::{AppObject, StartObject};
use super::role::{Language, Role};
use super::runtime_loads;
use super::trees::{App, InputTrees};
use crate::elf::{Machine, System};
use crate::loader::{LinkMap, Linker, LinkerSettings, Process, libc_of};
use crate::tree::inventory::Content;
use crate::tree::root::{MountId, NodeId, Root};
use crate::vocabulary::Soname;

/// Process of an interpreter or another host, linked once for all modules that it opens.
struct HostProcess<'root> {
    node: NodeId,
    map: LinkMap<'root>,
    caller: usize,
}

/// Process that a module is opened in.
#[derive(Clone, PartialEq, Eq, Hash)]
enum ProcessKey {
    /// Process of an interpreter for a machine.
    Interpreter(InterpreterRequest, Machine),
    /// Process of a host that has loaded this file first.
    Loaded(NodeId),
}

/// Linkers and processes of one thread, and the start objects that it has linked.
pub(super) struct LinkStage<'root, 'trees> {
    thread: usize,
    root: &'root Root<'root>,
    settings: &'trees LinkerSettings,
    apps: Vec<(MountId, &'trees App)>,
    processes: HashMap<ProcessKey, Option<HostProcess<'root>>>,
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

    /// Links an object in the process of the interpreter or host that opens it, or by itself if there is none.
    pub(super) fn link_in_process(&mut self, object: &AppObject<'root>) {
        let Some(key) = self.process_key(object) else { return self.link(object, None) };
        if !self.processes.contains_key(&key) {
            let process = self.process(&key);
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
                self.link_in_process(object);
                let linked = self.starts.last_mut().filter(|start| start.map.start().node == object.node);
                let linked = linked.map(|start| {
                    start.is_needed_only = true;
                    &*start
                });
                reached.extend(linked.iter().flat_map(|start| &start.map.objects).map(|object| object.node));
            }
        }
    }

    /// Links the interpreter of a script; none if it is no program.
    pub(super) fn link_interpreter(&mut self, node: NodeId) -> Option<LinkMap<'root>> {
        let Some(Content::Object(facts)) = self.root.content(node) else { return None };
        Some(self.linker(facts.machine)?.program(node, facts))
    }

    fn process_key(&self, object: &AppObject<'root>) -> Option<ProcessKey> {
        match object.role {
            Role::Program => None,
            Role::Library => loaded_before(self.root, object.node, object.facts).map(ProcessKey::Loaded),
            Role::PythonExtension | Role::RubyExtension | Role::NodeAddon => {
                let request = self.request(object, object.role.language()?)?;
                Some(ProcessKey::Interpreter(request, object.facts.machine))
            }
        }
    }

    fn request(&self, object: &AppObject<'root>, language: Language) -> Option<InterpreterRequest> {
        let (_, app) = self.apps.iter().find(|(mount, _)| *mount == object.mount)?;
        Some(InterpreterRequest::of(self.root, app, &self.root.path(object.node), language))
    }

    fn process(&mut self, key: &ProcessKey) -> Option<HostProcess<'root>> {
        match key {
            ProcessKey::Interpreter(request, machine) => self.interpreter_process(request, *machine),
            ProcessKey::Loaded(node) => self.loaded_process(*node),
        }
    }

    fn interpreter_process(
        &mut self,
        request: &InterpreterRequest,
        machine: Machine,
    ) -> Option<HostProcess<'root>> {
        let node = request.find(self.root)?;
        let Some(Content::Object(facts)) = self.root.content(node) else { return None };
        if facts.machine != machine {
            return None;
        }
        let map = self.linker(machine)?.program(node, facts);
        let stem = request.language.library_stem().as_bytes();
        let is_library = |soname: &Soname| soname.as_bytes().starts_with(stem);
        let caller =
            map.objects.iter().position(|object| object.facts.soname.as_ref().is_some_and(is_library));
        Some(HostProcess { node, map, caller: caller.unwrap_or_default() })
    }

    /// Process of a host that has opened a library by its path.
    fn loaded_process(&mut self, node: NodeId) -> Option<HostProcess<'root>> {
        let Some(Content::Object(facts)) = self.root.content(node) else { return None };
        let map = self.linker(facts.machine)?.library(node, facts, None);
        let caller = map.objects.iter().position(|object| object.node == node)?;
        Some(HostProcess { node, map, caller })
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
        if facts.system() != System::Linux || self.linker(facts.machine).is_none() {
            return;
        }
        let host = process.and_then(|key| self.processes.get(key)?.as_ref()).filter(|host| {
            host.map.libc == libc_of(facts) && host.map.start().facts.machine == facts.machine
        });
        let Some(linker) = self.linkers.get_mut(&facts.machine) else { return };
        let map = match role {
            Role::Program => linker.program(node, facts),
            _ => {
                let process = host.map(|host| Process { map: &host.map, caller: host.caller });
                linker.library(node, facts, process)
            }
        };
        let process = host.map(|host| host.node);
        self.starts.push(StartObject { role, map, process, is_needed_only: false, thread: self.thread });
    }
}
