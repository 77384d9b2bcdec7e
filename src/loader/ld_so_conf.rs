//! Reader of `/etc/ld.so.conf`. ldconfig reads it and ld.so does not; it shows which libraries are in a configured
//! directory without an entry in the cache.

use std::collections::HashSet;

use bstr::ByteSlice;

use crate::tree::inventory::Content;
use crate::tree::root::{NodeId, Root};
use crate::vocabulary::RootedPath;

/// Depth to which includes are followed; real files include one level deep.
const MAX_DEPTH: usize = 8;

/// Returns the directories that ld.so.conf and the files that it includes name, in order (ldconfig(8)).
pub fn configured_directories(root: &Root<'_>) -> Vec<RootedPath> {
    let mut directories = Vec::new();
    if let Ok(node) = root.resolve(root.top(), b"/etc/ld.so.conf") {
        read(root, node, 0, &mut HashSet::new(), &mut directories);
    }
    directories
}

/// Reads a file and those that it includes, each once: `seen` has those that were read.
fn read(
    root: &Root<'_>,
    node: NodeId,
    depth: usize,
    seen: &mut HashSet<NodeId>,
    directories: &mut Vec<RootedPath>,
) {
    if !seen.insert(node) {
        return;
    }
    let Some(Content::Text(text)) = root.content(node) else { return };
    for line in text.lines() {
        let line = line.split(|byte| *byte == b'#').next().unwrap_or_default().trim_ascii();
        match line.strip_prefix(b"include").filter(|rest| rest.first().is_some_and(u8::is_ascii_whitespace)) {
            Some(pattern) if depth < MAX_DEPTH => {
                for included in included(root, pattern.trim_ascii()) {
                    read(root, included, depth + 1, seen, directories);
                }
            }
            Some(_) => {}
            None if line.is_empty() || line.starts_with(b"hwcap") => {}
            None => directories.push(RootedPath::new(line)),
        }
    }
}

/// Returns the files that an `include` names; a star in the last component of the pattern matches any bytes.
fn included(root: &Root<'_>, pattern: &[u8]) -> Vec<NodeId> {
    let pattern = RootedPath::new(if pattern.starts_with(b"/") {
        pattern.to_vec()
    } else {
        [b"/etc/", pattern].concat()
    });
    let Ok(directory) = root.resolve(root.top(), pattern.parent().as_bytes()) else { return Vec::new() };
    let (before, after) = match pattern.file_name().split_once_str("*") {
        Some(parts) => parts,
        None => return root.resolve(directory, pattern.file_name()).into_iter().collect(),
    };
    let mut names: Vec<_> = root
        .children_of(directory)
        .into_iter()
        .filter(|(name, _)| {
            name.len() >= before.len() + after.len() && name.starts_with(before) && name.ends_with(after)
        })
        .collect();
    names.sort();
    names.into_iter().filter_map(|(_, node)| root.follow(node).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::inventory::{Entry, EntryKind, FileContent, Inventory};

    fn text(path: &str, text: &str) -> Entry {
        Entry { path: path.into(), kind: EntryKind::File(FileContent::new(Content::Text(text.into()))) }
    }

    #[test]
    fn a_blank_line_or_a_comment_in_ld_so_conf_adds_no_directory() {
        let inventory = Inventory::new(
            vec![
                text("etc/ld.so.conf", "# all\n\n  include ld.so.conf.d/*.conf\n/opt/last # why\n"),
                text("etc/ld.so.conf.d/b.conf", "\n/opt/b\n"),
                text("etc/ld.so.conf.d/a.conf", "  /opt/a/\ninclude /etc/ld.so.conf.d/a.conf\n"),
                text("etc/ld.so.conf.d/README", "/opt/readme\n"),
            ],
            Vec::new(),
        );
        let at = RootedPath::root();
        let mut root = Root::new();
        root.mount(&at, &inventory);
        let mut directories: Vec<_> = configured_directories(&root).iter().map(ToString::to_string).collect();
        directories.dedup();
        assert_eq!(directories, ["/opt/a", "/opt/b", "/opt/last"]);
    }
}
