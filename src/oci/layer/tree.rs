//! A directory of the host as a layer: a tree that was pointed at, or the root file system of a base.
//!
//! A tree is laid over the base as a package is: through the base's links, and without the directories that it has already.
//! Its layer depends on what is in it alone: the umask and the user by whom it was built do not show, and the times of
//! files only where Python counts on them (`bytecode.rs`). A base's root is taken as it is, with its owners and modes.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use bstr::BString;
use hashbrown::HashMap;

use super::bytecode::source_times;
use super::host_file::HostFile;
use super::places::{Placed, Places};
use super::{Layer, LayerEntry, LayerError, LayerKind};
use crate::tree::inventory::{Entry, EntryKind, Inventory, Permissions};
use crate::tree::root::Root;
use crate::vocabulary::RootedPath;

/// The kernel's directories, which no inventory of a base has and which a container's root has to have.
const KERNEL_DIRECTORIES: [&str; 3] = ["dev", "proc", "sys"];

/// A directory or file of the host.
#[derive(Clone, Copy, Debug)]
pub struct HostTree<'question> {
    host_path: &'question Path,
    is_file: bool,
    inventory: &'question Inventory,
    at: &'question RootedPath,
}

impl<'question> HostTree<'question> {
    /// What is at a path of the host, by what was read of it; its top, or the directory of one file, lies at `at` in the
    /// image.
    pub fn new(
        host_path: &'question Path,
        inventory: &'question Inventory,
        at: &'question RootedPath,
    ) -> Self {
        Self { host_path, is_file: host_path.is_file(), inventory, at }
    }

    /// Where an entry lies on the host; a tree of one file is that file.
    fn host(&self, path: &[u8]) -> PathBuf {
        if path.is_empty() || self.is_file {
            return self.host_path.to_owned();
        }
        self.host_path.join(OsStr::from_bytes(path))
    }
}

/// RuleOwner the files of a tree are in the image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Owner {
    /// The owner's number.
    pub uid: u32,
    /// The group's number.
    pub gid: u32,
}

impl Layer {
    /// The layer of a tree, over `below`: directories and what anyone may execute have the mode 0755, all else 0644.
    /// `scratch` is an empty file.
    ///
    /// # Errors
    /// If a part of the tree can't be read, and when `below` has something in the way.
    pub fn of_tree(
        tree: HostTree<'_>,
        below: &Root<'_>,
        owner: Owner,
        scratch: File,
    ) -> Result<Self, LayerError> {
        let normal = |mode: u32| if mode & 0o111 == 0 { 0o644 } else { 0o755 };
        let Owner { uid, gid } = owner;
        let mut taking =
            Taking::new(tree, below, |host: Permissions| Permissions { mode: normal(host.mode), uid, gid })?;
        if !tree.is_file {
            taking.places.put_directory(tree.at, Permissions { mode: 0o755, uid, gid })?;
        }
        taking.all(false)?;
        taking.finish(scratch)
    }

    /// The layer of a whole root file system, with owners and modes as they are; files with several names keep them.
    /// Extended attributes are not taken: only the archive of a layer that was made by root has them in a form that
    /// all agree on. `scratch` is an empty file.
    ///
    /// # Errors
    /// If a part of the root can't be read.
    pub fn of_root(tree: HostTree<'_>, scratch: File) -> Result<Self, LayerError> {
        let nothing = Root::new();
        let mut taking = Taking::new(tree, &nothing, |host| host)?;
        for name in KERNEL_DIRECTORIES {
            let host = tree.host_path.join(name);
            if let Some(metadata) = fs::symlink_metadata(&host).ok().filter(fs::Metadata::is_dir) {
                taking.places.put_directory(&RootedPath::new(name), permissions_of(&metadata))?;
            }
        }
        taking.all(true)?;
        taking.finish(scratch)
    }

