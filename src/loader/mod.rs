//! The dynamic linker, emulated on a [`Root`]: what it would load for a start object, where it would find
//! it and by which rule.
//!
//! The rules are those of glibc's ld.so (ld.so(8), elf/dl-load.c and elf/dl-deps.c of 2.36) and of musl's
//! (ldso/dynlink.c of 1.2); the search for one name is told in `search`. Where we deviate: LD_PRELOAD,
//! ld.so.preload, audit modules, prelinking and the sub-directories that glibc before 2.37 searched for old
//! CPU names (`tls/`, `haswell/`) are left out; an error does not end the run, so that everything missing is
//! told at once.

mod dlopen;
mod foreign;
mod interner;
mod ld_so_cache;
mod ld_so_cache_writer;
mod ld_so_conf;
mod link_map;
mod platform;
mod probe;
mod search;
mod tokens;
mod versions;

use std::collections::VecDeque;
use std::sync::Arc;

use bstr::{BStr, BString, ByteSlice};
use hashbrown::HashSet;
use thin_vec::ThinVec;

pub use foreign::{Foreign, foreign};
pub use ld_so_cache::{BrokenCache, LdSoCache};
pub use ld_so_cache_writer::{CachedLibrary, renewed_cache};
pub use ld_so_conf::configured_directories;
pub use link_map::{
    Edge, Interpreter, Libc, LinkMap, Loaded, MissingVersion, NeedKind, ObjectIndex, Outcome, Refusal, Rule,
    Tried,
};
pub use platform::{CpuLevel, Platform};

use crate::elf::{DlopenPriority, ElfFacts, Machine};
use crate::tree::inventory::Content;
use crate::tree::root::{NodeId, Root};
use crate::vocabulary::{RootedPath, Soname};
use dlopen::Opened;
use interner::{NameId, ObjectId, Present};
use search::{Searched, Searcher};

/// What the image's environment would set, and what is assumed of its machine.
#[derive(Clone, Debug)]
pub struct LinkerSettings {
    /// LD_LIBRARY_PATH.
    pub ld_library_path: Option<Vec<u8>>,
    /// The directory that relative and empty elements of search paths mean.
    pub workdir: RootedPath,
    /// The CPU level whose glibc-hwcaps sub-directories are searched.
    pub cpu_level: CpuLevel,
    /// For which edges the places that were tried are noted.
    pub traces: Traces,
    /// Whether the libraries that objects open by themselves count as needed: none for no, else those of this
    /// priority and above, and the unwinder.
    pub opens: Option<DlopenPriority>,
}

/// For which edges the places that were tried are noted: a tree has hundreds of thousands of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Traces {
    /// For none.
    None,
    /// For those that come to nothing.
    Missing,
    /// For every one.
    All,
}

impl Default for LinkerSettings {
    fn default() -> Self {
        Self {
            ld_library_path: None,
            workdir: RootedPath::root(),
            cpu_level: CpuLevel::V3,
            traces: Traces::None,
            opens: None,
        }
    }
}

/// The machine of a start object is none that Debian has a port for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot link {0:?}: no such machine is known")]
pub struct UnknownMachine(pub Machine);

/// Links start objects of one machine in one root.
pub struct Linker<'root> {
    root: &'root Root<'root>,
    platform: &'static Platform,
    searcher: Searcher<'root>,
    traces: Traces,
    opens: Option<DlopenPriority>,
    versions_met: versions::Met,
    /// What is loaded into the process that is being made.
    present: Present,
    /// What the map that is being made is gathered in: it takes just the room that it needs.
    room: Room<'root>,
}

/// Room for a map, used again and again.
#[derive(Default)]
struct Room<'root> {
    objects: Vec<Loaded<'root>>,
    names: Vec<(&'root Soname, ObjectIndex)>,
    edges: Vec<Edge<'root>>,
}

