//! The trees that an answer is made from, and the root that they make together.

use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::{Tree, TreeKind, recognise};
use crate::inventory::{
    self, Depth, ImageFacts, ImagePlatform, Inventory, InventoryError, StoredLayers, is_image,
    read_directory, read_image,
};
use crate::loader::Platform;
use crate::root::{MountId, Root};
use crate::vocabulary::{Architecture, RootedPath};

/// What the result will be put on, as it is named.
#[derive(Clone, Copy, Debug)]
pub struct BaseQuestion<'question> {
    /// The folder of a root, or an image in files.
    pub path: &'question Path,
    /// For which platform an image is wanted; none for that of most objects of the trees.
    pub platform: Option<&'question ImagePlatform>,
    /// Where what is read of an image's layers is kept.
    pub layers: Option<&'question StoredLayers>,
}

/// A tree that was read, and where it lies in the root that is looked at.
#[derive(Debug)]
pub struct Source {
    /// Where it was read from.
    pub host_path: PathBuf,
    /// Where it is mounted.
    pub at: RootedPath,
    /// Where the path that was asked for lies: `at` itself, or the one file that was asked for.
    pub shown_as: RootedPath,
    /// What is in it.
    pub inventory: Inventory,
    /// What it was recognised as.
    pub tree: Tree,
}

/// Every tree that an answer is made from.
#[derive(Debug)]
pub struct Sources {
    /// What the result will be put on.
    pub base: Option<Source>,
    /// What is known of the base beside its files, if it is an image.
    pub image: Option<ImageFacts>,
    /// The trees that were pointed at.
    pub apps: Vec<Source>,
}

impl Sources {
    /// Reads the trees. One that lies inside the base is a part of it, so that it is read once and keeps its
    /// place; any other is mounted at its place in `at`, which has one for each or none at all, or else at its own
    /// absolute path, a whole root file system without a base at `/`. No tree lies inside a base that is an image.
    ///
    /// # Errors
    /// When one of the paths can't be read at all.
    pub fn read(
        apps: &[PathBuf],
        base: Option<BaseQuestion<'_>>,
        at: &[RootedPath],
        depth: Depth,
    ) -> Result<Self, InventoryError> {
        let placed = || apps.iter().enumerate().map(|(index, path)| (path, at.get(index)));
        if let Some(base) = base.filter(|base| is_image(base.path)) {
            let apps: Vec<Source> =
                placed().map(|(path, at)| read_app(path, at, true, depth)).collect::<Result<_, _>>()?;
            let of_objects = architecture_of(&apps).map(ImagePlatform::from);
            let image = read_image(base.path, base.platform.or(of_objects.as_ref()), base.layers)?;
            let base = Some(base_source(base.path, image.inventory));
            return Ok(Self { base, image: Some(image.facts), apps });
        }
        let read_base = |base: BaseQuestion<'_>| -> Result<Source, InventoryError> {
            Ok(base_source(base.path, inventory::read_base(base.path, depth)?))
        };
        let mut base = base.map(read_base).transpose()?;
        let apps = placed()
            .map(|(path, at)| match base.as_mut().and_then(|base| split_from(base, path)) {
                Some(source) if at.is_none() => Ok(source),
                _ => read_app(path, at, base.is_some(), depth),
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { base, image: None, apps })
    }

    /// The base with the apps put into it.
    pub fn root(&self) -> Root<'_> {
        let mut root = Root::new();
        if let Some(base) = &self.base {
            root.mount(&base.at, &base.inventory);
        }
        for app in &self.apps {
            root.put_tree(&app.at, &app.inventory);
        }
        root
    }

    /// The mounts of the apps, in their order.
    pub fn app_mounts(&self) -> impl Iterator<Item = (MountId, &Source)> {
        let first = usize::from(self.base.is_some());
        self.apps.iter().enumerate().map(move |(index, source)| (MountId(first + index), source))
    }
}

fn base_source(path: &Path, inventory: Inventory) -> Source {
    let tree = Tree { kind: TreeKind::Rootfs, abi: None };
    let top = RootedPath::root();
    Source { host_path: path.to_owned(), at: top.clone(), shown_as: top, inventory, tree }
}

/// The architecture that most objects of the trees are for.
fn architecture_of(apps: &[Source]) -> Option<Architecture> {
    let objects = apps.iter().flat_map(|app| app.inventory.objects());
    let machines =
        objects.filter_map(|(_, facts)| Architecture::from_triplet(Platform::of(facts.machine)?.triplet));
    let mut counts: BTreeMap<Architecture, usize> = BTreeMap::new();
    machines.for_each(|architecture| *counts.entry(architecture).or_default() += 1);
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(architecture, _)| architecture)
}

/// The part of the base that lies at a host path, if it lies in the base.
fn split_from(base: &mut Source, path: &Path) -> Option<Source> {
    let real = path.canonicalize().ok()?;
    let relative = real.strip_prefix(base.host_path.canonicalize().ok()?).ok()?;
    let shown_as = RootedPath::new(relative.as_os_str().as_bytes());
    let at = if real.is_dir() { shown_as.clone() } else { shown_as.parent() };
    let inventory = base.inventory.split_off(relative.as_os_str().as_bytes());
    let tree = recognise(&inventory);
    Some(Source { host_path: path.to_owned(), at, shown_as, inventory, tree })
}

fn read_app(
    path: &Path,
    at: Option<&RootedPath>,
    has_base: bool,
    depth: Depth,
) -> Result<Source, InventoryError> {
    let inventory = read_directory(path, depth)?;
    let tree = recognise(&inventory);
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let own = RootedPath::new(absolute.as_os_str().as_bytes());
    let is_file = path.is_file();
    let shown_as = match at {
        Some(at) if is_file => at.join(own.file_name()),
        Some(at) => at.clone(),
        None if tree.kind == TreeKind::Rootfs && !has_base => RootedPath::root(),
        None => own,
    };
    let at = if is_file { shown_as.parent() } else { shown_as.clone() };
    Ok(Source { host_path: path.to_owned(), at, shown_as, inventory, tree })
}
