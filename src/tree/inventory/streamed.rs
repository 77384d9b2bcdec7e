//! Reading the content of a file that comes as a stream. Only objects and some small texts are held in memory; the
//! largest objects go through a temporary file.

use std::fs::File;
use std::io::{self, Read, Write};

use super::captured::{MAX_MANIFEST_BYTES, MAX_TEXT_BYTES, is_captured, is_manifest};
use super::classify::{self, SCRIPT_LINE_BYTES};
use super::content::{Content, ReadDepth};
use super::evidence;
use super::file_content::FileContent;
use super::launcher::MAX_LAUNCHER_BYTES;
use crate::elf::{self, ReadAt};
use crate::support::streams::for_each_chunk;

/// Size limit of an object; the largest in Debian has 1.3 GB.
const MAX_OBJECT_BYTES: u64 = 4 << 30;

/// Size limit of an object that is held in memory; several are read at the same time.
const MAX_HELD_BYTES: u64 = 64 << 20;

/// Reads the content of a file, and no more of the stream than that needs. `path` is its path in the tree.
pub(super) fn read_streamed(
    file: &mut dyn Read,
    path: &[u8],
    size_bytes: u64,
    depth: ReadDepth,
) -> io::Result<FileContent> {
    read_holding(file, path, size_bytes, depth, MAX_HELD_BYTES)
}

fn read_holding(
    file: &mut dyn Read,
    path: &[u8],
    size_bytes: u64,
    depth: ReadDepth,
    max_held_bytes: u64,
) -> io::Result<FileContent> {
    let mut held = Vec::new();
    file.take(SCRIPT_LINE_BYTES as u64).read_to_end(&mut held)?;
    let kind = evidence::kind_of(path).filter(|_| depth == ReadDepth::Audit);
    let text_limit = kind.map_or(0, evidence::TextKind::max_bytes);
    let limit = match () {
        () if is_captured(path) => MAX_TEXT_BYTES,
        () if is_manifest(path) && (depth < ReadDepth::Audit || size_bytes > MAX_MANIFEST_BYTES) => {
            return Ok(FileContent::new(Content::Other).with_size(size_bytes));
        }
        () if is_manifest(path) => MAX_MANIFEST_BYTES,
        () if held.starts_with(&elf::MAGIC) => MAX_OBJECT_BYTES,
        () if kind.is_some() && size_bytes <= text_limit => text_limit,
        () => {
            if classify::may_be_launcher(&held) {
                file.take(MAX_LAUNCHER_BYTES - held.len() as u64).read_to_end(&mut held)?;
            }
            let content = classify::content(held.as_slice(), path, depth)?;
            return Ok(FileContent::new(content).with_size(size_bytes));
        }
    };
    let wanted = limit + 1 - held.len() as u64;
    let too_large = || {
        let cause = format!("larger than the {limit} bytes allowed");
        Ok(FileContent::new(Content::Unreadable(cause)).with_size(size_bytes))
    };
    if size_bytes > limit {
        return too_large();
    }
    if size_bytes > max_held_bytes {
        return match spill(&held, file.take(wanted)) {
            Ok(object) => read_source(&object, path, size_bytes, depth),
            Err(SpillError::Stream(error)) => Err(error),
            Err(SpillError::TemporaryFile(error)) => {
                let cause = format!("cannot write it into a temporary file: {error}");
                Ok(FileContent::new(Content::Unreadable(cause)).with_size(size_bytes))
            }
        };
    }
    held.reserve_exact(usize::try_from(size_bytes.min(wanted)).unwrap_or_default());
    file.take(wanted).read_to_end(&mut held)?;
    if held.len() as u64 > limit {
        return too_large();
    }
    read_source(held.as_slice(), path, size_bytes, depth)
}

fn read_source<S: ReadAt + ?Sized>(
    source: &S,
    path: &[u8],
    size_bytes: u64,
    depth: ReadDepth,
) -> io::Result<FileContent> {
    let content = classify::content(source, path, depth)?;
    let evidence = match depth {
        ReadDepth::Audit => classify::evidence(source, path, &content)?,
        ReadDepth::Link | ReadDepth::Symbols | ReadDepth::Package => None,
    };
    Ok(FileContent::new(content).with_size(size_bytes).with_evidence(evidence))
}

/// Error of copying a stream into a temporary file.
enum SpillError {
    Stream(io::Error),
    TemporaryFile(io::Error),
}

/// Copies a stream, of which `start` was already read, into a temporary file.
fn spill(start: &[u8], rest: impl Read) -> Result<File, SpillError> {
    let mut file = tempfile::tempfile().map_err(SpillError::TemporaryFile)?;
    for_each_chunk(start.chain(rest), SpillError::Stream, |chunk| {
        file.write_all(chunk).map_err(SpillError::TemporaryFile)
    })?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_in_a_temporary_file_is_read_alike() {
        let object = std::fs::read("/proc/self/exe").expect("this program");
        let read = |max_held_bytes| {
            let size = object.len() as u64;
            let content =
                read_holding(&mut object.as_slice(), b"usr/bin/x", size, ReadDepth::Audit, max_held_bytes);
            format!("{:?}", content.expect("is read"))
        };
        assert!(read(u64::MAX).contains("Object"), "{}", read(u64::MAX));
        assert_eq!(read(1000), read(u64::MAX));
    }

    #[test]
    fn a_file_that_is_too_large_is_not_read() {
        let start = [elf::MAGIC.as_slice(), &[0; 1000]].concat();
        let content =
            read_streamed(&mut start.as_slice(), b"usr/lib/x", MAX_OBJECT_BYTES + 1, ReadDepth::Symbols);
        let shown = format!("{:?}", content.expect("is no error"));
        assert!(shown.contains("larger than the 4294967296 bytes"), "{shown}");
    }
}
