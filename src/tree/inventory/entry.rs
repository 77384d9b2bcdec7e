//! Entries of an inventory.

use bstr::BString;
use serde::{Deserialize, Serialize};

use super::content::Content;
use super::evidence::Evidence;
use super::file_content::FileContent;
use super::permissions::Permissions;

/// A file, directory or link.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// Path below the tree's top, without a leading slash.
    pub path: BString,
    /// Kind of the entry, with its content.
    pub kind: EntryKind,
}

/// Kind of an entry.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum EntryKind {
    /// Directory.
    Directory(Permissions),
    /// Symbolic link, with its unresolved target.
    Symlink(BString),
    /// Regular file.
    File(FileContent),
    /// Device, socket or pipe.
    Special,
}

/// A file or directory that cannot be read, and the cause: a finding, not the end of the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Path below the tree's top.
    pub path: BString,
    /// Cause of the failure.
    pub cause: String,
}

impl Entry {
    /// True for a directory.
    pub fn is_directory(&self) -> bool {
        matches!(self.kind, EntryKind::Directory(_))
    }

    /// True for a regular file.
    pub fn is_file(&self) -> bool {
        matches!(self.kind, EntryKind::File(_))
    }

    pub(super) fn file(&self) -> Option<&FileContent> {
        match &self.kind {
            EntryKind::File(file) => Some(file),
            EntryKind::Directory(_) | EntryKind::Symlink(_) | EntryKind::Special => None,
        }
    }

    /// Size of a regular file in bytes, if it was read with its tree.
    pub fn size_bytes(&self) -> Option<u64> {
        self.file()?.size_bytes()
    }

    /// Permission bits of a regular file of a layer or a .deb.
    pub fn mode(&self) -> Option<u32> {
        self.file()?.mode()
    }

    /// Evidence in a regular file; `None` too if the tree was not read for an audit.
    pub fn evidence(&self) -> Option<&Evidence> {
        self.file()?.evidence()
    }

    /// Content of a regular file that is read with its tree. `None` for a deferred file: a source, bytecode, text or
    /// picture by its name.
    pub fn content_of_tree(&self) -> Option<&Content> {
        self.file().filter(|file| !file.is_deferred()).map(|file| file.get(&self.path))
    }

    /// Content of a regular file, which is read now if it was not read before; `None` for any other entry.
    pub fn content(&self) -> Option<&Content> {
        self.file().map(|file| file.get(&self.path))
    }
}
