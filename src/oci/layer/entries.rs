//! A composed layer: its entries, sorted by path, and the contents of its files.

use std::collections::BTreeMap;
use std::fs::File;

use bstr::BString;

use super::content_store::ContentStore;
use super::tree_file::TreeFile;
use crate::tree::inventory::{Entry, EntryKind, Inventory, Permissions};
use crate::vocabulary::{PackageName, RootedPath, Sha256Digest};

/// A layer that can be written.
#[derive(Debug)]
pub struct Layer {
    pub(super) entries: BTreeMap<RootedPath, LayerEntry>,
    /// Directories of the base above entries: a directory output needs them, an archive does not repeat them.
    pub(super) base_directories: BTreeMap<RootedPath, LayerEntry>,
    pub(super) contents: ContentStore,
    /// Packages, in the Plan's order.
    pub packages: Vec<ShippedPackage>,
    /// Messages about files that should be in the layer and are not.
    pub notes: Vec<String>,
}

/// Totals of the shipped part of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShippedPackage {
    /// Name of the package.
    pub name: PackageName,
    /// Version of the package.
    pub version: String,
    /// Number of its files and links in the layer.
    pub files: usize,
    /// Size of its files in bytes.
    pub size_bytes: u64,
}

/// An entry of a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LayerEntry {
    pub(super) kind: LayerEntryKind,
    pub(super) permissions: Permissions,
    /// Index of its package in the Plan; none for directories and generated files.
    pub(super) package: Option<usize>,
}

/// Kind and content of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum LayerEntryKind {
    Directory,
    /// Symbolic link with this target.
    Link(BString),
    /// File of a package, by the digest of its content.
    File {
        sha256: Sha256Digest,
        size_bytes: u64,
    },
    /// Generated file.
    Text(Vec<u8>),
    /// File of a tree.
    TreeFile(TreeFile),
    /// Another name of a file whose path sorts before.
    HardLink(RootedPath),
}

/// Number of entries of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EntryCounts {
    /// Regular files, including the package database.
    pub files: usize,
    /// Links.
    pub links: usize,
    /// Directories that the base does not have.
    pub directories: usize,
}

impl Layer {
    /// Creates a layer without entries; `scratch` is an empty file.
    pub(super) fn empty(scratch: File) -> Self {
        Self {
            entries: BTreeMap::new(),
            base_directories: BTreeMap::new(),
            contents: ContentStore::empty(scratch),
            packages: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// True if the layer has no entries.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Counts the entries.
    pub fn counts(&self) -> EntryCounts {
        let mut counts = EntryCounts::default();
        for entry in self.entries.values() {
            match entry.kind {
                LayerEntryKind::Directory => counts.directories += 1,
                LayerEntryKind::Link(_) | LayerEntryKind::HardLink(_) => counts.links += 1,
                LayerEntryKind::File { .. } | LayerEntryKind::Text(_) | LayerEntryKind::TreeFile(_) => {
                    counts.files += 1;
                }
            }
        }
        counts
    }

    /// Lists the directories and links of the layer; files are there without contents.
    pub fn inventory(&self) -> Inventory {
        let entries = self.entries.iter().map(|(path, entry)| Entry {
            path: path.below(&RootedPath::root()).unwrap_or_default().into(),
            kind: match &entry.kind {
                LayerEntryKind::Directory => EntryKind::Directory(entry.permissions),
                LayerEntryKind::Link(target) => EntryKind::Symlink(target.clone()),
                _ => EntryKind::Special,
            },
        });
        Inventory::new(entries.collect(), Vec::new())
    }
}

impl LayerEntry {
    /// Creates a directory.
    pub(super) fn directory(permissions: Permissions) -> Self {
        Self { kind: LayerEntryKind::Directory, permissions, package: None }
    }

    /// Creates a link of a package. The permissions of a link have no effect.
    pub(super) fn link(target: impl Into<BString>, package: usize) -> Self {
        let permissions = Permissions { mode: 0o777, uid: 0, gid: 0 };
        Self { kind: LayerEntryKind::Link(target.into()), permissions, package: Some(package) }
    }

    /// Creates a generated file that everyone may read.
    pub(super) fn text(bytes: Vec<u8>) -> Self {
        let permissions = Permissions { mode: 0o644, ..Permissions::SYSTEM_DIRECTORY };
        Self { kind: LayerEntryKind::Text(bytes), permissions, package: None }
    }
}
