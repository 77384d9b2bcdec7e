//! Search for one name along the search paths: the rules of `_dl_map_object` in glibc's elf/dl-load.c, and of
//! `load_library` in musl's ldso/dynlink.c.
//!
//! glibc searches, in this order: DT_RPATH of the requesting object and of its chain of loaders, then of the program,
//! unless the requesting object has DT_RUNPATH (an object that has both counts as having no DT_RPATH); LD_LIBRARY_PATH;
//! DT_RUNPATH of the requesting object; ld.so.cache; the default directories. DF_1_NODEFLIB leaves out the default
//! directories and the entries of the cache in them. In every directory the glibc-hwcaps sub-directories come first. A
//! file for another class or machine is skipped; any other file that can't be loaded ends the search.
//!
//! musl searches LD_LIBRARY_PATH first, then DT_RPATH or DT_RUNPATH (the same to it) of the requesting object and of its
//! chain of loaders, then the directories of `/etc/ld-musl-ARCH.path`.
//!
//! Results are cached by search scope and name, since a thousand objects search the same few directories for the same
//! few names.

use std::sync::Arc;

use bstr::BString;
use hashbrown::{HashMap, HashSet};

use super::dlopen::DlopenCalls;
use super::interner::{
    Chain, ChainId, InternedObject, ListId, NameId, Names, ObjectId, Objects, ScopeId, Scopes, SearchScope,
};
use super::ld_so_cache::LdSoCache;
use super::libc::Libc;
use super::link_map::LinkMap;
use super::outcome::{Attempt, Refusal, SearchRule};
use super::platform::Platform;
use super::probe;
use super::search_paths::{DirectoryId, SearchPaths, text};
use super::settings::LinkerSettings;
use crate::elf::ElfFacts;
use crate::tree::root::{NodeId, Root};
use crate::vocabulary::Grade;

/// Result of a search on behalf of an object.
pub(super) enum SearchResult {
    Found {
        object: ObjectId,
        rule: SearchRule,
        /// Object whose search path names the directory.
        via: Option<usize>,
    },
    Fatal(Attempt),
    Missing,
}

/// Result of a search before it is attributed to the requesting object.
enum ScopeResult {
    Found(Hit),
    Fatal(Attempt),
    Missing,
}

/// Library that a search found; cacheable.
#[derive(Clone, Copy)]
struct Hit {
    object: ObjectId,
    rule: SearchRule,
    /// Chain that starts with the DT_RPATH which names the directory.
    chain: Option<ChainId>,
}

/// Result of looking for a name in one directory and its sub-directories.
enum Probed<'root> {
    Found { node: NodeId, facts: &'root ElfFacts, path: Arc<BString> },
    Refused(Attempt),
    Absent,
}

/// Paths that a search has tried; none if they are not recorded.
pub(super) type Trace = Option<Vec<Attempt>>;

/// Searches of one machine in one root.
pub(super) struct Searcher<'root> {
    root: &'root Root<'root>,
    platform: &'static Platform,
    cache: LdSoCache<'root>,
    paths: SearchPaths<'root>,
    /// Calls of dlopen(3), and the lowest grade that is followed.
    calls: DlopenCalls,
    runtime_loads: Option<Grade>,
    pub(super) names: Names<'root>,
    pub(super) objects: Objects<'root>,
    scopes: Scopes,
    /// Earlier results; a search that ended at a file which can't be loaded is not among them.
    results: HashMap<(ScopeId, NameId), Option<Hit>>,
    /// Earlier results for glibc's cache and default directories, which do not depend on the object.
    system_results: HashMap<NameId, Option<Hit>>,
}

impl<'root> Searcher<'root> {
    pub(super) fn new(
        root: &'root Root<'root>,
        platform: &'static Platform,
        settings: &LinkerSettings,
        calls: DlopenCalls,
    ) -> Self {
        let cache = text(root, "/etc/ld.so.cache").and_then(|bytes| LdSoCache::parse(bytes).ok());
        Self {
            root,
            platform,
            cache: cache.unwrap_or_default(),
            paths: SearchPaths::new(root, platform, settings),
            calls,
            runtime_loads: settings.runtime_loads,
            names: Names::default(),
            objects: Objects::default(),
            scopes: Scopes::default(),
            results: HashMap::new(),
            system_results: HashMap::new(),
        }
    }

