//! Entries of a layer over a base: each at its path after the base's links, and only if the base has not the same there.
//!
//! dpkg unpacks through links: if the base has a link to a directory (a merged /usr), files of a package's directory with
//! that name go where the link leads. In a layer, the directory would replace the link instead, so each path is resolved
//! through the links of the base.

use std::collections::BTreeMap;

use bstr::ByteSlice;

use super::entries::{LayerEntry, LayerEntryKind};
use super::error::LayerError;
use crate::tree::inventory::{EntryKind, Inventory, Permissions};
use crate::tree::root::{NodeId, Root};
use crate::vocabulary::RootedPath;

/// Prefix of a name that removes a file of the base (OCI image-spec, "Whiteouts").
const WHITEOUT: &[u8] = b".wh.";

/// Collects the entries of a layer.
pub(super) struct LayerBuilder<'base> {
    base: &'base Root<'base>,
    base_inventory: Option<&'base Inventory>,
    entries: BTreeMap<RootedPath, LayerEntry>,
    /// Permissions of directories in packages, by path in the image.
    directories: BTreeMap<RootedPath, Permissions>,
}

/// Collected entries, sorted by path.
pub(super) struct BuiltEntries {
    /// Entries, with the directories above them that the base does not have.
    pub(super) entries: BTreeMap<RootedPath, LayerEntry>,
    /// Directories of the base above entries.
    pub(super) base_directories: BTreeMap<RootedPath, LayerEntry>,
}

impl<'base> LayerBuilder<'base> {
    /// Creates a builder without entries. `base` is the root of `base_inventory`, or an empty one.
    pub(super) fn new(base: &'base Root<'base>, base_inventory: Option<&'base Inventory>) -> Self {
        Self { base, base_inventory, entries: BTreeMap::new(), directories: BTreeMap::new() }
    }

    /// Resolves a path through the links of the base above it, and returns its directory in the base if there is one.
    fn resolve(&self, path: &RootedPath) -> Result<(RootedPath, Option<NodeId>), LayerError> {
        if path.components().any(|name| name.starts_with(WHITEOUT)) {
            return Err(LayerError::Whiteout { path: path.clone() });
        }
        let mut resolved = RootedPath::root();
        let mut directory = Some(self.base.top());
        for component in path.parent().components() {
            let Some(node) = directory.and_then(|directory| self.base.child(directory, component)) else {
                directory = None;
                resolved = resolved.join(component);
                continue;
            };
            match self.base.follow(node) {
                Ok(end) if self.base.is_directory(end) => {
                    resolved = self.base.path(end);
                    directory = Some(end);
                }
                _ => {
                    let above = self.base.path(node);
                    return Err(LayerError::NoDirectory { path: path.clone(), above });
                }
            }
        }
        Ok((resolved.join(path.file_name()), directory))
    }

    /// Records the permissions of a directory in a package; of several packages, the first one decides.
    pub(super) fn note_directory(&mut self, path: &RootedPath, permissions: Permissions) {
        // A directory that cannot be there is not needed.
        if let Ok((path, _)) = self.resolve(path) {
            self.directories.entry(path).or_insert(permissions);
        }
    }

    /// Adds an entry, unless the base has the same file or link there. Of two entries with one path, the first is kept.
    pub(super) fn put(&mut self, path: &RootedPath, entry: LayerEntry) -> Result<(), LayerError> {
        let (path, directory) = self.resolve(path)?;
        if let Some(present) = directory.and_then(|directory| self.base.child(directory, path.file_name())) {
            if self.base.is_directory(present) {
                return Err(LayerError::Directory { path });
            }
            if self.is_same(present, &path, &entry.kind) {
                return Ok(());
            }
        }
        self.entries.entry(path).or_insert(entry);
        Ok(())
    }

    /// Adds a directory, unless the base has one there.
    pub(super) fn put_directory(
        &mut self,
        path: &RootedPath,
        permissions: Permissions,
    ) -> Result<(), LayerError> {
        // Every root has a top directory.
        if *path == RootedPath::root() {
            return Ok(());
        }
        let (path, directory) = self.resolve(path)?;
        let present = directory.and_then(|directory| self.base.child(directory, path.file_name()));
        match present.map(|present| self.base.follow(present)) {
            None => {
                self.entries.entry(path).or_insert_with(|| LayerEntry::directory(permissions));
                Ok(())
            }
            Some(Ok(end)) if self.base.is_directory(end) => Ok(()),
            Some(_) => Err(LayerError::NoDirectory { path: path.clone(), above: path }),
        }
    }

