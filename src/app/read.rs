//! Reading of apps and their base. Here paths of the host become paths in the root.

use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::kind::{AppKind, recognise};
use super::trees::{App, Base, InputTrees};
use super::unsuitable::{UnsuitableInput, form_of_file};
use crate::loader::Platform;
use crate::tree::inventory::{
    ImageFacts, ImagePlatform, Inventory, InventoryError, LayerCache, ReadDepth, is_image, read_base,
    read_directory, read_file_as, read_image,
};
use crate::vocabulary::{Architecture, RootedPath, Sha256Digest};

/// Base to be read.
#[derive(Clone, Copy, Debug)]
pub struct BaseRequest<'request> {
    /// Name in answers and errors.
    pub name: &'request Path,
    /// Directory of a root file system, or an image in files.
    pub path: &'request Path,
    /// Platform of an image; none for the platform of most objects of the apps.
    pub platform: Option<&'request ImagePlatform>,
    /// Cache of an image's layers.
    pub layers: Option<&'request LayerCache>,
}

impl InputTrees {
    /// Reads apps and their base. An app inside a base that is a directory is split off from it, so it is read once and
    /// keeps its path. Any other app, a single file too, is mounted at its path in `at` (one for each app, or none at all), else at its own
    /// absolute path; a whole root file system without a base at `/`.
    ///
    /// # Errors
    /// If a path cannot be read at all.
    pub fn read(
        apps: &[PathBuf],
        base: Option<BaseRequest<'_>>,
        at: &[RootedPath],
        depth: ReadDepth,
    ) -> Result<Self, InventoryError> {
        if let Some(base) = base.filter(|base| is_image(base.path)) {
            return Apps::read(apps, at, depth)?.on_image(base);
        }
        let read = |base: BaseRequest<'_>| -> Result<Base, InventoryError> {
            Ok(Base::new(base.path.to_owned(), read_base(base.path, depth)?))
        };
        let mut base = base.map(read).transpose()?;
        let placed = apps.iter().enumerate().map(|(index, path)| (path, at.get(index)));
        let apps = placed
            .map(|(path, at)| match base.as_mut().and_then(|base| split_from(base, path)) {
                Some(app) if at.is_none() => Ok(app),
                _ => read_app(path, at, base.is_some(), depth),
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { base, image: None, included: Vec::new(), apps, changed: Vec::new(), started: Vec::new() })
    }
}

/// Apps whose base is not known yet.
#[derive(Debug)]
pub struct Apps(Vec<App>);

impl Apps {
    /// Reads apps. Each is mounted at its path in `at` (one for each app, or none at all), else at its own absolute path.
    ///
    /// # Errors
    /// If a path cannot be read at all.
    pub fn read(paths: &[PathBuf], at: &[RootedPath], depth: ReadDepth) -> Result<Self, InventoryError> {
        let placed = paths.iter().enumerate().map(|(index, path)| (path, at.get(index)));
        placed.map(|(path, at)| read_app(path, at, true, depth)).collect::<Result<_, _>>().map(Self)
    }

    /// Platform of most objects of the apps.
    pub fn platform(&self) -> Option<ImagePlatform> {
        self.architecture().map(ImagePlatform::from)
    }

    /// Architecture of most objects of the apps.
    pub fn architecture(&self) -> Option<Architecture> {
        let objects = self.0.iter().flat_map(|app| app.inventory.objects());
        let architectures =
            objects.filter_map(|(_, facts)| Architecture::from_triplet(Platform::of(facts.machine)?.triplet));
        let mut counts: BTreeMap<Architecture, usize> = BTreeMap::new();
        architectures.for_each(|architecture| *counts.entry(architecture).or_default() += 1);
        counts.into_iter().max_by_key(|(_, count)| *count).map(|(architecture, _)| architecture)
    }

    /// Puts the apps on an image of which only the contents are known, and a digest of what it is made of.
    pub fn on_described(self, name: &Path, inventory: Inventory, digest: Sha256Digest) -> InputTrees {
        let facts = ImageFacts {
            digest,
            ld_library_path: None,
            ld_preload: None,
            workdir: None,
            start: None,
            platform: None,
            parts: None,
        };
        self.on(Base::new(name.to_owned(), inventory), facts)
    }

    /// Puts the apps on an image in files.
    ///
    /// # Errors
    /// If the image cannot be read, or has none for the platform.
    pub fn on_image(self, image: BaseRequest<'_>) -> Result<InputTrees, InventoryError> {
        let of_objects = self.platform();
        let read = read_image(image.path, image.platform.or(of_objects.as_ref()), image.layers);
        let read = read.map_err(|error| error.of(image.name))?;
        Ok(self.on(Base::new(image.name.to_owned(), read.inventory), read.facts))
    }

    fn on(self, base: Base, facts: ImageFacts) -> InputTrees {
        InputTrees {
            base: Some(base),
            image: Some(facts),
            included: Vec::new(),
            apps: self.0,
            changed: Vec::new(),
            started: Vec::new(),
        }
    }
}

/// Splits off the part of a base that a path of the host is, if it is inside the base.
fn split_from(base: &mut Base, path: &Path) -> Option<App> {
    let real = path.canonicalize().ok()?;
    let relative = real.strip_prefix(base.host_path.canonicalize().ok()?).ok()?;
    let shown_as = RootedPath::new(relative.as_os_str().as_bytes());
    let at = if real.is_dir() { shown_as.clone() } else { shown_as.parent() };
    let inventory = base.inventory.split_off(relative.as_os_str().as_bytes());
    let (kind, abi) = recognise(&inventory);
    Some(App { host_path: path.to_owned(), at, shown_as, inventory, kind, abi })
}

fn read_app(
    path: &Path,
    at: Option<&RootedPath>,
    has_base: bool,
    depth: ReadDepth,
) -> Result<App, InventoryError> {
    let (inventory, is_file) = read_input(path, at, depth)?;
    let (kind, abi) = recognise(&inventory);
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let own = RootedPath::new(absolute.as_os_str().as_bytes());
    let shown_as = match at {
        Some(at) => at.clone(),
        None if kind == AppKind::Rootfs && !has_base => RootedPath::root(),
        None => own,
    };
    let at = if is_file { shown_as.parent() } else { shown_as.clone() };
    Ok(App { host_path: path.to_owned(), at, shown_as, inventory, kind, abi })
}

/// Reads an app, and returns whether it is a single file, which has the name of its path in the image. Another kind of input
/// is recognised here.
fn read_input(
    path: &Path,
    at: Option<&RootedPath>,
    depth: ReadDepth,
) -> Result<(Inventory, bool), InventoryError> {
    match at.filter(|_| path.is_file()) {
        Some(at) => Ok((read_file_as(path, at.file_name(), depth)?, true)),
        None => Ok((read_directory(path, depth)?, path.is_file())),
    }
}

/// Reads a file that is no image, and returns its format.
pub fn unsuitable_file(path: &Path) -> Option<UnsuitableInput> {
    let inventory = read_directory(path, ReadDepth::Link).ok().filter(|_| path.is_file())?;
    let form = form_of_file(&inventory, inventory.entries().first()?)?;
    Some(UnsuitableInput { path: path.to_owned(), form })
}
