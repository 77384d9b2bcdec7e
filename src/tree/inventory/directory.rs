//! A directory of the host as an [`Inventory`].
//!
//! For an app one thread walks; every core opens files, those left out that are none of objects by their names, reads
//! their first bytes and, where those are ELF's magic, the facts. Links are recorded, never followed, so that nothing outside the directory is read.

use std::cmp::Ordering;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use bstr::{BString, ByteSlice};
use rustix::fs::{Mode, OFlags};
use walkdir::{DirEntry, WalkDir};

use super::content::{self, ReadDepth};
use super::deferred::is_deferred;
use super::image::ImageFault;
use super::{Content, Diagnostic, Entry, EntryKind, FileContent, Inventory, Permissions};

/// How many files a task reads: enough that handing it over costs nothing beside the reading.
const FILES_A_TASK: usize = 128;

/// How many files of one directory make it pay to open the directory and them from there, rather than each by its whole path.
const SIBLINGS_TO_PAY: usize = 4;

/// What a directory of the host's own root has in it that is no part of a tree: the kernel's views.
const KERNEL_DIRECTORIES: [&str; 3] = ["proc", "sys", "dev"];

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
    #[error("cannot read {path}: neither a directory nor a file")]
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

/// Reads a directory, or a single file as a tree that holds just that file. A link is followed at `path`
/// itself and nowhere below.
///
/// # Errors
/// When `path` itself can't be read; what can't be read below it is in the inventory's diagnostics.
pub fn read_directory(path: &Path, depth: ReadDepth) -> Result<Inventory, InventoryError> {
    let unreadable = |source| InventoryError::Unreadable { path: path.to_owned(), source };
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    if metadata.is_file() {
        File::open(path).map_err(unreadable)?;
        let name = path.file_name().unwrap_or(path.as_os_str()).as_bytes();
        return Ok(Inventory::new(vec![file(File::open(path), BString::from(name), depth)], Vec::new()));
    }
    if !metadata.is_dir() {
        return Err(InventoryError::Unsuitable { path: path.to_owned() });
    }
    std::fs::read_dir(path).map_err(unreadable)?;
    Ok(walk(path, depth, |_| true))
}

/// Reads a whole root file system as [`read_directory`] reads a tree, the kernel's directories passed over.
///
/// # Errors
/// When `path` can't be read or is no directory.
pub fn read_root(path: &Path, depth: ReadDepth) -> Result<Inventory, InventoryError> {
    std::fs::read_dir(path).map_err(|source| InventoryError::Unreadable { path: path.to_owned(), source })?;
    Ok(walk(path, depth, |entry| !is_kernels(entry)))
}

/// Reads the names and links of a whole root file system; what is in a file is read when it is asked for.
/// The kernel's directories are passed over.
///
/// # Errors
/// When `path` can't be read or is no directory.
pub fn read_base(path: &Path, depth: ReadDepth) -> Result<Inventory, InventoryError> {
    std::fs::read_dir(path).map_err(|source| InventoryError::Unreadable { path: path.to_owned(), source })?;
    let top = Arc::new((path.to_owned(), depth));
    let mut found = Found::default();
    for step in WalkDir::new(path).min_depth(1).into_iter().filter_entry(|entry| !is_kernels(entry)) {
        match step {
            Ok(entry) if entry.file_type().is_file() => found.entries.push(Entry {
                path: below(path, entry.path()),
                kind: EntryKind::File(FileContent::on_demand(Arc::clone(&top), false)),
            }),
            Ok(entry) => found.push_other(path, &entry),
            Err(error) => found.push_error(path, &error),
        }
    }
    Ok(Inventory::new(found.entries, found.diagnostics))
}

fn is_kernels(entry: &DirEntry) -> bool {
    entry.depth() == 1 && KERNEL_DIRECTORIES.iter().any(|name| entry.file_name() == *name)
}

