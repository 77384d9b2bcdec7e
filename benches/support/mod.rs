//! The floor under every scanner of a tree: what any of them must do at least, and nothing else.
//!
//! It walks the directory, opens each file, reads its ELF magic (the header comes with the same call), and reads
//! each object's program headers and whole dynamic segment, without looking at what it says.

use std::fs::{DirEntry, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The length of a 64-bit ELF header. Reading less than it at a time saves nothing.
const HEADER_BYTES: usize = 64;

/// The p_type of the dynamic segment.
const PT_DYNAMIC: u64 = 2;

/// No real program header or dynamic segment is longer.
const MAX_TABLE_BYTES: usize = 1 << 20;

/// What was come across: the proof that the work was done.
#[derive(Default)]
pub(crate) struct Counts {
    /// Regular files that could be opened.
    pub(crate) files: AtomicU64,
    /// Those with ELF's magic.
    pub(crate) objects: AtomicU64,
    /// What was read of their dynamic segments.
    pub(crate) dynamic_bytes: AtomicU64,
}

/// Does all of it on so many threads.
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
            // What can't be read costs its call and is otherwise passed over.
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

/// Where the dynamic segment of a 64-bit little-endian object lies; no other is measured.
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
