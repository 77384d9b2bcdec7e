//! One name's way through the search paths: the rules of `_dl_map_object` in glibc's elf/dl-load.c, and of
//! `load_library` in musl's ldso/dynlink.c.
//!
//! glibc asks, in this order: DT_RPATH of the asking object and of its chain of loaders, then of the
//! program, unless the asking object has DT_RUNPATH (an object that has both counts as having no DT_RPATH);
//! LD_LIBRARY_PATH; the asking object's DT_RUNPATH; ld.so.cache; the default directories. DF_1_NODEFLIB leaves
//! out the default directories and what the cache has in them. In every directory the glibc-hwcaps sub-directories
//! come first. A file for another class or machine is passed over; any other file that can't be loaded ends
//! the search.
//!
//! musl asks LD_LIBRARY_PATH first, then DT_RPATH or DT_RUNPATH (one and the same to it) of the asking object
//! and of its chain of loaders, then the directories of `/etc/ld-musl-ARCH.path`.
//!
//! What a search came to is remembered by its trail (what it goes through) and its name, since a thousand objects search
//! the same few directories for the same few names.

use std::sync::Arc;

use bstr::{BString, ByteSlice};
use hashbrown::{HashMap, HashSet};

use super::interner::{
    Chain, ChainId, ListId, NameId, Names, Numbered, Object, ObjectId, Objects, ScopeId, SearchScope, Trails,
};
use super::ld_so_cache::LdSoCache;
use super::link_map::{Libc, LinkMap, Refusal, Rule, Tried};
use super::platform::Platform;
use super::tokens::{Tokens, directories};
use super::{LinkerSettings, probe};
use crate::elf::ElfFacts;
use crate::tree::inventory::Content;
use crate::tree::root::{NodeId, Root};

/// A directory of a search path, an index of [`Searcher::directories`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct DirectoryId(usize);

/// A directory and those of its glibc-hwcaps sub-directories that exist, in the order of the search.
type Places = Vec<(String, NodeId)>;

/// What a search came to.
pub(super) enum Searched {
    Found {
        object: ObjectId,
        rule: Rule,
        /// The object whose search path named the directory.
        via: Option<usize>,
    },
    Fatal(Tried),
    Nothing,
}

/// The same, whoever searched.
enum Found {
    Library(Hit),
    Fatal(Tried),
    Nothing,
}

/// A library that was found.
#[derive(Clone, Copy)]
struct Hit {
    object: ObjectId,
    rule: Rule,
    /// What begins with the DT_RPATH that named the directory.
    chain: Option<ChainId>,
}

/// What stands at one name in one directory or its sub-directories.
enum Probed<'root> {
    Found { node: NodeId, facts: &'root ElfFacts, path: Arc<BString> },
    Refused(Tried),
    Absent,
}

/// The directories, the cache and the memory of one machine's searches in one root.
pub(super) struct Searcher<'root> {
    root: &'root Root<'root>,
    platform: &'static Platform,
    lib_token: String,
    hwcaps: Vec<String>,
    workdir: NodeId,
    workdir_text: BString,
    cache: LdSoCache<'root>,
    ld_library_path: Option<BString>,
    /// The directories of search paths, as they are written.
    directories: Numbered<BString>,
    /// Of each of them.
    places: Vec<Places>,
    lists: Vec<Box<[DirectoryId]>>,
    /// By the text of the list and `$ORIGIN`.
    list_ids: HashMap<(BString, BString), ListId>,
    default_directories: ListId,
    musl_directories: ListId,
    pub(super) names: Names<'root>,
    pub(super) objects: Objects<'root>,
    trails: Trails,
    /// What searches came to, those that ended at a file that can't be loaded left out.
    remembered: HashMap<(ScopeId, NameId), Option<Hit>>,
    /// The same, of what comes behind an object's own paths: glibc's cache and the default directories.
    remembered_of_system: HashMap<NameId, Option<Hit>>,
}

