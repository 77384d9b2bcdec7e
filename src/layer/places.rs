//! Where in the image an entry of the layer lies, and what the base has there.
//!
//! dpkg unpacks through links: where the base has a link to a folder, a package's folder of that name is where the
//! link leads (a merged /usr). A layer's entry would take the link's place instead, so each path is led through the
//! base's links before it is written.

use std::collections::BTreeMap;

use bstr::ByteSlice;

use super::{LayerEntry, LayerError, LayerKind};
use crate::inventory::{Inventory, Permissions};
use crate::root::{NodeId, Root};
use crate::vocabulary::RootedPath;

/// The entries that are gathered for a base.
pub(super) struct Places<'base> {
    base: &'base Root<'base>,
    base_inventory: Option<&'base Inventory>,
    entries: BTreeMap<RootedPath, LayerEntry>,
    /// What packages say of folders, by the folder's place in the image.
    folders: BTreeMap<RootedPath, Permissions>,
}

impl<'base> Places<'base> {
    /// `base` is the root that `base_inventory` makes, or an empty one.
    pub(super) fn new(base: &'base Root<'base>, base_inventory: Option<&'base Inventory>) -> Self {
        Self { base, base_inventory, entries: BTreeMap::new(), folders: BTreeMap::new() }
    }

    /// Where a path lies when the links of the base above it are followed, and its folder in the base if there is
    /// one.
    fn led(&self, path: &RootedPath) -> Result<(RootedPath, Option<NodeId>), LayerError> {
        let mut led = RootedPath::root();
        let mut folder = Some(self.base.top());
        for component in path.parent().components() {
            let Some(node) = folder.and_then(|folder| self.base.child(folder, component)) else {
                folder = None;
                led = led.join(component);
                continue;
            };
            match self.base.follow(node) {
                Ok(end) if self.base.is_folder(end) => {
                    led = self.base.path(end);
                    folder = Some(end);
                }
                _ => {
                    let above = self.base.path(node);
                    return Err(LayerError::NoFolder { path: path.clone(), above });
                }
            }
        }
        Ok((led.join(path.file_name()), folder))
    }

    /// Notes what a package says of a folder; of several packages the first counts.
    pub(super) fn note_folder(&mut self, path: &RootedPath, permissions: Permissions) {
        // Below something that is no folder there is none.
        if let Ok((led, _)) = self.led(path) {
            self.folders.entry(led).or_insert(permissions);
        }
    }

    /// Puts an entry at a path, unless the base has the same there. Of two with one path the first is kept.
    pub(super) fn put(&mut self, path: &RootedPath, entry: LayerEntry) -> Result<(), LayerError> {
        let (led, folder) = self.led(path)?;
        if let Some(present) = folder.and_then(|folder| self.base.child(folder, led.file_name())) {
            if self.base.is_folder(present) {
                return Err(LayerError::Folder { path: led });
            }
            if self.is_same(present, &led, &entry.kind) {
                return Ok(());
            }
        }
        self.entries.entry(led).or_insert(entry);
        Ok(())
    }

    /// Puts a folder at a path, unless the base has one there.
    pub(super) fn put_folder(
        &mut self,
        path: &RootedPath,
        permissions: Permissions,
    ) -> Result<(), LayerError> {
        let (led, folder) = self.led(path)?;
        let present = folder.and_then(|folder| self.base.child(folder, led.file_name()));
        match present.map(|present| self.base.follow(present)) {
            None => {
                let entry = LayerEntry { kind: LayerKind::Folder, permissions, package: None };
                self.entries.entry(led).or_insert(entry);
                Ok(())
            }
            Some(Ok(end)) if self.base.is_folder(end) => Ok(()),
            Some(_) => Err(LayerError::NoFolder { path: led.clone(), above: led }),
        }
    }

    fn is_same(&self, present: NodeId, path: &RootedPath, kind: &LayerKind) -> bool {
        match kind {
            LayerKind::Link(target) => self.base.link_target(present) == Some(target.as_bytes()),
            LayerKind::File { sha256, .. } => {
                let below = path.below(&RootedPath::root()).unwrap_or_default();
                self.base_inventory.and_then(|base| base.file_digest(below)) == Some(*sha256)
            }
            LayerKind::Folder | LayerKind::Text(_) => false,
        }
    }

    /// Whether the base has something at a path, links followed.
    pub(super) fn base_has(&self, path: &RootedPath) -> bool {
        self.base.resolve(self.base.top(), path.as_bytes()).is_ok()
    }

    pub(super) fn entries(&self) -> &BTreeMap<RootedPath, LayerEntry> {
        &self.entries
    }

    /// All entries, with the folders above them that the base does not have.
    pub(super) fn finish(self) -> Result<BTreeMap<RootedPath, LayerEntry>, LayerError> {
        let Self { base, mut entries, folders, .. } = self;
        let paths: Vec<RootedPath> = entries.keys().cloned().collect();
        for path in paths {
            let mut above = path.parent();
            while above != RootedPath::root() {
                let is_bases = base.resolve(base.top(), above.as_bytes()).is_ok();
                let permissions = folders.get(&above).copied().unwrap_or(Permissions::ROOTS);
                match entries.get(&above) {
                    Some(entry) if entry.kind == LayerKind::Folder => break,
                    Some(_) => return Err(LayerError::BelowOther { path, above }),
                    // The folder that is led to is the base's own; so are all above it.
                    None if is_bases => {}
                    None => {
                        let entry = LayerEntry { kind: LayerKind::Folder, permissions, package: None };
                        entries.insert(above.clone(), entry);
                    }
                }
                above = above.parent();
            }
        }
        Ok(entries)
    }
}
