//! Transfers as blocking calls: each runs the asynchronous client on the calling thread until it is done.

use std::future::Future;
use std::path::{Path, PathBuf};

use super::engine;
use super::error::RegistryError;
use super::pull::{self, Pulled};
use super::push::{self, Pushed};
use super::reference::{EngineImage, ImageReference};
use super::settings::RegistrySettings;
use crate::support::progress::Progress;
use crate::tree::inventory::ImagePlatform;

/// Fetches an image into the cache, without the parts that are there already. Of an index of several platforms, the
/// image for `platform` is fetched; without a platform there must be only one image.
///
/// # Errors
/// If the registry refuses, sends something malformed, or has no image for the platform.
pub fn pull(
    settings: &RegistrySettings,
    image: &ImageReference,
    platform: Option<&ImagePlatform>,
    progress: &dyn Progress,
) -> Result<Pulled, RegistryError> {
    block_on(pull::pull(settings, image, platform, progress))?
}

/// Pushes the one image, or the one index, of an OCI layout under a name. `mount_from` is an image whose blobs the
/// registry may reuse, such as the base.
///
/// # Errors
/// If the layout is malformed or has several images, or the registry refuses. The name then keeps its old meaning.
pub fn push(
    settings: &RegistrySettings,
    layout: &Path,
    image: &ImageReference,
    mount_from: Option<&ImageReference>,
    progress: &dyn Progress,
) -> Result<Pushed, RegistryError> {
    block_on(push::push(settings, layout, image, mount_from, progress))?
}

/// Saves an image of docker's engine into the cache as a docker-save archive, unless it is there already.
///
/// # Errors
/// If the engine cannot be reached or has no such image.
pub fn save_from_engine(
    settings: &RegistrySettings,
    image: &EngineImage,
    progress: &dyn Progress,
) -> Result<PathBuf, RegistryError> {
    block_on(engine::save(settings, image, progress))?
}

fn block_on<Output>(future: impl Future<Output = Output>) -> Result<Output, RegistryError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    Ok(runtime.map_err(|error| RegistryError::Setup(error.to_string()))?.block_on(future))
}
