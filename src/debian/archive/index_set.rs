//! Indices of one target.

use jiff::Timestamp;

use super::diagnostic::ArchiveDiagnostic;
use super::index_file::IndexFile;
use crate::vocabulary::{Sha256Digest, Target};

/// Indices of one release and architecture, in the cache.
#[derive(Clone, Debug)]
pub struct IndexSet {
    /// Release and architecture.
    pub target: Target,
    /// Suites that were found, the main one first.
    pub releases: Vec<ReleaseInfo>,
    /// Contents files in the order of the suites.
    pub contents: Vec<IndexFile>,
    /// Packages files in the order of the suites.
    pub packages: Vec<IndexFile>,
    /// Warnings about the indices.
    pub diagnostics: Vec<ArchiveDiagnostic>,
}

/// Signed Release file of one suite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseInfo {
    /// Suite.
    pub suite: String,
    /// Date.
    pub date: Timestamp,
    /// Valid-Until, if the file has it.
    pub valid_until: Option<Timestamp>,
    /// Base of the mirror that it came from.
    pub base: String,
    /// Digest of the InRelease file.
    pub in_release_sha256: Sha256Digest,
}
