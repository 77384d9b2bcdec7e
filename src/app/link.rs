//! The start objects of the apps, each linked in the process that it runs in.
//!
//! A vendored library is loaded by whoever asks for it, with that one's search path, so that linking it by
//! itself would call things missing that are not. The start objects are programs, what an interpreter opens,
//! and what no other object of the trees asks for; everything else is reached from them.

use std::collections::{BTreeMap, HashMap, HashSet};

use rayon::prelude::*;

use super::scripts::{Script, scripts};
use super::{Home, Language, Role, Source, Sources};
use crate::elf::{ElfFacts, Machine};
use crate::loader::{LinkMap, Linker, LinkerSettings, Process, libc_of};
use crate::tree::inventory::Content;
use crate::tree::root::{MountId, NodeId, Root};
use crate::vocabulary::{RootedPath, Soname};

/// What is linked, and in what context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Programs, what an interpreter opens, and what no other object of the tree asks for, each in its
    /// process; everything else is reached from them.
    InContext,
    /// Every object by itself, as `ld.so --list` would load it.
    EachAlone,
}

/// A start object and all that it loads.
#[derive(Debug)]
pub struct Started<'root> {
    /// What brings it into a process.
    pub role: Role,
    /// What the linker makes of it.
    pub map: LinkMap<'root>,
    /// The interpreter in whose process it was linked, if the root has it.
    pub process: Option<NodeId>,
    /// Which of the linkers of its machine linked it: what a linker remembers is its own.
    linker: usize,
}

/// How many objects a thread must have to link for its work to pay.
const OBJECTS_A_THREAD: usize = 100;

/// Every start object of the apps, linked.
pub struct Linked<'root> {
    /// The start objects, sorted by path.
    pub starts: Vec<Started<'root>>,
    /// Every object of the apps that a linker could load, sorted by path.
    pub objects: Vec<AppObject<'root>>,
    /// The scripts that were pointed at.
    pub scripts: Vec<Script<'root>>,
    /// Those of each thread.
    linkers: Vec<BTreeMap<Machine, Linker<'root>>>,
}

/// An object of an app.
#[derive(Clone, Copy, Debug)]
pub struct AppObject<'root> {
    /// The file.
    pub node: NodeId,
    /// What it is for.
    pub role: Role,
    /// Its facts.
    pub facts: &'root ElfFacts,
    /// The tree that it is in.
    pub mount: MountId,
}

impl<'root> Linked<'root> {
    /// The directories that every one of these searches (which start, and which object of its map asks) goes
    /// through, where the root's links lead. They are to be for one machine.
    pub fn searched_directories(&self, searches: &[(usize, usize)]) -> Vec<RootedPath> {
        let Some((first, _)) = searches.first() else { return Vec::new() };
        let machine = self.starts[*first].map.start().facts.machine;
        let mut common: Option<Vec<RootedPath>> = None;
        for (number, linkers) in self.linkers.iter().enumerate() {
            let its = searches.iter().filter(|(start, _)| self.starts[*start].linker == number);
            let mut its = its.map(|(start, by)| (&self.starts[*start].map, *by)).peekable();
            let Some(linker) = linkers.get(&machine).filter(|_| its.peek().is_some()) else { continue };
            let directories = linker.searched_directories(its);
            match &mut common {
                None => common = Some(directories),
                Some(common) => common.retain(|directory| directories.contains(directory)),
            }
        }
        common.unwrap_or_default()
    }
}

/// Links the start objects of the apps. An object for a machine that Debian has no port for is not linked.
pub fn link<'root>(
    root: &'root Root<'root>,
    sources: &Sources,
    settings: &LinkerSettings,
    scope: Scope,
) -> Linked<'root> {
    let objects = app_objects(root, sources);
    let (inner, outer): (Vec<&AppObject<'_>>, Vec<_>) = match scope {
        Scope::EachAlone => (Vec::new(), objects.iter().collect()),
        Scope::InContext => {
            let asked = asked_names(&objects);
            objects.iter().partition(|object| is_asked_for(root, object, &asked))
        }
    };
    let begin = |number| LinkStage::new(root, sources, settings, number);
    let threads = rayon::current_num_threads().min(outer.len().div_ceil(OBJECTS_A_THREAD)).max(1);
    let mut stages: Vec<LinkStage<'_, '_>> = (0..threads)
        .into_par_iter()
        .map(|number| {
            let mut stage = begin(number);
            // Neighbours have much in common: each thread gets some of them.
            outer.iter().skip(number).step_by(threads).for_each(|object| stage.start_by(object, scope));
            stage
        })
        .collect();
    let mut starts: Vec<Started<'_>> = Vec::with_capacity(outer.len());
    stages.iter_mut().for_each(|stage| starts.append(&mut stage.starts));
    let mut scripts = scripts(root, sources);
    if let Some(stage) = stages.first_mut() {
        stage.link_unreached(&inner, &starts);
        starts.append(&mut stage.starts);
        for script in &mut scripts {
            script.map = script.found.and_then(|node| stage.interpreter_of_script(node));
        }
    }
    starts.sort_by_cached_key(|start| root.path(start.map.start().node));
    let linkers = stages.into_iter().map(|stage| stage.linkers).collect();
    Linked { starts, objects, scripts, linkers }
}

/// The file names that objects ask for.
fn asked_names<'root>(objects: &[AppObject<'root>]) -> HashSet<&'root [u8]> {
    objects.iter().flat_map(|object| &object.facts.needed).map(Soname::file_name).collect()
}

