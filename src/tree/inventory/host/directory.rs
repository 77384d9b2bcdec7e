//! Listing a directory of the host as an [`Inventory`].
//!
//! For an app one thread walks the directory while every core opens files, reads their first bytes and, of ELF files, the
//! facts. Files whose names show that they are no objects are not opened (`deferred.rs`). Links are recorded and never
//! followed, so nothing outside the directory is read.

use std::cmp::Ordering;
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::{Arc, Mutex};

use bstr::{BString, ByteSlice};
use walkdir::{DirEntry, WalkDir};

use super::files::{HostFiles, open, open_directory, open_in, permissions_of};
use crate::tree::inventory::classify;
use crate::tree::inventory::deferred::is_deferred;
use crate::tree::inventory::file_content::OnDemandReads;
use crate::tree::inventory::payload::payload_of;
use crate::tree::inventory::{
    Content, Diagnostic, Entry, EntryKind, FileContent, Inventory, InventoryError, ReadDepth, TreeFiles,
};

/// Number of files that one task reads: enough to make handing it over cost nothing in comparison.
const FILES_PER_TASK: usize = 128;

/// Number of files in one directory from which on it is faster to open the directory and the files from there than each
/// file by its whole path.
const MIN_SIBLINGS: usize = 4;

/// Top directories of a running system that are views of the kernel and not part of a tree.
pub const KERNEL_DIRECTORIES: [&str; 3] = ["dev", "proc", "sys"];

/// Reads a directory, or a single file as a tree with that one file. A link is followed at `path` itself and nowhere
/// below.
///
/// # Errors
/// If `path` itself cannot be read. What cannot be read below it is in the inventory's diagnostics.
pub fn read_directory(path: &Path, depth: ReadDepth) -> Result<Inventory, InventoryError> {
    let unreadable = |source| InventoryError::Unreadable { path: path.to_owned(), source };
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    if metadata.is_file() {
        return read_file_as(path, path.file_name().unwrap_or(path.as_os_str()).as_bytes(), depth);
    }
    if !metadata.is_dir() {
        return Err(InventoryError::Unsuitable { path: path.to_owned() });
    }
    std::fs::read_dir(path).map_err(unreadable)?;
    Ok(walk(path, depth, |_| true))
}

/// Reads a single file as a tree with that one file, under a name.
///
/// # Errors
/// If it cannot be opened.
pub fn read_file_as(path: &Path, name: &[u8], depth: ReadDepth) -> Result<Inventory, InventoryError> {
    let opened =
        File::open(path).map_err(|source| InventoryError::Unreadable { path: path.to_owned(), source })?;
    let inventory = Inventory::new(vec![file(Ok(opened), BString::from(name), depth)], Vec::new());
    Ok(inventory.with_files(TreeFiles::new(HostFiles::single_file(path))))
}

/// Reads a whole root file system as [`read_directory`] reads a tree, without the kernel's directories.
///
/// # Errors
/// If `path` cannot be read or is not a directory.
pub fn read_root(path: &Path, depth: ReadDepth) -> Result<Inventory, InventoryError> {
    std::fs::read_dir(path).map_err(|source| InventoryError::Unreadable { path: path.to_owned(), source })?;
    Ok(walk(path, depth, |entry| !is_kernels(entry)))
}

/// Reads the names and links of a whole root file system, without the kernel's directories. It may be a whole machine of
/// which the linker needs a few hundred files, so each file is read on the first request for its content.
///
/// # Errors
/// If `path` cannot be read or is not a directory.
pub fn read_base(path: &Path, depth: ReadDepth) -> Result<Inventory, InventoryError> {
    std::fs::read_dir(path).map_err(|source| InventoryError::Unreadable { path: path.to_owned(), source })?;
    let files = TreeFiles::new(HostFiles::directory(path));
    let on_demand = Arc::new(OnDemandReads { files: files.clone(), depth });
    let mut found = OtherEntries::default();
    for step in WalkDir::new(path).min_depth(1).into_iter().filter_entry(|entry| !is_kernels(entry)) {
        match step {
            Ok(entry) if entry.file_type().is_file() => found.entries.push(Entry {
                path: below(path, entry.path()),
                kind: EntryKind::File(FileContent::unread(Arc::clone(&on_demand), false)),
            }),
            Ok(entry) => found.push_other(path, &entry),
            Err(error) => found.push_error(path, &error),
        }
    }
    Ok(Inventory::new(found.entries, found.diagnostics).with_files(files))
}

fn is_kernels(entry: &DirEntry) -> bool {
    entry.depth() == 1 && KERNEL_DIRECTORIES.iter().any(|name| entry.file_name() == *name)
}