impl<'root> Searcher<'root> {
    pub(super) fn new(
        root: &'root Root<'root>,
        platform: &'static Platform,
        settings: &LinkerSettings,
    ) -> Self {
        let text = |path: &str| {
            root.resolve(root.top(), path.as_bytes()).ok().and_then(|node| match root.content(node) {
                Some(Content::Text(text)) => Some(text.as_slice()),
                _ => None,
            })
        };
        let cache =
            text("/etc/ld.so.cache").and_then(|bytes| LdSoCache::parse(bytes).ok()).unwrap_or_default();
        let musl_path = text(&format!("/etc/ld-musl-{}.path", platform.musl_name));
        let mut searcher = Self {
            root,
            platform,
            lib_token: platform.lib_token(),
            hwcaps: platform.hwcaps(settings.cpu_level),
            workdir: root.resolve(root.top(), settings.workdir.as_bytes()).unwrap_or_else(|_| root.top()),
            workdir_text: BString::from(settings.workdir.as_bytes()),
            cache,
            ld_library_path: settings.ld_library_path.clone().map(BString::from),
            directories: Numbered::default(),
            places: Vec::new(),
            lists: Vec::new(),
            list_ids: HashMap::new(),
            default_directories: ListId::new(0),
            musl_directories: ListId::new(0),
            names: Names::default(),
            objects: Objects::default(),
            trails: Trails::default(),
            remembered: HashMap::new(),
            remembered_of_system: HashMap::new(),
        };
        let default = platform.default_directories();
        let default =
            default.iter().map(|directory| searcher.directory(format!("{directory}/").into())).collect();
        searcher.default_directories = searcher.add_list(default);
        let musl = musl_path
            .unwrap_or(b"/lib:/usr/local/lib:/usr/lib")
            .split(|byte| matches!(byte, b':' | b'\n'))
            .filter(|directory| !directory.is_empty())
            .map(|directory| searcher.directory([directory, b"/"].concat().into()))
            .collect();
        searcher.musl_directories = searcher.add_list(musl);
        searcher
    }

    fn directory(&mut self, text: BString) -> DirectoryId {
        if let Some(index) = self.directories.get_index_of(&text) {
            return DirectoryId(index);
        }
        let mut places = Vec::new();
        if let Ok(node) = self.root.resolve(self.workdir, &text) {
            for sub in &self.hwcaps {
                if let Ok(place) = self.root.resolve(node, sub.as_bytes()) {
                    places.push((format!("{sub}/"), place));
                }
            }
            places.push((String::new(), node));
        }
        self.places.push(places);
        DirectoryId(self.directories.insert_full(text).0)
    }

    fn add_list(&mut self, directories: Box<[DirectoryId]>) -> ListId {
        self.lists.push(directories);
        ListId::new(self.lists.len() - 1)
    }

    /// The directories of a search path that belongs to an object in `origin`.
    fn list(&mut self, list: &[u8], separators: &[u8], origin: &[u8]) -> ListId {
        let key = (BString::from(list), BString::from(origin));
        if let Some(known) = self.list_ids.get(&key) {
            return *known;
        }
        let tokens =
            Tokens { origin: Some(origin), lib: &self.lib_token, platform: self.platform.platform_token };
        let texts = directories(list, separators, &tokens);
        let directories = texts.into_iter().map(|text| self.directory(text)).collect();
        let id = self.add_list(directories);
        self.list_ids.insert(key, id);
        id
    }

    /// The number of the object at `node`, whose links are resolved, as it was found at `path`.
    pub(super) fn object(&mut self, node: NodeId, path: Arc<BString>, facts: &'root ElfFacts) -> ObjectId {
        if let Some(known) = self.objects.find(node, &path) {
            return known;
        }
        let origin = self.origin(&path);
        let mut list = |text: &Option<BString>| text.as_ref().map(|text| self.list(text, b":", &origin));
        let lists = (list(&facts.rpath), list(&facts.runpath));
        self.objects.add(node, path, facts, lists, &mut self.names)
    }

    /// What the searches of an object go through that is about to be added to `map`, loaded by `loader`.
    pub(super) fn trail_of(&mut self, map: &LinkMap<'root>, id: ObjectId, loader: Option<usize>) -> ScopeId {
        let Object { rpath, runpath, facts, .. } = *self.objects.get(id);
        // Where both are there DT_RPATH is ignored; musl knows only one of the two.
        let (rpath, runpath) = match map.libc {
            Libc::Glibc if runpath.is_some() => (None, runpath),
            Libc::Glibc => (rpath, None),
            Libc::Musl => (runpath.or(rpath), None),
        };
        let inherited = loader.and_then(|loader| self.trails.get(map.objects[loader].trail).chain);
        let chain = match rpath {
            Some(list) => Some(self.trails.chained(list, inherited)),
            None => inherited,
        };
        let environment = match map.objects.first() {
            Some(first) => self.trails.get(first.trail).environment,
            None => self.environment(id),
        };
        let no_default_directories = facts.no_default_directories && map.libc == Libc::Glibc;
        self.trails.id_of(SearchScope { libc: map.libc, chain, environment, runpath, no_default_directories })
    }

