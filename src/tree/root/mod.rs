//! Inventories laid over each other into one file system, and the way of a path through it.
//!
//! Later mounts lie over earlier ones as layers do: a directory over a directory adds to it, anything else takes
//! the place of what was there. Links are followed inside the root only: an absolute target starts at its
//! top, and `..` stops there (path_resolution(7)).
//!
//! A package is not mounted but installed: where it has a directory and the root a link to one, dpkg unpacks through
//! the link, so that a package's `/lib` lands in the `/usr/lib` of a merged root. So is a tree that is put into an image.
//!
//! A root can lie over another one without copying it ([`Root::over`]), so that trying out a package costs no
//! more than the package has entries.

use bstr::ByteSlice;
use hashbrown::HashMap;

use crate::tree::inventory::{Content, Entry, EntryKind, Inventory};
use crate::vocabulary::RootedPath;

/// Links that one path may lead through, as in Linux (path_resolution(7)).
const MAX_LINKS: usize = 40;

/// Most paths have no more components.
const USUAL_DEPTH: usize = 16;

/// One place in a [`Root`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

/// Which of the mounts something comes from, in the order in which they were laid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MountId(pub usize);

/// Why a path leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PathError {
    /// There is nothing of that name (ENOENT).
    Absent,
    /// Something that is no directory stands in the way (ENOTDIR).
    NotADirectory,
    /// Too many links (ELOOP).
    Loop,
}

/// A file system made of inventories.
#[derive(Debug)]
pub struct Root<'inventories> {
    /// What this one lies over. Its nodes keep their numbers, and [`Self::nodes`] begins behind them.
    lower: Option<&'inventories Root<'inventories>>,
    nodes: Vec<Node<'inventories>>,
    children: HashMap<(NodeId, &'inventories [u8]), NodeId>,
    mounts: usize,
    /// Whether a mount has taken the place of anything of an earlier one.
    covers: bool,
}

/// How entries are laid over a root.
#[derive(Clone, Copy)]
struct Laying {
    mount: MountId,
    /// Whether a link to a directory is as good as a directory.
    through_links: bool,
}

#[derive(Debug)]
struct Node<'inventories> {
    parent: NodeId,
    name: &'inventories [u8],
    mount: MountId,
    /// None for a directory that no inventory lists, but that lies above one that does.
    entry: Option<&'inventories Entry>,
}

impl<'inventories> Root<'inventories> {
    /// An empty root.
    pub fn new() -> Self {
        let top = Node { parent: NodeId(0), name: b"", mount: MountId(0), entry: None };
        Self { lower: None, nodes: vec![top], children: HashMap::new(), mounts: 0, covers: false }
    }

    /// A root with all that another one has, to lay more over it. Nodes and mounts of that one are the same in
    /// this one.
    pub fn over(lower: &'inventories Root<'inventories>) -> Self {
        Self {
            lower: Some(lower),
            nodes: Vec::new(),
            children: HashMap::new(),
            mounts: lower.mounts,
            covers: lower.covers,
        }
    }

    /// The top directory, `/`.
    pub fn top(&self) -> NodeId {
        NodeId(0)
    }

    /// Lays an inventory over what is there, with its top at `at`. Links on the way to `at` are followed,
    /// so that a mount below a merged `/lib` lands where the link leads.
    pub fn mount(&mut self, at: &'inventories RootedPath, inventory: &'inventories Inventory) -> MountId {
        self.mount_as(at, inventory, false)
    }

    /// The same, with links below `at` followed too: for a tree that is put into an image, which must not take the place
    /// of the image's links.
    pub fn put_tree(&mut self, at: &'inventories RootedPath, inventory: &'inventories Inventory) -> MountId {
        self.mount_as(at, inventory, true)
    }

    fn mount_as(
        &mut self,
        at: &'inventories RootedPath,
        inventory: &'inventories Inventory,
        through_links: bool,
    ) -> MountId {
        let mount = MountId(self.mounts);
        self.mounts += 1;
        let mut directory = self.top();
        for component in at.components() {
            let next = self.child(directory, component).and_then(|node| self.follow(node).ok());
            directory = match next.filter(|node| self.is_directory(*node)) {
                Some(node) => node,
                None => self.put(directory, component, mount, None),
            };
        }
        self.children.reserve(inventory.entries().len());
        self.nodes.reserve(inventory.entries().len());
        self.lay(directory, Laying { mount, through_links }, inventory.entries().iter());
        mount
    }

    /// Lays those entries of a package over what is there whose paths `keep` takes, as dpkg unpacks them.
    pub fn install(
        &mut self,
        package: &'inventories Inventory,
        mut keep: impl FnMut(&[u8]) -> bool,
    ) -> MountId {
        let mount = MountId(self.mounts);
        self.mounts += 1;
        let kept = package.entries().iter().filter(|entry| keep(&entry.path));
        self.lay(self.top(), Laying { mount, through_links: true }, kept);
        mount
    }

