//! The same trees on several releases: on which of them they work, and what is missing on the others.

use std::collections::BTreeSet;

use super::{Resolution, SonameAnswer, Status};
use crate::vocabulary::{PackageName, Release, RootedPath, Soname};

/// A symbol version that an object needs of a library that does not define it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LackingVersion {
    /// The object.
    pub object: RootedPath,
    /// What it calls the library.
    pub soname: Soname,
    /// The version.
    pub version: String,
    /// The library.
    pub provider: RootedPath,
    /// The package that the library is from, with its version; none for one of the base or the trees.
    pub package: Option<(PackageName, String)>,
}

/// What trees come to on one release.
#[derive(Debug)]
pub struct OnRelease {
    /// What they lack there, with the gap closed.
    pub resolution: Resolution,
    /// The symbol versions that the release's libraries do not define.
    pub lacking: Vec<LackingVersion>,
}

/// Whether trees work on a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Everything is there that is asked for.
    Works,
    /// Something is missing.
    Lacks,
    /// Nothing is known to be missing, but not everything is known.
    Unknown,
}

impl OnRelease {
    /// Whether they work there.
    pub fn verdict(&self) -> Verdict {
        let is_known = self.resolution.unread.as_ref().is_some_and(Vec::is_empty);
        match self.missing().next().is_some() || !self.lacking.is_empty() {
            true => Verdict::Lacks,
            false if is_known => Verdict::Works,
            false => Verdict::Unknown,
        }
    }

    /// The release.
    pub fn release(&self) -> &Release {
        &self.resolution.provenance.target.release
    }

    /// The sonames that the release does not have.
    pub fn missing(&self) -> impl Iterator<Item = &SonameAnswer> {
        let unfixed = |status| matches!(status, Status::Unresolved | Status::OffPath);
        self.resolution.sonames.iter().filter(move |answer| unfixed(answer.status))
    }

    /// What is missing, each name or symbol version once.
    pub fn missing_names(&self) -> BTreeSet<String> {
        let sonames = self.missing().map(|answer| answer.soname.to_string());
        self.lacking.iter().map(|lacking| lacking.version.clone()).chain(sonames).collect()
    }
}