    /// LD_LIBRARY_PATH, its tokens expanded for the program.
    fn environment(&mut self, program: ObjectId) -> Option<ListId> {
        let list = self.ld_library_path.clone().filter(|list| !list.is_empty())?;
        let origin = self.origin(&self.objects.get(program).path);
        Some(self.list(&list, b":;", &origin))
    }

    /// `$ORIGIN`: the directory of the path by which an object was found, its links unresolved.
    fn origin(&self, path: &[u8]) -> BString {
        let directory = match path.rfind_byte(b'/') {
            Some(0) => &b"/"[..],
            Some(slash) => &path[..slash],
            None => b"",
        };
        if directory.starts_with(b"/") {
            return BString::from(directory);
        }
        let mut origin = self.workdir_text.clone();
        if !directory.is_empty() {
            origin.push(b'/');
            origin.extend_from_slice(directory);
        }
        origin
    }

    /// DT_NEEDED may hold tokens too; a name without them is returned as it is.
    pub(super) fn expand_name(&self, name: &[u8], asking_path: &[u8]) -> Option<BString> {
        let origin = self.origin(asking_path);
        let tokens =
            Tokens { origin: Some(&origin), lib: &self.lib_token, platform: self.platform.platform_token };
        tokens.expand(name)
    }

    /// Looks for `name` on behalf of object `by` of `map`. What is tried is noted in `trace`, if there is one.
    pub(super) fn search(
        &mut self,
        map: &LinkMap<'root>,
        by: usize,
        name: NameId,
        trace: &mut Option<Vec<Tried>>,
    ) -> Searched {
        let trail = map.objects[by].trail;
        let remembered = self.remembered.get(&(trail, name)).filter(|_| trace.is_none());
        let found = match remembered {
            Some(known) => known.map_or(Found::Nothing, Found::Library),
            None => self.search_anew(trail, name, trace),
        };
        found.told(|hit| match hit.rule {
            Rule::Rpath => self.holder(map, by, hit.chain),
            Rule::Runpath => Some(by),
            _ => None,
        })
    }

    /// As [`Searcher::search`] for a path that came out of tokens.
    pub(super) fn search_expanded(&mut self, path: &[u8], trace: &mut Option<Vec<Tried>>) -> Searched {
        self.open_path(path, Rule::Path, trace).told(|_| None)
    }

    /// The object whose DT_RPATH a chain begins with: of those that inherit it the one that all others do it from.
    fn holder(&self, map: &LinkMap<'root>, by: usize, chain: Option<ChainId>) -> Option<usize> {
        // Each was loaded before the one that it loaded. They end at the program, or at what stands in its place.
        let loaders = std::iter::successors(Some(by), |object| Some(map.objects[*object].loader?.get()));
        let has_it = |object: &usize| self.trails.get(map.objects[*object].trail).chain == chain;
        loaders.skip_while(|object| !has_it(object)).take_while(has_it).last()
    }

    fn search_anew(&mut self, trail: ScopeId, name: NameId, trace: &mut Option<Vec<Tried>>) -> Found {
        let text = self.names.text(name);
        if text.contains(&b'/') {
            return self.open_path(text, Rule::Path, trace);
        }
        let found = match self.trails.get(trail) {
            its @ SearchScope { libc: Libc::Glibc, .. } => self.search_glibc(its, name, trace),
            its @ SearchScope { libc: Libc::Musl, .. } => self.search_musl(its, name, trace),
        };
        if trace.is_none()
            && let Some(hit) = found.to_remember()
        {
            self.remembered.insert((trail, name), hit);
        }
        found
    }

