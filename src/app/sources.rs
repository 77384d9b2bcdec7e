//! The trees that an answer is made from, and the root that they make together.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::{Tree, TreeKind, recognise};
use crate::inventory::{self, Depth, Inventory, InventoryError, read_directory};
use crate::root::{MountId, Root};
use crate::vocabulary::RootedPath;

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
    /// The trees that were pointed at.
    pub apps: Vec<Source>,
}

impl Sources {
    /// Reads the trees. One that lies inside the base is a part of it, so that it is read once and keeps its
    /// place; any other is mounted at `at` or else at its own absolute path, a whole root file system without
    /// a base at `/`.
    ///
    /// # Errors
    /// When one of the paths can't be read at all.
    pub fn read(
        apps: &[PathBuf],
        base: Option<&Path>,
        at: Option<&RootedPath>,
        depth: Depth,
    ) -> Result<Self, InventoryError> {
        let mut base = base.map(|base| base_source(base, depth)).transpose()?;
        let apps = apps
            .iter()
            .map(|path| match base.as_mut().and_then(|base| split_from(base, path)) {
                Some(source) if at.is_none() => Ok(source),
                _ => read_app(path, at, base.is_some(), depth),
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { base, apps })
    }

    /// The base with the apps over it.
    pub fn root(&self) -> Root<'_> {
        let mut root = Root::new();
        for source in self.base.iter().chain(&self.apps) {
            root.mount(&source.at, &source.inventory);
        }
        root
    }

    /// The mounts of the apps, in their order.
    pub fn app_mounts(&self) -> impl Iterator<Item = (MountId, &Source)> {
        let first = usize::from(self.base.is_some());
        self.apps.iter().enumerate().map(move |(index, source)| (MountId(first + index), source))
    }
}

fn base_source(path: &Path, depth: Depth) -> Result<Source, InventoryError> {
    let inventory = inventory::read_base(path, depth)?;
    let tree = Tree { kind: TreeKind::Rootfs, abi: None };
    let top = RootedPath::root();
    Ok(Source { host_path: path.to_owned(), at: top.clone(), shown_as: top, inventory, tree })
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
