//! Images in registries (OCI Distribution) and in docker's engine: fetched into the cache as files that
//! [`crate::tree::inventory::read_image`] reads, and layouts pushed.
//!
//! Received bytes are not trusted: everything with a known digest is compared with it while it is written, and must have
//! exactly the stated size. The meaning of a tag is vouched for by TLS alone.
//!
//! The client of registries is asynchronous. It runs on the calling thread (`transfer.rs`), and nothing asynchronous
//! leaves this room.

mod credentials;
mod engine;
mod error;
mod http;
mod manifests;
mod pull;
mod push;
mod reference;
mod retry;
mod session;
mod settings;
mod store;
mod transfer;

pub use error::{RegistryError, TransferError};
pub use pull::Pulled;
pub use push::Pushed;
pub(in crate::oci) use reference::{ENGINE_PREFIX, REGISTRY_PREFIX};
pub use reference::{EngineImage, ImageReference};
pub use settings::{LoginSources, RegistrySettings};
pub use transfer::{pull, push, save_from_engine};
