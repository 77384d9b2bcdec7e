//! Flattening the layers of an image into one tree (OCI Image Format, "Applying Changesets").
//!
//! Whiteouts remove entries of the layers below, never of their own layer. A directory over a directory adds to it;
//! anything else replaces the entry below, so a directory replaces a link of the layers below. If a layer does not list a
//! directory but only entries in it, their path goes through an existing link, inside the root, as containerd and umoci
//! unpack it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bstr::{BString, ByteSlice};

use super::paths::{join, remove_below, split};
use super::read_layer::{HardLink, ReadLayer, Whiteout};
use crate::tree::inventory::{Diagnostic, Entry, EntryKind, Inventory};
use crate::vocabulary::MAX_LINKS;

/// Flattens layers, the lowest first. Returns with the inventory the number of the layer of each entry, in the order of the
/// entries.
pub(crate) fn flatten(layers: impl IntoIterator<Item = Arc<ReadLayer>>) -> (Inventory, Vec<LayerNumber>) {
    let mut flat = Flat::default();
    for (number, layer) in (0..).zip(layers) {
        flat.number = number;
        flat.apply(Arc::unwrap_or_clone(layer));
    }
    // The keys of a map are sorted and unique, as the paths of an inventory are.
    let (entries, numbers) =
        flat.entries.into_iter().map(|(path, (kind, number))| (Entry { path, kind }, number)).unzip();
    (Inventory::new(entries, flat.diagnostics), numbers)
}

/// Number of a layer of an image, from 0 for the lowest; an image has at most 1,024.
pub type LayerNumber = u16;

/// Entries of the layers so far, by path, without directories that none of them lists.
#[derive(Default)]
struct Flat {
    entries: BTreeMap<BString, (EntryKind, LayerNumber)>,
    /// Number of the layer that is being applied.
    number: LayerNumber,
    diagnostics: Vec<Diagnostic>,
}

/// State of applying one layer.
#[derive(Default)]
struct LayerState {
    /// Paths of its own entries so far, which its whiteouts do not remove. `None` if it has no whiteouts.
    placed: Option<BTreeSet<BString>>,
    /// Directory of the entry before: entries are sorted, so most share it.
    last_directory: Option<BString>,
}

/// Error of a path that goes through too many links.
struct Loop;

impl Flat {
    fn apply(&mut self, layer: ReadLayer) {
        let ReadLayer { inventory, modes, machine_needs, whiteouts, hard_links, .. } = layer;
        let (entries, diagnostics) = inventory.into_parts();
        self.diagnostics.extend(diagnostics);
        // A whiteout is applied after its directory's own entry and before the entries in the directory.
        let mut whiteouts: Vec<_> =
            whiteouts.into_iter().map(|whiteout| (whiteout.own_path(), whiteout)).collect();
        whiteouts.sort();
        let mut whiteouts = whiteouts.into_iter().peekable();
        let mut state =
            LayerState { placed: whiteouts.peek().map(|_| BTreeSet::new()), last_directory: None };
        let (mut modes, mut needs) = (modes.into_iter(), machine_needs.into_iter().peekable());
        for (Entry { path, mut kind }, index) in entries.into_iter().zip(0..) {
            let mode = modes.next();
            if let (EntryKind::File(content), Some(mode)) = (&mut kind, mode) {
                content.set_mode(mode);
                let of_object = needs.next_if(|(place, ..)| *place == index);
                if let (Some((_, alignment, level)), Some(facts)) = (of_object, content.object_mut()) {
                    (facts.load_alignment, facts.cpu_level) = (alignment, level);
                }
            }
            while let Some((_, whiteout)) = whiteouts.next_if(|(own_path, _)| *own_path < path) {
                self.remove(&whiteout, &mut state);
            }
            self.put(&path, kind, &mut state);
        }
        for (_, whiteout) in whiteouts {
            self.remove(&whiteout, &mut state);
        }
        for link in hard_links {
            self.put_hard_link(link);
        }
    }

    /// Removes entries of the layers below.
    fn remove(&mut self, whiteout: &Whiteout, state: &mut LayerState) {
        state.last_directory = None;
        let (directory, name) = match whiteout {
            Whiteout::Entry(path) => split(path),
            Whiteout::Below(path) => (path.as_slice(), &b""[..]),
        };
        let Ok(directory) = self.directory_at(directory) else { return };
        let is_lower = |path: &BString| state.placed.as_ref().is_none_or(|placed| !placed.contains(path));
        let removed = if name.is_empty() { directory } else { join(&directory, name) };
        remove_below(&mut self.entries, &removed, is_lower);
        if !name.is_empty() && is_lower(&removed) {
            self.entries.remove(&removed);
        }
    }

