//! The files to take from the chosen packages: what is loaded, the links that lead to it, and nothing else.

use std::collections::BTreeMap;

use bstr::{BString, ByteSlice};
use hashbrown::HashSet;

use super::closed_root::ClosedRoot;
use super::error::ClosureError;
use super::overlay::OverlaidRoot;
use super::state::ClosureState;
use crate::app::{LinkScope, StartObject, link};
use crate::solve::plan::{TakenFile, TakenKind};
use crate::solve::resolve::Problem;
use crate::tree::inventory::EntryKind;
use crate::tree::root::NodeId;
use crate::vocabulary::{PackageName, RootedPath};

/// Files to take from each package.
#[derive(Default)]
pub(super) struct TakenFiles(BTreeMap<PackageName, BTreeMap<RootedPath, TakenEntry>>);

/// A file to take.
struct TakenEntry {
    kind: TakenKind,
    /// Path in the package.
    path: BString,
}

impl TakenFiles {
    /// Takes every file of a package that is loaded, and every link of a package that leads to one.
    pub(super) fn of(closed: &ClosedRoot<'_, '_>) -> Self {
        let root = &closed.overlaid.root;
        let mut taken = Self::default();
        let mut seen: HashSet<&[u8]> = HashSet::new();
        for start in &closed.starts {
            let linker = start.map.interpreter.map(|interpreter| interpreter.path.as_bytes());
            let paths = start.map.objects.iter().map(|object| object.path.as_slice());
            for path in paths.chain(linker) {
                if !seen.insert(path) {
                    continue;
                }
                let Ok((links, end)) = root.resolve_with_links(root.top(), path) else { continue };
                for node in links.into_iter().chain([end]) {
                    taken.take(closed.overlaid, node);
                }
            }
        }
        taken
    }

    /// Removes and returns the files of a package.
    pub(super) fn remove(&mut self, package: &PackageName) -> Vec<TakenFile> {
        let files = self.0.remove(package).unwrap_or_default();
        files.into_iter().map(|(path, entry)| TakenFile { path, kind: entry.kind }).collect()
    }

    /// Proves that the taken files do what the whole packages do: every start object loads the same. Returns the problems
    /// that packages do not fix.
    pub(super) fn prove(
        &self,
        state: &ClosureState<'_>,
        closed: &ClosedRoot<'_, '_>,
    ) -> Result<Vec<Problem>, ClosureError> {
        let files = self.0.iter();
        let entries: HashSet<(&PackageName, &[u8])> = files
            .flat_map(|(package, files)| files.values().map(move |entry| (package, entry.path.as_slice())))
            .collect();
        let inputs = state.inputs;
        let only = closed.overlay.over(inputs.root, |package, path| entries.contains(&(package, path)));
        let linked = link(&only.root, inputs.trees, inputs.settings, LinkScope::InContext);
        let linked = linked.judged(&only.root, inputs.trees, Some(inputs.target));
        let proven = state.starts(&linked);
        let differs = |(one, other): (&&StartObject<'_>, &&StartObject<'_>)| {
            let is_same = one.map.objects.len() == other.map.objects.len()
                && one.map.objects.iter().zip(&other.map.objects).all(|(one, other)| one.path == other.path);
            (!is_same).then(|| closed.overlaid.root.path(one.map.start().node))
        };
        match closed.starts.iter().zip(&proven).find_map(differs) {
            None if closed.starts.len() == proven.len() => Ok((inputs.judge)(&only.root, &linked)),
            found => Err(ClosureError::Contradiction { object: found.unwrap_or_else(RootedPath::root) }),
        }
    }

    fn take(&mut self, overlaid: &OverlaidRoot<'_>, node: NodeId) {
        let Some((read, origin)) = overlaid.origin(node) else { return };
        let Some(entry) = overlaid.root.entry(node) else { return };
        let kind = match &entry.kind {
            EntryKind::Symlink(target) => TakenKind::Link { target: target.clone(), origin },
            EntryKind::File(_) => match read.deb.file(&entry.path) {
                Some(file) => TakenKind::File {
                    sha256: file.sha256,
                    size_bytes: file.size_bytes,
                    mode: file.permissions.mode,
                },
                None => return,
            },
            EntryKind::Directory(_) | EntryKind::Special => return,
        };
        let files = self.0.entry(read.name().clone()).or_default();
        files.insert(overlaid.root.path(node), TakenEntry { kind, path: entry.path.clone() });
    }
}
