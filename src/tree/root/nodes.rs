//! Nodes of a root: their entries, their directories and the mounts that they come from.

use hashbrown::HashMap;

use crate::tree::inventory::{Content, Entry, EntryKind};
use crate::vocabulary::RootedPath;

/// Usual number of components of a path, to allocate once.
const USUAL_DEPTH: usize = 16;

/// Number of a place in a [`Root`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

/// Number of a mount of a [`Root`], from 0 in the order of mounting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MountId(pub usize);

/// A file system made of inventories.
#[derive(Debug)]
pub struct Root<'inventories> {
    /// Root that this one lies over. Its nodes keep their numbers, and [`Self::nodes`] starts after them.
    lower: Option<&'inventories Root<'inventories>>,
    nodes: Vec<RootNode<'inventories>>,
    children: HashMap<(NodeId, &'inventories [u8]), NodeId>,
    mounts: usize,
    /// True if a mount has replaced an entry of an earlier one.
    has_covered: bool,
}

#[derive(Debug)]
pub(super) struct RootNode<'inventories> {
    pub(super) parent: NodeId,
    pub(super) name: &'inventories [u8],
    pub(super) mount: MountId,
    /// `None` for a directory that no inventory lists, but that lies above a listed entry.
    pub(super) entry: Option<&'inventories Entry>,
}

impl<'inventories> Root<'inventories> {
    /// Creates an empty root.
    pub fn new() -> Self {
        let top = RootNode { parent: NodeId(0), name: b"", mount: MountId(0), entry: None };
        Self { lower: None, nodes: vec![top], children: HashMap::new(), mounts: 0, has_covered: false }
    }

    /// Creates a root over another one, which stays as it is. Nodes and mounts of the lower root have the same numbers in
    /// this one.
    pub fn over(lower: &'inventories Root<'inventories>) -> Self {
        Self {
            lower: Some(lower),
            nodes: Vec::new(),
            children: HashMap::new(),
            mounts: lower.mounts,
            has_covered: lower.has_covered,
        }
    }

    /// The top directory, `/`.
    pub fn top(&self) -> NodeId {
        NodeId(0)
    }

    /// Number of the next mount, for which there is room for `entries` more nodes.
    pub(super) fn start_mount(&mut self, entries: usize) -> MountId {
        let mount = MountId(self.mounts);
        self.mounts += 1;
        self.children.reserve(entries);
        self.nodes.reserve(entries);
        mount
    }

    /// Adds a node, which covers the one with the same name in the same directory.
    pub(super) fn add(&mut self, added: RootNode<'inventories>) -> NodeId {
        let RootNode { parent, name, .. } = added;
        // A tree with 2^32 entries does not fit into memory long before this could wrap.
        let node = NodeId(u32::try_from(self.size()).unwrap_or(u32::MAX));
        self.nodes.push(added);
        let covered = self.children.insert((parent, name), node);
        let is_in = |lower: &Root<'_>| lower.child(parent, name).is_some();
        self.has_covered |= covered.is_some() || self.lower.is_some_and(is_in);
        node
    }

    /// Entry with this name in a directory, not resolved if it is a link.
    pub fn child(&self, directory: NodeId, name: &[u8]) -> Option<NodeId> {
        let own = self.children.get(&(directory, name)).copied();
        own.or_else(|| self.lower?.child(directory, name))
    }

    /// Entries of a directory with their names, in no particular order. Takes time in proportion to the whole root.
    pub fn children_of(&self, directory: NodeId) -> Vec<(&'inventories [u8], NodeId)> {
        let mut children = self.lower.map(|lower| lower.children_of(directory)).unwrap_or_default();
        children.retain(|(name, _)| !self.children.contains_key(&(directory, *name)));
        let own = self.children.iter().filter(|((parent, _), _)| *parent == directory);
        children.extend(own.map(|((_, name), node)| (*name, *node)));
        children
    }

    /// Number of nodes, with those of the root below.
    fn size(&self) -> usize {
        self.first_own() + self.nodes.len()
    }

    fn first_own(&self) -> usize {
        self.lower.map_or(0, Root::size)
    }

    fn node(&self, node: NodeId) -> &RootNode<'inventories> {
        match self.lower {
            Some(lower) if (node.0 as usize) < lower.size() => lower.node(node),
            _ => &self.nodes[node.0 as usize - self.first_own()],
        }
    }

    /// Name of an entry in its directory.
    pub fn name(&self, node: NodeId) -> &'inventories [u8] {
        self.node(node).name
    }

    /// Directory of an entry; the top is its own directory.
    pub fn directory_of(&self, node: NodeId) -> NodeId {
        self.node(node).parent
    }

    /// Mount that an entry comes from.
    pub fn mount_of(&self, node: NodeId) -> MountId {
        self.node(node).mount
    }

    /// True if an entry is a directory itself; a link to one is not.
    pub fn is_directory(&self, node: NodeId) -> bool {
        self.node(node).entry.is_none_or(Entry::is_directory)
    }

    /// Inventory entry of a node; `None` for a directory that no inventory lists.
    pub fn entry(&self, node: NodeId) -> Option<&'inventories Entry> {
        self.node(node).entry
    }

    /// Content of a regular file; `None` for anything else.
    pub fn content(&self, node: NodeId) -> Option<&'inventories Content> {
        self.entry(node)?.content()
    }

    /// Target of a link, unresolved; `None` for anything else.
    pub fn link_target(&self, node: NodeId) -> Option<&'inventories [u8]> {
        match &self.node(node).entry?.kind {
            EntryKind::Symlink(target) => Some(target.as_slice()),
            _ => None,
        }
    }

    /// Path of an entry from the top.
    pub fn path(&self, node: NodeId) -> RootedPath {
        let mut names = Vec::with_capacity(USUAL_DEPTH);
        let mut current = node;
        while current != self.top() {
            names.push(self.node(current).name);
            current = self.node(current).parent;
        }
        names.reverse();
        RootedPath::of_components(&names)
    }

    /// Entries with their nodes, in the order of mounting, without those that a later mount has covered.
    pub fn entries(&self) -> impl Iterator<Item = (NodeId, &'inventories Entry)> {
        self.nodes()
            .filter_map(|node| Some((node, self.entry(node)?)))
            .filter(|(node, _)| !self.has_covered || self.is_current(*node))
    }

    /// Entries of a mount that no later mount covers, with their nodes, sorted by path.
    pub fn entries_of(&self, mount: MountId) -> impl Iterator<Item = (NodeId, &'inventories Entry)> {
        self.nodes()
            .filter(move |node| self.mount_of(*node) == mount)
            .filter_map(|node| Some((node, self.entry(node)?)))
            .filter(|(node, _)| !self.has_covered || self.is_current(*node))
    }

    /// Regular files of a mount that were read with their tree and that no later mount covers, sorted by path.
    pub fn files_of(&self, mount: MountId) -> Vec<(NodeId, &'inventories Content)> {
        self.nodes()
            .filter(|node| self.mount_of(*node) == mount)
            .filter_map(|node| Some((node, self.entry(node)?.content_of_tree()?)))
            .filter(|(node, _)| !self.has_covered || self.is_current(*node))
            .collect()
    }

    /// All nodes, in the order of mounting.
    fn nodes(&self) -> impl Iterator<Item = NodeId> {
        (0..self.size()).filter_map(|index| Some(NodeId(u32::try_from(index).ok()?)))
    }

    /// True if no later mount has covered the node.
    fn is_current(&self, mut node: NodeId) -> bool {
        while node != self.top() {
            let RootNode { parent, name, .. } = *self.node(node);
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