/// A running program into which an object is opened by dlopen(3).
#[derive(Clone, Copy, Debug)]
pub struct Process<'map, 'root> {
    /// The program, linked.
    pub map: &'map LinkMap<'root>,
    /// The object whose code calls dlopen, an index of its objects: its DT_RPATH counts for what is opened.
    pub caller: usize,
}

impl<'root> Linker<'root> {
    /// A linker for the objects of one machine.
    ///
    /// # Errors
    /// When the machine is not known.
    pub fn new(
        root: &'root Root<'root>,
        machine: Machine,
        settings: &LinkerSettings,
    ) -> Result<Self, UnknownMachine> {
        let platform = Platform::of(machine).ok_or(UnknownMachine(machine))?;
        let searcher = Searcher::new(root, platform, settings);
        Ok(Self {
            root,
            platform,
            searcher,
            traces: settings.traces,
            opens: settings.opens,
            versions_met: HashSet::new(),
            present: Present::default(),
            room: Room::default(),
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
        self.present.clear();
        let program = self.searcher.object(node, path, facts);
        self.push(&mut map, program, None);
        self.push_dynamic_linker(&mut map, interpreter.map(|interpreter| interpreter.path));
        map.interpreter = interpreter;
        self.link_from(map, 0)
    }

    /// Links a library or extension module that is opened by its path, in a process whose program is known,
    /// or in one of which nothing is known but that it has the object's dynamic linker.
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
        self.remember_present(&map);
        let path = Arc::new(BString::from(self.root.path(node).as_bytes()));
        let object = self.searcher.object(node, path, facts);
        let start = match self.loaded(object) {
            Some(loaded) => loaded,
            None => self.push(&mut map, object, process.map(|process| process.caller)),
        };
        if process.is_none() {
            self.push_dynamic_linker(&mut map, None);
        }
        self.link_from(map, start)
    }

    fn empty_map(&mut self, libc: Libc) -> LinkMap<'root> {
        LinkMap {
            libc,
            objects: std::mem::take(&mut self.room.objects),
            start: ObjectIndex::default(),
            edges: std::mem::take(&mut self.room.edges),
            interpreter: None,
            missing_versions: Vec::new(),
            names: std::mem::take(&mut self.room.names),
        }
    }

    /// The directories that every one of these searches (a start's map, and which of its objects asks) goes
    /// through, where the root's links lead: where a library would have to lie to be found by all.
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

    /// The dynamic linker is in every process; a library may ask for it by its soname.
    fn push_dynamic_linker(&mut self, map: &mut LinkMap<'root>, interpreter: Option<&BStr>) {
        let path = interpreter.map_or_else(|| self.platform.linker(map.libc).into(), ToOwned::to_owned);
        let Ok(node) = self.root.resolve(self.root.top(), &path) else { return };
        let Some(Content::Object(facts)) = self.root.content(node) else { return };
        let object = self.searcher.object(node, Arc::new(path), facts);
        if self.loaded(object).is_none() {
            self.push(map, object, Some(0));
        }
    }

    /// Begins with what a process has.
    fn remember_present(&mut self, map: &LinkMap<'root>) {
        self.present.clear();
        for (index, loaded) in map.objects.iter().enumerate() {
            self.present.add_file(self.searcher.objects.get(loaded.id).file, index);
        }
        for (soname, object) in &map.names {
            self.present.name(self.searcher.names.id_of(soname.as_bytes()), object.get());
        }
    }

    /// The index of an object in the process that is being made.
    fn loaded(&self, object: ObjectId) -> Option<usize> {
        self.present.of_file(self.searcher.objects.get(object).file)
    }

    /// Adds an object to the loaded ones, under its soname.
    fn push(&mut self, map: &mut LinkMap<'root>, id: ObjectId, loader: Option<usize>) -> usize {
        let index = map.objects.len();
        let trail = self.searcher.trail_of(map, id, loader);
        let object = self.searcher.objects.get(id);
        let (node, facts, soname) = (object.node, object.facts, object.soname);
        self.present.add_file(object.file, index);
        let loader = loader.map(ObjectIndex::new);
        map.objects.push(Loaded { node, path: Arc::clone(&object.path), facts, loader, id, trail });
        // musl compares the names that were asked for, never sonames.
        if map.libc == Libc::Glibc
            && let (Some(soname), Some(name)) = (&facts.soname, soname)
        {
            self.name(map, soname, name, index);
        }
        index
    }

