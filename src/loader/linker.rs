//! The linker: breadth-first from a start object through all that its objects need.

use std::collections::VecDeque;
use std::slice;
use std::sync::Arc;

use bstr::{BStr, BString, ByteSlice};
use thin_vec::ThinVec;

use super::dlopen::DlopenCalls;
use super::interner::{InternedCall, NameId, ObjectId};
use super::libc::{Libc, is_part_of_musl, libc_of};
use super::link_map::{Edge, Interpreter, LinkMap, LoadedObject};
use super::need_kind::NeedKind;
use super::outcome::{Attempt, ObjectIndex, Outcome, SearchRule};
use super::platform::Platform;
use super::process::ProcessObjects;
use super::search::{SearchResult, Searcher, Trace};
use super::settings::{LinkerSettings, Traces};
use super::versions::VersionCheck;
use crate::elf::{ElfFacts, Machine};
use crate::tree::inventory::Content;
use crate::tree::root::{NodeId, Root};
use crate::vocabulary::{RootedPath, Soname};

/// Machine of a start object without a Debian port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot link objects for {0:?}: unknown machine")]
pub struct UnknownMachine(pub Machine);

/// Linker of start objects for one machine in one root.
pub struct Linker<'root> {
    root: &'root Root<'root>,
    platform: &'static Platform,
    searcher: Searcher<'root>,
    traces: Traces,
    /// True if libraries that objects open at run time are loaded.
    loads_opened: bool,
    version_check: VersionCheck,
    /// Process that is being linked.
    process: ProcessObjects,
    /// Buffers that a link map is gathered in, before it is copied into vectors of just its size.
    buffers: Buffers<'root>,
}

/// Vectors of a link map, emptied and used again for the next one.
#[derive(Default)]
struct Buffers<'root> {
    objects: Vec<LoadedObject<'root>>,
    names: Vec<(&'root Soname, ObjectIndex)>,
    edges: Vec<Edge<'root>>,
}

/// Running program into which dlopen(3) loads an object.
#[derive(Clone, Copy, Debug)]
pub struct Process<'map, 'root> {
    /// Link map of the program.
    pub map: &'map LinkMap<'root>,
    /// Index in the map of the object whose code calls dlopen: its DT_RPATH counts for the opened object.
    pub caller: usize,
}

impl<'root> Linker<'root> {
    /// Linker for the objects of one machine. `calls` returns the libraries that objects open at run time.
    ///
    /// # Errors
    /// If the machine has no Debian port.
    pub fn new(
        root: &'root Root<'root>,
        machine: Machine,
        settings: &LinkerSettings,
        calls: DlopenCalls,
    ) -> Result<Self, UnknownMachine> {
        let platform = Platform::of(machine).ok_or(UnknownMachine(machine))?;
        let searcher = Searcher::new(root, platform, settings, calls);
        Ok(Self {
            root,
            platform,
            searcher,
            traces: settings.traces,
            loads_opened: settings.runtime_loads.is_some(),
            version_check: VersionCheck::default(),
            process: ProcessObjects::default(),
            buffers: Buffers::default(),
        })
    }

    /// Links a program as the kernel and its dynamic linker start it: `$ORIGIN` is the real file's directory.
    pub fn program(&mut self, node: NodeId, facts: &'root ElfFacts) -> LinkMap<'root> {
        let path = Arc::new(BString::from(self.root.path(node).as_bytes()));
        let interpreter = facts.interpreter.as_ref().map(|path| Interpreter {
            path: BStr::new(path),
            node: self.root.resolve(self.root.top(), path).ok(),
        });
        let mut map = self.empty_map(libc_of(facts));
        self.process.clear();
        let program = self.searcher.object(node, path, facts);
        self.load(&mut map, program, None);
        self.load_dynamic_linker(&mut map, interpreter.map(|interpreter| interpreter.path));
        map.interpreter = interpreter;
        self.link_from(map, 0)
    }

    /// Links a library or extension module that dlopen(3) opens by its path, into a known process. Without one, the
    /// process has only the object's dynamic linker.
    pub fn library(
        &mut self,
        node: NodeId,
        facts: &'root ElfFacts,
        process: Option<Process<'_, 'root>>,
    ) -> LinkMap<'root> {
        let mut map = match process {
            Some(process) => {
                let mut map = self.empty_map(process.map.libc);
                map.objects.extend_from_slice(&process.map.objects);
                map.names.extend_from_slice(&process.map.names);
                map
            }
            None => self.empty_map(libc_of(facts)),
        };
        self.start_process_of(&map);
        let path = Arc::new(BString::from(self.root.path(node).as_bytes()));
        let object = self.searcher.object(node, path, facts);
        let start = match self.loaded(object) {
            Some(loaded) => loaded,
            None => self.load(&mut map, object, process.map(|process| process.caller)),
        };
        if process.is_none() {
            self.load_dynamic_linker(&mut map, None);
        }
        self.link_from(map, start)
    }