    fn lay(&mut self, top: NodeId, laying: Laying, entries: impl Iterator<Item = &'inventories Entry>) {
        // Entries are sorted, so that most have their parent in common with the one before, or else some directories above it.
        let mut last: &[u8] = b"";
        // Those directories, each with the end of its path in `last`.
        let mut above: Vec<(usize, NodeId)> = Vec::new();
        for entry in entries {
            let (directory, name) = match entry.path.rfind_byte(b'/') {
                Some(slash) => (&entry.path[..slash], &entry.path[slash + 1..]),
                None => (&b""[..], entry.path.as_slice()),
            };
            if directory != last {
                let is_above = |(end, _): &&(usize, NodeId)| {
                    directory.get(..*end) == Some(&last[..*end])
                        && matches!(directory.get(*end), None | Some(b'/'))
                };
                above.truncate(above.iter().take_while(is_above).count());
                self.enter(top, laying, directory, &mut above);
                last = directory;
            }
            let directory = above.last().map_or(top, |(_, node)| *node);
            if !(entry.is_directory() && self.directory_in(directory, laying, name).is_some()) {
                self.put(directory, name, laying.mount, Some(entry));
            }
        }
    }

    /// Goes on to the directory at a path below `top`, from the last of those above it, and notes each; makes it where there
    /// is none.
    fn enter(
        &mut self,
        top: NodeId,
        laying: Laying,
        path: &'inventories [u8],
        above: &mut Vec<(usize, NodeId)>,
    ) {
        let (mut start, mut directory) = above.last().copied().unwrap_or((0, top));
        while start < path.len() {
            let from = start + usize::from(path[start] == b'/');
            let end = path[from..].find_byte(b'/').map_or(path.len(), |slash| from + slash);
            let component = &path[from..end];
            if !component.is_empty() {
                directory = match self.directory_in(directory, laying, component) {
                    Some(node) => node,
                    None => self.put(directory, component, laying.mount, None),
                };
                above.push((end, directory));
            }
            start = end;
        }
    }

    /// The directory of this name, if there is one: a layer's own paths lead through no links.
    fn directory_in(&self, directory: NodeId, laying: Laying, name: &[u8]) -> Option<NodeId> {
        let node = self.child(directory, name)?;
        let node = if laying.through_links { self.follow(node).ok()? } else { node };
        self.is_directory(node).then_some(node)
    }

    fn put(
        &mut self,
        parent: NodeId,
        name: &'inventories [u8],
        mount: MountId,
        entry: Option<&'inventories Entry>,
    ) -> NodeId {
        // A tree with 2^32 entries does not fit into memory long before this could wrap.
        let node = NodeId(u32::try_from(self.size()).unwrap_or(u32::MAX));
        self.nodes.push(Node { parent, name, mount, entry });
        let covered = self.children.insert((parent, name), node);
        let is_below = |lower: &Root<'_>| lower.child(parent, name).is_some();
        self.covers |= covered.is_some() || self.lower.is_some_and(is_below);
        node
    }

    /// The entry of this name in a directory, links unresolved.
    pub fn child(&self, directory: NodeId, name: &[u8]) -> Option<NodeId> {
        let own = self.children.get(&(directory, name)).copied();
        own.or_else(|| self.lower?.child(directory, name))
    }

    /// The entries of a directory with their names, in no particular order. It looks at the whole root.
    pub fn children_of(&self, directory: NodeId) -> Vec<(&'inventories [u8], NodeId)> {
        let mut children = self.lower.map(|lower| lower.children_of(directory)).unwrap_or_default();
        children.retain(|(name, _)| !self.children.contains_key(&(directory, *name)));
        let own = self.children.iter().filter(|((parent, _), _)| *parent == directory);
        children.extend(own.map(|((_, name), node)| (*name, *node)));
        children
    }

    /// How many nodes there are, with those of the root below.
    fn size(&self) -> usize {
        self.first_own() + self.nodes.len()
    }

    fn first_own(&self) -> usize {
        self.lower.map_or(0, Root::size)
    }