    /// Adds an entry, at the path that its directory resolves to.
    fn put(&mut self, path: &BString, kind: EntryKind, state: &mut LayerState) {
        let (directory, name) = split(path);
        let place = if state.last_directory.as_ref().is_some_and(|last| last == directory) {
            path.clone()
        } else {
            let Ok(found) = self.directory_at(directory) else {
                return self.refuse(path.clone(), "below too many links");
            };
            self.remove_files_above(&found);
            let place = join(&found, name);
            // A path without links stays without, whatever is added in the directory.
            state.last_directory = (found == directory).then_some(found);
            place
        };
        if !matches!(kind, EntryKind::Directory(_)) {
            remove_below(&mut self.entries, &place, |_| true);
        }
        if let Some(placed) = &mut state.placed {
            placed.insert(place.clone());
        }
        self.entries.insert(place, (kind, self.number));
    }

    fn put_hard_link(&mut self, HardLink { path, target }: HardLink) {
        let (directory, name) = split(&target);
        let found =
            self.directory_at(directory).ok().and_then(|directory| self.entries.get(&join(&directory, name)));
        match found {
            Some((EntryKind::Directory(_), _)) | None => {
                self.refuse(path, "a hard link to a file that does not exist")
            }
            Some((kind, _)) => {
                let kind = kind.clone();
                self.put(&path, kind, &mut LayerState::default());
            }
        }
    }

    /// Resolves the path of a directory, every link followed inside the root. It need not exist.
    fn directory_at(&self, path: &[u8]) -> Result<BString, Loop> {
        let mut current = BString::default();
        let mut links = 0;
        let mut ahead: Vec<BString> = path.rsplit_str("/").map(BString::from).collect();
        while let Some(component) = ahead.pop() {
            match component.as_slice() {
                b"" | b"." => continue,
                b".." => {
                    current = split(&current).0.into();
                    continue;
                }
                name => current = join(&current, name),
            }
            if let Some((EntryKind::Symlink(target), _)) = self.entries.get(&current) {
                links += 1;
                if links > MAX_LINKS {
                    return Err(Loop);
                }
                current =
                    if target.starts_with(b"/") { BString::default() } else { split(&current).0.into() };
                ahead.extend(target.rsplit_str("/").map(BString::from));
            }
        }
        Ok(current)
    }

    /// Removes entries that are not directories where the path needs directories.
    fn remove_files_above(&mut self, directory: &[u8]) {
        let mut ancestor = directory;
        while !ancestor.is_empty() {
            if self
                .entries
                .get(ancestor.as_bstr())
                .is_some_and(|(kind, _)| !matches!(kind, EntryKind::Directory(_)))
            {
                self.entries.remove(ancestor.as_bstr());
            }
            ancestor = split(ancestor).0;
        }
    }

    fn refuse(&mut self, path: BString, cause: &str) {
        self.diagnostics.push(Diagnostic { path, cause: cause.to_owned() });
    }
}

#[cfg(test)]
mod tests {
    use std::iter;

    use proptest::prelude::*;

    use super::*;
    use crate::tree::inventory::{Content, FileContent, Permissions};
    use crate::vocabulary::Sha256Digest;

    /// Entry or whiteout of a layer.
    #[derive(Clone, Debug, PartialEq)]
    enum Item {
        Directory,
        /// A file of this layer.
        File(usize),
        Link(String),
        Gone,
        AllGone,
    }

    type Items = BTreeMap<String, Item>;

    fn layer(items: &Items) -> ReadLayer {
        let (mut entries, mut whiteouts) = (Vec::new(), BTreeSet::new());
        for (path, item) in items {
            let directory_and_name = path.rsplit_once('/').unwrap_or(("", path));
            let kind = match item {
                Item::Directory => EntryKind::Directory(Permissions::SYSTEM_DIRECTORY),
                Item::Link(target) => EntryKind::Symlink(target.as_str().into()),
                Item::File(layer) => {
                    let text = layer.to_string().into_bytes();
                    EntryKind::File(FileContent::new(Content::Text(text)))
                }
                Item::Gone => {
                    let name = &directory_and_name.1[".wh.".len()..];
                    whiteouts.insert(Whiteout::Entry(join(directory_and_name.0.as_bytes(), name.as_bytes())));
                    continue;
                }
                Item::AllGone => {
                    whiteouts.insert(Whiteout::Below(directory_and_name.0.into()));
                    continue;
                }
            };
            entries.push(Entry { path: path.as_str().into(), kind });
        }
        let inventory = Inventory::new(entries, Vec::new());
        ReadLayer {
            diff_id: Sha256Digest([0; 32]),
            inventory,
            modes: Vec::new(),
            machine_needs: Vec::new(),
            whiteouts,
            hard_links: Vec::new(),
            held_bytes: 0,
        }
    }