    /// Has an object answer to a name, if none does.
    fn name(&mut self, map: &mut LinkMap<'root>, soname: &'root Soname, name: NameId, object: usize) {
        if self.present.name(name, object) {
            map.names.push((soname, ObjectIndex::new(object)));
        }
    }

    /// Breadth-first from the start object: what each asks for, in the order of its DT_NEEDED. What objects open
    /// by themselves comes after that, since they do it when they run.
    fn link_from(&mut self, mut map: LinkMap<'root>, start: usize) -> LinkMap<'root> {
        map.start = ObjectIndex::new(start);
        let first_new = map.objects.len();
        self.load_needed(&mut map, start);
        if self.opens.is_some() {
            self.load_opened(&mut map, start);
            let mut object = first_new;
            while object < map.objects.len() {
                self.load_opened(&mut map, object);
                object += 1;
            }
        }
        map.missing_versions = self.missing_versions(&map, first_new);
        let (objects, names, edges) = (cut(&mut map.objects), cut(&mut map.names), cut(&mut map.edges));
        let LinkMap { objects: objects_room, names: names_room, edges: edges_room, .. } = map;
        self.room = Room { objects: objects_room, names: names_room, edges: edges_room };
        LinkMap { objects, names, edges, ..map }
    }

    fn load_needed(&mut self, map: &mut LinkMap<'root>, first: usize) {
        let mut queue = VecDeque::from([first]);
        while let Some(by) = queue.pop_front() {
            let Loaded { id, facts, .. } = map.objects[by];
            for (place, soname) in facts.needed.iter().enumerate() {
                let loaded_before = map.objects.len();
                let name = self.searcher.objects.get(id).needed[place];
                let outcome = self.outcome(map, by, by, (soname, name));
                if map.objects.len() > loaded_before {
                    queue.push_back(loaded_before);
                }
                let by = ObjectIndex::new(by);
                map.edges.push(Edge { by, kind: NeedKind::Needed, soname, note: None, outcome });
            }
        }
    }

    fn load_opened(&mut self, map: &mut LinkMap<'root>, by: usize) {
        for Opened { kind, sonames, note } in dlopen::by(map.objects[by].facts, map.libc, self.opens) {
            let caller = match kind {
                // It is glibc that opens it.
                NeedKind::Unwinder => {
                    let libc = self.searcher.names.id_of(b"libc.so.6");
                    self.present.named(libc).unwrap_or(by)
                }
                NeedKind::Needed | NeedKind::Dlopen => by,
            };
            let loaded_before = map.objects.len();
            // Of several names that will do the first that is there is taken; else the best one is missing.
            let mut edge: Option<Edge<'root>> = None;
            for soname in sonames {
                let name = self.searcher.names.id_of(soname.as_bytes());
                let outcome = self.outcome(map, by, caller, (soname, name));
                let found = matches!(outcome, Outcome::Found { .. });
                let tried = Edge { by: ObjectIndex::new(by), kind, soname, note, outcome };
                if found {
                    edge = Some(tried);
                    break;
                }
                edge.get_or_insert(tried);
            }
            map.edges.extend(edge);
            if map.objects.len() > loaded_before {
                self.load_needed(map, loaded_before);
            }
        }
    }

    /// What comes of `by` asking for a library that `caller` opens: mostly they are the same.
    fn outcome(
        &mut self,
        map: &mut LinkMap<'root>,
        by: usize,
        caller: usize,
        (soname, name): (&'root Soname, NameId),
    ) -> Outcome {
        if let Some(object) = self.loaded_already(map, soname.as_bytes(), name) {
            let via = map.objects[object].loader;
            let object = ObjectIndex::new(object);
            return Outcome::Found { object, rule: Rule::Loaded, via, tried: ThinVec::new() };
        }
        let mut trace = (self.traces == Traces::All).then(Vec::new);
        match self.find(map, caller, name, &mut trace) {
            Searched::Found { object, rule, via } => {
                let object = match self.loaded(object) {
                    Some(loaded) => loaded,
                    None => self.push(map, object, Some(by)),
                };
                self.name(map, soname, name, object);
                let (object, via) = (ObjectIndex::new(object), via.map(ObjectIndex::new));
                Outcome::Found { object, rule, via, tried: trace.unwrap_or_default().into() }
            }
            Searched::Fatal(fatal) => {
                let tried = self.trace_of(map, caller, name, trace);
                Outcome::Missing { fatal: Some(Box::new(fatal)), tried }
            }
            Searched::Nothing => {
                Outcome::Missing { fatal: None, tried: self.trace_of(map, caller, name, trace) }
            }
        }
    }

    /// The object that answers to a name without a search: one that was asked for by it or has it as soname.
    fn loaded_already(&self, map: &LinkMap<'_>, text: &[u8], name: NameId) -> Option<usize> {
        if map.libc == Libc::Musl && is_part_of_musl(text) {
            return map.objects.iter().position(|object| {
                object.path.rsplit_str("/").next().is_some_and(|file| file.starts_with(b"ld-musl-"))
            });
        }
        self.present.named(name).or_else(|| {
            let is_path = text.contains(&b'/');
            is_path.then(|| map.objects.iter().position(|object| *object.path == text)).flatten()
        })
    }

    fn find(
        &mut self,
        map: &LinkMap<'root>,
        by: usize,
        name: NameId,
        trace: &mut Option<Vec<Tried>>,
    ) -> Searched {
        let text = self.searcher.names.text(name);
        if !text.contains(&b'$') {
            return self.searcher.search(map, by, name, trace);
        }
        match self.searcher.expand_name(text, &map.objects[by].path) {
            Some(expanded) if expanded.contains(&b'/') => self.searcher.search_expanded(&expanded, trace),
            _ => Searched::Nothing,
        }
    }

    /// The trace of a search that came to nothing: most succeed and need none, so it is made by searching
    /// again.
    fn trace_of(
        &mut self,
        map: &LinkMap<'root>,
        by: usize,
        name: NameId,
        trace: Option<Vec<Tried>>,
    ) -> ThinVec<Tried> {
        match (trace, self.traces) {
            (Some(trace), _) => trace.into(),
            (None, Traces::None) => ThinVec::new(),
            (None, _) => {
                let mut trace = Some(Vec::new());
                self.find(map, by, name, &mut trace);
                trace.unwrap_or_default().into()
            }
        }
    }
}

/// The values in just the room that they need; `room` is left empty.
fn cut<Value>(room: &mut Vec<Value>) -> Vec<Value> {
    let mut values = Vec::with_capacity(room.len());
    values.append(room);
    values
}

/// musl's dynamic linker is the C library, under each of the names that others split it into
/// (`reserved` in ldso/dynlink.c).
fn is_part_of_musl(name: &[u8]) -> bool {
    const RESERVED: [&[u8]; 7] = [b"c.", b"pthread.", b"rt.", b"m.", b"dl.", b"util.", b"xnet."];
    name.strip_prefix(b"lib").is_some_and(|rest| RESERVED.iter().any(|name| rest.starts_with(name)))
}

/// RuleOwner dynamic linker an object is made for, by its interpreter and the C library that it asks for.
pub fn libc_of(facts: &ElfFacts) -> Libc {
    let by_interpreter = facts.interpreter.as_ref().is_some_and(|path| path.contains_str("/ld-musl-"));
    let by_need = facts.needed.iter().any(|soname| {
        let name = soname.as_bytes();
        name == b"libc.so" || name.starts_with(b"libc.musl-")
    });
    if by_interpreter || by_need { Libc::Musl } else { Libc::Glibc }
}
