//! What matters of a file that comes as a stream. Only objects and a few small texts are held in memory.

use std::io::{self, Read};

use super::captured::{MAX_TEXT_BYTES, is_captured};
use super::content::{self, Depth, SCRIPT_LINE_BYTES};
use super::evidence::{self, MAX_EVIDENCE_BYTES};
use super::{Content, FileContent};

use crate::elf;

/// The largest object that is read into memory.
const MAX_OBJECT_BYTES: u64 = 1 << 30;

/// Reads what matters of a file, and no more of the stream than it takes; `path` is its path in the tree.
pub(super) fn read_streamed(
    file: &mut dyn Read,
    path: &[u8],
    size_bytes: u64,
    depth: Depth,
) -> io::Result<FileContent> {
    let mut held = Vec::new();
    file.take(SCRIPT_LINE_BYTES as u64).read_to_end(&mut held)?;
    let has_evidence = depth == Depth::Auditing && evidence::kind_of(path).is_some();
    let limit = match () {
        () if is_captured(path) => MAX_TEXT_BYTES,
        () if held.starts_with(&elf::MAGIC) => MAX_OBJECT_BYTES,
        () if has_evidence && size_bytes <= MAX_EVIDENCE_BYTES => MAX_EVIDENCE_BYTES,
        () => {
            let content = content::read(held.as_slice(), path, depth)?;
            return Ok(FileContent::new(content).of_size(size_bytes));
        }
    };
    let wanted = limit + 1 - held.len() as u64;
    held.reserve_exact(usize::try_from(size_bytes.min(wanted)).unwrap_or_default());
    file.take(wanted).read_to_end(&mut held)?;
    if held.len() as u64 > limit {
        let cause = format!("larger than the {limit} bytes that are read of one file");
        return Ok(FileContent::new(Content::Unreadable(cause)).of_size(size_bytes));
    }
    let content = content::read(held.as_slice(), path, depth)?;
    let evidence = match depth {
        Depth::Auditing => content::evidence(held.as_slice(), path, &content)?,
        Depth::Linking | Depth::Opening => None,
    };
    Ok(FileContent::new(content).of_size(size_bytes).with(evidence))
}
