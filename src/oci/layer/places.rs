//! Where in the image an entry of the layer lies, and what the base has there.
//!
//! dpkg unpacks through links: where the base has a link to a directory, a package's directory of that name is where the
//! link leads (a merged /usr). A layer's entry would take the link's place instead, so each path is led through the
//! base's links before it is written.

use std::collections::BTreeMap;

use bstr::ByteSlice;

use super::{LayerEntry, LayerError, LayerKind};
use crate::tree::inventory::{EntryKind, Inventory, Permissions};
use crate::tree::root::{NodeId, Root};
use crate::vocabulary::RootedPath;

/// How the names begin that stand for something taken away (OCI image-spec, "Whiteouts").
const WHITEOUT: &[u8] = b".wh.";

/// The entries that are gathered for a base.
pub(super) struct Places<'base> {
    base: &'base Root<'base>,
    base_inventory: Option<&'base Inventory>,
    entries: BTreeMap<RootedPath, LayerEntry>,
    /// What packages say of directories, by the directory's place in the image.
    directories: BTreeMap<RootedPath, Permissions>,
}

/// What was gathered, in order.
pub(super) struct Placed {
    pub(super) entries: BTreeMap<RootedPath, LayerEntry>,
    pub(super) base_directories: BTreeMap<RootedPath, LayerEntry>,
}

impl<'base> Places<'base> {
    /// `base` is the root that `base_inventory` makes, or an empty one.
    pub(super) fn new(base: &'base Root<'base>, base_inventory: Option<&'base Inventory>) -> Self {
        Self { base, base_inventory, entries: BTreeMap::new(), directories: BTreeMap::new() }
    }

    /// Where a path lies when the links of the base above it are followed, and its directory in the base if there is
    /// one.
    fn led(&self, path: &RootedPath) -> Result<(RootedPath, Option<NodeId>), LayerError> {
        if path.components().any(|name| name.starts_with(WHITEOUT)) {
            return Err(LayerError::Whiteout { path: path.clone() });
        }
        let mut led = RootedPath::root();
        let mut directory = Some(self.base.top());
        for component in path.parent().components() {
            let Some(node) = directory.and_then(|directory| self.base.child(directory, component)) else {
                directory = None;
                led = led.join(component);
                continue;
            };
            match self.base.follow(node) {
                Ok(end) if self.base.is_directory(end) => {
                    led = self.base.path(end);
                    directory = Some(end);
                }
                _ => {
                    let above = self.base.path(node);
                    return Err(LayerError::NoDirectory { path: path.clone(), above });
                }
            }
        }
        Ok((led.join(path.file_name()), directory))
    }

    /// Notes what a package says of a directory; of several packages the first counts.
    pub(super) fn note_directory(&mut self, path: &RootedPath, permissions: Permissions) {
        // Below something that is no directory there is none.
        if let Ok((led, _)) = self.led(path) {
            self.directories.entry(led).or_insert(permissions);
        }
    }

    /// Puts an entry at a path, unless the base has the same there. Of two with one path the first is kept.
    pub(super) fn put(&mut self, path: &RootedPath, entry: LayerEntry) -> Result<(), LayerError> {
        let (led, directory) = self.led(path)?;
        if let Some(present) = directory.and_then(|directory| self.base.child(directory, led.file_name())) {
            if self.base.is_directory(present) {
                return Err(LayerError::Directory { path: led });
            }
            if self.is_same(present, &led, &entry.kind) {
                return Ok(());
            }
        }
        self.entries.entry(led).or_insert(entry);
        Ok(())
    }

    /// Puts a directory at a path, unless the base has one there.
    pub(super) fn put_directory(
        &mut self,
        path: &RootedPath,
        permissions: Permissions,
    ) -> Result<(), LayerError> {
        // Every root has a top.
        if *path == RootedPath::root() {
            return Ok(());
        }
        let (led, directory) = self.led(path)?;
        let present = directory.and_then(|directory| self.base.child(directory, led.file_name()));
        match present.map(|present| self.base.follow(present)) {
            None => {
                self.entries.entry(led).or_insert_with(|| directory_entry(permissions));
                Ok(())
            }
            Some(Ok(end)) if self.base.is_directory(end) => Ok(()),
            Some(_) => Err(LayerError::NoDirectory { path: led.clone(), above: led }),
        }
    }

    fn is_same(&self, present: NodeId, path: &RootedPath, kind: &LayerKind) -> bool {
        match kind {
            LayerKind::Link(target) => self.base.link_target(present) == Some(target.as_bytes()),
            LayerKind::File { sha256, .. } => {
                let below = path.below(&RootedPath::root()).unwrap_or_default();
                self.base_inventory.and_then(|base| base.file_digest(below)) == Some(*sha256)
            }
            // What a tree brings is not compared: it would be read twice.
            LayerKind::Directory | LayerKind::Text(_) | LayerKind::HostFile(_) | LayerKind::HardLink(_) => {
                false
            }
        }
    }

