//! A folder of the host as an [`Inventory`].
//!
//! For an app one thread walks; every core opens files, reads their first bytes and, where those are ELF's magic,
//! the facts. Links are recorded, never followed, so that nothing outside the folder is read.

use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use bstr::BString;
use walkdir::{DirEntry, WalkDir};

use super::content::{self, Depth};
use super::image::ImageFault;
use super::{Content, Diagnostic, Entry, EntryKind, FileContent, Inventory, Permissions};

/// How many files a task reads: enough that handing it over costs nothing beside the reading.
const FILES_A_TASK: usize = 128;

/// What a folder of the host's own root has in it that is no part of a tree: the kernel's views.
const KERNEL_FOLDERS: [&str; 3] = ["proc", "sys", "dev"];

/// A source could not be read at all.
#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    /// There is nothing at this path, or it can't be looked at.
    #[error("cannot read {path}")]
    Unreadable {
        /// The path as it was given.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It is an image or an archive, and broken or not the one that is wanted.
    #[error("cannot read the image {path}")]
    Image {
        /// The path as it was given.
        path: PathBuf,
        /// Why.
        #[source]
        source: ImageFault,
    },
    /// What was read of an image's layer could not be kept.
    #[error("cannot write what was read of {path} into the cache")]
    Store {
        /// The image.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It is a device, socket or pipe.
    #[error("cannot read {path}: neither a folder nor a file")]
    Unsuitable {
        /// The path as it was given.
        path: PathBuf,
    },
}

impl InventoryError {
    /// The same, of what is called by another name than its path.
    pub fn of(self, name: &Path) -> Self {
        let path = name.to_owned();
        match self {
            Self::Unreadable { source, .. } => Self::Unreadable { path, source },
            Self::Image { source, .. } => Self::Image { path, source },
            Self::Store { source, .. } => Self::Store { path, source },
            Self::Unsuitable { .. } => Self::Unsuitable { path },
        }
    }
}

/// Reads a folder, or a single file as a tree that holds just that file. A link is followed at `path`
/// itself and nowhere below.
///
/// # Errors
/// When `path` itself can't be read; what can't be read below it is in the inventory's diagnostics.
pub fn read_directory(path: &Path, depth: Depth) -> Result<Inventory, InventoryError> {
    let unreadable = |source| InventoryError::Unreadable { path: path.to_owned(), source };
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    if metadata.is_file() {
        File::open(path).map_err(unreadable)?;
        let name = path.file_name().unwrap_or(path.as_os_str()).as_bytes();
        return Ok(Inventory::new(vec![file(path, BString::from(name), depth)], Vec::new()));
    }
    if !metadata.is_dir() {
        return Err(InventoryError::Unsuitable { path: path.to_owned() });
    }
    std::fs::read_dir(path).map_err(unreadable)?;
    Ok(walk(path, depth, |_| true))
}

/// Reads a whole root file system as [`read_directory`] reads a tree, the kernel's folders passed over.
///
/// # Errors
/// When `path` can't be read or is no folder.
pub fn read_root(path: &Path, depth: Depth) -> Result<Inventory, InventoryError> {
    std::fs::read_dir(path).map_err(|source| InventoryError::Unreadable { path: path.to_owned(), source })?;
    Ok(walk(path, depth, |entry| !is_kernels(entry)))
}

/// Reads the names and links of a whole root file system; what is in a file is read when it is asked for.
/// The kernel's folders are passed over.
///
/// # Errors
/// When `path` can't be read or is no folder.
pub fn read_base(path: &Path, depth: Depth) -> Result<Inventory, InventoryError> {
    std::fs::read_dir(path).map_err(|source| InventoryError::Unreadable { path: path.to_owned(), source })?;
    let top: Arc<Path> = Arc::from(path);
    let mut found = Found::default();
    for step in WalkDir::new(path).min_depth(1).into_iter().filter_entry(|entry| !is_kernels(entry)) {
        match step {
            Ok(entry) if entry.file_type().is_file() => found.entries.push(Entry {
                path: below(path, entry.path()),
                kind: EntryKind::File(FileContent::on_demand(Arc::clone(&top), depth)),
            }),
            Ok(entry) => found.push_other(path, &entry),
            Err(error) => found.push_error(path, &error),
        }
    }
    Ok(Inventory::new(found.entries, found.diagnostics))
}

fn is_kernels(entry: &DirEntry) -> bool {
    entry.depth() == 1 && KERNEL_FOLDERS.iter().any(|name| entry.file_name() == *name)
}

fn walk(top: &Path, depth: Depth, is_taken: impl Fn(&DirEntry) -> bool + Send) -> Inventory {
    let collected = Mutex::new(Found::default());
    let collect = |found: Found| {
        // A poisoned lock means that another task panicked; its panic is passed on by the scope.
        if let Ok(mut all) = collected.lock() {
            all.entries.extend(found.entries);
            all.diagnostics.extend(found.diagnostics);
        }
    };
    rayon::scope(|scope| {
        let mut walked = Found::default();
        let mut files = Vec::with_capacity(FILES_A_TASK);
        for step in WalkDir::new(top).min_depth(1).into_iter().filter_entry(is_taken) {
            match step {
                Ok(entry) if entry.file_type().is_file() => files.push(entry),
                Ok(entry) => walked.push_other(top, &entry),
                Err(error) => walked.push_error(top, &error),
            }
            if files.len() == FILES_A_TASK {
                let task = std::mem::replace(&mut files, Vec::with_capacity(FILES_A_TASK));
                scope.spawn(move |_| collect(read_files(top, &task, depth)));
            }
        }
        collect(read_files(top, &files, depth));
        collect(walked);
    });
    let found = collected.into_inner().unwrap_or_default();
    Inventory::new(found.entries, found.diagnostics)
}

fn read_files(top: &Path, files: &[DirEntry], depth: Depth) -> Found {
    let entries = files.iter().map(|entry| file(entry.path(), below(top, entry.path()), depth)).collect();
    Found { entries, diagnostics: Vec::new() }
}

fn file(host_path: &Path, path: BString, depth: Depth) -> Entry {
    let content = match depth {
        Depth::Linking | Depth::Opening => FileContent::new(read_content(host_path, &path, depth)),
        Depth::Auditing => read_for_audit(host_path, &path).unwrap_or_else(unreadable),
    };
    Entry { path, kind: EntryKind::File(content) }
}

fn read_for_audit(host_path: &Path, path: &[u8]) -> io::Result<FileContent> {
    let file = File::open(host_path)?;
    let content = content::read(&file, path, Depth::Auditing)?;
    let evidence = content::evidence(&file, path, &content)?;
    Ok(FileContent::new(content).of_size(file.metadata()?.len()).with(evidence))
}

fn unreadable(error: io::Error) -> FileContent {
    FileContent::new(Content::Unreadable(error.to_string()))
}

fn below(top: &Path, path: &Path) -> BString {
    // walkdir joins names to the path that it was given, so that bytes will do where `strip_prefix` would
    // compare component by component.
    let (top, path) = (top.as_os_str().as_bytes(), path.as_os_str().as_bytes());
    let rest = path.strip_prefix(top).unwrap_or(path);
    BString::from(rest.strip_prefix(b"/").unwrap_or(rest))
}

/// What one task has read.
#[derive(Default)]
struct Found {
    entries: Vec<Entry>,
    diagnostics: Vec<Diagnostic>,
}

impl Found {
    fn push_other(&mut self, top: &Path, entry: &DirEntry) {
        let path = below(top, entry.path());
        let file_type = entry.file_type();
        let kind = if file_type.is_dir() {
            match entry.metadata() {
                Ok(metadata) => EntryKind::Directory(Permissions {
                    mode: metadata.mode() & 0o7777,
                    uid: metadata.uid(),
                    gid: metadata.gid(),
                }),
                Err(error) => return self.push_error(top, &error),
            }
        } else if file_type.is_symlink() {
            match std::fs::read_link(entry.path()) {
                Ok(target) => EntryKind::Symlink(BString::from(target.as_os_str().as_bytes())),
                Err(error) => {
                    self.diagnostics.push(Diagnostic { path, cause: error.to_string() });
                    return;
                }
            }
        } else {
            EntryKind::Special
        };
        self.entries.push(Entry { path, kind });
    }

    fn push_error(&mut self, top: &Path, error: &walkdir::Error) {
        let path = error.path().map(|path| below(top, path)).unwrap_or_default();
        let cause = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
        self.diagnostics.push(Diagnostic { path, cause });
    }
}

/// Reads what matters of a file; `path` is its path in the tree, by which it is known what matters.
pub(super) fn read_content(host_path: &Path, path: &[u8], depth: Depth) -> Content {
    let read = File::open(host_path).and_then(|file| content::read(&file, path, depth));
    read.unwrap_or_else(|error| Content::Unreadable(error.to_string()))
}