    fn node(&self, node: NodeId) -> &Node<'inventories> {
        match self.lower {
            Some(lower) if (node.0 as usize) < lower.size() => lower.node(node),
            _ => &self.nodes[node.0 as usize - self.first_own()],
        }
    }

    /// The name of an entry in its directory.
    pub fn name(&self, node: NodeId) -> &'inventories [u8] {
        self.node(node).name
    }

    /// The directory that an entry lies in; the top lies in itself.
    pub fn directory_of(&self, node: NodeId) -> NodeId {
        self.node(node).parent
    }

    /// Which mount an entry comes from.
    pub fn mount_of(&self, node: NodeId) -> MountId {
        self.node(node).mount
    }

    /// Whether an entry is a directory itself; a link to one is not.
    pub fn is_directory(&self, node: NodeId) -> bool {
        self.node(node).entry.is_none_or(Entry::is_directory)
    }

    /// What an inventory says of a node; none for a directory that only lies above something.
    pub fn entry(&self, node: NodeId) -> Option<&'inventories Entry> {
        self.node(node).entry
    }

    /// The content of a regular file; none for anything else.
    pub fn content(&self, node: NodeId) -> Option<&'inventories Content> {
        self.entry(node)?.content()
    }

    /// The target of a link, as it stands; none for anything else.
    pub fn link_target(&self, node: NodeId) -> Option<&'inventories [u8]> {
        match &self.node(node).entry?.kind {
            EntryKind::Symlink(target) => Some(target.as_slice()),
            _ => None,
        }
    }

    /// The path of an entry from the top.
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

    /// Where a path leads from `directory` on (or from the top, if it begins with a slash), every link followed.
    ///
    /// # Errors
    /// Why it leads nowhere.
    pub fn resolve(&self, directory: NodeId, path: &[u8]) -> Result<NodeId, PathError> {
        self.walk(directory, path, &mut Vec::new())
    }

    /// The links that a path leads through from `directory` on, in order, and what it leads to at last.
    ///
    /// # Errors
    /// As for [`Self::resolve`].
    pub fn way(&self, directory: NodeId, path: &[u8]) -> Result<(Vec<NodeId>, NodeId), PathError> {
        let mut links = Vec::new();
        let end = self.walk(directory, path, &mut links)?;
        Ok((links, end))
    }

    /// The entry itself, or where it leads if it is a link.
    ///
    /// # Errors
    /// Why it leads nowhere.
    pub fn follow(&self, node: NodeId) -> Result<NodeId, PathError> {
        self.follow_noting(node, &mut Vec::new())
    }

    fn walk(&self, directory: NodeId, path: &[u8], links: &mut Vec<NodeId>) -> Result<NodeId, PathError> {
        let mut current = if path.starts_with(b"/") { self.top() } else { directory };
        for component in path.split_str("/") {
            if !self.is_directory(current) {
                return Err(PathError::NotADirectory);
            }
            current = match component {
                b"" | b"." => current,
                b".." => self.node(current).parent,
                name => self.follow_noting(self.child(current, name).ok_or(PathError::Absent)?, links)?,
            };
        }
        Ok(current)
    }

    fn follow_noting(&self, node: NodeId, links: &mut Vec<NodeId>) -> Result<NodeId, PathError> {
        let Some(target) = self.link_target(node) else { return Ok(node) };
        if links.len() == MAX_LINKS {
            return Err(PathError::Loop);
        }
        links.push(node);
        self.walk(self.node(node).parent, target, links)
    }

    /// What stands in this root by itself with its entries, in the order in which they were laid; what a later mount has
    /// covered is left out.
    pub fn entries(&self) -> impl Iterator<Item = (NodeId, &'inventories Entry)> {
        self.nodes()
            .filter_map(|node| Some((node, self.entry(node)?)))
            .filter(|(node, _)| !self.covers || self.is_current(*node))
    }

    /// The regular files that were read with the tree of a mount and are not covered by a later one, sorted by path.
    pub fn files_of(&self, mount: MountId) -> Vec<(NodeId, &'inventories Content)> {
        self.nodes()
            .filter(|node| self.mount_of(*node) == mount)
            .filter_map(|node| Some((node, self.entry(node)?.content_of_tree()?)))
            .filter(|(node, _)| !self.covers || self.is_current(*node))
            .collect()
    }

    /// Every place, in the order in which they were laid.
    fn nodes(&self) -> impl Iterator<Item = NodeId> {
        (0..self.size()).filter_map(|index| Some(NodeId(u32::try_from(index).ok()?)))
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
    use crate::tree::inventory::{FileContent, Permissions};

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
    fn a_package_is_unpacked_through_the_roots_links_and_a_mount_is_not() {
        let base = inventory(&[("lib", link("usr/lib")), ("usr/lib/a", file())]);
        let package = inventory(&[
            ("lib", EntryKind::Directory(Permissions::ROOTS)),
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
        let app = inventory(&[("lib", EntryKind::Directory(Permissions::ROOTS)), ("lib/b", file())]);
        let top = RootedPath::root();
        let mut root = Root::new();
        root.mount(&top, &base);
        root.put_tree(&top, &app);
        assert_eq!(resolved(&root, "/lib/a"), Ok("/usr/lib/a".to_owned()));
        assert_eq!(resolved(&root, "/lib/b"), Ok("/usr/lib/b".to_owned()));
    }

    #[test]
    fn the_links_on_a_way_are_told_in_order() {
        let base = inventory(&[
            ("lib", link("usr/lib")),
            ("usr/lib/libx.so.1", link("../../etc/alternatives/libx")),
            ("etc/alternatives/libx", link("/lib/libx.so.1.2")),
            ("usr/lib/libx.so.1.2", file()),
        ]);
        let top = RootedPath::root();
        let mut root = Root::new();
        root.mount(&top, &base);
        let (links, end) = root.way(root.top(), b"/usr/lib/libx.so.1").expect("leads somewhere");
        let paths: Vec<_> = links.iter().map(|node| root.path(*node).to_string()).collect();
        assert_eq!(paths, ["/usr/lib/libx.so.1", "/etc/alternatives/libx", "/lib"]);
        assert_eq!(root.path(end).to_string(), "/usr/lib/libx.so.1.2");
    }

    #[test]
    fn a_later_mount_covers_what_is_no_directory() {
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
}