    /// Interns the object at `node`, whose links are resolved, as it was found at `path`.
    pub(super) fn object(&mut self, node: NodeId, path: Arc<BString>, facts: &'root ElfFacts) -> ObjectId {
        if let Some(known) = self.objects.find(node, &path) {
            return known;
        }
        let mut list = |text: &Option<BString>| text.as_ref().map(|text| self.paths.of_object(text, &path));
        let lists = (list(&facts.rpath), list(&facts.runpath));
        let mut calls = match self.runtime_loads {
            Some(_) => (self.calls)(self.root, node),
            None => Vec::new(),
        };
        calls.retain(|call| Some(call.grade) <= self.runtime_loads && !call.names.is_empty());
        self.objects.add(node, path, facts, lists, &calls, &mut self.names)
    }

    /// Interns the search scope of an object that is about to be added to `map`, loaded by `loader`.
    pub(super) fn scope_of(&mut self, map: &LinkMap<'root>, id: ObjectId, loader: Option<usize>) -> ScopeId {
        let InternedObject { rpath, runpath, facts, .. } = *self.objects.get(id);
        // An object with both has no DT_RPATH for glibc; musl knows only one of the two.
        let (rpath, runpath) = match map.libc {
            Libc::Glibc if runpath.is_some() => (None, runpath),
            Libc::Glibc => (rpath, None),
            Libc::Musl => (runpath.or(rpath), None),
        };
        let inherited = loader.and_then(|loader| self.scopes.get(map.objects[loader].scope).chain);
        let chain = match rpath {
            Some(list) => Some(self.scopes.chain_id_of(list, inherited)),
            None => inherited,
        };
        let environment = match map.objects.first() {
            Some(first) => self.scopes.get(first.scope).environment,
            None => self.paths.of_environment(&self.objects.get(id).path),
        };
        let no_default_directories = facts.no_default_directories && map.libc == Libc::Glibc;
        self.scopes.id_of(SearchScope { libc: map.libc, chain, environment, runpath, no_default_directories })
    }

    /// Searches for `name` on behalf of object `by` of `map`, and records in `trace` the paths that it tries.
    pub(super) fn search(
        &mut self,
        map: &LinkMap<'root>,
        by: usize,
        name: NameId,
        trace: &mut Trace,
    ) -> SearchResult {
        let text = self.names.text(name);
        if text.contains(&b'$') {
            return match self.paths.expand_name(text, &map.objects[by].path) {
                Some(path) if path.contains(&b'/') => {
                    self.open_path(&path, SearchRule::Path, trace).attributed(|_| None)
                }
                _ => SearchResult::Missing,
            };
        }
        let scope = map.objects[by].scope;
        let known = self.results.get(&(scope, name)).filter(|_| trace.is_none());
        let result = match known {
            Some(known) => known.map_or(ScopeResult::Missing, ScopeResult::Found),
            None => self.search_scope(scope, name, trace),
        };
        result.attributed(|hit| match hit.rule {
            SearchRule::Rpath => self.holder(map, by, hit.chain),
            SearchRule::Runpath => Some(by),
            _ => None,
        })
    }

    /// Returns the object that has the first DT_RPATH of a chain: of the loaders that inherit the chain, the last one up.
    fn holder(&self, map: &LinkMap<'root>, by: usize, chain: Option<ChainId>) -> Option<usize> {
        // Each loader comes before the objects that it loads, so this ends at the program, or at the first object.
        let loaders = std::iter::successors(Some(by), |object| Some(map.objects[*object].loader?.get()));
        let has_it = |object: &usize| self.scopes.get(map.objects[*object].scope).chain == chain;
        loaders.skip_while(|object| !has_it(object)).take_while(has_it).last()
    }

    fn search_scope(&mut self, scope: ScopeId, name: NameId, trace: &mut Trace) -> ScopeResult {
        let text = self.names.text(name);
        if text.contains(&b'/') {
            return self.open_path(text, SearchRule::Path, trace);
        }
        let result = match self.scopes.get(scope) {
            its @ SearchScope { libc: Libc::Glibc, .. } => self.search_glibc(its, name, trace),
            its @ SearchScope { libc: Libc::Musl, .. } => self.search_musl(its, name, trace),
        };
        if trace.is_none()
            && let Some(hit) = result.cacheable()
        {
            self.results.insert((scope, name), hit);
        }
        result
    }

