//! Names of the sections, and the metadata of a file.

use jiff::Timestamp;

use crate::debian::archive::IndexOrigin;
use crate::debian::catalog::{IndexSource, SubstitutedPaths};

pub(crate) const METADATA: &str = "metadata";
pub(crate) const DIRECTORIES: &str = "folders";
pub(crate) const LIBRARIES: &str = "libraries";
pub(crate) const PACKAGES: &str = "packages";
pub(crate) const DIGESTS: &str = "digests";
/// Section that files of older versions do not have.
pub(crate) const DEPENDENCIES: &str = "dependencies";

/// Length of an entry of `digests`.
pub(crate) const DIGEST_BYTES: usize = 32;

/// Maximum number of targets in a file: a set of targets is a mask of this many bits.
pub(crate) const TARGET_LIMIT: usize = 64;

/// Metadata of a file.
#[derive(serde::Serialize, serde::Deserialize)]
pub(crate) struct Metadata {
    /// Targets; the number of a target is its position.
    pub(crate) targets: Vec<TargetMetadata>,
    /// Words that records refer to by position.
    pub(crate) words: Vec<String>,
}

/// Provenance and size of one target.
#[derive(serde::Serialize, serde::Deserialize)]
pub(crate) struct TargetMetadata {
    pub(crate) distribution: String,
    pub(crate) release: String,
    pub(crate) architecture: String,
    /// Archive; none in files of older versions.
    #[serde(default)]
    pub(crate) origin: Option<IndexOrigin>,
    pub(crate) date: Option<Timestamp>,
    /// True if a Contents file did not match the signed Release.
    #[serde(rename = "hint")]
    pub(crate) is_unverified: bool,
    /// Number of locations of libraries.
    pub(crate) libraries: u64,
    /// Number of packages.
    pub(crate) packages: u64,
    pub(crate) sources: Vec<IndexSource>,
    /// Packages whose paths are not from Contents, if one is left out.
    #[serde(default)]
    pub(crate) substituted: Option<SubstitutedPaths>,
}