    /// Directories that each of these searches goes through, links resolved: a library in any of them is found by all.
    /// A search is a link map and the index of the requesting object in it.
    pub fn searched_directories<'map>(
        &self,
        searches: impl Iterator<Item = (&'map LinkMap<'root>, usize)>,
    ) -> Vec<RootedPath>
    where
        'root: 'map,
    {
        let directories = self.searcher.common_directories(searches);
        let resolved = |directory: &BString| match self.root.resolve(self.root.top(), directory) {
            Ok(node) => self.root.path(node),
            Err(_) => RootedPath::new(directory),
        };
        directories.iter().map(resolved).collect()
    }

    fn empty_map(&mut self, libc: Libc) -> LinkMap<'root> {
        LinkMap {
            libc,
            objects: std::mem::take(&mut self.buffers.objects),
            start: ObjectIndex::default(),
            edges: std::mem::take(&mut self.buffers.edges),
            interpreter: None,
            missing_versions: Vec::new(),
            names: std::mem::take(&mut self.buffers.names),
        }
    }

    /// Loads the dynamic linker, which is in every process: a library may need it by its soname.
    fn load_dynamic_linker(&mut self, map: &mut LinkMap<'root>, interpreter: Option<&BStr>) {
        let path = interpreter.map_or_else(|| self.platform.linker(map.libc).into(), ToOwned::to_owned);
        let Ok(node) = self.root.resolve(self.root.top(), &path) else { return };
        let Some(Content::Object(facts)) = self.root.content(node) else { return };
        let object = self.searcher.object(node, Arc::new(path), facts);
        if self.loaded(object).is_none() {
            self.load(map, object, Some(0));
        }
    }

    /// Starts with the objects of a process.
    fn start_process_of(&mut self, map: &LinkMap<'root>) {
        self.process.clear();
        for (index, loaded) in map.objects.iter().enumerate() {
            self.process.add_file(self.searcher.objects.get(loaded.id).file, index);
        }
        for (soname, object) in &map.names {
            self.process.add_name(self.searcher.names.id_of(soname.as_bytes()), object.get());
        }
    }

    /// Index of an object in the process, if it is loaded.
    fn loaded(&self, object: ObjectId) -> Option<usize> {
        self.process.by_file(self.searcher.objects.get(object).file)
    }

    /// Adds an object to the process, under its soname.
    fn load(&mut self, map: &mut LinkMap<'root>, id: ObjectId, loader: Option<usize>) -> usize {
        let index = map.objects.len();
        let scope = self.searcher.scope_of(map, id, loader);
        let object = self.searcher.objects.get(id);
        let (node, facts, soname) = (object.node, object.facts, object.soname);
        self.process.add_file(object.file, index);
        let loader = loader.map(ObjectIndex::new);
        map.objects.push(LoadedObject { node, path: Arc::clone(&object.path), facts, loader, id, scope });
        // musl compares the names in DT_NEEDED, never sonames.
        if map.libc == Libc::Glibc
            && let (Some(soname), Some(name)) = (&facts.soname, soname)
        {
            self.add_name(map, soname, name, index);
        }
        index
    }

    /// Makes an object answer to a name, unless another one does.
    fn add_name(&mut self, map: &mut LinkMap<'root>, soname: &'root Soname, name: NameId, object: usize) {
        if self.process.add_name(name, object) {
            map.names.push((soname, ObjectIndex::new(object)));
        }
    }

    /// Links breadth-first from the start object, in the order of each DT_NEEDED. Libraries that objects open at run time
    /// come after all of those.
    fn link_from(&mut self, mut map: LinkMap<'root>, start: usize) -> LinkMap<'root> {
        map.start = ObjectIndex::new(start);
        let first_new = map.objects.len();
        self.load_needed(&mut map, start);
        if self.loads_opened {
            self.load_opened(&mut map, start);
            let mut object = first_new;
            while object < map.objects.len() {
                self.load_opened(&mut map, object);
                object += 1;
            }
        }
        let Searcher { objects, .. } = &self.searcher;
        map.missing_versions = self.version_check.missing(&map, first_new, objects, &self.process);
        let (objects, names, edges) =
            (drained(&mut map.objects), drained(&mut map.names), drained(&mut map.edges));
        self.buffers = Buffers { objects: map.objects, names: map.names, edges: map.edges };
        LinkMap { objects, names, edges, ..map }
    }

    fn load_needed(&mut self, map: &mut LinkMap<'root>, first: usize) {
        let mut queue = VecDeque::from([first]);
        while let Some(by) = queue.pop_front() {
            let LoadedObject { id, facts, .. } = map.objects[by];
            for (index, soname) in facts.needed.iter().enumerate() {
                let loaded_before = map.objects.len();
                let name = self.searcher.objects.get(id).needed[index];
                let outcome = self.outcome(map, by, by, (soname, name));
                if map.objects.len() > loaded_before {
                    queue.push_back(loaded_before);
                }
                let by = ObjectIndex::new(by);
                map.edges.push(Edge { by, kind: NeedKind::Needed, names: slice::from_ref(soname), outcome });
            }
        }
    }

    /// Loads the libraries that an object opens at run time.
    fn load_opened(&mut self, map: &mut LinkMap<'root>, by: usize) {
        let id = map.objects[by].id;
        for call in 0..self.searcher.objects.get(id).calls.len() {
            let InternedCall { kind, names, .. } = self.searcher.objects.get(id).calls[call];
            let caller = match (kind, map.libc) {
                (NeedKind::Unwinder, Libc::Musl) => continue,
                (NeedKind::Unwinder, Libc::Glibc) => {
                    let libc = self.searcher.names.id_of(b"libc.so.6");
                    self.process.by_name(libc).unwrap_or(by)
                }
                (NeedKind::Needed | NeedKind::Dlopen, _) => by,
            };
            let loaded_before = map.objects.len();
            // The first of the names that is found satisfies the need; if none is, the best one is missing.
            let mut edge: Option<Edge<'root>> = None;
            for (index, soname) in names.iter().enumerate() {
                let name = self.searcher.objects.get(id).calls[call].ids[index];
                let outcome = self.outcome(map, by, caller, (soname, name));
                let by = ObjectIndex::new(by);
                if matches!(outcome, Outcome::Found { .. }) {
                    edge = Some(Edge { by, kind, names: slice::from_ref(soname), outcome });
                    break;
                }
                edge.get_or_insert(Edge { by, kind, names, outcome });
            }
            map.edges.extend(edge);
            if map.objects.len() > loaded_before {
                self.load_needed(map, loaded_before);
            }
        }
    }

    /// Searches for a library that `by` needs and `caller` opens (mostly the same object), and loads it.
    fn outcome(
        &mut self,
        map: &mut LinkMap<'root>,
        by: usize,
        caller: usize,
        (soname, name): (&'root Soname, NameId),
    ) -> Outcome {
        if let Some(object) = self.loaded_as(map, soname.as_bytes(), name) {
            let via = map.objects[object].loader;
            let object = ObjectIndex::new(object);
            return Outcome::Found { object, rule: SearchRule::Loaded, via, tried: ThinVec::new() };
        }
        let mut trace = (self.traces == Traces::All).then(Vec::new);
        match self.searcher.search(map, caller, name, &mut trace) {
            SearchResult::Found { object, rule, via } => {
                let object = match self.loaded(object) {
                    Some(loaded) => loaded,
                    None => self.load(map, object, Some(by)),
                };
                self.add_name(map, soname, name, object);
                let (object, via) = (ObjectIndex::new(object), via.map(ObjectIndex::new));
                Outcome::Found { object, rule, via, tried: trace.unwrap_or_default().into() }
            }
            SearchResult::Fatal(fatal) => {
                let tried = self.trace_of(map, caller, name, trace);
                Outcome::Missing { fatal: Some(Box::new(fatal)), tried }
            }
            SearchResult::Missing => {
                Outcome::Missing { fatal: None, tried: self.trace_of(map, caller, name, trace) }
            }
        }
    }

    /// Index of the object that answers to a name without a search: it was loaded by that name, or has it as soname.
    fn loaded_as(&self, map: &LinkMap<'_>, text: &[u8], name: NameId) -> Option<usize> {
        if map.libc == Libc::Musl && is_part_of_musl(text) {
            return map.objects.iter().position(|object| {
                object.path.rsplit_str("/").next().is_some_and(|file| file.starts_with(b"ld-musl-"))
            });
        }
        self.process.by_name(name).or_else(|| {
            let is_path = text.contains(&b'/');
            is_path.then(|| map.objects.iter().position(|object| *object.path == text)).flatten()
        })
    }

    /// Returns the tried paths of a search that found nothing. Most searches succeed and record none, so this one is
    /// repeated.
    fn trace_of(&mut self, map: &LinkMap<'root>, by: usize, name: NameId, trace: Trace) -> ThinVec<Attempt> {
        match (trace, self.traces) {
            (Some(trace), _) => trace.into(),
            (None, Traces::None) => ThinVec::new(),
            (None, _) => {
                let mut trace = Some(Vec::new());
                self.searcher.search(map, by, name, &mut trace);
                trace.unwrap_or_default().into()
            }
        }
    }
}

/// Moves the values out of a buffer into a vector of just their size.
fn drained<Value>(buffer: &mut Vec<Value>) -> Vec<Value> {
    let mut values = Vec::with_capacity(buffer.len());
    values.append(buffer);
    values
}
