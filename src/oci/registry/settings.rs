//! Settings of transfers.

use std::path::PathBuf;

use jiff::Timestamp;

/// Access to registries and to docker's engine.
#[derive(Clone, Debug)]
pub struct RegistrySettings {
    /// Directory of the cache, in which images are kept.
    pub cache_dir: PathBuf,
    /// True if nothing may be fetched.
    pub offline: bool,
    /// Registries to reach by http, each `HOST` or `HOST:PORT`. Registries on this machine always are.
    pub insecure: Vec<String>,
    /// Files with log-ins, in the order of the search: docker's `config.json`, containers' `auth.json`.
    pub credential_files: Vec<PathBuf>,
    /// Address of docker's engine, as in DOCKER_HOST; none for the default socket.
    pub docker_host: Option<String>,
    /// Current time.
    pub now: Timestamp,
}
