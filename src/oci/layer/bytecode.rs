//! Times of Python sources that the layer keeps, since bytecode depends on them.
//!
//! A `.pyc` in `__pycache__` states the time and the size of its source, unless it is checked by a hash (PEP 552). Python
//! uses it only if the source still has both; otherwise it compiles the source at each start, if it cannot write a new
//! `.pyc`. So a source keeps its time if it has a valid `.pyc`. A `.pyc` that is out of date in the tree is ignored: with
//! the time in it, Python would accept it for a source that it was not compiled from.

use bstr::{BString, ByteSlice};
use hashbrown::HashMap;

use crate::support::streams::read_full;
use crate::tree::inventory::{Entry, FileMetadata, Inventory, TreeFiles};

/// Directory of bytecode (PEP 3147).
const CACHE: &[u8] = b"__pycache__";

/// Size of a header: magic number, flags, time and size of the source.
const HEADER_BYTES: usize = 16;

/// Times of the sources in a tree that have valid bytecode, in seconds since 1970, by path. An unreadable file counts as
/// no bytecode: it becomes an error when it is written.
pub(super) fn source_times(tree: &Inventory) -> HashMap<BString, u64> {
    let files = tree.files();
    let mut times = HashMap::new();
    for path in tree.file_paths() {
        let Some(source) = source_of(path) else { continue };
        if !tree.get(&source).is_some_and(Entry::is_file) {
            continue;
        }
        let is_valid =
            |stamp: &SourceStamp| files.metadata(&source).is_ok_and(|metadata| stamp.matches(&metadata));
        if let Some(stamp) = stamp_in(files, path).filter(is_valid) {
            times.insert(source, u64::from(stamp.seconds));
        }
    }
    times
}

/// Path of the source of `__pycache__/NAME.TAG.pyc` or `NAME.TAG.opt-LEVEL.pyc`.
fn source_of(path: &[u8]) -> Option<BString> {
    let (directory, name) = path.rsplit_once_str("/")?;
    let above = directory.strip_suffix(CACHE).filter(|above| above.is_empty() || above.ends_with(b"/"))?;
    let stem = name.strip_suffix(b".pyc")?;
    let stem = match stem.rsplit_once_str(".") {
        Some((rest, level)) if level.starts_with(b"opt-") => rest,
        _ => stem,
    };
    let (module, _tag) = stem.rsplit_once_str(".")?;
    Some([above, module, b".py"].concat().into())
}

/// Time and size of the source as a `.pyc` states them, without their higher bits.
struct SourceStamp {
    seconds: u32,
    size_bytes: u32,
}

impl SourceStamp {
    /// True if the source has this time and size.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "Python compares the low bits"
    )]
    fn matches(&self, source: &FileMetadata) -> bool {
        source.modified_seconds as u32 == self.seconds && source.size_bytes as u32 == self.size_bytes
    }
}

fn stamp_in(files: &TreeFiles, pyc: &[u8]) -> Option<SourceStamp> {
    let mut header = [0; HEADER_BYTES];
    if read_full(files.open(pyc).ok()?, &mut header).ok()? < HEADER_BYTES {
        return None;
    }
    let word = |place: usize| header[place..place + 4].try_into().map(u32::from_le_bytes).ok();
    let is_timed = header[2..4] == *b"\r\n" && word(4) == Some(0);
    is_timed.then_some(SourceStamp { seconds: word(8)?, size_bytes: word(12)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_bytecode_gives_that_of_its_source() {
        let source = |path: &str| source_of(path.as_bytes()).map(|source| source.to_string());
        assert_eq!(source("a/__pycache__/b.cpython-311.pyc").as_deref(), Some("a/b.py"));
        assert_eq!(source("__pycache__/b.cpython-311.opt-2.pyc").as_deref(), Some("b.py"));
        assert_eq!(source("a/__pycache__/b.c.pypy39.pyc").as_deref(), Some("a/b.c.py"));
        for other in ["a/b.pyc", "my__pycache__/b.cpython-311.pyc", "__pycache__/b.pyc", "__pycache__/b.x.py"]
        {
            assert_eq!(source(other), None, "{other}");
        }
    }
}
