//! Which sources of Python keep their times.
//!
//! A `.pyc` in `__pycache__` holds the time and the size of its source, unless it is checked by a hash (PEP 552).
//! Python takes it if the source has both still, and else compiles the source anew at each start, where it can't write a
//! new `.pyc`. So a source keeps its time where a `.pyc` counts on it. One that Python would not take as the tree lies
//! there has no say: with its time it would come to count for a source that it was not made of.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use bstr::{BString, ByteSlice};
use hashbrown::HashMap;

use crate::tree::inventory::{EntryKind, Inventory};

/// The directory of bytecode (PEP 3147).
const CACHE: &[u8] = b"__pycache__";

/// Magic, flags, time and size.
const HEADER_BYTES: usize = 16;

/// The times of a tree's sources that bytecode counts on, in seconds since 1970, by the sources' paths. What can't be
/// read counts on nothing: it is an error when it is written.
pub(super) fn source_times(
    tree: &Inventory,
    host: impl Fn(&[u8]) -> std::path::PathBuf,
) -> HashMap<BString, u64> {
    let mut times = HashMap::new();
    for path in tree.file_paths() {
        let Some(source) = source_of(path) else { continue };
        if tree.get(&source).is_none_or(|entry| !matches!(entry.kind, EntryKind::File(_))) {
            continue;
        }
        if let Some(time) = time_in(&host(path)).filter(|time| time.is_of(&host(&source))) {
            times.insert(source, u64::from(time.seconds));
        }
    }
    times
}

/// The source of `__pycache__/NAME.TAG.pyc` or `NAME.TAG.opt-LEVEL.pyc`.
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

/// What a `.pyc` holds of its source, each number without its higher bits.
struct SourceStamp {
    seconds: u32,
    size_bytes: u32,
}

impl SourceStamp {
    /// Whether Python would find the source to be the same.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "Python compares the low bits"
    )]
    fn is_of(&self, source: &Path) -> bool {
        fs::symlink_metadata(source).is_ok_and(|metadata| {
            metadata.mtime() as u32 == self.seconds && metadata.len() as u32 == self.size_bytes
        })
    }
}

fn time_in(pyc: &Path) -> Option<SourceStamp> {
    let mut header = [0; HEADER_BYTES];
    File::open(pyc).ok()?.read_exact(&mut header).ok()?;
    let word = |place: usize| header[place..place + 4].try_into().map(u32::from_le_bytes).ok();
    let is_timed = header[2..4] == *b"\r\n" && word(4) == Some(0);
    is_timed.then_some(SourceStamp { seconds: word(8)?, size_bytes: word(12)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytecode_is_told_by_its_directory_and_names_its_source() {
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