fn is_asked_for(root: &Root<'_>, object: &AppObject<'_>, asked: &HashSet<&[u8]>) -> bool {
    let has_asked_soname =
        || object.facts.soname.as_ref().is_some_and(|soname| asked.contains(soname.as_bytes()));
    object.role == Role::Library && (asked.contains(root.name(object.node)) || has_asked_soname())
}

fn app_objects<'root>(root: &'root Root<'root>, sources: &Sources) -> Vec<AppObject<'root>> {
    let mut objects = Vec::new();
    let mut add = |mount, node, content: &'root Content| {
        let Content::Object(facts) = content else { return };
        if let Some(role) = Role::of(root.name(node), facts) {
            objects.push(AppObject { node, role, facts, mount });
        }
    };
    // What is included is looked up by its place: a layer that has it may lie over it.
    for (mount, included) in sources.included_mounts() {
        for path in included.source.inventory.files() {
            let node = root.resolve(root.top(), path).ok();
            if let Some((node, content)) = node.and_then(|node| Some((node, root.content(node)?))) {
                add(mount, node, content);
            }
        }
    }
    for (mount, _) in sources.app_mounts() {
        root.files_of(mount).into_iter().for_each(|(node, content)| add(mount, node, content));
    }
    objects
}

/// The interpreter of one home's extensions, linked once for all of them.
struct Interpreter<'root> {
    node: NodeId,
    map: LinkMap<'root>,
    caller: usize,
}

/// What one thread links.
struct LinkStage<'root, 'sources> {
    number: usize,
    root: &'root Root<'root>,
    settings: &'sources LinkerSettings,
    sources: Vec<(MountId, &'sources Source)>,
    linkers: BTreeMap<Machine, Linker<'root>>,
    processes: HashMap<(Home, Machine), Option<Interpreter<'root>>>,
    starts: Vec<Started<'root>>,
}

impl<'root, 'sources> LinkStage<'root, 'sources> {
    fn new(
        root: &'root Root<'root>,
        sources: &'sources Sources,
        settings: &'sources LinkerSettings,
        number: usize,
    ) -> Self {
        let sources = sources.started_mounts().collect();
        let (linkers, processes, starts) = (BTreeMap::new(), HashMap::new(), Vec::new());
        Self { number, root, settings, sources, linkers, processes, starts }
    }

    fn start_by(&mut self, object: &AppObject<'root>, scope: Scope) {
        match scope {
            Scope::EachAlone => self.start(object, None),
            Scope::InContext => self.start_in_process(object),
        }
    }

    /// What is asked for and yet was reached by nothing is off the path of those who ask, or one of a circle; it is
    /// looked at by itself.
    fn link_unreached(&mut self, inner: &[&AppObject<'root>], starts: &[Started<'root>]) {
        let mut reached: HashSet<NodeId> =
            starts.iter().flat_map(|start| &start.map.objects).map(|object| object.node).collect();
        for object in inner {
            if !reached.contains(&object.node) {
                self.start(object, None);
                let started = self.starts.last().filter(|start| start.map.start().node == object.node);
                reached.extend(started.iter().flat_map(|start| &start.map.objects).map(|object| object.node));
            }
        }
    }

    fn start_in_process(&mut self, object: &AppObject<'root>) {
        let Some(language) = object.role.language() else { return self.start(object, None) };
        let Some(home) = self.home(object, language) else { return self.start(object, None) };
        let key = (home, object.facts.machine);
        if !self.processes.contains_key(&key) {
            let interpreter = self.interpreter(&key);
            self.processes.insert(key.clone(), interpreter);
        }
        self.start(object, Some(&key));
    }

    fn home(&self, object: &AppObject<'root>, language: Language) -> Option<Home> {
        let (_, source) = self.sources.iter().find(|(id, _)| *id == object.mount)?;
        Some(Home::of(self.root, source, &self.root.path(object.node), language))
    }

    fn interpreter(&mut self, (home, machine): &(Home, Machine)) -> Option<Interpreter<'root>> {
        let (node, machine) = (home.interpreter(self.root)?, *machine);
        let Some(Content::Object(facts)) = self.root.content(node) else { return None };
        if facts.machine != machine {
            return None;
        }
        let map = self.linker(machine)?.program(node, facts);
        let caller = map
            .objects
            .iter()
            .position(|object| {
                let soname = object.facts.soname.as_ref();
                soname.is_some_and(|soname| {
                    soname.as_bytes().starts_with(home.language.library_stem().as_bytes())
                })
            })
            .unwrap_or_default();
        Some(Interpreter { node, map, caller })
    }

    fn interpreter_of_script(&mut self, node: NodeId) -> Option<LinkMap<'root>> {
        let Some(Content::Object(facts)) = self.root.content(node) else { return None };
        Some(self.linker(facts.machine)?.program(node, facts))
    }

    fn linker(&mut self, machine: Machine) -> Option<&mut Linker<'root>> {
        if !self.linkers.contains_key(&machine) {
            let linker = Linker::new(self.root, machine, self.settings).ok()?;
            self.linkers.insert(machine, linker);
        }
        self.linkers.get_mut(&machine)
    }

    fn start(&mut self, object: &AppObject<'root>, process: Option<&(Home, Machine)>) {
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
        self.starts.push(Started { role, map, process, linker: self.number });
    }
}