fn walk(top: &Path, depth: ReadDepth, is_taken: impl Fn(&DirEntry) -> bool + Send) -> Inventory {
    // Each task's files with its number: in their order they are sorted already.
    let read: Mutex<Vec<(usize, Vec<Entry>)>> = Mutex::default();
    let mut walked = Found::default();
    rayon::scope(|scope| {
        let read = &read;
        let mut tasks = 0;
        let mut files = Vec::with_capacity(FILES_A_TASK);
        let mut hand_over = |files: Vec<DirEntry>| {
            let task = tasks;
            tasks += 1;
            scope.spawn(move |_| {
                let entries = read_files(&Arc::new((top.to_owned(), depth)), &files);
                // A poisoned lock means that another task panicked; its panic is passed on by the scope.
                if let Ok(mut read) = read.lock() {
                    read.push((task, entries));
                }
            });
        };
        let steps = WalkDir::new(top).min_depth(1).sort_by(order_of_paths).into_iter();
        for step in steps.filter_entry(is_taken) {
            match step {
                Ok(entry) if entry.file_type().is_file() => files.push(entry),
                Ok(entry) => walked.push_other(top, &entry),
                Err(error) => walked.push_error(top, &error),
            }
            if files.len() == FILES_A_TASK {
                hand_over(std::mem::replace(&mut files, Vec::with_capacity(FILES_A_TASK)));
            }
        }
        hand_over(files);
    });
    let mut read = read.into_inner().unwrap_or_default();
    read.sort_unstable_by_key(|(task, _)| *task);
    let files: usize = read.iter().map(|(_, entries)| entries.len()).sum();
    let mut entries = Vec::with_capacity(files + walked.entries.len());
    walked.entries.sort_unstable_by(|left, right| left.path.cmp(&right.path));
    let mut others = walked.entries.into_iter().peekable();
    for file in read.into_iter().flat_map(|(_, entries)| entries) {
        entries.extend(std::iter::from_fn(|| others.next_if(|other| other.path < file.path)));
        entries.push(file);
    }
    entries.extend(others);
    Inventory::new(entries, walked.diagnostics)
}

/// The order of two entries of one directory in which the files of a tree come in the order of their paths' bytes: that
/// of their names, where a directory's has a slash at its end.
fn order_of_paths(left: &DirEntry, right: &DirEntry) -> Ordering {
    let (left_path, right_path) = (path_of(left), path_of(right));
    let common = left_path.len().min(right_path.len());
    let next = |path: &[u8], entry: &DirEntry| match path.get(common) {
        Some(byte) => Some(*byte),
        None => entry.file_type().is_dir().then_some(b'/'),
    };
    left_path[..common]
        .cmp(&right_path[..common])
        .then_with(|| next(left_path, left).cmp(&next(right_path, right)))
}

fn read_files(top: &Arc<(PathBuf, ReadDepth)>, files: &[DirEntry]) -> Vec<Entry> {
    let depth = top.1;
    let mut entries = Vec::with_capacity(files.len());
    for siblings in files.chunk_by(|left, right| split(left).0 == split(right).0) {
        let paths = siblings.iter().map(|entry| below(&top.0, entry.path()));
        let paths: Vec<(bool, BString)> =
            paths.map(|path| (depth < ReadDepth::Audit && is_deferred(&path), path)).collect();
        let pays = paths.iter().filter(|(is_deferred, _)| !is_deferred).count() >= SIBLINGS_TO_PAY;
        let directory = siblings.first().filter(|_| pays).and_then(|entry| open_directory(split(entry).0));
        for (entry, (is_deferred, path)) in siblings.iter().zip(paths) {
            entries.push(match &directory {
                _ if is_deferred => {
                    Entry { path, kind: EntryKind::File(FileContent::on_demand(Arc::clone(top), true)) }
                }
                Some(directory) => file(open_in(directory, split(entry).1), path, depth),
                None => file(File::open(entry.path()), path, depth),
            });
        }
    }
    entries
}

fn path_of(entry: &DirEntry) -> &[u8] {
    entry.path().as_os_str().as_bytes()
}