    fn search_glibc(&mut self, trail: SearchScope, name: NameId, trace: &mut Option<Vec<Tried>>) -> Found {
        let SearchScope { chain, environment, runpath, no_default_directories, .. } = trail;
        let mut found = Found::Nothing;
        if runpath.is_none() {
            found = self.search_chain(chain, name, trace);
        }
        for (list, rule) in [(environment, Rule::LdLibraryPath), (runpath, Rule::Runpath)] {
            if let (Found::Nothing, Some(list)) = (&found, list) {
                found = self.search_list(list, name, rule, None, trace);
            }
        }
        match found {
            Found::Nothing => self.search_system(name, no_default_directories, trace),
            _ => found,
        }
    }

    fn search_musl(&mut self, trail: SearchScope, name: NameId, trace: &mut Option<Vec<Tried>>) -> Found {
        let mut found = Found::Nothing;
        if let Some(list) = trail.environment {
            found = self.search_list(list, name, Rule::LdLibraryPath, None, trace);
        }
        if let Found::Nothing = found {
            found = self.search_chain(trail.chain, name, trace);
        }
        match found {
            Found::Nothing => self.search_list(self.musl_directories, name, Rule::Default, None, trace),
            _ => found,
        }
    }

    /// The DT_RPATHs of an object and of those that loaded it.
    fn search_chain(
        &mut self,
        mut chain: Option<ChainId>,
        name: NameId,
        trace: &mut Option<Vec<Tried>>,
    ) -> Found {
        while let Some(id) = chain {
            let Chain { list, rest } = self.trails.chain(id);
            let found = self.search_list(list, name, Rule::Rpath, chain, trace);
            if !matches!(found, Found::Nothing) {
                return found;
            }
            chain = rest;
        }
        Found::Nothing
    }

    /// glibc's cache and the default directories.
    fn search_system(
        &mut self,
        name: NameId,
        no_default_directories: bool,
        trace: &mut Option<Vec<Tried>>,
    ) -> Found {
        let is_usual = trace.is_none() && !no_default_directories;
        if let Some(known) = self.remembered_of_system.get(&name).filter(|_| is_usual) {
            return known.map_or(Found::Nothing, Found::Library);
        }
        let mut found = self.search_cache(self.names.text(name), no_default_directories, trace);
        if matches!(found, Found::Nothing) && !no_default_directories {
            found = self.search_list(self.default_directories, name, Rule::Default, None, trace);
        }
        if is_usual && let Some(hit) = found.to_remember() {
            self.remembered_of_system.insert(name, hit);
        }
        found
    }

    fn search_cache(
        &mut self,
        name: &[u8],
        no_default_directories: bool,
        trace: &mut Option<Vec<Tried>>,
    ) -> Found {
        let Some(path) = self.cache.look_up(name, self.platform.cache_flags, &self.hwcaps) else {
            return Found::Nothing;
        };
        let mut default_directories = self.lists[self.default_directories.index()].iter();
        let is_default =
            default_directories.any(|directory| path.starts_with(self.directories[directory.0].as_slice()));
        if no_default_directories && is_default {
            return Found::Nothing;
        }
        // The cache may name what is gone; the search then goes on.
        self.open_path(path, Rule::Cache, trace)
    }

    fn open_path(&mut self, path: &[u8], rule: Rule, trace: &mut Option<Vec<Tried>>) -> Found {
        let probed = match self.root.resolve(self.workdir, path) {
            Ok(node) => probe::library_at(self.root, node, self.platform.machine()),
            Err(dead) => Err(dead.into()),
        };
        match probed {
            Ok((node, facts)) => {
                let object = self.object(node, Arc::new(BString::from(path)), facts);
                Found::Library(Hit { object, rule, chain: None })
            }
            Err(why) => refused(Tried { path: BString::from(path), why }, trace),
        }
    }

    fn search_list(
        &mut self,
        list: ListId,
        name: NameId,
        rule: Rule,
        chain: Option<ChainId>,
        trace: &mut Option<Vec<Tried>>,
    ) -> Found {
        let text = self.names.text(name);
        for place in 0..self.lists[list.index()].len() {
            let directory = self.lists[list.index()][place];
            match self.probe(directory, text) {
                Probed::Found { node, facts, path } => {
                    let object = self.object(node, path, facts);
                    return Found::Library(Hit { object, rule, chain });
                }
                Probed::Absent => {
                    if let Some(trace) = trace {
                        let path = self.path_in(directory, "", text);
                        trace.push(Tried { path, why: Refusal::Absent });
                    }
                }
                Probed::Refused(tried) => {
                    let is_dead = tried.why == Refusal::DeadPath;
                    if let fatal @ Found::Fatal(_) = refused(tried, trace) {
                        return fatal;
                    }
                    if is_dead {
                        return Found::Nothing;
                    }
                }
            }
        }
        Found::Nothing
    }

