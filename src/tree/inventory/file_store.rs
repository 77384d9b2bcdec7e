//! Access to a tree's files after it was listed.
//!
//! An inventory keeps of each file what linking needs. Everything else goes through the tree's [`FileStore`]: contents
//! that are read on demand, digests, the bytes that are copied into a layer, and the headers of Python's bytecode. So
//! there is one place that opens files of each kind of tree, and a new kind of input implements one trait.

use std::fmt::Debug;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;

use bstr::{BString, ByteSlice};

use super::permissions::Permissions;
use crate::elf::ReadAt;

/// Source of a tree's files by their paths below its top, without a leading slash.
pub trait FileStore: Debug + Send + Sync {
    /// Opens a regular file. A link is not followed.
    ///
    /// # Errors
    /// If the file cannot be opened or is not a regular file.
    fn open(&self, path: &[u8]) -> io::Result<Box<dyn StoredFile>>;

    /// Returns the metadata of a file, directory or link. A link is not followed.
    ///
    /// # Errors
    /// If there is no such entry, or it cannot be examined.
    fn metadata(&self, path: &[u8]) -> io::Result<FileMetadata>;

    /// Returns the name of an entry for messages, such as its path on the host.
    fn display_path(&self, path: &[u8]) -> PathBuf;
}

/// Open regular file of a tree: read in sequence, or at any offset.
pub trait StoredFile: Read + ReadAt + Send {
    /// Returns the metadata of the open file.
    ///
    /// # Errors
    /// The system's error.
    fn metadata(&self) -> io::Result<FileMetadata>;
}

/// Metadata of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileMetadata {
    /// Kind of the entry.
    pub kind: FileKind,
    /// Owner and permission bits.
    pub permissions: Permissions,
    /// Size in bytes.
    pub size_bytes: u64,
    /// Time of the last change of its content, in seconds since 1970.
    pub modified_seconds: i64,
    /// Number of names (hard links) of the file.
    pub names: u64,
    /// Identity, which is the same for all names of one file.
    pub identity: FileIdentity,
}

/// Kind of an entry in a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Regular file.
    File,
    /// Directory.
    Directory,
    /// Anything else: a link, device, socket or pipe.
    Other,
}

/// Identity of a file in its store: on a host, the device and the inode number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileIdentity {
    /// Number of the device.
    pub device: u64,
    /// Number of the file on the device.
    pub inode: u64,
}

/// Store of a tree that was read as a stream, whose files cannot be opened.
#[derive(Debug)]
struct StreamedTree;

impl FileStore for StreamedTree {
    fn open(&self, _path: &[u8]) -> io::Result<Box<dyn StoredFile>> {
        Err(streamed())
    }

    fn metadata(&self, _path: &[u8]) -> io::Result<FileMetadata> {
        Err(streamed())
    }

    fn display_path(&self, path: &[u8]) -> PathBuf {
        path.to_os_str_lossy().into_owned().into()
    }
}

fn streamed() -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, "its tree was read as a stream")
}

/// The files below one directory of a store.
#[derive(Clone, Debug)]
pub struct TreeFiles {
    store: Arc<dyn FileStore>,
    /// Path in the store of the tree's top; empty for the store's own.
    top: BString,
}

impl TreeFiles {
    /// All files of a store.
    pub fn new(store: impl FileStore + 'static) -> Self {
        Self { store: Arc::new(store), top: BString::default() }
    }

    /// The files below a directory of these.
    pub(super) fn below(&self, directory: &[u8]) -> Self {
        Self { store: Arc::clone(&self.store), top: self.path_of(directory) }
    }

    fn path_of(&self, path: &[u8]) -> BString {
        match (self.top.is_empty(), path.is_empty()) {
            (true, _) => path.into(),
            (false, true) => self.top.clone(),
            (false, false) => [self.top.as_slice(), b"/", path].concat().into(),
        }
    }

    /// Opens a regular file by its path below the top. A link is not followed.
    ///
    /// # Errors
    /// As for [`FileStore::open`].
    pub fn open(&self, path: &[u8]) -> io::Result<Box<dyn StoredFile>> {
        self.store.open(&self.path_of(path))
    }

    /// Returns the metadata of an entry by its path below the top. A link is not followed.
    ///
    /// # Errors
    /// As for [`FileStore::metadata`].
    pub fn metadata(&self, path: &[u8]) -> io::Result<FileMetadata> {
        self.store.metadata(&self.path_of(path))
    }

    /// Returns the name of an entry for messages, by its path below the top.
    pub fn display_path(&self, path: &[u8]) -> PathBuf {
        self.store.display_path(&self.path_of(path))
    }
}

/// Files of a tree that was read as a stream.
impl Default for TreeFiles {
    fn default() -> Self {
        Self::new(StreamedTree)
    }
}

/// True for the same directory of the same store.
impl PartialEq for TreeFiles {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.store, &other.store) && self.top == other.top
    }
}

impl Eq for TreeFiles {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_below_a_directory_of_a_store() {
        let all = TreeFiles::default();
        assert_eq!(all.display_path(b"a/b").to_str(), Some("a/b"));
        let part = all.below(b"usr").below(b"lib");
        assert_eq!(part.display_path(b"a/b").to_str(), Some("usr/lib/a/b"));
        assert_eq!(part.display_path(b"").to_str(), Some("usr/lib"));
        assert_eq!(all.below(b"").display_path(b"x").to_str(), Some("x"));
    }
}