    /// What it has, without contents.
    pub fn inventory(&self) -> Inventory {
        let entries = self.entries.iter().map(|(path, entry)| Entry {
            path: path.below(&RootedPath::root()).unwrap_or_default().into(),
            kind: match &entry.kind {
                LayerKind::Directory => EntryKind::Directory(entry.permissions),
                LayerKind::Link(target) => EntryKind::Symlink(target.clone()),
                _ => EntryKind::Special,
            },
        });
        Inventory::new(entries.collect(), Vec::new())
    }
}

/// A tree on its way into a layer.
struct Taking<'question, Own> {
    tree: HostTree<'question>,
    places: Places<'question>,
    times: HashMap<BString, u64>,
    /// What an entry's permissions become.
    own: Own,
    notes: Vec<String>,
}

impl<'question, Own: Fn(Permissions) -> Permissions> Taking<'question, Own> {
    fn new(
        tree: HostTree<'question>,
        below: &'question Root<'question>,
        own: Own,
    ) -> Result<Self, LayerError> {
        // What can't be read of a file is an error when it is written; what else can't be read is not even listed.
        let is_listed = |path: &BString| tree.inventory.get(path).is_some_and(|entry| !entry.is_directory());
        if let Some(unread) = tree.inventory.diagnostics().into_iter().find(|found| !is_listed(&found.path)) {
            let source = std::io::Error::other(unread.cause);
            return Err(LayerError::Open { file: tree.host(&unread.path), source });
        }
        let times = source_times(tree.inventory, |path| tree.host(path));
        Ok(Self { tree, places: Places::new(below, None), times, own, notes: Vec::new() })
    }

    /// Takes every entry; `keeps_names` where a file with several names is one file.
    fn all(&mut self, keeps_names: bool) -> Result<(), LayerError> {
        let mut first_names: HashMap<(u64, u64), RootedPath> = HashMap::new();
        for entry in self.tree.inventory.entries() {
            let path = self.tree.at.join(&entry.path);
            match &entry.kind {
                EntryKind::Directory(host) => self.places.put_directory(&path, (self.own)(*host))?,
                EntryKind::Symlink(target) => {
                    let host = self.link_permissions(entry)?;
                    let kind = LayerKind::Link(target.clone());
                    self.places.put(&path, LayerEntry { kind, permissions: host, package: None })?;
                }
                EntryKind::File(_) => {
                    let (mut file, metadata) = self.list(entry)?;
                    file.mtime = self.times.get(&entry.path).copied();
                    let permissions = (self.own)(permissions_of(&metadata));
                    let earlier = first_names.get(&file.identity).filter(|_| metadata.nlink() > 1);
                    let kind = match earlier {
                        Some(first) => LayerKind::HardLink(first.clone()),
                        None => {
                            if keeps_names {
                                first_names.insert(file.identity, path.clone());
                            }
                            LayerKind::HostFile(file)
                        }
                    };
                    self.places.put(&path, LayerEntry { kind, permissions, package: None })?;
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
        HostFile::list(path).map_err(|fault| fault.at(self.tree.host_path))
    }

    /// Nobody looks at a link's own mode.
    fn link_permissions(&self, entry: &Entry) -> Result<Permissions, LayerError> {
        let path = self.tree.host(&entry.path);
        let metadata =
            fs::symlink_metadata(&path).map_err(|source| LayerError::Open { file: path, source })?;
        Ok(Permissions { mode: 0o777, ..(self.own)(permissions_of(&metadata)) })
    }

    fn finish(self, scratch: File) -> Result<Layer, LayerError> {
        let Placed { entries, base_directories } = self.places.finish()?;
        Ok(Layer { entries, base_directories, notes: self.notes, ..Layer::empty(scratch) })
    }
}

fn permissions_of(metadata: &fs::Metadata) -> Permissions {
    Permissions { mode: metadata.mode() & 0o7777, uid: metadata.uid(), gid: metadata.gid() }
}
