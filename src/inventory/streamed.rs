//! What matters of a file that comes as a stream. Only objects and a few small texts are held in memory.

use std::io::{self, Read};

use super::Content;
use super::captured::{MAX_TEXT_BYTES, is_captured};
use super::content::{self, Depth, SCRIPT_LINE_BYTES};
use crate::elf;

/// The largest object that is read into memory.
const MAX_OBJECT_BYTES: u64 = 1 << 30;

/// Reads what matters of a file, and no more of the stream than it takes; `path` is its path in the tree.
pub(super) fn read_streamed(file: &mut dyn Read, path: &[u8], depth: Depth) -> io::Result<Content> {
    let mut held = Vec::new();
    file.take(SCRIPT_LINE_BYTES as u64).read_to_end(&mut held)?;
    let limit = match () {
        () if is_captured(path) => MAX_TEXT_BYTES,
        () if held.starts_with(&elf::MAGIC) => MAX_OBJECT_BYTES,
        () => return content::read(held.as_slice(), path, depth),
    };
    file.take(limit + 1 - held.len() as u64).read_to_end(&mut held)?;
    if held.len() as u64 > limit {
        return Ok(Content::Unreadable(format!("larger than the {limit} bytes that are read of one file")));
    }
    content::read(held.as_slice(), path, depth)
}
