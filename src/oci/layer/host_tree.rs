//! Layers of directories on the host: an app, or the root file system of a base.
//!
//! An app is laid over the base as a package is: through the links of the base, and without its directories. The layer
//! depends only on the contents: owners and modes are normalized, and only times that bytecode depends on are kept
//! (`bytecode.rs`). The root file system of a base keeps its owners and modes.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use bstr::BString;
use hashbrown::HashMap;

use super::builder::{BuiltEntries, LayerBuilder};
use super::bytecode::source_times;
use super::entries::{Layer, LayerEntry, LayerEntryKind};
use super::error::LayerError;
use super::host_file::HostFile;
use crate::tree::inventory::{Entry, EntryKind, Inventory, Permissions};
use crate::tree::root::Root;
use crate::vocabulary::RootedPath;

/// Directories of the kernel: a container needs them, although the inventory of a base does not list them.
const KERNEL_DIRECTORIES: [&str; 3] = ["dev", "proc", "sys"];

/// A directory or file on the host, and its path in the image.
#[derive(Clone, Copy, Debug)]
pub struct HostTree<'tree> {
    host_path: &'tree Path,
    is_file: bool,
    inventory: &'tree Inventory,
    at: &'tree RootedPath,
}

impl<'tree> HostTree<'tree> {
    /// Describes a path on the host by its inventory. Its top, or the directory of a single file, is at `at` in the
    /// image.
    pub fn new(host_path: &'tree Path, inventory: &'tree Inventory, at: &'tree RootedPath) -> Self {
        Self { host_path, is_file: host_path.is_file(), inventory, at }
    }

    /// Path of an entry on the host; a tree of a single file is that file.
    fn host(&self, path: &[u8]) -> PathBuf {
        if path.is_empty() || self.is_file {
            return self.host_path.to_owned();
        }
        self.host_path.join(OsStr::from_bytes(path))
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
    tree: HostTree<'_>,
    below: &Root<'_>,
    owner: FileOwner,
    scratch: File,
) -> Result<Layer, LayerError> {
    let normal = |mode: u32| if mode & 0o111 == 0 { 0o644 } else { 0o755 };
    let FileOwner { uid, gid } = owner;
    let permissions = |host: Permissions| Permissions { mode: normal(host.mode), uid, gid };
    let mut layer = TreeLayerBuilder::new(tree, below, permissions)?;
    if !tree.is_file {
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
pub fn root_layer(tree: HostTree<'_>, scratch: File) -> Result<Layer, LayerError> {
    let nothing = Root::new();
    let mut layer = TreeLayerBuilder::new(tree, &nothing, |host| host)?;
    for name in KERNEL_DIRECTORIES {
        let host = tree.host_path.join(name);
        if let Some(metadata) = fs::symlink_metadata(&host).ok().filter(fs::Metadata::is_dir) {
            layer.builder.put_directory(&RootedPath::new(name), permissions_of(&metadata))?;
        }
    }
    layer.put_all(true)?;
    layer.finish(scratch)
}

/// Collects the entries of a tree.
struct TreeLayerBuilder<'tree, F> {
    tree: HostTree<'tree>,
    builder: LayerBuilder<'tree>,
    /// Times of Python sources that are kept.
    times: HashMap<BString, u64>,
    /// Permissions in the image for those on the host.
    permissions: F,
    notes: Vec<String>,
}

impl<'tree, F: Fn(Permissions) -> Permissions> TreeLayerBuilder<'tree, F> {
    fn new(tree: HostTree<'tree>, below: &'tree Root<'tree>, permissions: F) -> Result<Self, LayerError> {
        // An unreadable file becomes an error when it is written; entries of an unreadable directory are not even listed.
        let is_listed = |path: &BString| tree.inventory.get(path).is_some_and(|entry| !entry.is_directory());
        if let Some(unread) = tree.inventory.diagnostics().into_iter().find(|found| !is_listed(&found.path)) {
            let source = std::io::Error::other(unread.cause);
            return Err(LayerError::Read { file: tree.host(&unread.path), source });
        }
        let times = source_times(tree.inventory, |path| tree.host(path));
        Ok(Self { tree, builder: LayerBuilder::new(below, None), times, permissions, notes: Vec::new() })
    }

    /// Adds every entry. With `keeps_hard_links`, the further names of a file become hard links.
    fn put_all(&mut self, keeps_hard_links: bool) -> Result<(), LayerError> {
        let mut first_names: HashMap<(u64, u64), RootedPath> = HashMap::new();
        for entry in self.tree.inventory.entries() {
            let path = self.tree.at.join(&entry.path);
            match &entry.kind {
                EntryKind::Directory(host) => self.builder.put_directory(&path, (self.permissions)(*host))?,
                EntryKind::Symlink(target) => {
                    let permissions = self.link_permissions(entry)?;
                    let kind = LayerEntryKind::Link(target.clone());
                    self.builder.put(&path, LayerEntry { kind, permissions, package: None })?;
                }
                EntryKind::File(_) => {
                    let (mut file, metadata) = self.list(entry)?;
                    file.mtime = self.times.get(&entry.path).copied();
                    let permissions = (self.permissions)(permissions_of(&metadata));
                    let earlier = first_names.get(&file.identity).filter(|_| metadata.nlink() > 1);
                    let kind = match earlier {
                        Some(first) => LayerEntryKind::HardLink(first.clone()),
                        None => {
                            if keeps_hard_links {
                                first_names.insert(file.identity, path.clone());
                            }
                            LayerEntryKind::HostFile(file)
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

    fn list(&self, entry: &Entry) -> Result<(HostFile, fs::Metadata), LayerError> {
        let path = self.tree.host(&entry.path);
        HostFile::list(path).map_err(|error| error.for_output(self.tree.host_path))
    }

    /// Permissions of a link, whose mode has no effect.
    fn link_permissions(&self, entry: &Entry) -> Result<Permissions, LayerError> {
        let path = self.tree.host(&entry.path);
        let metadata =
            fs::symlink_metadata(&path).map_err(|source| LayerError::Read { file: path, source })?;
        Ok(Permissions { mode: 0o777, ..(self.permissions)(permissions_of(&metadata)) })
    }

    fn finish(self, scratch: File) -> Result<Layer, LayerError> {
        let BuiltEntries { entries, base_directories } = self.builder.finish()?;
        Ok(Layer { entries, base_directories, notes: self.notes, ..Layer::empty(scratch) })
    }
}

fn permissions_of(metadata: &fs::Metadata) -> Permissions {
    Permissions { mode: metadata.mode() & 0o7777, uid: metadata.uid(), gid: metadata.gid() }
}
