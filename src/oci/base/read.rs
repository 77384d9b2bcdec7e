//! Reading a base: below the trees that will run on it, or on its own.

use std::fmt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::error::BaseError;
use super::model::{ModelOrigin, model};
use super::reference::{BaseKind, BaseReference};
use super::services::BaseServices;
use crate::app::{Apps, BaseRequest, InputTrees};
use crate::oci::known_images::KnownImage;
use crate::oci::registry::{self, EngineImage, ImageReference};
use crate::tree::inventory::{
    ImageFacts, ImagePlatform, Inventory, InventoryError, LayerCache, LayerNumber, ReadDepth, is_image,
    read_image, read_root,
};
use crate::vocabulary::{Architecture, RootedPath};

/// Trees to read, and for what they are.
#[derive(Clone, Copy, Debug)]
pub struct TreeRequest<'request> {
    /// Paths on the host.
    pub paths: &'request [PathBuf],
    /// Paths in the image: one for each tree, or none.
    pub at: &'request [RootedPath],
    /// Facts that are read of each file.
    pub depth: ReadDepth,
    /// Requested platform of the image.
    pub platform: Option<&'request ImagePlatform>,
    /// Requested architecture; it chooses the platform if no platform is requested.
    pub architecture: Option<Architecture>,
}

impl TreeRequest<'_> {
    /// Platform of the image: the requested one, else that of the requested architecture.
    fn wanted_platform(&self) -> Option<ImagePlatform> {
        self.platform.cloned().or_else(|| self.architecture.map(ImagePlatform::from))
    }

    /// Architecture of packages: that of the requested platform, else the requested one.
    fn wanted_architecture(&self) -> Option<Architecture> {
        self.platform.and_then(ImagePlatform::architecture).or(self.architecture)
    }
}

/// Contents of a base that is read on its own.
#[derive(Debug)]
pub struct BaseContents {
    /// Its files.
    pub inventory: Inventory,
    /// Layer of each entry, in the order of the inventory; empty for a base without layers.
    pub layer_numbers: Vec<LayerNumber>,
    /// Facts of the image beyond its files; none for a directory.
    pub facts: Option<ImageFacts>,
}

/// Caveat about a base that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BaseNote {
    /// The tag could not be looked up now: the image is the one that it named at `as_of`.
    Stale {
        /// Name of the image.
        image: String,
        /// Time of the last look-up.
        as_of: Timestamp,
    },
    /// The image was modelled from packages.
    Modelled {
        /// Name of the image.
        image: String,
        /// Packages.
        origin: ModelOrigin,
    },
}

impl fmt::Display for BaseNote {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stale { image, as_of } => write!(formatter, "using the cached {image}, as of {as_of:.0}"),
            Self::Modelled { image, origin: ModelOrigin { packages, release, date } } => {
                write!(formatter, "{image} is modelled from {packages} {release} packages")?;
                if let Some(date) = date {
                    write!(formatter, " ({})", date.strftime("%Y-%m-%d"))?;
                }
                formatter.write_str("; the published image may differ")
            }
        }
    }
}

/// Reads the trees with the base below them.
///
/// # Errors
/// If a path cannot be read, and when the base cannot be fetched, modelled or read.
pub fn read_trees<Services: BaseServices>(
    base: Option<&BaseReference>,
    request: TreeRequest<'_>,
    services: &Services,
) -> Result<(InputTrees, Option<BaseNote>), Services::Error> {
    let Some(base) = base else { return Ok((read_paths(request, None)?, None)) };
    match base.kind() {
        BaseKind::Scratch => Ok((read_paths(request, None)?, None)),
        BaseKind::Path(path) => {
            let layers = layer_cache(path, services)?;
            let platform = request.wanted_platform();
            let question =
                BaseRequest { name: base.name(), path, platform: platform.as_ref(), layers: layers.as_ref() };
            Ok((read_paths(request, Some(question))?, None))
        }
        BaseKind::Registry(image) => {
            let apps = read_apps(request)?;
            let platform = request.wanted_platform().or_else(|| apps.platform());
            let (layout, note) = pull(image, platform.as_ref(), services)?;
            let mut trees = on_image(apps, base, &layout, platform.as_ref(), services)?;
            let parts = trees.image.as_mut().and_then(|facts| facts.parts.as_mut());
            parts.into_iter().for_each(|parts| parts.name = Some(image.whole()));
            Ok((trees, note))
        }
        BaseKind::Engine(image) => {
            let apps = read_apps(request)?;
            let platform = request.wanted_platform().or_else(|| apps.platform());
            let archive = save(image, services)?;
            Ok((on_image(apps, base, &archive, platform.as_ref(), services)?, None))
        }
        BaseKind::Known(image) => {
            let (trees, note) = on_model(base, image, request, services)?;
            Ok((trees, Some(note)))
        }
    }
}