    /// True if the base has the same file or link as an entry.
    fn is_same(&self, present: NodeId, path: &RootedPath, kind: &LayerEntryKind) -> bool {
        match kind {
            LayerEntryKind::Link(target) => self.base.link_target(present) == Some(target.as_bytes()),
            LayerEntryKind::File { sha256, .. } => {
                let below = path.below(&RootedPath::root()).unwrap_or_default();
                self.base_inventory.and_then(|base| base.file_digest(below)) == Some(*sha256)
            }
            // Files of a tree are not compared: they would be read twice.
            LayerEntryKind::Directory
            | LayerEntryKind::Text(_)
            | LayerEntryKind::TreeFile(_)
            | LayerEntryKind::HardLink(_) => false,
        }
    }

    /// True if the base has anything at a path, with links followed.
    pub(super) fn base_has(&self, path: &RootedPath) -> bool {
        self.base.resolve(self.base.top(), path.as_bytes()).is_ok()
    }

    pub(super) fn entries(&self) -> &BTreeMap<RootedPath, LayerEntry> {
        &self.entries
    }

    /// Completes the entries with the directories above them.
    pub(super) fn finish(self) -> Result<BuiltEntries, LayerError> {
        let Self { base, mut entries, directories, .. } = self;
        let mut base_directories = BTreeMap::new();
        let paths: Vec<RootedPath> = entries.keys().cloned().collect();
        for path in paths {
            let mut above = path.parent();
            while above != RootedPath::root() {
                let present = base.resolve(base.top(), above.as_bytes()).ok();
                match (entries.get(&above), present) {
                    (Some(entry), _) if entry.kind == LayerEntryKind::Directory => break,
                    (Some(_), _) => return Err(LayerError::BelowOther { path, above }),
                    // A resolved path has only directories of the base above it.
                    (None, Some(node)) => {
                        base_directories
                            .insert(above.clone(), LayerEntry::directory(permissions_of(base, node)));
                    }
                    (None, None) => {
                        let permissions =
                            directories.get(&above).copied().unwrap_or(Permissions::SYSTEM_DIRECTORY);
                        entries.insert(above.clone(), LayerEntry::directory(permissions));
                    }
                }
                above = above.parent();
            }
        }
        Ok(BuiltEntries { entries, base_directories })
    }
}

/// Permissions of a directory of the base; one that is not listed belongs to root.
fn permissions_of(base: &Root<'_>, node: NodeId) -> Permissions {
    match base.entry(node).map(|entry| &entry.kind) {
        Some(EntryKind::Directory(permissions)) => *permissions,
        _ => Permissions::SYSTEM_DIRECTORY,
    }
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

    /// Paths of the entries for links at these paths.
    fn built(paths: &[&str]) -> Result<Vec<String>, LayerError> {
        let (base, top) = (base(), RootedPath::root());
        let mut root = Root::new();
        root.mount(&top, &base);
        let mut builder = LayerBuilder::new(&root, Some(&base));
        for path in paths {
            builder.put(&RootedPath::new(path), link())?;
        }
        Ok(builder.finish()?.entries.keys().map(RootedPath::to_string).collect())
    }

    #[test]
    fn paths_follow_links_and_directories_of_the_base_are_not_repeated() {
        let paths = built(&["/lib/x/liba.so.1", "/usr/lib/libb.so.1"]).expect("is built");
        assert_eq!(paths, ["/usr/lib/libb.so.1", "/usr/lib/x", "/usr/lib/x/liba.so.1"]);
    }

    #[test]
    fn entries_below_files_are_errors() {
        for path in ["/srv/x", "/etc/alternatives/x", "/usr/lib/libz.so.1/x"] {
            assert!(matches!(built(&[path]), Err(LayerError::NoDirectory { .. })), "{path}");
        }
        assert!(matches!(built(&["/usr/lib"]), Err(LayerError::Directory { .. })));
        assert!(matches!(built(&["/opt/a", "/opt/a/b"]), Err(LayerError::BelowOther { .. })));
    }

    #[test]
    fn a_different_file_of_the_base_is_rebuilt() {
        assert_eq!(built(&["/usr/lib/libz.so.1"]).expect("is built"), ["/usr/lib/libz.so.1"]);
    }

    #[test]
    fn new_directories_have_the_permissions_of_the_package() {
        let private = Permissions { mode: 0o750, uid: 0, gid: 42 };
        let root = Root::new();
        let mut builder = LayerBuilder::new(&root, None);
        builder.note_directory(&RootedPath::new("/opt"), private);
        builder.put(&RootedPath::new("/opt/x/y"), link()).expect("is built");
        let entries = builder.finish().expect("is built").entries;
        let permissions = |path: &str| entries[&RootedPath::new(path)].permissions;
        assert_eq!((permissions("/opt"), permissions("/opt/x")), (private, Permissions::SYSTEM_DIRECTORY));
    }
}
