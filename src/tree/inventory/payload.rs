//! Self-extracting programs: a loader with an archive behind it, whose files are not looked into.

use std::io;

use bstr::ByteSlice;

use crate::elf::ReadAt;

/// Number of bytes at the end of a program in which the mark of an archive is searched: section headers may follow it.
const TAIL_BYTES: usize = 8 << 10;

/// Place of an AppImage's mark in the ELF header.
const APP_IMAGE_MARK: std::ops::Range<usize> = 8..10;

/// Marks at the end of programs, with the names of what makes them.
const TRAILERS: &[(&[u8], &str)] = &[
    // Cookie of PyInstaller's CArchive.
    (b"MEI\x0c\x0b\x0a\x0b\x0e", "PyInstaller"),
    (b"\n---- Bun! ----\n", "Bun"),
    (b"d3n0l4nd", "Deno"),
];

/// Returns the name of what made a self-extracting program; none for any other program.
pub(super) fn payload_of<S: ReadAt + ?Sized>(
    source: &S,
    size_bytes: u64,
) -> io::Result<Option<&'static str>> {
    let mut head = [0; APP_IMAGE_MARK.end];
    if source.read_at(&mut head, 0)? == head.len() && head[APP_IMAGE_MARK] == *b"AI" {
        return Ok(Some("AppImage"));
    }
    let mut tail = vec![0; TAIL_BYTES];
    let length = source.read_at(&mut tail, size_bytes.saturating_sub(TAIL_BYTES as u64))?;
    let tail = &tail[..length];
    Ok(TRAILERS.iter().find(|(mark, _)| tail.contains_str(mark)).map(|(_, name)| *name))
}
