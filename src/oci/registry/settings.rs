//! Settings of transfers.

use std::path::PathBuf;

use jiff::Timestamp;

/// Sources of log-ins, in the order of the search.
#[derive(Clone, Debug, Default)]
pub struct LoginSources {
    /// Text of a docker configuration, as in the variable `DOCKER_AUTH_CONFIG`.
    pub docker_auth_config: Option<String>,
    /// Files: docker's `config.json`, containers' `auth.json`.
    pub files: Vec<PathBuf>,
    /// File in the form of netrc(5).
    pub netrc: Option<PathBuf>,
}

/// Access to registries and to docker's engine.
#[derive(Clone, Debug)]
pub struct RegistrySettings {
    /// Directory of the cache, in which images are kept.
    pub cache_dir: PathBuf,
    /// True if nothing may be fetched.
    pub offline: bool,
    /// Registries to reach by http, each `HOST` or `HOST:PORT`. Registries on this machine always are.
    pub insecure: Vec<String>,
    /// Sources of log-ins.
    pub logins: LoginSources,
    /// Address of docker's engine, as in DOCKER_HOST; none for the default socket.
    pub docker_host: Option<String>,
    /// Current time.
    pub now: Timestamp,
}