    fn probe(&self, directory: DirectoryId, name: &[u8]) -> Probed<'root> {
        let mut refusal = Probed::Absent;
        for (sub, place) in &self.places[directory.0] {
            let Some(entry) = self.root.child(*place, name) else { continue };
            let probed = match self.root.follow(entry) {
                Ok(node) => probe::library_at(self.root, node, self.platform.machine()),
                Err(dead) => Err(dead.into()),
            };
            match probed {
                Ok((node, facts)) => {
                    return Probed::Found { node, facts, path: Arc::new(self.path_in(directory, sub, name)) };
                }
                Err(Refusal::Absent) => {}
                Err(why) => {
                    let ends = why.is_fatal() || why == Refusal::DeadPath;
                    refusal = Probed::Refused(Tried { path: self.path_in(directory, sub, name), why });
                    if ends {
                        break;
                    }
                }
            }
        }
        refusal
    }

    /// The path of a name in a directory or in one of its sub-directories.
    fn path_in(&self, directory: DirectoryId, sub: &str, name: &[u8]) -> BString {
        BString::from([self.directories[directory.0].as_slice(), sub.as_bytes(), name].concat())
    }

    /// See [`super::Linker::searched_directories`].
    pub(super) fn common_directories<'map>(
        &self,
        searches: impl Iterator<Item = (&'map LinkMap<'root>, usize)>,
    ) -> Vec<BString>
    where
        'root: 'map,
    {
        let mut seen: HashSet<ScopeId> = HashSet::new();
        let mut common: Option<Vec<DirectoryId>> = None;
        for (map, by) in searches {
            let trail = map.objects[by].trail;
            if !seen.insert(trail) {
                continue;
            }
            let directories = self.directories_of(self.trails.get(trail));
            match &mut common {
                None => common = Some(directories),
                Some(common) => common.retain(|directory| directories.contains(directory)),
            }
        }
        common.into_iter().flatten().map(|directory| self.directories[directory.0].clone()).collect()
    }

    /// The directories that are gone through, in order.
    fn directories_of(&self, trail: SearchScope) -> Vec<DirectoryId> {
        let SearchScope { libc, chain, environment, runpath, no_default_directories } = trail;
        let chain = chain.filter(|_| runpath.is_none());
        let mut lists: Vec<ListId> = self.trails.lists_of(chain).collect();
        lists.extend(environment.into_iter().chain(runpath));
        match libc {
            Libc::Musl => lists.push(self.musl_directories),
            Libc::Glibc if no_default_directories => {}
            Libc::Glibc => lists.push(self.default_directories),
        }
        lists.iter().flat_map(|list| &self.lists[list.index()]).copied().collect()
    }
}

impl Found {
    /// The same for who searched: `via` tells whose search path named the directory.
    fn told(self, via: impl FnOnce(&Hit) -> Option<usize>) -> Searched {
        match self {
            Self::Library(hit) => Searched::Found { object: hit.object, rule: hit.rule, via: via(&hit) },
            Self::Fatal(tried) => Searched::Fatal(tried),
            Self::Nothing => Searched::Nothing,
        }
    }

    /// What will be found again; none where the search ended at a file, which is told anew each time.
    fn to_remember(&self) -> Option<Option<Hit>> {
        match self {
            Self::Library(hit) => Some(Some(*hit)),
            Self::Nothing => Some(None),
            Self::Fatal(_) => None,
        }
    }
}

/// Notes a refused place; the search goes on unless it is fatal.
fn refused(tried: Tried, trace: &mut Option<Vec<Tried>>) -> Found {
    if let Some(trace) = trace {
        trace.push(tried.clone());
    }
    if tried.why.is_fatal() { Found::Fatal(tried) } else { Found::Nothing }
}