/// Reads a base on its own, such as an image for an audit.
///
/// # Errors
/// If it cannot be fetched, modelled or read.
pub fn read_alone<Services: BaseServices>(
    base: &BaseReference,
    request: TreeRequest<'_>,
    services: &Services,
) -> Result<(BaseContents, Option<BaseNote>), Services::Error> {
    let of_files = |inventory| BaseContents { inventory, layer_numbers: Vec::new(), facts: None };
    let platform = request.wanted_platform();
    let (path, note) = match base.kind() {
        BaseKind::Scratch => return Ok((of_files(Inventory::default()), None)),
        BaseKind::Path(path) if !is_image(path) => {
            let read = read_root(path, request.depth).map_err(BaseError::NotABase)?;
            return Ok((of_files(read), None));
        }
        BaseKind::Known(image) => {
            let alone = TreeRequest { paths: &[], at: &[], ..request };
            let (InputTrees { base, image: facts, .. }, note) = on_model(base, image, alone, services)?;
            let inventory = base.map(|base| base.inventory).unwrap_or_default();
            return Ok((BaseContents { facts, ..of_files(inventory) }, Some(note)));
        }
        BaseKind::Path(path) => (path.clone(), None),
        BaseKind::Registry(image) => pull(image, platform.as_ref(), services)?,
        BaseKind::Engine(image) => (save(image, services)?, None),
    };
    let layers = LayerCache::new(&services.cache_dir()?);
    let read = read_image(&path, platform.as_ref(), Some(&layers));
    let read = read.map_err(|error| BaseError::Inventory(error.of(base.name())))?;
    let contents = BaseContents {
        inventory: read.inventory,
        layer_numbers: read.layer_numbers,
        facts: Some(read.facts),
    };
    Ok((contents, note))
}

fn read_paths(request: TreeRequest<'_>, base: Option<BaseRequest<'_>>) -> Result<InputTrees, BaseError> {
    let error = |error: InventoryError| match base {
        Some(BaseRequest { path, .. }) if !path.exists() => BaseError::NotABase(error),
        _ => BaseError::Inventory(error),
    };
    InputTrees::read(request.paths, base, request.at, request.depth).map_err(error)
}

fn read_apps(request: TreeRequest<'_>) -> Result<Apps, BaseError> {
    Apps::read(request.paths, request.at, request.depth).map_err(BaseError::Inventory)
}

fn on_image<Services: BaseServices>(
    apps: Apps,
    base: &BaseReference,
    path: &Path,
    platform: Option<&ImagePlatform>,
    services: &Services,
) -> Result<InputTrees, Services::Error> {
    let layers = LayerCache::new(&services.cache_dir()?);
    let question = BaseRequest { name: base.name(), path, platform, layers: Some(&layers) };
    Ok(apps.on_image(question).map_err(BaseError::Inventory)?)
}

/// Puts the model of a known image below the trees.
fn on_model<Services: BaseServices>(
    base: &BaseReference,
    image: &KnownImage,
    request: TreeRequest<'_>,
    services: &Services,
) -> Result<(InputTrees, BaseNote), Services::Error> {
    let apps = read_apps(request)?;
    let architecture = request.wanted_architecture().or_else(|| apps.architecture());
    let (model, origin) = model(base, image, architecture, services)?;
    let trees = apps.on_described(base.name(), model.inventory, model.digest);
    let note = BaseNote::Modelled { image: base.name().display().to_string(), origin };
    Ok((trees, note))
}

/// Cache of what is read of an image's layers; none for a directory.
fn layer_cache<Services: BaseServices>(
    path: &Path,
    services: &Services,
) -> Result<Option<LayerCache>, Services::Error> {
    let directory = is_image(path).then(|| services.cache_dir()).transpose()?;
    Ok(directory.map(|directory| LayerCache::new(&directory)))
}

fn pull<Services: BaseServices>(
    image: &ImageReference,
    platform: Option<&ImagePlatform>,
    services: &Services,
) -> Result<(PathBuf, Option<BaseNote>), Services::Error> {
    let pulled = registry::pull(&services.registry()?, image, platform, &*services.progress());
    let pulled = pulled.map_err(BaseError::from)?;
    let note = pulled.as_of.map(|as_of| BaseNote::Stale { image: image.to_string(), as_of });
    Ok((pulled.layout, note))
}

fn save<Services: BaseServices>(
    image: &EngineImage,
    services: &Services,
) -> Result<PathBuf, Services::Error> {
    let saved = registry::save_from_engine(&services.registry()?, image, &*services.progress());
    Ok(saved.map_err(BaseError::from)?)
}