    fn search_glibc(&mut self, scope: SearchScope, name: NameId, trace: &mut Trace) -> ScopeResult {
        let SearchScope { chain, environment, runpath, no_default_directories, .. } = scope;
        let mut result = ScopeResult::Missing;
        if runpath.is_none() {
            result = self.search_chain(chain, name, trace);
        }
        for (list, rule) in [(environment, SearchRule::LdLibraryPath), (runpath, SearchRule::Runpath)] {
            if let (ScopeResult::Missing, Some(list)) = (&result, list) {
                result = self.search_list(list, name, rule, None, trace);
            }
        }
        match result {
            ScopeResult::Missing => self.search_system(name, no_default_directories, trace),
            _ => result,
        }
    }

    fn search_musl(&mut self, scope: SearchScope, name: NameId, trace: &mut Trace) -> ScopeResult {
        let mut result = ScopeResult::Missing;
        if let Some(list) = scope.environment {
            result = self.search_list(list, name, SearchRule::LdLibraryPath, None, trace);
        }
        if let ScopeResult::Missing = result {
            result = self.search_chain(scope.chain, name, trace);
        }
        match result {
            ScopeResult::Missing => self.search_list(self.paths.musl, name, SearchRule::Default, None, trace),
            _ => result,
        }
    }

    /// Searches the DT_RPATHs of an object and of its loaders.
    fn search_chain(&mut self, mut chain: Option<ChainId>, name: NameId, trace: &mut Trace) -> ScopeResult {
        while let Some(id) = chain {
            let Chain { list, rest } = self.scopes.chain(id);
            let result = self.search_list(list, name, SearchRule::Rpath, chain, trace);
            if !matches!(result, ScopeResult::Missing) {
                return result;
            }
            chain = rest;
        }
        ScopeResult::Missing
    }

    /// Searches glibc's cache and the default directories.
    fn search_system(
        &mut self,
        name: NameId,
        no_default_directories: bool,
        trace: &mut Trace,
    ) -> ScopeResult {
        let is_cacheable = trace.is_none() && !no_default_directories;
        if let Some(known) = self.system_results.get(&name).filter(|_| is_cacheable) {
            return known.map_or(ScopeResult::Missing, ScopeResult::Found);
        }
        let mut result = self.search_cache(self.names.text(name), no_default_directories, trace);
        if matches!(result, ScopeResult::Missing) && !no_default_directories {
            result = self.search_list(self.paths.default, name, SearchRule::Default, None, trace);
        }
        if is_cacheable && let Some(hit) = result.cacheable() {
            self.system_results.insert(name, hit);
        }
        result
    }

    fn search_cache(&mut self, name: &[u8], no_default_directories: bool, trace: &mut Trace) -> ScopeResult {
        let path = self.cache.look_up(name, self.platform.cache_flags, self.paths.hwcaps());
        let Some(path) = path else { return ScopeResult::Missing };
        let mut default = self.paths.directories(self.paths.default).iter();
        let is_default = default.any(|directory| path.starts_with(self.paths.text(*directory)));
        if no_default_directories && is_default {
            return ScopeResult::Missing;
        }
        // A stale cache may name a file that is gone; the search then goes on.
        self.open_path(path, SearchRule::Cache, trace)
    }

    fn open_path(&mut self, path: &[u8], rule: SearchRule, trace: &mut Trace) -> ScopeResult {
        let probed = match self.root.resolve(self.paths.workdir(), path) {
            Ok(node) => probe::library_at(self.root, node, self.platform.machine()),
            Err(error) => Err(error.into()),
        };
        match probed {
            Ok((node, facts)) => {
                let object = self.object(node, Arc::new(BString::from(path)), facts);
                ScopeResult::Found(Hit { object, rule, chain: None })
            }
            Err(why) => refused(Attempt { path: BString::from(path), why }, trace),
        }
    }

