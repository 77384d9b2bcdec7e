//! The client of a Debian archive: signed Release files, and the indices that they vouch for.
//!
//! [`Archive::update`] goes down one chain of trust: a key that is built in or given signs a suite's
//! InRelease ([`SignatureError`]), which has a name and dates that fit ([`ReleaseError`]) and lists sizes and
//! digests of the indices, which are compared before a byte of one is used. Mirrors and the cache add nothing
//! to that chain: they may be anyone's.
//!
//! **Contents is special.** It is made apart from the rest, so that a mirror in the middle of a point release
//! may carry another one than its Release lists. Then it is looked for by its digest, on the next mirror, and
//! at last in the cache, where an older one that did match its Release serves with its own date. Only when
//! the user asks for it ([`ArchiveSettings::allow_unverified_contents`]) the one that does not match is taken, marked as
//! not verified. Packages names the files that will be fetched: it matches or is an error.

mod apt_sources;
mod cache;
mod chunks;
pub mod contents;
mod error;
mod fetch;
mod index;
mod mirrors;
pub mod packages;
mod pool;
mod reader;
mod release;
mod signature;
mod update;
mod wanted_index;

use std::path::PathBuf;

use jiff::Timestamp;

pub use self::apt_sources::AptSourcesError;
use self::cache::Cache;
pub use self::cache::CacheError;
pub use self::error::{ArchiveDiagnostic, ArchiveError, Attempts, Refusal};
pub use self::fetch::FetchError;
use self::fetch::Fetcher;
pub use self::index::IndexFile;
use self::mirrors::Snapshot;
pub use self::mirrors::{Mirrors, MirrorsError};
pub use self::pool::PoolFile;
pub use self::release::ReleaseError;
use self::signature::Keyring;
pub use self::signature::{KeyringError, SignatureError, SignatureFault};
use crate::vocabulary::{Sha256Digest, Target};

/// How an archive is used.
#[derive(Clone, Debug)]
pub struct ArchiveSettings {
    /// The mirrors to ask.
    pub mirrors: Mirrors,
    /// A moment of the archive's past, such as `20260818T205150Z`, instead of its present. Given mirrors are
    /// then the bases of a snapshot service.
    pub snapshot: Option<String>,
    /// Files with keys that are trusted beside the built-in ones.
    pub keyrings: Vec<PathBuf>,
    /// Where what was fetched is kept; made when it is not there.
    pub cache_dir: PathBuf,
    /// Whether only the cache may be used.
    pub offline: bool,
    /// The components to read; empty for the default (Debian: main, Ubuntu: main and universe).
    pub components: Vec<String>,
    /// Whether backports count.
    pub backports: bool,
    /// True if a Contents file that does not match its Release is used when no verified one is available.
    pub allow_unverified_contents: bool,
    /// The time at which Release files and keys must be valid.
    pub now: Timestamp,
}

/// An archive with its keys, mirrors and cache.
#[derive(Debug)]
pub struct Archive {
    settings: ArchiveSettings,
    snapshot: Option<Snapshot>,
    keyring: Keyring,
    fetcher: Fetcher,
    cache: Cache,
}

impl Archive {
    /// Reads the keys and makes ready; asks no mirror yet.
    ///
    /// # Errors
    /// When a keyring cannot be read or the snapshot is no moment.
    pub fn new(mut settings: ArchiveSettings) -> Result<Self, ArchiveError> {
        // Archives know no parts of seconds, and messages read better without.
        settings.now = Timestamp::from_second(settings.now.as_second()).unwrap_or(settings.now);
        Ok(Self {
            snapshot: settings.snapshot.as_deref().map(Snapshot::parse).transpose()?,
            keyring: Keyring::new(&settings.keyrings)?,
            fetcher: Fetcher::default(),
            cache: Cache::new(&settings.cache_dir),
            settings,
        })
    }
}

/// All indices of one release and architecture, in the cache.
#[derive(Clone, Debug)]
pub struct IndexSet {
    /// What was asked for.
    pub target: Target,
    /// The suites that were found, the main one first.
    pub releases: Vec<ReleaseInfo>,
    /// The Contents files, in the order of the suites.
    pub contents: Vec<IndexFile>,
    /// The Packages files, in the order of the suites.
    pub packages: Vec<IndexFile>,
    /// What has to be said beside an answer from these indices.
    pub diagnostics: Vec<ArchiveDiagnostic>,
}

/// One suite's signed Release file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseInfo {
    /// The suite.
    pub suite: String,
    /// When it was made.
    pub date: Timestamp,
    /// Until when it is valid, where it says so.
    pub valid_until: Option<Timestamp>,
    /// The base of the mirror that it came from.
    pub base: String,
    /// The digest of the InRelease file.
    pub in_release_sha256: Sha256Digest,
}
