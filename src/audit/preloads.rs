//! Libraries that the dynamic linker loads before all others (ld.so(8)): those of LD_PRELOAD and of /etc/ld.so.preload.

use bstr::{BString, ByteSlice};

use super::run_config::RunConfig;
use crate::loader::configured_directories;
use crate::tree::inventory::Content;
use crate::tree::root::{NodeId, Root};
use crate::vocabulary::RootedPath;

/// File with the libraries that every program loads first.
pub(super) const PRELOAD_FILE: &str = "/etc/ld.so.preload";

/// A library to load first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preload {
    /// Path or soname, as it is written.
    pub name: BString,
    /// True if it is written in the file, not in LD_PRELOAD.
    pub is_of_file: bool,
    /// File that is found, links followed.
    pub node: Option<NodeId>,
}

/// Returns the libraries to load first. Names with tokens such as $LIB are left out.
pub(super) fn preloads(root: &Root<'_>, config: &RunConfig, defaults: &[RootedPath]) -> Vec<Preload> {
    let of_variable = config.ld_preload.as_deref().unwrap_or_default().as_bytes();
    let file = root.resolve(root.top(), PRELOAD_FILE.as_bytes()).ok();
    let of_file = match file.and_then(|node| root.content(node)) {
        Some(Content::Text(text)) => text.as_slice(),
        _ => &[],
    };
    let without_comments =
        of_file.lines().map(|line| line.split(|byte| *byte == b'#').next().unwrap_or_default());
    let names = |text| names_in(text).map(BString::from);
    let listed = names(of_variable).map(|name| (name, false));
    let listed = listed.chain(without_comments.flat_map(names).map(|name| (name, true)));
    let listed = listed.filter(|(name, _)| !name.contains(&b'$'));
    let directories = directories(root, config, defaults);
    let preload = |(name, is_of_file): (BString, bool)| {
        let node = find(root, &name, &directories);
        Preload { name, is_of_file, node }
    };
    listed.map(preload).collect()
}

/// Splits a list at blanks and colons.
fn names_in(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| byte.is_ascii_whitespace() || *byte == b':').filter(|name| !name.is_empty())
}

fn directories(root: &Root<'_>, config: &RunConfig, defaults: &[RootedPath]) -> Vec<RootedPath> {
    let of_variable = config.ld_library_path.iter().flat_map(|path| path.split(':')).map(RootedPath::new);
    of_variable.chain(configured_directories(root)).chain(defaults.iter().cloned()).collect()
}

fn find(root: &Root<'_>, name: &[u8], directories: &[RootedPath]) -> Option<NodeId> {
    let object = |path: &RootedPath| {
        let node = root.resolve(root.top(), path.as_bytes()).ok()?;
        matches!(root.content(node), Some(Content::Object(_))).then_some(node)
    };
    match name.contains(&b'/') {
        true => object(&RootedPath::new(name)),
        false => directories.iter().find_map(|directory| object(&directory.join(name))),
    }
}