fn walk(top: &Path, depth: ReadDepth, is_taken: impl Fn(&DirEntry) -> bool + Send) -> Inventory {
    let files = TreeFiles::new(HostFiles::directory(top));
    let on_demand = Arc::new(OnDemandReads { files: files.clone(), depth });
    // The files of each task with its number: in the order of the tasks they are sorted.
    let read: Mutex<Vec<(usize, Vec<Entry>)>> = Mutex::default();
    let mut walked = OtherEntries::default();
    rayon::scope(|scope| {
        let (read, on_demand) = (&read, &on_demand);
        let mut tasks = 0;
        let mut batch = Vec::with_capacity(FILES_PER_TASK);
        let mut hand_over = |files: Vec<DirEntry>| {
            let task = tasks;
            tasks += 1;
            scope.spawn(move |_| {
                let entries = read_files(top, on_demand, &files);
                // A poisoned lock means that another task panicked; the scope passes its panic on.
                if let Ok(mut read) = read.lock() {
                    read.push((task, entries));
                }
            });
        };
        let steps = WalkDir::new(top).min_depth(1).sort_by(order_of_paths).into_iter();
        for step in steps.filter_entry(is_taken) {
            match step {
                Ok(entry) if entry.file_type().is_file() => batch.push(entry),
                Ok(entry) => walked.push_other(top, &entry),
                Err(error) => walked.push_error(top, &error),
            }
            if batch.len() == FILES_PER_TASK {
                hand_over(std::mem::replace(&mut batch, Vec::with_capacity(FILES_PER_TASK)));
            }
        }
        hand_over(batch);
    });
    let mut read = read.into_inner().unwrap_or_default();
    read.sort_unstable_by_key(|(task, _)| *task);
    let count: usize = read.iter().map(|(_, entries)| entries.len()).sum();
    let mut entries = Vec::with_capacity(count + walked.entries.len());
    walked.entries.sort_unstable_by(|left, right| left.path.cmp(&right.path));
    let mut others = walked.entries.into_iter().peekable();
    for file in read.into_iter().flat_map(|(_, entries)| entries) {
        entries.extend(std::iter::from_fn(|| others.next_if(|other| other.path < file.path)));
        entries.push(file);
    }
    entries.extend(others);
    Inventory::new(entries, walked.diagnostics).with_files(files)
}

/// Compares two entries of one directory so that the files of the tree come in the order of their paths' bytes: by name,
/// with a slash at the end of a directory's.
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

fn read_files(top: &Path, on_demand: &Arc<OnDemandReads>, files: &[DirEntry]) -> Vec<Entry> {
    let depth = on_demand.depth;
    let mut entries = Vec::with_capacity(files.len());
    for siblings in files.chunk_by(|left, right| split(left).0 == split(right).0) {
        let paths = siblings.iter().map(|entry| below(top, entry.path()));
        let paths: Vec<(bool, BString)> =
            paths.map(|path| (depth < ReadDepth::Audit && is_deferred(&path), path)).collect();
        let pays = paths.iter().filter(|(is_deferred, _)| !is_deferred).count() >= MIN_SIBLINGS;
        let directory = siblings.first().filter(|_| pays).and_then(|entry| open_directory(split(entry).0));
        for (entry, (is_deferred, path)) in siblings.iter().zip(paths) {
            entries.push(match &directory {
                _ if is_deferred => {
                    Entry { path, kind: EntryKind::File(FileContent::unread(Arc::clone(on_demand), true)) }
                }
                Some(directory) => file(open_in(directory, split(entry).1), path, depth),
                None => file(open(entry.path()), path, depth),
            });
        }
    }
    entries
}

fn path_of(entry: &DirEntry) -> &[u8] {
    entry.path().as_os_str().as_bytes()
}

/// Splits the path of an entry, which walkdir joins with a slash, into its directory and its name.
fn split(entry: &DirEntry) -> (&[u8], &[u8]) {
    let path = path_of(entry);
    path.rfind_byte(b'/').map_or((b"", path), |slash| (&path[..slash], &path[slash + 1..]))
}

fn file(opened: io::Result<File>, path: BString, depth: ReadDepth) -> Entry {
    let content = opened.and_then(|file| read_file(&file, &path, depth));
    let content = content.unwrap_or_else(|error| FileContent::new(Content::Unreadable(error.to_string())));
    Entry { kind: EntryKind::File(content), path }
}

fn read_file(file: &File, path: &[u8], depth: ReadDepth) -> io::Result<FileContent> {
    let content = classify::content(file, path, depth)?;
    let payload = match &content {
        Content::Object(facts) if facts.is_program() => payload_of(file, file.metadata()?.len())?,
        _ => None,
    };
    match depth {
        ReadDepth::Link | ReadDepth::Symbols | ReadDepth::Package => {
            Ok(FileContent::new(content).with_payload(payload))
        }
        ReadDepth::Audit => {
            let evidence = classify::evidence(file, path, &content)?;
            Ok(FileContent::new(content)
                .with_size(file.metadata()?.len())
                .with_evidence(evidence)
                .with_payload(payload))
        }
    }
}

fn below(top: &Path, path: &Path) -> BString {
    // walkdir joins names to the path that it was given, so comparing bytes is enough; `Path::strip_prefix` would compare
    // component by component.
    let (top, path) = (top.as_os_str().as_bytes(), path.as_os_str().as_bytes());
    let rest = path.strip_prefix(top).unwrap_or(path);
    BString::from(rest.strip_prefix(b"/").unwrap_or(rest))
}

/// Entries other than regular files, and diagnostics.
#[derive(Default)]
struct OtherEntries {
    entries: Vec<Entry>,
    diagnostics: Vec<Diagnostic>,
}

impl OtherEntries {
    fn push_other(&mut self, top: &Path, entry: &DirEntry) {
        let path = below(top, entry.path());
        let file_type = entry.file_type();
        let kind = if file_type.is_dir() {
            match entry.metadata() {
                Ok(metadata) => EntryKind::Directory(permissions_of(&metadata)),
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
    fn sources_are_read_on_demand_and_for_an_audit() {
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
    fn a_part_of_a_base_is_read_as_an_app_is() {
        let tree = tree();
        let mut base = read_base(tree.path(), ReadDepth::Link).expect("is read");
        let part = base.split_off("a");
        let read: Vec<_> = part.entries().iter().filter(|entry| entry.content_of_tree().is_some()).collect();
        assert_eq!(read.len(), 2);
        // Its path is now relative to the part, and the file is still found.
        let bytecode = part.get("y.pyc").expect("is there");
        assert_eq!(bytecode.content(), Some(&Content::Script("/bin/sh".into())));
    }
}
