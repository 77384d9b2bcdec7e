//! Trees that an answer is made from (base, included files of packages, apps), and the root that they make together.

use std::path::PathBuf;

use bstr::BString;

use super::abi::Abi;
use super::kind::{AppKind, recognise};
use crate::tree::inventory::{ImageFacts, Inventory};
use crate::tree::root::{MountId, NodeId, Root};
use crate::vocabulary::{PackageName, RootedPath};

/// Tree that the user points at, and its path in the image.
#[derive(Debug)]
pub struct App {
    /// Path that it was read from.
    pub host_path: PathBuf,
    /// Path of its top directory in the image.
    pub at: RootedPath,
    /// Path in the image of what the user points at: `at` itself, or the file in it if that is a single file.
    pub shown_as: RootedPath,
    /// Files of the tree.
    pub inventory: Inventory,
    /// Kind of the tree.
    pub kind: AppKind,
    /// ABI of most of its extensions, where its files state one.
    pub abi: Option<Abi>,
}

/// Image or root file system that the result is put on.
#[derive(Debug)]
pub struct Base {
    /// Path that it was read from, or the name of an image.
    pub host_path: PathBuf,
    /// Files of the base.
    pub inventory: Inventory,
    top: RootedPath,
}

/// Files of a package that are shipped although no object needs them.
#[derive(Debug)]
pub struct IncludedFiles {
    /// Package that has them.
    pub package: PackageName,
    /// The files, like an app whose path is the top of the root.
    pub files: App,
}

/// Base, included files and apps that an answer is made from.
#[derive(Debug)]
pub struct InputTrees {
    /// Base that the result is put on.
    pub base: Option<Base>,
    /// Facts about the base that its files do not state, if it is an image.
    pub image: Option<ImageFacts>,
    /// Included files, laid over the base and below the apps.
    pub included: Vec<IncludedFiles>,
    /// Trees that the user points at.
    pub apps: Vec<App>,
    /// Files and links of the apps that were changed after they were read, in the order of the apps and their paths.
    pub changed: Vec<ChangedFile>,
    /// Programs that the image starts, which may be the base's: they are linked like those of the apps.
    pub started: Vec<RootedPath>,
}

/// File or link of an app that is another one in the image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedFile {
    /// Path in the image.
    pub path: RootedPath,
    /// Target, if it is a link; else the text.
    pub content: ChangedContent,
}

/// New content of a changed file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangedContent {
    /// Target of a link.
    Link(BString),
    /// Text.
    Text(Vec<u8>),
}

impl App {
    /// Whole root file system.
    pub fn root_file_system(host_path: PathBuf, inventory: Inventory) -> Self {
        let top = RootedPath::root();
        Self { host_path, at: top.clone(), shown_as: top, inventory, kind: AppKind::Rootfs, abi: None }
    }

    /// The same app with other files.
    #[must_use]
    pub fn with_inventory(&self, inventory: Inventory) -> Self {
        let Self { host_path, at, shown_as, kind, abi, .. } = self;
        Self {
            host_path: host_path.clone(),
            at: at.clone(),
            shown_as: shown_as.clone(),
            inventory,
            kind: *kind,
            abi: abi.clone(),
        }
    }
}

impl Base {
    /// Base with these files; `host_path` is the path that they were read from, or the name of an image.
    pub fn new(host_path: PathBuf, inventory: Inventory) -> Self {
        Self { host_path, inventory, top: RootedPath::root() }
    }
}

impl IncludedFiles {
    /// Files of a package that `is_included` accepts by their paths.
    pub fn new(package: PackageName, inventory: &Inventory, is_included: impl Fn(&[u8]) -> bool) -> Self {
        let included =
            inventory.entries().iter().filter(|entry| !entry.is_directory() && is_included(&entry.path));
        let inventory = Inventory::new(included.cloned().collect(), Vec::new());
        let (_, abi) = recognise(&inventory);
        let (host_path, top) = (PathBuf::from(package.as_str()), RootedPath::root());
        let files = App { host_path, at: top.clone(), shown_as: top, inventory, kind: AppKind::Plain, abi };
        Self { package, files }
    }
}

impl InputTrees {
    /// Root of the base with the included files and the apps laid over it.
    pub fn root(&self) -> Root<'_> {
        let mut root = Root::new();
        if let Some(base) = &self.base {
            root.mount(&base.top, &base.inventory);
        }
        for included in &self.included {
            root.install(&included.files.inventory, |_| true);
        }
        for app in &self.apps {
            root.put_tree(&app.at, &app.inventory);
        }
        root
    }

    /// Returns the permission bits of a regular file of the base or an app in a root of these trees, if they are known.
    pub fn mode_of(&self, root: &Root<'_>, node: NodeId) -> Option<u32> {
        let entry = root.entry(node)?;
        let mount = root.mount_of(node);
        let base = self.base.iter().map(|base| (MountId(0), &base.inventory));
        let apps = self.app_mounts().map(|(mount, app)| (mount, &app.inventory));
        entry.mode().or_else(|| {
            let (_, inventory) = base.chain(apps).find(|(its, _)| *its == mount)?;
            inventory.files().metadata(&entry.path).ok().map(|metadata| metadata.permissions.mode)
        })
    }

    /// Mounts of the included files in [`Self::root`], in order.
    pub fn included_mounts(&self) -> impl Iterator<Item = (MountId, &IncludedFiles)> {
        let first = usize::from(self.base.is_some());
        self.included.iter().enumerate().map(move |(index, included)| (MountId(first + index), included))
    }

    /// Mounts of the apps in [`Self::root`], in order.
    pub fn app_mounts(&self) -> impl Iterator<Item = (MountId, &App)> {
        let first = usize::from(self.base.is_some()) + self.included.len();
        self.apps.iter().enumerate().map(move |(index, app)| (MountId(first + index), app))
    }

    /// Returns the tree of a mount in [`Self::root`].
    pub fn inventory_of(&self, mount: MountId) -> Option<&Inventory> {
        let base = self.base.as_ref().filter(|_| mount == MountId(0)).map(|base| &base.inventory);
        let of_start = || self.start_mounts().find(|(start, _)| *start == mount);
        base.or_else(|| of_start().map(|(_, app)| &app.inventory))
    }

    /// Mounts whose objects have to work, and so are linked: included files, then apps.
    pub fn start_mounts(&self) -> impl Iterator<Item = (MountId, &App)> {
        let included = self.included_mounts().map(|(mount, included)| (mount, &included.files));
        included.chain(self.app_mounts())
    }
}
