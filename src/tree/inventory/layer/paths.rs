//! Paths and names in a layer.

use std::collections::BTreeMap;

use bstr::{BString, ByteSlice};

/// Linux's PATH_MAX: nothing can be unpacked under a longer path.
const MAX_PATH_BYTES: usize = 4096;

/// Prefix of the names of whiteouts.
pub(super) const WHITEOUT: &[u8] = b".wh.";

/// Prefix of the names of AUFS's own files.
pub(super) const WHITEOUT_META: &[u8] = b".wh..wh.";

/// Name of an opaque whiteout, the one file of AUFS that layers use.
pub(super) const OPAQUE: &[u8] = b".wh..wh..opq";

/// Splits a path into its directory and its last component.
pub(super) fn split(path: &[u8]) -> (&[u8], &[u8]) {
    match path.rfind_byte(b'/') {
        Some(slash) => (&path[..slash], &path[slash + 1..]),
        None => (b"", path),
    }
}

/// Joins a directory, which is empty for the top, and a name.
pub(super) fn join(directory: &[u8], name: &[u8]) -> BString {
    if directory.is_empty() { name.into() } else { [directory, b"/", name].concat().into() }
}

/// Returns a tar entry's path as an inventory has it; the top is empty.
pub(super) fn clean_path(path: &[u8]) -> Result<BString, &'static str> {
    if path.contains(&0) {
        return Err("a path with a NUL in it");
    }
    if path.len() > MAX_PATH_BYTES {
        return Err("a path that is longer than Linux allows");
    }
    let mut components = Vec::new();
    for component in path.split_str("/") {
        match component {
            b"" | b"." => {}
            b".." => {
                components.pop().ok_or("a path that leaves the root")?;
            }
            name => components.push(name),
        }
    }
    Ok(components.join(&b"/"[..]).into())
}

/// Removes the entries below a path, which is empty for the top, that the filter selects.
pub(super) fn remove_below<Value>(
    entries: &mut BTreeMap<BString, Value>,
    path: &[u8],
    is_removed: impl Fn(&BString) -> bool,
) {
    let first = if path.is_empty() { BString::default() } else { join(path, b"") };
    let below = entries.range(first.clone()..).map(|(path, _)| path);
    let below = below.take_while(|path| path.starts_with(&first));
    let removed: Vec<BString> = below.filter(|path| is_removed(path)).cloned().collect();
    for path in removed {
        entries.remove(&path);
    }
}
