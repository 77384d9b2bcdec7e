//! Layers of whole trees: an app, or the root file system of a base.
//!
//! An app is laid over the base as a package is: through the links of the base, and without its directories. The layer
//! depends only on the contents: owners and modes are normalized, and only times that bytecode depends on are kept
//! (`bytecode.rs`). The root file system of a base keeps its owners and modes.

use std::fs::File;

use bstr::BString;
use hashbrown::HashMap;

use super::builder::{BuiltEntries, LayerBuilder};
use super::bytecode::source_times;
use super::entries::{Layer, LayerEntry, LayerEntryKind};
use super::error::LayerError;
use super::tree_file::TreeFile;
use crate::tree::inventory::{
    Entry, EntryKind, FileIdentity, FileKind, FileMetadata, Inventory, KERNEL_DIRECTORIES, Permissions,
};
use crate::tree::root::Root;
use crate::vocabulary::RootedPath;

/// Permission bits of programs that run as their owner or group.
const SET_ID: u32 = 0o6000;

/// A tree, and its path in the image.
#[derive(Clone, Copy, Debug)]
pub struct PlacedTree<'tree> {
    /// Files of the tree.
    pub inventory: &'tree Inventory,
    /// Path in the image of the tree's top, or of the directory of a single file.
    pub at: &'tree RootedPath,
}

impl PlacedTree<'_> {
    fn is_single_file(&self) -> bool {
        self.inventory.files().metadata(b"").is_ok_and(|top| top.kind == FileKind::File)
    }
}

/// Owner of the files of an app in the image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileOwner {
    /// User id.
    pub uid: u32,
    /// Group id.
    pub gid: u32,
}

/// Composes the layer of an app over `below`. Directories and files that anyone may execute have the mode 0755, all others
/// 0644. `scratch` is an empty file.
///
/// # Errors
/// If a part of the app cannot be read, or `below` has something in the way.
pub fn app_layer(
    tree: PlacedTree<'_>,
    below: &Root<'_>,
    owner: FileOwner,
    scratch: File,
) -> Result<Layer, LayerError> {
    let normal = |mode: u32| if mode & 0o111 == 0 { 0o644 } else { 0o755 };
    let FileOwner { uid, gid } = owner;
    let permissions = |own: Permissions| Permissions { mode: normal(own.mode), uid, gid };
    let mut layer = TreeLayerBuilder::new(tree, below, permissions)?;
    if !tree.is_single_file() {
        layer.builder.put_directory(tree.at, Permissions { mode: 0o755, uid, gid })?;
    }
    layer.put_all(false)?;
    layer.finish(scratch)
}

/// Composes the layer of a root file system, with owners, modes and hard links. Extended attributes are left out: engines
/// agree on their form only in archives of layers that were made by root. `scratch` is an empty file.
///
/// # Errors
/// If a part of the root cannot be read.
pub fn root_layer(tree: PlacedTree<'_>, scratch: File) -> Result<Layer, LayerError> {
    let nothing = Root::new();
    let mut layer = TreeLayerBuilder::new(tree, &nothing, |own| own)?;
    // A container needs them, although the inventory of a base does not list them.
    for name in KERNEL_DIRECTORIES {
        if let Ok(FileMetadata { kind: FileKind::Directory, permissions, .. }) =
            tree.inventory.files().metadata(name.as_bytes())
        {
            layer.builder.put_directory(&RootedPath::new(name), permissions)?;
        }
    }
    layer.put_all(true)?;
    layer.finish(scratch)
}

/// Collects the entries of a tree.
struct TreeLayerBuilder<'tree, F> {
    tree: PlacedTree<'tree>,
    builder: LayerBuilder<'tree>,
    /// Times of Python sources that are kept.
    times: HashMap<BString, u64>,
    /// Permissions in the image for those in the tree.
    permissions: F,
    notes: Vec<String>,
}

impl<'tree, F: Fn(Permissions) -> Permissions> TreeLayerBuilder<'tree, F> {
    fn new(tree: PlacedTree<'tree>, below: &'tree Root<'tree>, permissions: F) -> Result<Self, LayerError> {
        // An unreadable file becomes an error when it is written; entries of an unreadable directory are not even listed.
        let is_listed = |path: &BString| tree.inventory.get(path).is_some_and(|entry| !entry.is_directory());
        if let Some(unread) = tree.inventory.diagnostics().into_iter().find(|found| !is_listed(&found.path)) {
            let source = std::io::Error::other(unread.cause);
            return Err(LayerError::Read { file: tree.inventory.files().display_path(&unread.path), source });
        }
        let times = source_times(tree.inventory);
        Ok(Self { tree, builder: LayerBuilder::new(below, None), times, permissions, notes: Vec::new() })
    }

    /// Adds every entry. With `keeps_hard_links`, the further names of a file become hard links.
    fn put_all(&mut self, keeps_hard_links: bool) -> Result<(), LayerError> {
        let mut first_names: HashMap<FileIdentity, RootedPath> = HashMap::new();
        for entry in self.tree.inventory.entries() {
            let path = self.tree.at.join(&entry.path);
            match &entry.kind {
                EntryKind::Directory(own) => self.builder.put_directory(&path, (self.permissions)(*own))?,
                EntryKind::Symlink(target) => {
                    let permissions = self.link_permissions(entry)?;
                    let kind = LayerEntryKind::Link(target.clone());
                    self.builder.put(&path, LayerEntry { kind, permissions, package: None })?;
                }
                EntryKind::File(_) => {
                    let (mut file, metadata) = self.list(entry)?;
                    file.mtime = self.times.get(&entry.path).copied();
                    let permissions = (self.permissions)(metadata.permissions);
                    if metadata.permissions.mode & SET_ID != 0 && permissions.mode & SET_ID == 0 {
                        self.notes.push(format!("{path} runs without its set-user-ID or set-group-ID bit"));
                    }
                    let earlier = first_names.get(&file.identity).filter(|_| metadata.names > 1);
                    let kind = match earlier {
                        Some(first) => LayerEntryKind::HardLink(first.clone()),
                        None => {
                            if keeps_hard_links {
                                first_names.insert(file.identity, path.clone());
                            }
                            LayerEntryKind::TreeFile(file)
                        }
                    };
                    self.builder.put(&path, LayerEntry { kind, permissions, package: None })?;
                }
                EntryKind::Special => {
                    self.notes.push(format!("{path} is left out: it is a device, socket or pipe"));
                }
            }
        }
        Ok(())
    }

    fn list(&self, entry: &Entry) -> Result<(TreeFile, FileMetadata), LayerError> {
        let files = self.tree.inventory.files();
        TreeFile::list(files, &entry.path).map_err(|error| error.for_output(&files.display_path(b"")))
    }

    /// Permissions of a link, whose mode has no effect.
    fn link_permissions(&self, entry: &Entry) -> Result<Permissions, LayerError> {
        let files = self.tree.inventory.files();
        let metadata = files
            .metadata(&entry.path)
            .map_err(|source| LayerError::Read { file: files.display_path(&entry.path), source })?;
        Ok(Permissions { mode: 0o777, ..(self.permissions)(metadata.permissions) })
    }

    fn finish(self, scratch: File) -> Result<Layer, LayerError> {
        let BuiltEntries { entries, base_directories } = self.builder.finish()?;
        Ok(Layer { entries, base_directories, notes: self.notes, ..Layer::empty(scratch) })
    }
}
