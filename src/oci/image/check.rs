//! The check before an image gets its name: it is read back as any image is, each blob compared with its digest, the
//! trees are found in it as they were, and everything is linked once more in just what the image has.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;

use bstr::BString;

use super::{Composed, ImageError, LayerOrigin};
use crate::app::{Abi, App, Base, IncludedFiles, InputTrees, LinkScope, LinkedApps, link, other_interpreter};
use crate::loader::{ObjectIndex, Outcome};
use crate::oci::layer::{Context, Library, not_found, not_loaded};
use crate::solve::plan::Plan;
use crate::support::decompress::Compression;
use crate::tree::inventory::{Entry, EntryKind, Inventory, InventoryError, read_image, read_layer_files};
use crate::tree::root::Root;
use crate::vocabulary::{RootedPath, Soname};

/// What a check has found that is no error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Links of the trees that lead nowhere in the image, with their targets, in order.
    pub dead_links: Vec<(RootedPath, BString)>,
    /// Trees whose extensions are built for another interpreter than the one that the image has for them: where they
    /// are, for which, and where it is.
    pub other_interpreters: Vec<(RootedPath, Abi, RootedPath)>,
}

/// Where the trees are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TreesAre {
    /// In layers of the image.
    Inside,
    /// Somewhere else: whoever runs the image brings them.
    Outside,
}

/// Reads a composed image back and sees that what is loaded in it is what the Plan says. `context` is what the Plan
/// was made of; a lock's base does not matter, since the image has it.
///
/// # Errors
/// What differs.
pub fn check(
    composed: &Composed,
    plan: &Plan,
    context: Context<'_>,
    trees_are: TreesAre,
) -> Result<Checked, ImageError> {
    let output = composed.output().to_owned();
    let unreadable =
        |source: InventoryError| ImageError::ReadBack { output: output.clone(), source: Box::new(source) };
    let image = read_image(composed.layout(), None, None).map_err(unreadable)?.inventory;
    let (sources, settings) = match context {
        Context::Lock { .. } => {
            let absent = not_found(&image, plan, None);
            return absent.map_or(Ok(Checked::default()), |library| Err(not_there(composed, library)));
        }
        Context::Trees { sources, settings } => (sources, settings),
    };
    let libraries = read_libraries(composed)?;
    if let Some(library) = not_loaded(&libraries, plan, sources, settings) {
        return Err(not_there(composed, library));
    }
    let (top, mut root) = (RootedPath::root(), Root::new());
    root.mount(&top, &image);
    let included = find_included(composed, &root, sources)?;
    let (apps, checked) = match trees_are {
        TreesAre::Inside => find_trees(composed, &root, sources)?,
        TreesAre::Outside => {
            let apps = sources.apps.iter().map(|app| app.with_inventory(app.inventory.clone()));
            (apps.collect(), Checked::default())
        }
    };
    drop(root);
    let found = InputTrees {
        base: Some(Base::new(composed.output().to_owned(), image)),
        image: None,
        included,
        apps,
    };
    let planned = {
        let (lower, top) = (sources.root(), RootedPath::root());
        let mut root = Root::over(&lower);
        root.mount(&top, &libraries);
        outcomes(&root, &link(&root, sources, settings, LinkScope::InContext))
    };
    let in_image = {
        let root = found.root();
        outcomes(&root, &link(&root, &found, settings, LinkScope::InContext))
    };
    match first_difference(&planned, &in_image) {
        Some((object, soname)) => Err(ImageError::LoadsOther { output, object, soname }),
        None => Ok(checked),
    }
}

fn not_there(composed: &Composed, (soname, path): Library) -> ImageError {
    ImageError::NotLoaded { output: composed.output().to_owned(), soname, path }
}

/// What the layer of the libraries has, out of its blob.
fn read_libraries(composed: &Composed) -> Result<Inventory, ImageError> {
    let layers = &composed.image.layers;
    let Some(layer) = layers.iter().find(|layer| layer.origin == LayerOrigin::Libraries) else {
        return Ok(Inventory::default());
    };
    let read = || -> io::Result<Inventory> {
        let blob = File::open(composed.layout().join(super::documents::blob_name(layer.digest)))?;
        Ok(read_layer_files(Compression::Gzip.reader(blob)?)?.0)
    };
    read().map_err(|source| ImageError::Write { output: composed.output().to_owned(), source })
}

