//! One name's way through the search paths: the rules of `_dl_map_object` in glibc's elf/dl-load.c, and of
//! `load_library` in musl's ldso/dynlink.c.
//!
//! glibc asks, in this order: DT_RPATH of the asking object and of its chain of loaders, then of the
//! program, unless the asking object has DT_RUNPATH (an object that has both counts as having no DT_RPATH);
//! LD_LIBRARY_PATH; the asking object's DT_RUNPATH; ld.so.cache; the default folders. DF_1_NODEFLIB leaves
//! out the default folders and what the cache has in them. In every folder the glibc-hwcaps sub-folders
//! come first. A file for another class or machine is passed over; any other file that can't be loaded ends
//! the search.
//!
//! musl asks LD_LIBRARY_PATH first, then DT_RPATH or DT_RUNPATH (one and the same to it) of the asking object
//! and of its chain of loaders, then the folders of `/etc/ld-musl-ARCH.path`.
//!
//! Folders and probes are remembered, since a thousand objects search the same few.

use std::sync::Arc;

use bstr::{BString, ByteSlice};
use hashbrown::HashMap;

use super::ld_so_cache::LdSoCache;
use super::link_map::{Libc, LinkMap, Refusal, Rule, Tried};
use super::platform::Platform;
use super::tokens::{Tokens, folders};
use super::{LinkerSettings, probe};
use crate::elf::ElfFacts;
use crate::inventory::Content;
use crate::root::{NodeId, Root};

/// A folder of a search path, as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct FolderId(usize);

/// The search paths of an object under one path of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct PathsId(usize);

#[derive(Debug)]
struct Folder {
    text: BString,
    /// The folder and those of its glibc-hwcaps sub-folders that exist, in the order of the search.
    places: Vec<(String, NodeId)>,
}

impl Folder {
    /// The path of a name in it or in one of its sub-folders.
    fn path(&self, sub: &str, name: &[u8]) -> BString {
        BString::from([self.text.as_slice(), sub.as_bytes(), name].concat())
    }
}

/// DT_RPATH and DT_RUNPATH of one object, expanded.
#[derive(Debug)]
struct SearchPaths {
    rpath: Option<Arc<[FolderId]>>,
    runpath: Option<Arc<[FolderId]>>,
}

/// A library that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hit<'root> {
    pub(super) node: NodeId,
    pub(super) facts: &'root ElfFacts,
    pub(super) rule: Rule,
    pub(super) via: Option<usize>,
}

/// What a search came to.
pub(super) enum Searched<'root> {
    Found(Hit<'root>, Arc<BString>),
    Fatal(Tried),
    Nothing,
}

/// What stands at one name in one folder or its sub-folders.
enum Probed<'root> {
    Found { node: NodeId, facts: &'root ElfFacts, path: Arc<BString> },
    Refused(Tried),
    Absent,
}

