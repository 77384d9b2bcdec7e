//! Inventories laid over each other into one file system, and the way of a path through it.
//!
//! Later mounts lie over earlier ones as layers do: a folder over a folder adds to it, anything else takes
//! the place of what was there. Links are followed inside the root only: an absolute target starts at its
//! top, and `..` stops there (path_resolution(7)).

use bstr::ByteSlice;
use hashbrown::HashMap;

use crate::inventory::{Content, Entry, EntryKind, Inventory};
use crate::vocabulary::RootedPath;

/// Links that one path may lead through, as in Linux (path_resolution(7)).
const MAX_LINKS: usize = 40;

/// One place in a [`Root`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

/// Which of the mounts something comes from, in the order in which they were laid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MountId(pub usize);

/// Why a path leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dead {
    /// There is nothing of that name (ENOENT).
    Absent,
    /// Something that is no folder stands in the way (ENOTDIR).
    NotAFolder,
    /// Too many links (ELOOP).
    Loop,
}

/// A file system made of inventories.
#[derive(Debug)]
pub struct Root<'inventories> {
    nodes: Vec<Node<'inventories>>,
    children: HashMap<(NodeId, &'inventories [u8]), NodeId>,
    mounts: usize,
    /// Whether a mount has taken the place of anything of an earlier one.
    covers: bool,
}

#[derive(Debug)]
struct Node<'inventories> {
    parent: NodeId,
    name: &'inventories [u8],
    mount: MountId,
    /// None for a folder that no inventory lists, but that lies above one that does.
    entry: Option<&'inventories Entry>,
}

impl<'inventories> Root<'inventories> {
    /// An empty root.
    pub fn new() -> Self {
        let top = Node { parent: NodeId(0), name: b"", mount: MountId(0), entry: None };
        Self { nodes: vec![top], children: HashMap::new(), mounts: 0, covers: false }
    }

    /// The top folder, `/`.
    pub fn top(&self) -> NodeId {
        NodeId(0)
    }

    /// Lays an inventory over what is there, with its top at `at`. Links on the way to `at` are followed,
    /// so that a mount below a merged `/lib` lands where the link leads.
    pub fn mount(&mut self, at: &'inventories RootedPath, inventory: &'inventories Inventory) -> MountId {
        let mount = MountId(self.mounts);
        self.mounts += 1;
        let mut folder = self.top();
        for component in at.components() {
            let next = self.child(folder, component).and_then(|node| self.follow(node).ok());
            folder = match next.filter(|node| self.is_folder(*node)) {
                Some(node) => node,
                None => self.put(folder, component, mount, None),
            };
        }
        self.children.reserve(inventory.entries().len());
        self.nodes.reserve(inventory.entries().len());
        self.lay(folder, mount, inventory);
        mount
    }

    fn lay(&mut self, top: NodeId, mount: MountId, inventory: &'inventories Inventory) {
        // Entries are sorted, so that most have their parent in common with the one before.
        let mut last: (&[u8], NodeId) = (b"", top);
        for entry in inventory.entries() {
            let (folder, name) = match entry.path.rfind_byte(b'/') {
                Some(slash) => (&entry.path[..slash], &entry.path[slash + 1..]),
                None => (&b""[..], entry.path.as_slice()),
            };
            if folder != last.0 {
                last = (folder, self.folder_below(top, mount, folder));
            }
            match self.child(last.1, name) {
                Some(node) if entry.is_directory() && self.is_folder(node) => {}
                _ => {
                    self.put(last.1, name, mount, Some(entry));
                }
            }
        }
    }

    /// The folder at a path below `top`, made where there is none; a layer's own paths lead through no links.
    fn folder_below(&mut self, top: NodeId, mount: MountId, path: &'inventories [u8]) -> NodeId {
        let mut folder = top;
        for component in path.split_str("/").filter(|component| !component.is_empty()) {
            folder = match self.child(folder, component).filter(|node| self.is_folder(*node)) {
                Some(node) => node,
                None => self.put(folder, component, mount, None),
            };
        }
        folder
    }

    fn put(
        &mut self,
        parent: NodeId,
        name: &'inventories [u8],
        mount: MountId,
        entry: Option<&'inventories Entry>,
    ) -> NodeId {
        // A tree with 2^32 entries does not fit into memory long before this could wrap.
        let node = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(Node { parent, name, mount, entry });
        self.covers |= self.children.insert((parent, name), node).is_some();
        node
    }

    /// The entry of this name in a folder, links unresolved.
    pub fn child(&self, folder: NodeId, name: &[u8]) -> Option<NodeId> {
        self.children.get(&(folder, name)).copied()
    }

    /// The entries of a folder with their names, in no particular order. It looks at the whole root.
    pub fn children_of(&self, folder: NodeId) -> impl Iterator<Item = (&'inventories [u8], NodeId)> {
        self.children
            .iter()
            .filter(move |((parent, _), _)| *parent == folder)
            .map(|((_, name), node)| (*name, *node))
    }

