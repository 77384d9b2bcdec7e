//! Settings of an archive's client.

use std::path::PathBuf;

use jiff::Timestamp;

use super::credentials::CredentialFiles;
use super::mirrors::Mirrors;

/// Settings of an archive's client.
#[derive(Clone, Debug)]
pub struct ArchiveSettings {
    /// Mirrors.
    pub mirrors: Mirrors,
    /// Earlier state of the archive, such as `20260818T205150Z`, in place of the current one. Given mirrors are then
    /// the bases of a snapshot service.
    pub snapshot: Option<String>,
    /// Files with trusted keys in addition to the built-in ones.
    pub keyrings: Vec<PathBuf>,
    /// Files with log-ins for mirrors.
    pub credentials: CredentialFiles,
    /// Directory of the cache; created if it does not exist.
    pub cache_dir: PathBuf,
    /// True if only the cache may be used.
    pub offline: bool,
    /// Components to read; the distribution's default if empty.
    pub components: Vec<String>,
    /// True if packages of backports are read.
    pub backports: bool,
    /// True if a Contents file that does not match its Release is used when no verified one is available.
    pub allow_unverified_contents: bool,
    /// Time at which Release files and keys must be valid.
    pub now: Timestamp,
}
