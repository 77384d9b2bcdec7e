//! Indices of one target.

use std::sync::Arc;

use jiff::Timestamp;
use reqwest::Url;

use super::attempts::Attempts;
use super::diagnostic::ArchiveDiagnostic;
use super::error::ArchiveError;
use super::index_file::IndexFile;
use super::scope::IndexScope;
use crate::vocabulary::{Sha256Digest, Target};

/// Indices of one release and architecture, in the cache.
#[derive(Clone, Debug)]
pub struct IndexSet {
    /// Release and architecture.
    pub target: Target,
    /// Source that it was fetched from.
    pub scope: IndexScope,
    /// Suites that were found, the main one first.
    pub releases: Vec<ReleaseInfo>,
    /// Contents files in the order of the suites.
    pub contents: Vec<IndexFile>,
    /// Packages files in the order of the suites.
    pub packages: Vec<IndexFile>,
    /// Contents files that are left out, since no mirror has one that matches its Release.
    pub left_out: Vec<LeftOutContents>,
    /// Warnings about the indices.
    pub diagnostics: Vec<ArchiveDiagnostic>,
}

/// Contents file that no mirror has as its signed Release lists it.
#[derive(Clone, Debug)]
pub struct LeftOutContents {
    /// Suite.
    pub suite: String,
    /// Path below the suite.
    pub file: String,
    /// Each address, and its failure.
    pub attempts: Arc<Attempts>,
}

impl From<LeftOutContents> for ArchiveError {
    fn from(LeftOutContents { suite, file, attempts }: LeftOutContents) -> Self {
        Self::ContentsMismatch { suite, file, attempts }
    }
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
    /// Vendor of the archive (`Origin`).
    pub origin: String,
    /// Name of the archive among those of the vendor (`Label`).
    pub label: String,
    /// Name of the suite by its role (`Suite`), such as `stable`.
    pub suite_name: String,
    /// Fingerprint of the key that signed it; none for a built-in key.
    pub key: Option<String>,
}

/// Archive that an index is from, as its signed Release file says.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct IndexOrigin {
    /// Vendor (`Origin`), such as `Debian`.
    pub origin: String,
    /// Name of the archive among those of the vendor (`Label`).
    pub label: String,
    /// Name of the main suite by its role (`Suite`), such as `stable`.
    pub suite: String,
    /// Host of the mirror; none for a directory, and for an index that is compiled in.
    pub mirror: Option<String>,
    /// True if the user named the mirror.
    #[serde(default)]
    pub is_given_mirror: bool,
    /// Fingerprints of the keys that signed it, without those that are built in.
    #[serde(default)]
    pub keys: Vec<String>,
}

impl IndexSet {
    /// Returns the set if no index is left out.
    ///
    /// # Errors
    /// If a Contents file is left out.
    pub fn complete(mut self) -> Result<Self, ArchiveError> {
        match self.left_out.pop() {
            Some(left_out) => Err(left_out.into()),
            None => Ok(self),
        }
    }

    /// Returns the archive that the main suite is from; none without a suite.
    pub fn origin(&self) -> Option<IndexOrigin> {
        let main = self.releases.first()?;
        let mut keys: Vec<String> = self.releases.iter().filter_map(|release| release.key.clone()).collect();
        keys.sort();
        keys.dedup();
        let mirror = Url::parse(&main.base).ok().and_then(|base| {
            let port = base.port().map_or_else(String::new, |port| format!(":{port}"));
            Some(format!("{}{port}", base.host_str().filter(|host| !host.is_empty())?))
        });
        Some(IndexOrigin {
            origin: main.origin.clone(),
            label: main.label.clone(),
            suite: main.suite_name.clone(),
            mirror,
            is_given_mirror: self.scope.has_mirror(),
            keys,
        })
    }
}
