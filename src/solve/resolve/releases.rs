//! The same apps on several releases: where they work, and what is missing elsewhere.

use std::collections::BTreeSet;

use super::resolution::{Resolution, SonameAnswer, Status};
use crate::vocabulary::{PackageName, Release, RootedPath, Soname};

/// A symbol version that an object needs of a library that does not define it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UndefinedVersion {
    /// Object that needs it.
    pub object: RootedPath,
    /// Soname of the library.
    pub soname: Soname,
    /// Name of the version, such as `GLIBC_2.38`.
    pub version: String,
    /// Path of the library.
    pub provider: RootedPath,
    /// Name and version of the library's package; none for a library of the base or the apps.
    pub package: Option<(PackageName, String)>,
}

/// Answer for one of several releases.
#[derive(Debug)]
pub struct ReleaseResolution {
    /// Answer on this release, with the needs of packages resolved.
    pub resolution: Resolution,
    /// Needed symbol versions that the release's libraries do not define.
    pub undefined_versions: Vec<UndefinedVersion>,
}

/// Verdict on apps on a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReleaseVerdict {
    /// Everything that is needed is there.
    Works,
    /// Something is missing.
    Fails,
    /// Nothing is known to be missing, but not every package could be read.
    Unknown,
}

impl ReleaseResolution {
    /// Returns the verdict on the apps.
    pub fn verdict(&self) -> ReleaseVerdict {
        let is_known = self.resolution.unread.as_ref().is_some_and(Vec::is_empty);
        match self.missing().next().is_some() || !self.undefined_versions.is_empty() {
            true => ReleaseVerdict::Fails,
            false if is_known => ReleaseVerdict::Works,
            false => ReleaseVerdict::Unknown,
        }
    }

    /// Returns the release.
    pub fn release(&self) -> &Release {
        &self.resolution.provenance.target.release
    }

    /// Returns the sonames that the release does not provide.
    pub fn missing(&self) -> impl Iterator<Item = &SonameAnswer> {
        let is_missing = |status| matches!(status, Status::Unresolved | Status::OffPath);
        self.resolution.sonames.iter().filter(move |answer| is_missing(answer.status))
    }

    /// Returns the missing sonames and symbol versions, each once.
    pub fn missing_names(&self) -> BTreeSet<String> {
        let sonames = self.missing().map(|answer| answer.soname.to_string());
        self.undefined_versions.iter().map(|undefined| undefined.version.clone()).chain(sonames).collect()
    }
}
