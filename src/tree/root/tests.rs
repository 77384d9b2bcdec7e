//! Overlays and path resolution on small inventories.

use super::*;
use crate::tree::inventory::{Content, Entry, EntryKind, FileContent, Inventory, Permissions};
use crate::vocabulary::RootedPath;

fn inventory(entries: &[(&str, EntryKind)]) -> Inventory {
    let entries =
        entries.iter().map(|(path, kind)| Entry { path: (*path).into(), kind: copy(kind) }).collect();
    Inventory::new(entries, Vec::new())
}

fn copy(kind: &EntryKind) -> EntryKind {
    match kind {
        EntryKind::Directory(permissions) => EntryKind::Directory(*permissions),
        EntryKind::Symlink(target) => EntryKind::Symlink(target.clone()),
        _ => file(),
    }
}

fn file() -> EntryKind {
    EntryKind::File(FileContent::new(Content::Other))
}

fn link(target: &str) -> EntryKind {
    EntryKind::Symlink(target.into())
}

fn resolved(root: &Root<'_>, path: &str) -> Result<String, PathError> {
    root.resolve(root.top(), path.as_bytes()).map(|node| root.path(node).to_string())
}

#[test]
fn links_stay_inside_the_root() {
    let base = inventory(&[
        ("lib", link("usr/lib")),
        ("usr/lib/libx.so.1", file()),
        ("etc/out", link("../../../../usr/lib")),
        ("etc/absolute", link("/usr/lib/libx.so.1")),
        ("loop", link("loop")),
        ("dangling", link("nowhere")),
    ]);
    let at = RootedPath::root();
    let mut root = Root::new();
    root.mount(&at, &base);
    assert_eq!(resolved(&root, "/lib/libx.so.1"), Ok("/usr/lib/libx.so.1".to_owned()));
    assert_eq!(resolved(&root, "/etc/out/libx.so.1"), Ok("/usr/lib/libx.so.1".to_owned()));
    assert_eq!(resolved(&root, "/etc/absolute"), Ok("/usr/lib/libx.so.1".to_owned()));
    assert_eq!(resolved(&root, "/loop"), Err(PathError::Loop));
    assert_eq!(resolved(&root, "/dangling"), Err(PathError::Absent));
    assert_eq!(resolved(&root, "/usr/lib/libx.so.1/y"), Err(PathError::NotADirectory));
    assert_eq!(resolved(&root, "/usr/lib/.."), Ok("/usr".to_owned()));
}

#[test]
fn a_mount_point_is_resolved_through_the_bases_links() {
    let base = inventory(&[("lib", link("usr/lib")), ("usr/lib/a", file())]);
    let app = inventory(&[("b", file())]);
    let (top, at) = (RootedPath::root(), RootedPath::new("/lib"));
    let mut root = Root::new();
    root.mount(&top, &base);
    root.mount(&at, &app);
    assert_eq!(resolved(&root, "/lib/b"), Ok("/usr/lib/b".to_owned()));
    assert_eq!(resolved(&root, "/lib/a"), Ok("/usr/lib/a".to_owned()));
}

#[test]
fn a_package_is_unpacked_through_the_roots_links_and_a_mount_is_not() {
    let base = inventory(&[("lib", link("usr/lib")), ("usr/lib/a", file())]);
    let package = inventory(&[
        ("lib", EntryKind::Directory(Permissions::SYSTEM_DIRECTORY)),
        ("lib/b", file()),
        ("lib/c", file()),
    ]);
    let top = RootedPath::root();
    let mut lower = Root::new();
    lower.mount(&top, &base);
    let mut root = Root::over(&lower);
    let mount = root.install(&package, |path| path != b"lib/c");
    assert_eq!(resolved(&root, "/lib/b"), Ok("/usr/lib/b".to_owned()));
    assert_eq!(resolved(&root, "/lib/a"), Ok("/usr/lib/a".to_owned()));
    assert_eq!(resolved(&root, "/lib/c"), Err(PathError::Absent));
    assert_eq!(mount, MountId(1));
    assert_eq!(root.files_of(mount).len(), 1);
    assert_eq!(resolved(&lower, "/lib/b"), Err(PathError::Absent));
    let mut covered = Root::over(&lower);
    covered.mount(&top, &package);
    assert_eq!(resolved(&covered, "/lib/a"), Err(PathError::Absent));
}

#[test]
fn a_tree_is_put_through_the_roots_links_below_its_place_too() {
    let base = inventory(&[("lib", link("usr/lib")), ("usr/lib/a", file())]);
    let app = inventory(&[("lib", EntryKind::Directory(Permissions::SYSTEM_DIRECTORY)), ("lib/b", file())]);
    let top = RootedPath::root();
    let mut root = Root::new();
    root.mount(&top, &base);
    root.put_tree(&top, &app);
    assert_eq!(resolved(&root, "/lib/a"), Ok("/usr/lib/a".to_owned()));
    assert_eq!(resolved(&root, "/lib/b"), Ok("/usr/lib/b".to_owned()));
}

#[test]
fn resolving_with_links_returns_them_in_order() {
    let base = inventory(&[
        ("lib", link("usr/lib")),
        ("usr/lib/libx.so.1", link("../../etc/alternatives/libx")),
        ("etc/alternatives/libx", link("/lib/libx.so.1.2")),
        ("usr/lib/libx.so.1.2", file()),
    ]);
    let top = RootedPath::root();
    let mut root = Root::new();
    root.mount(&top, &base);
    let (links, end) = root.resolve_with_links(root.top(), b"/usr/lib/libx.so.1").expect("resolves");
    let paths: Vec<_> = links.iter().map(|node| root.path(*node).to_string()).collect();
    assert_eq!(paths, ["/usr/lib/libx.so.1", "/etc/alternatives/libx", "/lib"]);
    assert_eq!(root.path(end).to_string(), "/usr/lib/libx.so.1.2");
}

#[test]
fn a_later_mount_covers_entries_other_than_directories() {
    let base = inventory(&[("opt/x", link("/elsewhere")), ("opt/y/old", file())]);
    let app = inventory(&[("x/new", file()), ("y", file())]);
    let (top, at) = (RootedPath::root(), RootedPath::new("/opt"));
    let mut root = Root::new();
    root.mount(&top, &base);
    root.mount(&at, &app);
    assert_eq!(resolved(&root, "/opt/x/new"), Ok("/opt/x/new".to_owned()));
    assert_eq!(resolved(&root, "/opt/y/old"), Err(PathError::NotADirectory));
    let paths = |mount| {
        root.files_of(mount).into_iter().map(|(node, _)| root.path(node).to_string()).collect::<Vec<_>>()
    };
    assert_eq!(paths(MountId(1)), ["/opt/x/new", "/opt/y"]);
    assert_eq!(paths(MountId(0)), Vec::<String>::new());
}