/// The path of the directory that an entry lies in, and its name, which walkdir joins with a slash.
fn split(entry: &DirEntry) -> (&[u8], &[u8]) {
    let path = path_of(entry);
    path.rfind_byte(b'/').map_or((b"", path), |slash| (&path[..slash], &path[slash + 1..]))
}

/// A directory to open files from; none where it can't be had, so that their own paths tell why.
fn open_directory(path: &[u8]) -> Option<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    rustix::fs::open(path, flags, Mode::empty()).ok()
}

/// Opens a regular file; what has become a link since it was seen is not followed.
fn open_in(directory: &OwnedFd, name: &[u8]) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let open = || rustix::fs::openat(directory, name, flags, Mode::empty());
    Ok(File::from(rustix::io::retry_on_intr(open)?))
}

fn file(opened: io::Result<File>, path: BString, depth: ReadDepth) -> Entry {
    let read = |file: &File, path: &[u8]| match depth {
        ReadDepth::Link | ReadDepth::Symbols => content::read(file, path, depth).map(FileContent::new),
        ReadDepth::Audit => read_for_audit(file, path),
    };
    let content = opened.and_then(|file| read(&file, &path));
    Entry { kind: EntryKind::File(content.unwrap_or_else(unreadable)), path }
}

fn read_for_audit(file: &File, path: &[u8]) -> io::Result<FileContent> {
    let content = content::read(file, path, ReadDepth::Audit)?;
    let evidence = content::evidence(file, path, &content)?;
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

/// What was come across beside the files of an app.
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
pub(super) fn read_content(host_path: &Path, path: &[u8], depth: ReadDepth) -> Content {
    let read = File::open(host_path).and_then(|file| content::read(&file, path, depth));
    read.unwrap_or_else(|error| Content::Unreadable(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> tempfile::TempDir {
        let tree = tempfile::tempdir().expect("a directory");
        let write = |path: &str, text: &str| {
            let path = tree.path().join(path);
            std::fs::create_dir_all(path.parent().expect("a directory")).expect("is made");
            std::fs::write(path, text).expect("is written");
        };
        for path in ["a/x", "a-b/x.py", "a.c", "a0", "a/y.pyc", "a/tool"] {
            write(path, "#!/bin/sh\n");
        }
        tree
    }

    fn read(tree: &tempfile::TempDir, depth: ReadDepth) -> Inventory {
        read_directory(tree.path(), depth).expect("is read")
    }

    #[test]
    fn entries_are_in_the_order_of_their_paths_bytes() {
        let inventory = read(&tree(), ReadDepth::Link);
        let paths: Vec<String> = inventory.entries().iter().map(|entry| entry.path.to_string()).collect();
        assert_eq!(paths, ["a", "a-b", "a-b/x.py", "a.c", "a/tool", "a/x", "a/y.pyc", "a0"]);
    }

    #[test]
    fn sources_are_read_when_they_are_asked_for_and_for_an_audit() {
        let tree = tree();
        let of_tree = |inventory: &Inventory| {
            let read = inventory.entries().iter().filter(|entry| entry.content_of_tree().is_some());
            read.map(|entry| entry.path.to_string()).collect::<Vec<_>>()
        };
        let inventory = read(&tree, ReadDepth::Link);
        assert_eq!(of_tree(&inventory), ["a/tool", "a/x", "a0"]);
        let source = inventory.get("a-b/x.py").expect("is there");
        assert_eq!(source.content(), Some(&Content::Script("/bin/sh".into())));
        assert_eq!(of_tree(&read(&tree, ReadDepth::Audit)).len(), 6);
    }

    #[test]
    fn what_is_split_off_a_base_is_read_as_a_tree_is() {
        let tree = tree();
        let mut base = read_base(tree.path(), ReadDepth::Link).expect("is read");
        let part = base.split_off("a");
        let read: Vec<_> = part.entries().iter().filter(|entry| entry.content_of_tree().is_some()).collect();
        assert_eq!(read.len(), 2);
        // It is found where it lies, though its way from the top of the base is gone.
        let bytecode = part.get("y.pyc").expect("is there");
        assert_eq!(bytecode.content(), Some(&Content::Script("/bin/sh".into())));
    }
}