    fn search_list(
        &mut self,
        list: ListId,
        name: NameId,
        rule: SearchRule,
        chain: Option<ChainId>,
        trace: &mut Trace,
    ) -> ScopeResult {
        let text = self.names.text(name);
        for index in 0..self.paths.directories(list).len() {
            let directory = self.paths.directories(list)[index];
            match self.probe(directory, text) {
                Probed::Found { node, facts, path } => {
                    let object = self.object(node, path, facts);
                    return ScopeResult::Found(Hit { object, rule, chain });
                }
                Probed::Absent => {
                    if let Some(trace) = trace {
                        let path = self.paths.path_in(directory, "", text);
                        trace.push(Attempt { path, why: Refusal::Absent });
                    }
                }
                Probed::Refused(attempt) => {
                    let is_dead = attempt.why == Refusal::DeadPath;
                    if let fatal @ ScopeResult::Fatal(_) = refused(attempt, trace) {
                        return fatal;
                    }
                    if is_dead {
                        return ScopeResult::Missing;
                    }
                }
            }
        }
        ScopeResult::Missing
    }

    fn probe(&self, directory: DirectoryId, name: &[u8]) -> Probed<'root> {
        let mut refusal = Probed::Absent;
        for (sub, lookup) in self.paths.lookups(directory) {
            let Some(entry) = self.root.child(*lookup, name) else { continue };
            let probed = match self.root.follow(entry) {
                Ok(node) => probe::library_at(self.root, node, self.platform.machine()),
                Err(error) => Err(error.into()),
            };
            match probed {
                Ok((node, facts)) => {
                    let path = Arc::new(self.paths.path_in(directory, sub, name));
                    return Probed::Found { node, facts, path };
                }
                Err(Refusal::Absent) => {}
                Err(why) => {
                    let ends = why.is_fatal() || why == Refusal::DeadPath;
                    refusal =
                        Probed::Refused(Attempt { path: self.paths.path_in(directory, sub, name), why });
                    if ends {
                        break;
                    }
                }
            }
        }
        refusal
    }

    /// Directories that each of these searches goes through: see [`super::Linker::searched_directories`].
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
            let scope = map.objects[by].scope;
            if !seen.insert(scope) {
                continue;
            }
            let directories = self.directories_of(self.scopes.get(scope));
            match &mut common {
                None => common = Some(directories),
                Some(common) => common.retain(|directory| directories.contains(directory)),
            }
        }
        common.into_iter().flatten().map(|directory| self.paths.text(directory).clone()).collect()
    }

    /// Directories of a search scope, in order.
    fn directories_of(&self, scope: SearchScope) -> Vec<DirectoryId> {
        let SearchScope { libc, chain, environment, runpath, no_default_directories } = scope;
        let chain = chain.filter(|_| runpath.is_none());
        let mut lists: Vec<ListId> = self.scopes.lists_of(chain).collect();
        lists.extend(environment.into_iter().chain(runpath));
        match libc {
            Libc::Musl => lists.push(self.paths.musl),
            Libc::Glibc if no_default_directories => {}
            Libc::Glibc => lists.push(self.paths.default),
        }
        lists.iter().flat_map(|list| self.paths.directories(*list)).copied().collect()
    }
}

impl ScopeResult {
    /// Attributes the result to the requesting object: `via` returns the object whose search path names the directory.
    fn attributed(self, via: impl FnOnce(&Hit) -> Option<usize>) -> SearchResult {
        match self {
            Self::Found(hit) => SearchResult::Found { object: hit.object, rule: hit.rule, via: via(&hit) },
            Self::Fatal(attempt) => SearchResult::Fatal(attempt),
            Self::Missing => SearchResult::Missing,
        }
    }

    /// Result to cache; none for a search that ended at a file, whose message is built each time.
    fn cacheable(&self) -> Option<Option<Hit>> {
        match self {
            Self::Found(hit) => Some(Some(*hit)),
            Self::Missing => Some(None),
            Self::Fatal(_) => None,
        }
    }
}

/// Records a refused file; the search goes on unless the refusal is fatal.
fn refused(attempt: Attempt, trace: &mut Trace) -> ScopeResult {
    if let Some(trace) = trace {
        trace.push(attempt.clone());
    }
    if attempt.why.is_fatal() { ScopeResult::Fatal(attempt) } else { ScopeResult::Missing }
}
