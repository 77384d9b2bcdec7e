//! Search paths of one machine in one root: lists of directories, each looked up once.

use bstr::{BString, ByteSlice};
use hashbrown::HashMap;

use super::interner::{Interned, ListId};
use super::platform::Platform;
use super::settings::LinkerSettings;
use super::tokens::{Tokens, directories};
use crate::tree::inventory::Content;
use crate::tree::root::{NodeId, Root};

/// Directories that musl searches where `/etc/ld-musl-ARCH.path` is missing.
const MUSL_DIRECTORIES: &[u8] = b"/lib:/usr/local/lib:/usr/lib";

/// Directory of a search path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct DirectoryId(usize);

/// Existing directories that a search looks into for one directory of a search path, in order: its glibc-hwcaps
/// sub-directories (with their names), then itself (with an empty name).
type Lookups = Vec<(String, NodeId)>;

/// Search paths, interned.
pub(super) struct SearchPaths<'root> {
    root: &'root Root<'root>,
    platform: &'static Platform,
    lib_token: String,
    hwcaps: Vec<String>,
    workdir: NodeId,
    workdir_text: BString,
    ld_library_path: Option<BString>,
    /// Directories as they are written, each with a slash at its end.
    directories: Interned<BString>,
    /// Lookups of each directory.
    lookups: Vec<Lookups>,
    lists: Vec<Box<[DirectoryId]>>,
    /// Lists by their text and `$ORIGIN`.
    list_ids: HashMap<(BString, BString), ListId>,
    /// Default directories of glibc.
    pub(super) default: ListId,
    /// Directories of musl's `/etc/ld-musl-ARCH.path`.
    pub(super) musl: ListId,
}

impl<'root> SearchPaths<'root> {
    pub(super) fn new(
        root: &'root Root<'root>,
        platform: &'static Platform,
        settings: &LinkerSettings,
    ) -> Self {
        let mut paths = Self {
            root,
            platform,
            lib_token: platform.lib_token(),
            hwcaps: platform.hwcaps(settings.cpu_level),
            workdir: root.resolve(root.top(), settings.workdir.as_bytes()).unwrap_or_else(|_| root.top()),
            workdir_text: BString::from(settings.workdir.as_bytes()),
            ld_library_path: settings.ld_library_path.clone().map(BString::from),
            directories: Interned::default(),
            lookups: Vec::new(),
            lists: Vec::new(),
            list_ids: HashMap::new(),
            default: ListId::new(0),
            musl: ListId::new(0),
        };
        let default = platform.default_directories();
        paths.default = paths.add_list(default.iter().map(|directory| format!("{directory}/").into()));
        let musl = text(root, &format!("/etc/ld-musl-{}.path", platform.musl_name));
        let musl = musl.unwrap_or(MUSL_DIRECTORIES).split(|byte| matches!(byte, b':' | b'\n'));
        let musl = musl.filter(|directory| !directory.is_empty());
        paths.musl = paths.add_list(musl.map(|directory| [directory, b"/"].concat().into()));
        paths
    }

    fn add_list(&mut self, directories: impl Iterator<Item = BString>) -> ListId {
        let list = directories.map(|text| self.directory(text)).collect();
        self.lists.push(list);
        ListId::new(self.lists.len() - 1)
    }

    fn directory(&mut self, text: BString) -> DirectoryId {
        if let Some(index) = self.directories.get_index_of(&text) {
            return DirectoryId(index);
        }
        let mut lookups = Vec::new();
        if let Ok(node) = self.root.resolve(self.workdir, &text) {
            for sub in &self.hwcaps {
                if let Ok(lookup) = self.root.resolve(node, sub.as_bytes()) {
                    lookups.push((format!("{sub}/"), lookup));
                }
            }
            lookups.push((String::new(), node));
        }
        self.lookups.push(lookups);
        DirectoryId(self.directories.insert_full(text).0)
    }

    /// Interns DT_RPATH or DT_RUNPATH of an object that was found at `object`.
    pub(super) fn of_object(&mut self, list: &[u8], object: &[u8]) -> ListId {
        let origin = self.origin(object);
        self.list(list, b":", origin)
    }

    /// Interns LD_LIBRARY_PATH, with its tokens expanded for a program that was found at `program`.
    pub(super) fn of_environment(&mut self, program: &[u8]) -> Option<ListId> {
        let list = self.ld_library_path.clone().filter(|list| !list.is_empty())?;
        let origin = self.origin(program);
        Some(self.list(&list, b":;", origin))
    }

    fn list(&mut self, list: &[u8], separators: &[u8], origin: BString) -> ListId {
        let key = (BString::from(list), origin);
        if let Some(known) = self.list_ids.get(&key) {
            return *known;
        }
        let directories = directories(list, separators, &self.tokens(&key.1));
        let id = self.add_list(directories.into_iter());
        self.list_ids.insert(key, id);
        id
    }

    /// Expands the tokens in a name of DT_NEEDED; none if one of them has no value.
    pub(super) fn expand_name(&self, name: &[u8], requesting_path: &[u8]) -> Option<BString> {
        self.tokens(&self.origin(requesting_path)).expand(name)
    }

    fn tokens<'text>(&'text self, origin: &'text [u8]) -> Tokens<'text> {
        Tokens { origin: Some(origin), lib: &self.lib_token, platform: self.platform.platform_token }
    }

    /// `$ORIGIN`: the directory of the path by which an object was found, links unresolved.
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

    /// Directories of a list, in order.
    pub(super) fn directories(&self, list: ListId) -> &[DirectoryId] {
        &self.lists[list.index()]
    }

    /// Text of a directory, with a slash at its end.
    pub(super) fn text(&self, directory: DirectoryId) -> &BString {
        &self.directories[directory.0]
    }

    /// Existing directories to look into, with the part of their paths below `directory`.
    pub(super) fn lookups(&self, directory: DirectoryId) -> &[(String, NodeId)] {
        &self.lookups[directory.0]
    }

    /// Directory in which relative paths start.
    pub(super) fn workdir(&self) -> NodeId {
        self.workdir
    }

    /// Names of the glibc-hwcaps sub-directories that are searched, the best first.
    pub(super) fn hwcaps(&self) -> &[String] {
        &self.hwcaps
    }

    /// Path of a name in a directory, or in its sub-directory `sub`.
    pub(super) fn path_in(&self, directory: DirectoryId, sub: &str, name: &[u8]) -> BString {
        BString::from([self.text(directory).as_slice(), sub.as_bytes(), name].concat())
    }
}

/// Content of a configuration file of the dynamic linker.
pub(super) fn text<'root>(root: &Root<'root>, path: &str) -> Option<&'root [u8]> {
    let node = root.resolve(root.top(), path.as_bytes()).ok()?;
    match root.content(node) {
        Some(Content::Text(text)) => Some(text.as_slice()),
        _ => None,
    }
}
