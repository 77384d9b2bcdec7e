//! Origin of a catalog's facts.

use jiff::Timestamp;

use crate::debian::archive::IndexOrigin;
use crate::debian::distributions::profile;
use crate::vocabulary::{Target, named};

/// Origin of a catalog's facts; every answer shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// Release and architecture.
    pub target: Target,
    /// Kind of index.
    pub index: IndexKind,
    /// Archive that the index is from; none for an installed root.
    pub origin: Option<IndexOrigin>,
    /// Date of the newest signed Release file; none for an installed root.
    pub date: Option<Timestamp>,
    /// False if a Contents file did not match the signed Release, so that its paths are not authenticated.
    pub verified: bool,
    /// Index files that the catalog was built from.
    pub sources: Vec<IndexSource>,
}

impl Provenance {
    /// Returns the date of the release itself: that of its main suite's Release file, which changes with a point
    /// release. Updates and security updates may be newer ([`Provenance::date`]).
    pub fn release_date(&self) -> Option<Timestamp> {
        let main = self.sources.iter().find(|source| source.suite == self.target.release.as_str());
        main.map(|source| source.date).or(self.date)
    }
}

/// Returns the origin of an index that is compiled in: the distribution's own archive.
pub(super) fn own_origin(target: &Target) -> IndexOrigin {
    let name = profile(target.distribution).name;
    IndexOrigin {
        origin: name.to_owned(),
        label: name.to_owned(),
        suite: target.release.to_string(),
        mirror: None,
        is_given_mirror: false,
        keys: Vec::new(),
    }
}

named! {
    /// Kind of index that a catalog was made from.
    IndexKind("index kind") {
        /// Compiled into the program.
        Embedded = "embedded",
        /// Downloaded from the archive and cached.
        Archive = "archive",
        /// Dpkg database of an installed root.
        Installed = "installed",
    }
}

/// Index file that a catalog was built from.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct IndexSource {
    /// Suite, such as `bookworm-security`.
    pub suite: String,
    /// Path below the suite, such as `main/Contents-amd64.gz`.
    pub file: String,
    /// Date of the suite's Release file.
    pub date: Timestamp,
    /// Digest of the file that was read, in hexadecimal.
    pub sha256: String,
    /// True if the signed Release lists that digest.
    pub verified: bool,
}