    fn flat(layers: &[Items]) -> Items {
        let (inventory, _) = flatten(layers.iter().map(layer).map(Arc::new));
        let item = |entry: &Entry| match &entry.kind {
            EntryKind::Directory(_) => Item::Directory,
            EntryKind::Symlink(target) => Item::Link(target.to_string()),
            _ => match entry.content() {
                Some(Content::Text(text)) => Item::File(text.to_str_lossy().parse().expect("a number")),
                other => panic!("{other:?} is none of this test"),
            },
        };
        inventory.entries().iter().map(|entry| (entry.path.to_string(), item(entry))).collect()
    }

    fn items(listed: &[(&str, Item)]) -> Items {
        listed.iter().map(|(path, item)| ((*path).to_owned(), item.clone())).collect()
    }

    fn link(target: &str) -> Item {
        Item::Link(target.to_owned())
    }

    #[test]
    fn a_directory_replaces_a_link_and_a_path_goes_through_it() {
        let lower = items(&[("lib", link("usr/lib")), ("usr/lib/a", Item::File(0))]);
        let through = items(&[("lib/b", Item::File(1))]);
        let replacing = items(&[("lib", Item::Directory), ("lib/b", Item::File(1))]);
        assert_eq!(
            flat(&[lower.clone(), through]),
            items(&[("lib", link("usr/lib")), ("usr/lib/a", Item::File(0)), ("usr/lib/b", Item::File(1))])
        );
        assert_eq!(
            flat(&[lower, replacing]),
            items(&[("lib", Item::Directory), ("lib/b", Item::File(1)), ("usr/lib/a", Item::File(0))])
        );
    }

    #[test]
    fn files_directories_and_links_replace_each_other() {
        let lower = items(&[("a/x", Item::File(0)), ("b", Item::File(0)), ("c/y", Item::File(0))]);
        let upper = items(&[("a", Item::File(1)), ("b/z", Item::File(1)), ("c", link("/etc"))]);
        let expected = items(&[("a", Item::File(1)), ("b/z", Item::File(1)), ("c", link("/etc"))]);
        assert_eq!(flat(&[lower, upper]), expected);
    }

    #[test]
    fn whiteouts_remove_only_from_the_layers_below() {
        let lower = items(&[("a/x", Item::File(0)), ("a/y/z", Item::File(0)), ("b", Item::File(0))]);
        let upper =
            items(&[("a/.wh..wh..opq", Item::AllGone), ("a/x", Item::File(1)), (".wh.b", Item::Gone)]);
        assert_eq!(flat(&[lower, upper]), items(&[("a/x", Item::File(1))]));
    }

    #[test]
    fn a_whiteout_that_removes_the_link_to_its_own_directory() {
        let lower = items(&[("a", Item::Directory), ("b", link("/"))]);
        let upper = items(&[("b/.wh..wh..opq", Item::AllGone), ("b/.wh.b", Item::Gone)]);
        assert_eq!(flat(&[lower, upper]), Items::new());
    }

    #[test]
    fn a_loop_of_links_is_a_diagnostic() {
        let (inventory, _) = flatten(
            [items(&[("l", link("l"))]), items(&[("l/x", Item::File(1))])].iter().map(layer).map(Arc::new),
        );
        assert_eq!(inventory.diagnostics()[0].cause, "below too many links");
    }

    #[test]
    fn a_hard_link_to_a_file_of_a_layer_below() {
        let mut upper = layer(&Items::new());
        let named = |path: &str, target: &str| HardLink { path: path.into(), target: target.into() };
        upper.hard_links = vec![named("b", "lib/a"), named("c", "nowhere")];
        let lower = items(&[("lib", link("usr/lib")), ("usr/lib/a", Item::File(0))]);
        let (inventory, _) = flatten([layer(&lower), upper].map(Arc::new));
        assert_eq!(inventory.text("b"), Some(&b"0"[..]));
        assert_eq!(inventory.diagnostics()[0].cause, "a hard link to a file that does not exist");
    }

    /// Reference implementation: a tree of directories, into which the members of each layer are unpacked one by one.
    #[derive(Debug)]
    struct Node {
        /// `None` for a directory that no layer lists.
        item: Option<Item>,
        layer: usize,
        children: BTreeMap<String, Node>,
    }

    impl Node {
        fn directory(layer: usize) -> Self {
            Self { item: None, layer, children: BTreeMap::new() }
        }

        fn is_directory(&self) -> bool {
            matches!(self.item, None | Some(Item::Directory))
        }

        fn at(&mut self, path: &[String], layer: usize) -> &mut Self {
            path.iter().fold(self, |node, name| {
                let child = node.children.entry(name.clone()).or_insert_with(|| Self::directory(layer));
                if !child.is_directory() {
                    *child = Self::directory(layer);
                }
                child
            })
        }

