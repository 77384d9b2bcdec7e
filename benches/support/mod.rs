//! Floor of every scanner of a tree: the least that any of them must do.
//!
//! It walks the directory, opens each file, reads its ELF header, and reads each object's program headers and dynamic segment
//! without interpreting them.

use std::fs::{DirEntry, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Length of a 64-bit ELF header.
const HEADER_BYTES: usize = 64;

/// p_type of the dynamic segment.
const PT_DYNAMIC: u64 = 2;

/// Limit that no real program header table or dynamic segment reaches.
const MAX_TABLE_BYTES: usize = 1 << 20;

/// Counts, which prove that the work was done.
#[derive(Default)]
pub(crate) struct Counts {
    /// Number of opened regular files.
    pub(crate) files: AtomicU64,
    /// Number of files with the ELF magic.
    pub(crate) objects: AtomicU64,
    /// Bytes of dynamic segments.
    pub(crate) dynamic_bytes: AtomicU64,
}

/// Scans a directory on that many threads.
pub(crate) fn scan(directory: PathBuf, threads: usize) -> Result<Counts, rayon::ThreadPoolBuildError> {
    let counts = Counts::default();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    pool.scope(|scope| walk(scope, directory, &counts));
    Ok(counts)
}

fn walk<'scope>(scope: &rayon::Scope<'scope>, directory: PathBuf, counts: &'scope Counts) {
    let Ok(entries) = std::fs::read_dir(directory) else { return };
    for entry in entries.flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => {
                let directory = entry.path();
                scope.spawn(move |scope| walk(scope, directory, counts));
            }
            // Unreadable files cost their system call and are skipped.
            Ok(kind) if kind.is_file() => _ = look_at(&entry, counts),
            _ => {}
        }
    }
}

fn look_at(entry: &DirEntry, counts: &Counts) -> io::Result<()> {
    let file = File::open(entry.path())?;
    counts.files.fetch_add(1, Relaxed);
    let mut header = [0; HEADER_BYTES];
    if file.read_at(&mut header, 0)? < HEADER_BYTES || !header.starts_with(b"\x7fELF") {
        return Ok(());
    }
    counts.objects.fetch_add(1, Relaxed);
    if let Some((offset, length)) = dynamic_segment(&file, &header)? {
        let mut segment = vec![0; length.min(MAX_TABLE_BYTES)];
        counts.dynamic_bytes.fetch_add(file.read_at(&mut segment, offset)? as u64, Relaxed);
    }
    Ok(())
}

/// Returns the offset and size of the dynamic segment of a 64-bit little-endian object; others are not measured.
fn dynamic_segment(file: &File, header: &[u8; HEADER_BYTES]) -> io::Result<Option<(u64, usize)>> {
    if header[4..6] != [2, 1] {
        return Ok(None);
    }
    let entry_bytes = usize::from(header[54]) | usize::from(header[55]) << 8;
    let entries = usize::from(header[56]) | usize::from(header[57]) << 8;
    let mut table = vec![0; (entry_bytes * entries).min(MAX_TABLE_BYTES)];
    let filled = file.read_at(&mut table, word(header, 32).unwrap_or_default())?;
    Ok(table[..filled].chunks(entry_bytes.max(1)).find_map(|entry| {
        // p_type shares its word with p_flags; then p_offset, two addresses, p_filesz.
        let kind = word(entry, 0)? & u64::from(u32::MAX);
        let length = usize::try_from(word(entry, 32)?).unwrap_or(MAX_TABLE_BYTES);
        (kind == PT_DYNAMIC).then_some((word(entry, 8)?, length))
    }))
}

fn word(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}
