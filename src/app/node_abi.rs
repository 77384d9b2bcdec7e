//! NODE_MODULE_VERSION of the Node.js in a root, for which addons without Node-API are built.

use bstr::ByteSlice;

use super::target_abi::TargetAbi;
use crate::loader::Platform;
use crate::tree::inventory::Content;
use crate::tree::root::Root;

/// Returns the NODE_MODULE_VERSION of a root's Node.js: from the headers beside it, or the soname of its library.
pub(super) fn node_abi(root: &Root<'_>, target: TargetAbi) -> Option<u32> {
    let header = ["/usr/local/include/node/node_version.h", "/usr/include/node/node_version.h"];
    header.iter().find_map(|path| in_header(root, path)).or_else(|| in_library_name(root, target))
}

fn in_header(root: &Root<'_>, path: &str) -> Option<u32> {
    let node = root.resolve(root.top(), path.as_bytes()).ok()?;
    let Some(Content::Text(text)) = root.content(node) else { return None };
    text.lines().find_map(|line| {
        let rest = line.strip_prefix(b"#define NODE_MODULE_VERSION")?;
        rest.to_str().ok()?.trim().parse().ok()
    })
}

fn in_library_name(root: &Root<'_>, target: TargetAbi) -> Option<u32> {
    let directories = Platform::of(target.machine)?.default_directories();
    directories.iter().find_map(|directory| {
        let node = root.resolve(root.top(), directory.as_bytes()).ok()?;
        let names = root.children_of(node).into_iter();
        names.filter_map(|(name, _)| name.strip_prefix(b"libnode.so.")?.to_str().ok()?.parse().ok()).max()
    })
}
