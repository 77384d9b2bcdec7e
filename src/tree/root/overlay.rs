//! Laying inventories over a root: as a layer, as a tree in an image, or as dpkg unpacks a package.

use bstr::ByteSlice;

use super::nodes::{MountId, NodeId, Root, RootNode};
use crate::tree::inventory::{Entry, Inventory};
use crate::vocabulary::RootedPath;

/// Rule for the entries of one mount.
#[derive(Clone, Copy)]
struct Placement {
    mount: MountId,
    /// True if a link to a directory counts as a directory.
    through_links: bool,
}

impl<'inventories> Root<'inventories> {
    /// Mounts an inventory with its top at `at`. Links on the way to `at` are followed, so that a mount below a merged
    /// `/lib` ends up where the link points; links below `at` are replaced.
    pub fn mount(&mut self, at: &'inventories RootedPath, inventory: &'inventories Inventory) -> MountId {
        self.mount_as(at, inventory, false)
    }

    /// Mounts a tree that is put into an image: links below `at` are followed too, because the tree must not replace the
    /// image's links.
    pub fn put_tree(&mut self, at: &'inventories RootedPath, inventory: &'inventories Inventory) -> MountId {
        self.mount_as(at, inventory, true)
    }

    fn mount_as(
        &mut self,
        at: &'inventories RootedPath,
        inventory: &'inventories Inventory,
        through_links: bool,
    ) -> MountId {
        let mount = self.start_mount(inventory.entries().len());
        let mut directory = self.top();
        for component in at.components() {
            let next = self.child(directory, component).and_then(|node| self.follow(node).ok());
            directory = match next.filter(|node| self.is_directory(*node)) {
                Some(node) => node,
                None => self.put(directory, component, mount, None),
            };
        }
        self.put_all(directory, Placement { mount, through_links }, inventory.entries().iter());
        mount
    }

    /// Installs the entries of a package whose paths `keep` accepts, as dpkg unpacks them.
    pub fn install(
        &mut self,
        package: &'inventories Inventory,
        mut keep: impl FnMut(&[u8]) -> bool,
    ) -> MountId {
        let mount = self.start_mount(0);
        let kept = package.entries().iter().filter(|entry| keep(&entry.path));
        self.put_all(self.top(), Placement { mount, through_links: true }, kept);
        mount
    }

    fn put_all(
        &mut self,
        top: NodeId,
        placement: Placement,
        entries: impl Iterator<Item = &'inventories Entry>,
    ) {
        // Entries are sorted, so most share their parent, or some directories above it, with the entry before.
        let mut last: &[u8] = b"";
        // Nodes of the directories in `last`, each with the end of its path there.
        let mut ancestors: Vec<(usize, NodeId)> = Vec::new();
        for entry in entries {
            let (directory, name) = match entry.path.rfind_byte(b'/') {
                Some(slash) => (&entry.path[..slash], &entry.path[slash + 1..]),
                None => (&b""[..], entry.path.as_slice()),
            };
            if directory != last {
                let is_common = |(end, _): &&(usize, NodeId)| {
                    directory.get(..*end) == Some(&last[..*end])
                        && matches!(directory.get(*end), None | Some(b'/'))
                };
                ancestors.truncate(ancestors.iter().take_while(is_common).count());
                self.enter(top, placement, directory, &mut ancestors);
                last = directory;
            }
            let directory = ancestors.last().map_or(top, |(_, node)| *node);
            if !(entry.is_directory() && self.directory_in(directory, placement, name).is_some()) {
                self.put(directory, name, placement.mount, Some(entry));
            }
        }
    }

    /// Goes from the last of `ancestors` down to the directory at a path below `top`, adding each directory on the way to
    /// `ancestors` and creating those that do not exist.
    fn enter(
        &mut self,
        top: NodeId,
        placement: Placement,
        path: &'inventories [u8],
        ancestors: &mut Vec<(usize, NodeId)>,
    ) {
        let (mut start, mut directory) = ancestors.last().copied().unwrap_or((0, top));
        while start < path.len() {
            let from = start + usize::from(path[start] == b'/');
            let end = path[from..].find_byte(b'/').map_or(path.len(), |slash| from + slash);
            let component = &path[from..end];
            if !component.is_empty() {
                directory = match self.directory_in(directory, placement, component) {
                    Some(node) => node,
                    None => self.put(directory, component, placement.mount, None),
                };
                ancestors.push((end, directory));
            }
            start = end;
        }
    }

    /// Directory with this name, if there is one. A layer's own paths do not go through links.
    fn directory_in(&self, directory: NodeId, placement: Placement, name: &[u8]) -> Option<NodeId> {
        let node = self.child(directory, name)?;
        let node = if placement.through_links { self.follow(node).ok()? } else { node };
        self.is_directory(node).then_some(node)
    }

    fn put(
        &mut self,
        parent: NodeId,
        name: &'inventories [u8],
        mount: MountId,
        entry: Option<&'inventories Entry>,
    ) -> NodeId {
        self.add(RootNode { parent, name, mount, entry })
    }
}