    /// Whether the base has something at a path, links followed.
    pub(super) fn base_has(&self, path: &RootedPath) -> bool {
        self.base.resolve(self.base.top(), path.as_bytes()).is_ok()
    }

    pub(super) fn entries(&self) -> &BTreeMap<RootedPath, LayerEntry> {
        &self.entries
    }

    /// All entries, with the directories above them that the base does not have; and those that it has.
    pub(super) fn finish(self) -> Result<Placed, LayerError> {
        let Self { base, mut entries, directories, .. } = self;
        let mut base_directories = BTreeMap::new();
        let paths: Vec<RootedPath> = entries.keys().cloned().collect();
        for path in paths {
            let mut above = path.parent();
            while above != RootedPath::root() {
                let present = base.resolve(base.top(), above.as_bytes()).ok();
                match (entries.get(&above), present) {
                    (Some(entry), _) if entry.kind == LayerKind::Directory => break,
                    (Some(_), _) => return Err(LayerError::BelowOther { path, above }),
                    // What is led to is the base's own directory; so are all above it.
                    (None, Some(node)) => {
                        base_directories.insert(above.clone(), directory_entry(permissions_of(base, node)));
                    }
                    (None, None) => {
                        let permissions =
                            directories.get(&above).copied().unwrap_or(Permissions::SYSTEM_DIRECTORY);
                        entries.insert(above.clone(), directory_entry(permissions));
                    }
                }
                above = above.parent();
            }
        }
        Ok(Placed { entries, base_directories })
    }
}

/// What a directory of the base may be used for and by whom; one that no inventory lists is a system's.
fn permissions_of(base: &Root<'_>, node: NodeId) -> Permissions {
    match base.entry(node).map(|entry| &entry.kind) {
        Some(EntryKind::Directory(permissions)) => *permissions,
        _ => Permissions::SYSTEM_DIRECTORY,
    }
}

fn directory_entry(permissions: Permissions) -> LayerEntry {
    LayerEntry { kind: LayerKind::Directory, permissions, package: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::inventory::{Content, Entry, FileContent};

    fn base() -> Inventory {
        let entry = |path: &str, kind| Entry { path: path.into(), kind };
        let file = || EntryKind::File(FileContent::new(Content::Other));
        Inventory::new(
            vec![
                entry("lib", EntryKind::Symlink("usr/lib".into())),
                entry("usr/lib/libz.so.1", file()),
                entry("etc/alternatives", EntryKind::Symlink("../var/alternatives".into())),
                entry("srv", file()),
            ],
            Vec::new(),
        )
    }

    fn link() -> LayerEntry {
        LayerEntry::link("target", 0)
    }

    /// The entries' paths for links at these paths, or why there are none.
    fn placed(paths: &[&str]) -> Result<Vec<String>, LayerError> {
        let (base, top) = (base(), RootedPath::root());
        let mut root = Root::new();
        root.mount(&top, &base);
        let mut places = Places::new(&root, Some(&base));
        for path in paths {
            places.put(&RootedPath::new(path), link())?;
        }
        Ok(places.finish()?.entries.keys().map(RootedPath::to_string).collect())
    }

    #[test]
    fn paths_lead_through_the_bases_links_and_directories_of_the_base_are_no_entries() {
        let paths = placed(&["/lib/x/liba.so.1", "/usr/lib/libb.so.1"]).expect("is placed");
        assert_eq!(paths, ["/usr/lib/libb.so.1", "/usr/lib/x", "/usr/lib/x/liba.so.1"]);
    }

    #[test]
    fn what_is_no_directory_is_no_place_for_entries() {
        for path in ["/srv/x", "/etc/alternatives/x", "/usr/lib/libz.so.1/x"] {
            assert!(matches!(placed(&[path]), Err(LayerError::NoDirectory { .. })), "{path}");
        }
        assert!(matches!(placed(&["/usr/lib"]), Err(LayerError::Directory { .. })));
        assert!(matches!(placed(&["/opt/a", "/opt/a/b"]), Err(LayerError::BelowOther { .. })));
    }

    #[test]
    fn a_file_of_the_base_is_replaced_by_what_differs() {
        assert_eq!(placed(&["/usr/lib/libz.so.1"]).expect("is placed"), ["/usr/lib/libz.so.1"]);
    }

    #[test]
    fn new_directories_are_as_the_package_has_them() {
        let private = Permissions { mode: 0o750, uid: 0, gid: 42 };
        let root = Root::new();
        let mut places = Places::new(&root, None);
        places.note_directory(&RootedPath::new("/opt"), private);
        places.put(&RootedPath::new("/opt/x/y"), link()).expect("is placed");
        let entries = places.finish().expect("is placed").entries;
        let permissions = |path: &str| entries[&RootedPath::new(path)].permissions;
        assert_eq!((permissions("/opt"), permissions("/opt/x")), (private, Permissions::SYSTEM_DIRECTORY));
    }
}