/// The trees as they are in the image.
fn find_trees(
    composed: &Composed,
    root: &Root<'_>,
    sources: &InputTrees,
) -> Result<(Vec<App>, Checked), ImageError> {
    let (mut apps, mut checked) = (Vec::new(), Checked::default());
    for app in &sources.apps {
        let found = find_tree(composed, root, app)?;
        for entry in found.inventory.entries() {
            let path = app.at.join(&entry.path);
            if let EntryKind::Symlink(target) = &entry.kind
                && root.resolve(root.top(), path.as_bytes()).is_err()
            {
                checked.dead_links.push((path, target.clone()));
            }
        }
        if let Some((abi, path)) = other_interpreter(root, app) {
            checked.other_interpreters.push((app.at.clone(), abi.clone(), path));
        }
        apps.push(found);
    }
    Ok((apps, checked))
}

/// What is included, as it is in the image.
fn find_included(
    composed: &Composed,
    root: &Root<'_>,
    sources: &InputTrees,
) -> Result<Vec<IncludedFiles>, ImageError> {
    let find = |included: &IncludedFiles| {
        let files = find_tree(composed, root, &included.files)?;
        Ok(IncludedFiles { package: included.package.clone(), files })
    };
    sources.included.iter().map(find).collect()
}

fn find_tree(composed: &Composed, root: &Root<'_>, app: &App) -> Result<App, ImageError> {
    let find = |entry: &Entry| {
        let path = app.at.join(&entry.path);
        match found_at(root, &path, entry) {
            Some(kind) => Ok(Entry { path: entry.path.clone(), kind }),
            None => Err(ImageError::Differs { output: composed.output().to_owned(), path }),
        }
    };
    let entries = app.inventory.entries().iter().map(find).collect::<Result<_, _>>()?;
    Ok(app.with_inventory(Inventory::new(entries, Vec::new())))
}

/// What the image has for an entry of a tree, if it is of its kind. What is left out of layers is so here.
fn found_at(root: &Root<'_>, path: &RootedPath, entry: &Entry) -> Option<EntryKind> {
    if matches!(entry.kind, EntryKind::Special) {
        return Some(EntryKind::Special);
    }
    let directory = root.resolve(root.top(), path.parent().as_bytes()).ok()?;
    let node = root.child(directory, path.file_name())?;
    let found = match &entry.kind {
        // The base may have a link to a directory where the tree has a directory.
        EntryKind::Directory(_) => root.entry(root.follow(node).ok()?),
        _ => root.entry(node),
    };
    let kind = &found?.kind;
    let is_same = match (&entry.kind, kind) {
        (EntryKind::Directory(_), EntryKind::Directory(_)) => true,
        (EntryKind::Symlink(expected), EntryKind::Symlink(target)) => expected == target,
        (EntryKind::File(_), EntryKind::File(_)) => entry.content() == found?.content(),
        _ => false,
    };
    is_same.then(|| kind.clone())
}

/// What each start object's process asks for, by whom, and which file is found; files by where they really are.
type Outcomes = BTreeMap<RootedPath, Vec<(RootedPath, Soname, Option<RootedPath>)>>;

fn outcomes(root: &Root<'_>, linked: &LinkedApps<'_>) -> Outcomes {
    let maps = linked.starts.iter().map(|start| &start.map);
    maps.map(|map| {
        let path = |object: ObjectIndex| root.path(map[object].node);
        let edges = map.edges.iter().map(|edge| {
            let found = match &edge.outcome {
                Outcome::Found { object, .. } => Some(path(*object)),
                _ => None,
            };
            (path(edge.by), edge.soname().clone(), found)
        });
        (path(map.start), edges.collect())
    })
    .collect()
}

/// The first object that asks for something and gets another answer, and what it asks for.
fn first_difference(planned: &Outcomes, in_image: &Outcomes) -> Option<(RootedPath, Soname)> {
    let none = Vec::new();
    planned.iter().find_map(|(start, edges)| {
        let others = in_image.get(start).unwrap_or(&none);
        let differing = edges.iter().enumerate().find(|(index, edge)| others.get(*index) != Some(*edge));
        differing.map(|(_, (by, soname, _))| (by.clone(), soname.clone()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_answer_and_none_at_all_are_differences() {
        let (object, soname) = (RootedPath::new("/x"), Soname::new("liba.so.1"));
        let outcomes = |found: Option<&str>| {
            let edge = (object.clone(), soname.clone(), found.map(RootedPath::new));
            Outcomes::from([(object.clone(), vec![edge])])
        };
        let planned = outcomes(Some("/lib/liba.so.1"));
        assert_eq!(first_difference(&planned, &planned), None);
        let differs = Some((object.clone(), soname.clone()));
        assert_eq!(first_difference(&planned, &outcomes(Some("/other/liba.so.1"))), differs);
        assert_eq!(first_difference(&planned, &outcomes(None)), differs);
        assert_eq!(first_difference(&planned, &Outcomes::new()), differs);
    }
}
