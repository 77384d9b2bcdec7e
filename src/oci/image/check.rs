//! Check of a composed image before it is kept: it is read back like any image, with each blob compared with its digest,
//! the apps must be in it unchanged, and everything is linked again in the files of the image.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;

use super::composed::LayerOrigin;
use super::documents::blob_name;
use super::error::ImageError;
use super::output::StagedImage;
use crate::app::{App, Base, IncludedFiles, InputTrees, LinkScope, LinkedApps, link};
use crate::loader::{ObjectIndex, Outcome};
use crate::oci::layer::{CheckContext, LibraryPath, first_not_found, first_not_loaded};
use crate::solve::plan::Plan;
use crate::support::decompress::Compression;
use crate::tree::inventory::{Entry, EntryKind, Inventory, InventoryError, read_image, read_layer_files};
use crate::tree::root::Root;
use crate::vocabulary::{RootedPath, Soname};

/// Origin of the apps when the image runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppPlacement {
    /// They are in layers of the image.
    InImage,
    /// They are mounted into the container.
    Mounted,
}

/// Reads a composed image back, and checks that objects load in it what the Plan says. `context` has the inputs of the
/// Plan; the base of a lock is not used, since the image contains it.
///
/// # Errors
/// If something differs.
pub fn check(
    staged: &StagedImage,
    plan: &Plan,
    context: CheckContext<'_>,
    placement: AppPlacement,
) -> Result<(), ImageError> {
    let output = staged.output().to_owned();
    let unreadable =
        |source: InventoryError| ImageError::ReadBack { output: output.clone(), source: Box::new(source) };
    let image = read_image(staged.layout(), None, None).map_err(unreadable)?.inventory;
    let (trees, settings) = match context {
        CheckContext::Lock { .. } => {
            let absent = first_not_found(&image, plan, None);
            return absent.map_or(Ok(()), |library| Err(not_found(staged, library)));
        }
        CheckContext::Trees { trees, settings } => (trees, settings),
    };
    let libraries = read_libraries(staged)?;
    if let Some(library) = first_not_loaded(&libraries, plan, trees, settings) {
        return Err(not_found(staged, library));
    }
    let (top, mut root) = (RootedPath::root(), Root::new());
    root.mount(&top, &image);
    let included = find_included(staged, &root, trees)?;
    let apps = match placement {
        AppPlacement::InImage => {
            trees.apps.iter().map(|app| find_app(staged, &root, app)).collect::<Result<_, _>>()?
        }
        AppPlacement::Mounted => {
            trees.apps.iter().map(|app| app.with_inventory(app.inventory.clone())).collect()
        }
    };
    drop(root);
    let found = InputTrees {
        base: Some(Base::new(staged.output().to_owned(), image)),
        image: None,
        included,
        apps,
        changed: Vec::new(),
        started: trees.started.clone(),
    };
    let planned = {
        let (lower, top) = (trees.root(), RootedPath::root());
        let mut root = Root::over(&lower);
        root.mount(&top, &libraries);
        outcomes(&root, &link(&root, trees, settings, LinkScope::InContext))
    };
    let in_image = {
        let root = found.root();
        outcomes(&root, &link(&root, &found, settings, LinkScope::InContext))
    };
    match first_difference(&planned, &in_image) {
        Some((object, soname)) => Err(ImageError::LoadsOther { output, object, soname }),
        None => Ok(()),
    }
}

fn not_found(staged: &StagedImage, (soname, path): LibraryPath) -> ImageError {
    ImageError::NotLoaded { output: staged.output().to_owned(), soname, path }
}

/// Reads the layer of the libraries from its blob.
fn read_libraries(staged: &StagedImage) -> Result<Inventory, ImageError> {
    let layers = &staged.image.layers;
    let Some(layer) = layers.iter().find(|layer| layer.origin == LayerOrigin::Libraries) else {
        return Ok(Inventory::default());
    };
    let read = || -> io::Result<Inventory> {
        let blob = File::open(staged.layout().join(blob_name(layer.digest)))?;
        Ok(read_layer_files(Compression::Gzip.reader(blob)?)?.0)
    };
    read().map_err(|source| staged.staging().failed(source).into())
}

/// Finds the included files in the image.
fn find_included(
    staged: &StagedImage,
    root: &Root<'_>,
    trees: &InputTrees,
) -> Result<Vec<IncludedFiles>, ImageError> {
    let find = |included: &IncludedFiles| {
        let files = find_app(staged, root, &included.files)?;
        Ok(IncludedFiles { package: included.package.clone(), files })
    };
    trees.included.iter().map(find).collect()
}

/// Finds an app in the image; a missing or different entry is an error.
fn find_app(staged: &StagedImage, root: &Root<'_>, app: &App) -> Result<App, ImageError> {
    let find = |entry: &Entry| {
        let path = app.at.join(&entry.path);
        match found_at(root, &path, entry) {
            Some(kind) => Ok(Entry { path: entry.path.clone(), kind }),
            None => Err(ImageError::Differs { output: staged.output().to_owned(), path }),
        }
    };
    let entries = app.inventory.entries().iter().map(find).collect::<Result<_, _>>()?;
    Ok(app.with_inventory(Inventory::new(entries, Vec::new())))
}

/// Finds an entry of an app in the image; none if it differs. Entries that layers leave out are taken as they are.
fn found_at(root: &Root<'_>, path: &RootedPath, entry: &Entry) -> Option<EntryKind> {
    if matches!(entry.kind, EntryKind::Special) {
        return Some(EntryKind::Special);
    }
    let directory = root.resolve(root.top(), path.parent().as_bytes()).ok()?;
    let node = root.child(directory, path.file_name())?;
    let found = match &entry.kind {
        // The base may have a link to a directory in the place of an app's directory.
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

/// Needed libraries by start object: object, soname, and the file that is found, with paths after links.
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

/// First object that loads another file than planned, and the soname.
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
    fn another_file_and_no_file_are_differences() {
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
