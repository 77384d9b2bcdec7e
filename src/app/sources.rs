//! The trees that an answer is made from, and the root that they make together.

use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::{Tree, TreeKind, recognise};
use crate::loader::Platform;
use crate::tree::inventory::{
    self, ImageFacts, ImagePlatform, Inventory, InventoryError, LayerCache, ReadDepth, is_image,
    read_directory, read_image,
};
use crate::tree::root::{MountId, Root};
use crate::vocabulary::{Architecture, PackageName, RootedPath, Sha256Digest};

/// What the result will be put on, as it is named.
#[derive(Clone, Copy, Debug)]
pub struct BaseQuestion<'question> {
    /// What answers and errors call it.
    pub name: &'question Path,
    /// The directory of a root, or an image in files.
    pub path: &'question Path,
    /// For which platform an image is wanted; none for that of most objects of the trees.
    pub platform: Option<&'question ImagePlatform>,
    /// Where what is read of an image's layers is kept.
    pub layers: Option<&'question LayerCache>,
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
    /// What is put in of packages though no object asks for it, over the base and below the trees.
    pub included: Vec<Included>,
    /// The trees that were pointed at.
    pub apps: Vec<Source>,
}

/// Files of a package that are put in though no object asks for them.
#[derive(Debug)]
pub struct Included {
    /// The package.
    pub package: PackageName,
    /// Its files, as they lie in the package.
    pub source: Source,
}

impl Included {
    /// Those entries of a package that `takes` takes.
    pub fn new(package: PackageName, inventory: &Inventory, takes: impl Fn(&[u8]) -> bool) -> Self {
        let taken = inventory.entries().iter().filter(|entry| !entry.is_directory() && takes(&entry.path));
        let inventory = Inventory::new(taken.cloned().collect(), Vec::new());
        let tree = Tree { kind: TreeKind::Plain, ..recognise(&inventory) };
        let top = RootedPath::root();
        let host_path = PathBuf::from(package.as_str());
        Self { package, source: Source { host_path, at: top.clone(), shown_as: top, inventory, tree } }
    }
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
        depth: ReadDepth,
    ) -> Result<Self, InventoryError> {
        let placed = || apps.iter().enumerate().map(|(index, path)| (path, at.get(index)));
        if let Some(base) = base.filter(|base| is_image(base.path)) {
            return Apps::read(apps, at, depth)?.on_image(base);
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
        Ok(Self { base, image: None, included: Vec::new(), apps })
    }

    /// The base with what is included and the apps put into it.
    pub fn root(&self) -> Root<'_> {
        let mut root = Root::new();
        if let Some(base) = &self.base {
            root.mount(&base.at, &base.inventory);
        }
        for included in &self.included {
            root.install(&included.source.inventory, |_| true);
        }
        for app in &self.apps {
            root.put_tree(&app.at, &app.inventory);
        }
        root
    }

    /// The mounts of what is included, in their order.
    pub fn included_mounts(&self) -> impl Iterator<Item = (MountId, &Included)> {
        let first = usize::from(self.base.is_some());
        self.included.iter().enumerate().map(move |(index, included)| (MountId(first + index), included))
    }

    /// The mounts of the apps, in their order.
    pub fn app_mounts(&self) -> impl Iterator<Item = (MountId, &Source)> {
        let first = usize::from(self.base.is_some()) + self.included.len();
        self.apps.iter().enumerate().map(move |(index, source)| (MountId(first + index), source))
    }

    /// The mounts of all whose objects have to work: what is included, and the apps.
    pub fn started_mounts(&self) -> impl Iterator<Item = (MountId, &Source)> {
        let included = self.included_mounts().map(|(mount, included)| (mount, &included.source));
        included.chain(self.app_mounts())
    }
}

/// The trees, before the image is known that they will lie on.
#[derive(Debug)]
pub struct Apps(Vec<Source>);

impl Apps {
    /// Reads the trees, each of which is mounted at its place in `at`, which has one for each or none at all, or else
    /// at its own absolute path.
    ///
    /// # Errors
    /// When one of the paths can't be read at all.
    pub fn read(paths: &[PathBuf], at: &[RootedPath], depth: ReadDepth) -> Result<Self, InventoryError> {
        let placed = paths.iter().enumerate().map(|(index, path)| (path, at.get(index)));
        placed.map(|(path, at)| read_app(path, at, true, depth)).collect::<Result<_, _>>().map(Self)
    }

    /// What most objects of the trees are for.
    pub fn platform(&self) -> Option<ImagePlatform> {
        architecture_of(&self.0).map(ImagePlatform::from)
    }

    /// The architecture that most objects of the trees are for.
    pub fn architecture(&self) -> Option<Architecture> {
        architecture_of(&self.0)
    }

    /// Puts an image below the trees of which just the contents are known, and a digest over what it was made of.
    pub fn on_described(self, name: &Path, inventory: Inventory, digest: Sha256Digest) -> Sources {
        let facts = ImageFacts {
            digest,
            ld_library_path: None,
            workdir: None,
            start: None,
            platform: None,
            parts: None,
        };
        let base = Some(base_source(name, inventory));
        Sources { base, image: Some(facts), included: Vec::new(), apps: self.0 }
    }

    /// Puts an image in files below the trees.
    ///
    /// # Errors
    /// When the image can't be read, or has none for the platform.
    pub fn on_image(self, image: BaseQuestion<'_>) -> Result<Sources, InventoryError> {
        let of_objects = self.platform();
        let read = read_image(image.path, image.platform.or(of_objects.as_ref()), image.layers);
        let read = read.map_err(|error| error.of(image.name))?;
        let base = Some(base_source(image.name, read.inventory));
        Ok(Sources { base, image: Some(read.facts), included: Vec::new(), apps: self.0 })
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
    depth: ReadDepth,
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
