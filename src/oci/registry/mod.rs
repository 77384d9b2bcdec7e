//! Images that are not files here: in a registry (OCI Distribution), or in docker's engine. They are fetched into the
//! cache in forms that [`crate::tree::inventory::read_image`] reads, and layouts are pushed.
//!
//! What comes is not trusted: whatever a digest is known of is compared with it while it is written, and has just the
//! size that was promised. What a tag stands for is vouched for by TLS alone.
//!
//! The client of registries is asynchronous, so that this room has a runtime, on the thread that calls. Nothing
//! asynchronous leaves it.

mod credentials;
mod engine;
mod error;
mod manifests;
mod pull;
mod push;
mod reference;
mod retry;
mod session;
mod store;

use std::future::Future;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

pub use error::{RegistryError, TransferError};
pub use pull::Pulled;
pub use push::Pushed;
pub(in crate::oci) use reference::{ENGINE_PREFIX, REGISTRY_PREFIX};
pub use reference::{EngineImage, ImageReference};

use crate::support::progress::Progress;
use crate::tree::inventory::ImagePlatform;

/// How registries and the engine are reached.
#[derive(Clone, Debug)]
pub struct RegistrySettings {
    /// The cache that images are kept in.
    pub cache_dir: PathBuf,
    /// Whether nothing may be fetched.
    pub offline: bool,
    /// The registries, each `HOST` or `HOST:PORT`, that are spoken to by http. Those on this machine always are.
    pub insecure: Vec<String>,
    /// The files that log-ins are looked for in, one after the other: docker's `config.json`, containers' `auth.json`.
    pub credential_files: Vec<PathBuf>,
    /// Where docker's engine is, as DOCKER_HOST says it; none for the usual socket.
    pub docker_host: Option<String>,
    /// The current time.
    pub now: Timestamp,
}

/// Fetches an image into the cache, as far as it is not there. Of several, that for the platform that is wanted is
/// taken; without a wish there must be one only.
///
/// # Errors
/// When the registry does not give it, or gives something else; when there is none for the platform.
pub fn pull(
    settings: &RegistrySettings,
    image: &ImageReference,
    wanted: Option<&ImagePlatform>,
    progress: &dyn Progress,
) -> Result<Pulled, RegistryError> {
    wait_for(pull::pull(settings, image, wanted, progress))?
}

/// Sends the one image of an OCI layout, or the one list of images, under a name. `from` tells where the registry may
/// have blobs of it already, such as the base's.
///
/// # Errors
/// When the layout is broken or has several images, or the registry does not take it. The name then stands for what
/// it stood for before.
pub fn push(
    settings: &RegistrySettings,
    layout: &Path,
    image: &ImageReference,
    from: Option<&ImageReference>,
    progress: &dyn Progress,
) -> Result<Pushed, RegistryError> {
    wait_for(push::push(settings, layout, image, from, progress))?
}

/// Has docker's engine write an image into the cache as an archive of docker-save, unless it did before.
///
/// # Errors
/// When the engine can't be reached or has no such image.
pub fn save_from_engine(
    settings: &RegistrySettings,
    image: &EngineImage,
    progress: &dyn Progress,
) -> Result<PathBuf, RegistryError> {
    wait_for(engine::save(settings, image, progress))?
}

/// Runs what is asynchronous to its end.
fn wait_for<Output>(future: impl Future<Output = Output>) -> Result<Output, RegistryError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    Ok(runtime.map_err(|error| RegistryError::Setup(error.to_string()))?.block_on(future))
}