    fn node(&self, node: NodeId) -> &Node<'inventories> {
        &self.nodes[node.0 as usize]
    }

    /// The name of an entry in its folder.
    pub fn name(&self, node: NodeId) -> &'inventories [u8] {
        self.node(node).name
    }

    /// Which mount an entry comes from.
    pub fn mount_of(&self, node: NodeId) -> MountId {
        self.node(node).mount
    }

    /// Whether an entry is a folder itself; a link to one is not.
    pub fn is_folder(&self, node: NodeId) -> bool {
        self.node(node).entry.is_none_or(Entry::is_directory)
    }

    /// The content of a regular file; none for anything else.
    pub fn content(&self, node: NodeId) -> Option<&'inventories Content> {
        self.node(node).entry?.content()
    }

    /// The target of a link, as it stands.
    fn link_target(&self, node: NodeId) -> Option<&'inventories [u8]> {
        match &self.node(node).entry?.kind {
            EntryKind::Symlink(target) => Some(target.as_slice()),
            _ => None,
        }
    }

    /// The path of an entry from the top.
    pub fn path(&self, node: NodeId) -> RootedPath {
        let mut names = Vec::new();
        let mut current = node;
        while current != self.top() {
            names.push(self.node(current).name);
            current = self.node(current).parent;
        }
        names.reverse();
        RootedPath::of_components(&names)
    }

    /// Where a path leads from `folder` on (or from the top, if it begins with a slash), every link followed.
    ///
    /// # Errors
    /// Why it leads nowhere.
    pub fn resolve(&self, folder: NodeId, path: &[u8]) -> Result<NodeId, Dead> {
        self.walk(folder, path, &mut 0)
    }

    /// The entry itself, or where it leads if it is a link.
    ///
    /// # Errors
    /// Why it leads nowhere.
    pub fn follow(&self, node: NodeId) -> Result<NodeId, Dead> {
        self.follow_counted(node, &mut 0)
    }

    fn walk(&self, folder: NodeId, path: &[u8], links: &mut usize) -> Result<NodeId, Dead> {
        let mut current = if path.starts_with(b"/") { self.top() } else { folder };
        for component in path.split_str("/") {
            if !self.is_folder(current) {
                return Err(Dead::NotAFolder);
            }
            current = match component {
                b"" | b"." => current,
                b".." => self.node(current).parent,
                name => self.follow_counted(self.child(current, name).ok_or(Dead::Absent)?, links)?,
            };
        }
        Ok(current)
    }

    fn follow_counted(&self, node: NodeId, links: &mut usize) -> Result<NodeId, Dead> {
        let Some(target) = self.link_target(node) else { return Ok(node) };
        *links += 1;
        if *links > MAX_LINKS {
            return Err(Dead::Loop);
        }
        self.walk(self.node(node).parent, target, links)
    }

    /// The regular files that come from a mount and are not covered by a later one, sorted by path.
    pub fn files_of(&self, mount: MountId) -> Vec<(NodeId, &'inventories Content)> {
        let nodes = (0..self.nodes.len()).filter_map(|index| Some(NodeId(u32::try_from(index).ok()?)));
        nodes
            .filter(|node| self.mount_of(*node) == mount)
            .filter_map(|node| Some((node, self.content(node)?)))
            .filter(|(node, _)| !self.covers || self.is_current(*node))
            .collect()
    }

    /// False for what a later mount has covered.
    fn is_current(&self, mut node: NodeId) -> bool {
        while node != self.top() {
            let Node { parent, name, .. } = *self.node(node);
            if self.child(parent, name) != Some(node) {
                return false;
            }
            node = parent;
        }
        true
    }
}

impl Default for Root<'_> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::FileContent;

    fn inventory(entries: &[(&str, EntryKind)]) -> Inventory {
        let entries =
            entries.iter().map(|(path, kind)| Entry { path: (*path).into(), kind: copy(kind) }).collect();
        Inventory::new(entries, Vec::new())
    }

    fn copy(kind: &EntryKind) -> EntryKind {
        match kind {
            EntryKind::Directory => EntryKind::Directory,
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

    fn resolved(root: &Root<'_>, path: &str) -> Result<String, Dead> {
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
        assert_eq!(resolved(&root, "/loop"), Err(Dead::Loop));
        assert_eq!(resolved(&root, "/dangling"), Err(Dead::Absent));
        assert_eq!(resolved(&root, "/usr/lib/libx.so.1/y"), Err(Dead::NotAFolder));
        assert_eq!(resolved(&root, "/usr/lib/.."), Ok("/usr".to_owned()));
    }

    #[test]
    fn a_mount_point_leads_through_the_bases_links() {
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
    fn a_later_mount_covers_what_is_no_folder() {
        let base = inventory(&[("opt/x", link("/elsewhere")), ("opt/y/old", file())]);
        let app = inventory(&[("x/new", file()), ("y", file())]);
        let (top, at) = (RootedPath::root(), RootedPath::new("/opt"));
        let mut root = Root::new();
        root.mount(&top, &base);
        root.mount(&at, &app);
        assert_eq!(resolved(&root, "/opt/x/new"), Ok("/opt/x/new".to_owned()));
        assert_eq!(resolved(&root, "/opt/y/old"), Err(Dead::NotAFolder));
        let paths = |mount| {
            root.files_of(mount).into_iter().map(|(node, _)| root.path(node).to_string()).collect::<Vec<_>>()
        };
        assert_eq!(paths(MountId(1)), ["/opt/x/new", "/opt/y"]);
        assert_eq!(paths(MountId(0)), Vec::<String>::new());
    }
}