        /// Resolves a directory into names without links.
        fn resolve(&self, path: &str, links: &mut usize) -> Option<Vec<String>> {
            let mut resolved: Vec<String> = Vec::new();
            let mut ahead: Vec<String> = path.split('/').rev().map(str::to_owned).collect();
            while let Some(name) = ahead.pop() {
                match name.as_str() {
                    "" | "." => continue,
                    ".." => {
                        resolved.pop();
                        continue;
                    }
                    _ => {}
                }
                let here = resolved.iter().try_fold(self, |node, name| node.children.get(name));
                match here.and_then(|node| node.children.get(&name)).and_then(|child| child.item.as_ref()) {
                    Some(Item::Link(target)) => {
                        *links += 1;
                        if *links > MAX_LINKS {
                            return None;
                        }
                        if target.starts_with('/') {
                            resolved.clear();
                        }
                        ahead.extend(target.split('/').rev().map(str::to_owned));
                    }
                    _ => resolved.push(name),
                }
            }
            Some(resolved)
        }

        /// Removes entries of lower layers; false if nothing is left.
        fn prune(&mut self, layer: usize) -> bool {
            self.children.retain(|_, child| child.prune(layer));
            if self.layer < layer {
                self.item = None;
            }
            self.item.is_some() || !self.children.is_empty()
        }

        fn unpack(&mut self, path: &str, item: &Item, layer: usize) {
            let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
            let Some(resolved) = self.resolve(directory, &mut 0) else { return };
            match item {
                Item::Gone | Item::AllGone => {
                    let there = resolved.iter().try_fold(self, |node, name| node.children.get_mut(name));
                    let Some(there) = there else { return };
                    if *item == Item::AllGone {
                        there.children.retain(|_, child| child.prune(layer));
                    } else if let Some(child) = there.children.get_mut(&name[".wh.".len()..])
                        && !child.prune(layer)
                    {
                        there.children.remove(&name[".wh.".len()..]);
                    }
                }
                _ => {
                    let directory = self.at(&resolved, layer);
                    let node =
                        directory.children.entry(name.to_owned()).or_insert_with(|| Self::directory(layer));
                    if *item != Item::Directory || !node.is_directory() {
                        node.children.clear();
                    }
                    (node.item, node.layer) = (Some(item.clone()), layer);
                }
            }
        }

        fn list(&self, path: &str, listed: &mut Items) {
            for (name, child) in &self.children {
                let path = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
                listed.extend(child.item.iter().map(|item| (path.clone(), item.clone())));
                child.list(&path, listed);
            }
        }
    }

    fn unpacked(layers: &[Items]) -> Items {
        let mut top = Node::directory(0);
        for (number, items) in layers.iter().enumerate() {
            for (path, item) in items {
                top.unpack(path, item, number);
            }
        }
        let mut listed = Items::new();
        top.list("", &mut listed);
        listed
    }

    /// Layer as an engine may write it: above each member are only directories of this layer, or none.
    fn a_layer(number: usize) -> impl Strategy<Value = Items> {
        let name = || prop::sample::select(vec!["a", "b", "c", "d.e"]);
        let path = prop::collection::vec(name(), 1..4).prop_map(|names| names.join("/"));
        let target =
            prop::sample::select(vec!["a", "b", "../b", "/c", "b/c", "/", "../../../a", ".", "d.e/a"]);
        let item = prop_oneof![
            3 => Just(Item::Directory),
            3 => Just(Item::File(number)),
            2 => target.prop_map(link),
            2 => Just(Item::Gone),
            1 => Just(Item::AllGone),
        ];
        prop::collection::vec((path, item), 0..10).prop_map(|members| {
            let mut items = Items::new();
            for (path, item) in members {
                let (directory, name) = path.rsplit_once('/').map_or(("", path.as_str()), |parts| parts);
                let slash = if directory.is_empty() { "" } else { "/" };
                let path = match item {
                    Item::Gone => format!("{directory}{slash}.wh.{name}"),
                    Item::AllGone => format!("{directory}{slash}.wh..wh..opq"),
                    _ => path.clone(),
                };
                let mut above =
                    iter::successors(path.rsplit_once('/'), |(directory, _)| directory.rsplit_once('/'));
                let has_another =
                    above.any(|(directory, _)| matches!(items.get(directory), Some(Item::File(_))));
                let below = format!("{path}/");
                if !has_another && !items.keys().any(|other| other.starts_with(&below)) {
                    items.insert(path, item);
                }
            }
            items
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn flattening_equals_unpacking_one_by_one(
            layers in (a_layer(0), a_layer(1), a_layer(2)).prop_map(|(a, b, c)| [a, b, c])
        ) {
            prop_assert_eq!(flat(&layers), unpacked(&layers));
        }
    }
}