/// The folders, the cache and the memory of one machine's searches in one root.
pub(super) struct Searcher<'root> {
    root: &'root Root<'root>,
    platform: &'static Platform,
    lib_token: String,
    hwcaps: Vec<String>,
    workdir: NodeId,
    workdir_text: BString,
    cache: LdSoCache<'root>,
    folders: Vec<Folder>,
    folder_ids: HashMap<BString, FolderId>,
    lists: HashMap<(BString, BString), Arc<[FolderId]>>,
    paths: Vec<SearchPaths>,
    path_ids: HashMap<(NodeId, Arc<BString>), PathsId>,
    probes: HashMap<(FolderId, &'root [u8]), Probed<'root>>,
    ld_library_path: Option<BString>,
    default_folders: Arc<[FolderId]>,
    musl_folders: Arc<[FolderId]>,
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
            folders: Vec::new(),
            folder_ids: HashMap::new(),
            lists: HashMap::new(),
            paths: Vec::new(),
            path_ids: HashMap::new(),
            probes: HashMap::new(),
            ld_library_path: settings.ld_library_path.clone().map(BString::from),
            default_folders: Arc::from([]),
            musl_folders: Arc::from([]),
        };
        let default = platform.default_folders();
        searcher.default_folders =
            default.iter().map(|folder| searcher.folder(format!("{folder}/").into())).collect();
        searcher.musl_folders = musl_path
            .unwrap_or(b"/lib:/usr/local/lib:/usr/lib")
            .split(|byte| matches!(byte, b':' | b'\n'))
            .filter(|folder| !folder.is_empty())
            .map(|folder| searcher.folder([folder, b"/"].concat().into()))
            .collect();
        searcher
    }

    fn folder(&mut self, text: BString) -> FolderId {
        if let Some(id) = self.folder_ids.get(&text) {
            return *id;
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
        let id = FolderId(self.folders.len());
        self.folders.push(Folder { text: text.clone(), places });
        self.folder_ids.insert(text, id);
        id
    }

    /// The folders of a search path that belongs to an object in `origin`.
    fn list(&mut self, list: &[u8], separators: &[u8], origin: &[u8]) -> Arc<[FolderId]> {
        let key = (BString::from(list), BString::from(origin));
        if let Some(known) = self.lists.get(&key) {
            return Arc::clone(known);
        }
        let tokens =
            Tokens { origin: Some(origin), lib: &self.lib_token, platform: self.platform.platform_token };
        let texts = folders(list, separators, &tokens);
        let ids: Arc<[FolderId]> = texts.into_iter().map(|text| self.folder(text)).collect();
        self.lists.insert(key, Arc::clone(&ids));
        ids
    }

    /// The search paths of an object that was found at `path`.
    pub(super) fn paths_of(
        &mut self,
        node: NodeId,
        path: &Arc<BString>,
        facts: &ElfFacts,
        libc: Libc,
    ) -> PathsId {
        let key = (node, Arc::clone(path));
        if let Some(known) = self.path_ids.get(&key) {
            return *known;
        }
        let origin = self.origin(path);
        let mut list = |text: &Option<BString>| text.as_ref().map(|text| self.list(text, b":", &origin));
        let runpath = list(&facts.runpath);
        // Where both are there DT_RPATH is ignored; musl knows only one of the two.
        let rpath = if runpath.is_some() { None } else { list(&facts.rpath) };
        let paths = match libc {
            Libc::Glibc => SearchPaths { rpath, runpath },
            Libc::Musl => SearchPaths { rpath: runpath.or(rpath), runpath: None },
        };
        let id = PathsId(self.paths.len());
        self.paths.push(paths);
        self.path_ids.insert(key, id);
        id
    }

    /// `$ORIGIN`: the folder of the path by which an object was found, its links unresolved.
    fn origin(&self, path: &[u8]) -> BString {
        let folder = match path.rfind_byte(b'/') {
            Some(0) => &b"/"[..],
            Some(slash) => &path[..slash],
            None => b"",
        };
        if folder.starts_with(b"/") {
            return BString::from(folder);
        }
        let mut origin = self.workdir_text.clone();
        if !folder.is_empty() {
            origin.push(b'/');
            origin.extend_from_slice(folder);
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
        name: &'root [u8],
        trace: &mut Option<Vec<Tried>>,
    ) -> Searched<'root> {
        if name.contains(&b'/') {
            return self.open_path(name, Rule::Path, trace);
        }
        match map.libc {
            Libc::Glibc => self.search_glibc(map, by, name, trace),
            Libc::Musl => self.search_musl(map, by, name, trace),
        }
    }

    /// As [`Searcher::search`] for a path that came out of tokens.
    pub(super) fn search_expanded(&self, path: &[u8], trace: &mut Option<Vec<Tried>>) -> Searched<'root> {
        self.open_path(path, Rule::Path, trace)
    }

    fn search_glibc(
        &mut self,
        map: &LinkMap<'root>,
        by: usize,
        name: &'root [u8],
        trace: &mut Option<Vec<Tried>>,
    ) -> Searched<'root> {
        let asking = &map.objects[by];
        if self.paths[asking.paths.0].runpath.is_none() {
            for holder in rpath_holders(map, by) {
                if let Some(list) = self.paths[map.objects[holder].paths.0].rpath.clone() {
                    let found = self.search_list(&list, name, Rule::Rpath, Some(holder), trace);
                    if !matches!(found, Searched::Nothing) {
                        return found;
                    }
                }
            }
        }
        let environment = self.environment_folders(map);
        let runpath = self.paths[asking.paths.0].runpath.clone();
        for (list, rule, via) in
            [(environment, Rule::LdLibraryPath, None), (runpath, Rule::Runpath, Some(by))]
        {
            let Some(list) = list else { continue };
            let found = self.search_list(&list, name, rule, via, trace);
            if !matches!(found, Searched::Nothing) {
                return found;
            }
        }
        let found = self.search_cache(name, asking.facts.no_default_folders, trace);
        if !matches!(found, Searched::Nothing) || asking.facts.no_default_folders {
            return found;
        }
        let list = Arc::clone(&self.default_folders);
        self.search_list(&list, name, Rule::Default, None, trace)
    }

    fn search_musl(
        &mut self,
        map: &LinkMap<'root>,
        by: usize,
        name: &'root [u8],
        trace: &mut Option<Vec<Tried>>,
    ) -> Searched<'root> {
        let mut lists = vec![(self.environment_folders(map), Rule::LdLibraryPath, None)];
        for holder in rpath_holders(map, by) {
            let paths = &self.paths[map.objects[holder].paths.0];
            lists.push((paths.rpath.clone(), Rule::Rpath, Some(holder)));
        }
        lists.push((Some(Arc::clone(&self.musl_folders)), Rule::Default, None));
        for (list, rule, via) in lists {
            let Some(list) = list else { continue };
            let found = self.search_list(&list, name, rule, via, trace);
            if !matches!(found, Searched::Nothing) {
                return found;
            }
        }
        Searched::Nothing
    }

    /// LD_LIBRARY_PATH, its tokens expanded for the program.
    fn environment_folders(&mut self, map: &LinkMap<'root>) -> Option<Arc<[FolderId]>> {
        let list = self.ld_library_path.clone().filter(|list| !list.is_empty())?;
        let origin = self.origin(&map.objects.first()?.path);
        Some(self.list(&list, b":;", &origin))
    }

    fn search_cache(
        &mut self,
        name: &'root [u8],
        no_default_folders: bool,
        trace: &mut Option<Vec<Tried>>,
    ) -> Searched<'root> {
        let Some(path) = self.cache.look_up(name, self.platform.cache_flags, &self.hwcaps) else {
            return Searched::Nothing;
        };
        let is_default = self
            .default_folders
            .iter()
            .any(|folder| path.starts_with(self.folders[folder.0].text.as_slice()));
        if no_default_folders && is_default {
            return Searched::Nothing;
        }
        // The cache may name what is gone; the search then goes on.
        self.open_path(path, Rule::Cache, trace)
    }

    fn open_path(&self, path: &[u8], rule: Rule, trace: &mut Option<Vec<Tried>>) -> Searched<'root> {
        let probed = match self.root.resolve(self.workdir, path) {
            Ok(node) => probe::library_at(self.root, node, self.platform.machine()),
            Err(dead) => Err(dead.into()),
        };
        match probed {
            Ok((node, facts)) => {
                Searched::Found(Hit { node, facts, rule, via: None }, Arc::new(BString::from(path)))
            }
            Err(why) => refused(Tried { path: BString::from(path), why }, trace),
        }
    }

    fn search_list(
        &mut self,
        list: &[FolderId],
        name: &'root [u8],
        rule: Rule,
        via: Option<usize>,
        trace: &mut Option<Vec<Tried>>,
    ) -> Searched<'root> {
        for &folder in list {
            let probed = match self.probes.get(&(folder, name)) {
                Some(known) => known,
                None => {
                    let probed = self.probe(folder, name);
                    self.probes.entry((folder, name)).or_insert(probed)
                }
            };
            match probed {
                Probed::Found { node, facts, path } => {
                    return Searched::Found(Hit { node: *node, facts, rule, via }, Arc::clone(path));
                }
                Probed::Absent => {
                    if let Some(trace) = trace {
                        let path = self.folders[folder.0].path("", name);
                        trace.push(Tried { path, why: Refusal::Absent });
                    }
                }
                Probed::Refused(tried) => {
                    if let fatal @ Searched::Fatal(_) = refused(tried.clone(), trace) {
                        return fatal;
                    }
                    if tried.why == Refusal::DeadPath {
                        return Searched::Nothing;
                    }
                }
            }
        }
        Searched::Nothing
    }

    fn probe(&self, folder: FolderId, name: &[u8]) -> Probed<'root> {
        let folder = &self.folders[folder.0];
        let mut refusal = Probed::Absent;
        for (sub, place) in &folder.places {
            let Some(entry) = self.root.child(*place, name) else { continue };
            let probed = match self.root.follow(entry) {
                Ok(node) => probe::library_at(self.root, node, self.platform.machine()),
                Err(dead) => Err(dead.into()),
            };
            match probed {
                Ok((node, facts)) => {
                    return Probed::Found { node, facts, path: Arc::new(folder.path(sub, name)) };
                }
                Err(Refusal::Absent) => {}
                Err(why) => {
                    let ends = why.is_fatal() || why == Refusal::DeadPath;
                    refusal = Probed::Refused(Tried { path: folder.path(sub, name), why });
                    if ends {
                        break;
                    }
                }
            }
        }
        refusal
    }

    /// See [`super::Linker::searched_folders`].
    pub(super) fn common_folders<'map>(
        &mut self,
        searches: impl Iterator<Item = (&'map LinkMap<'root>, usize)>,
    ) -> Vec<BString>
    where
        'root: 'map,
    {
        let mut common: Option<Vec<FolderId>> = None;
        let mut folders = Vec::new();
        for (map, by) in searches {
            // Most objects search the default folders, and only those are common to all before long.
            let searches_defaults = map.libc == Libc::Glibc && !map.objects[by].facts.no_default_folders;
            if searches_defaults && common.as_deref() == Some(&self.default_folders) {
                continue;
            }
            folders.clear();
            for list in self.searched_lists(map, by) {
                folders.extend_from_slice(&list);
            }
            match &mut common {
                None => common = Some(folders.clone()),
                Some(common) => common.retain(|folder| folders.contains(folder)),
            }
        }
        common.into_iter().flatten().map(|folder| self.folders[folder.0].text.clone()).collect()
    }

    /// The search paths that count for object `by`, in order.
    fn searched_lists(&mut self, map: &LinkMap<'root>, by: usize) -> Vec<Arc<[FolderId]>> {
        let asking = &map.objects[by];
        let mut lists = Vec::new();
        if map.libc == Libc::Musl || self.paths[asking.paths.0].runpath.is_none() {
            lists.extend(
                rpath_holders(map, by)
                    .filter_map(|holder| self.paths[map.objects[holder].paths.0].rpath.clone()),
            );
        }
        lists.extend(self.environment_folders(map));
        lists.extend(self.paths[asking.paths.0].runpath.clone());
        match map.libc {
            Libc::Musl => lists.push(Arc::clone(&self.musl_folders)),
            Libc::Glibc if asking.facts.no_default_folders => {}
            Libc::Glibc => lists.push(Arc::clone(&self.default_folders)),
        }
        lists
    }
}

/// The objects whose DT_RPATH counts for object `by`: itself and its chain of loaders, each of which was
/// loaded before it. The chain ends at the program, or at what stands in its place.
fn rpath_holders(map: &LinkMap<'_>, by: usize) -> impl Iterator<Item = usize> {
    std::iter::successors(Some(by), |holder| map.objects[*holder].loader)
}

/// Notes a refused place; the search goes on unless it is fatal.
fn refused<'root>(tried: Tried, trace: &mut Option<Vec<Tried>>) -> Searched<'root> {
    if let Some(trace) = trace {
        trace.push(tried.clone());
    }
    if tried.why.is_fatal() { Searched::Fatal(tried) } else { Searched::Nothing }
}
