//! Errors that make an update or a download impossible. A defect that only makes the indices incomplete is an
//! [`ArchiveDiagnostic`](super::ArchiveDiagnostic).

use std::path::PathBuf;
use std::sync::Arc;

use super::attempts::{Attempts, Refusal};
use super::cache::CacheError;
use super::fetch_error::FetchError;
use super::mirrors::MirrorsError;
use super::signature::KeyringError;
use crate::debian::distributions::similar_release;
use crate::vocabulary::Release;

/// Error of an update of the indices, or of a download of packages.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// No mirror is known.
    #[error(transparent)]
    Mirrors(#[from] MirrorsError),
    /// A keyring file cannot be used.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// The cache cannot be used.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// The HTTP client cannot be set up, or the received data cannot be stored.
    #[error("cannot fetch {url}")]
    Fetch {
        /// URL.
        url: String,
        /// Cause.
        #[source]
        source: FetchError,
    },
    /// A name cannot be that of a directory in an archive.
    #[error("cannot use {kind} '{name}': not a word of lower-case letters, digits and . + -")]
    BadName {
        /// Kind of name.
        kind: &'static str,
        /// Name.
        name: String,
    },
    /// No mirror has the release.
    #[error("cannot find suite {suite}: {attempts}")]
    NoSuite {
        /// Suite.
        suite: String,
        /// Each mirror, and its response.
        attempts: Attempts,
    },
    /// No mirror has a usable Release file.
    #[error("cannot get the Release file of {suite}: {attempts}")]
    Release {
        /// Suite.
        suite: String,
        /// Each mirror, and its failure.
        attempts: Attempts,
    },
    /// The release has no such component or architecture.
    #[error("cannot find {file} in the Release file of {suite}: it has {components} for {architectures}")]
    NotListed {
        /// Suite.
        suite: String,
        /// Index.
        file: String,
        /// Components of the release.
        components: String,
        /// Architectures of the release.
        architectures: String,
    },
    /// No mirror has an index that matches its signed Release.
    #[error("cannot get {file} of {suite}: {attempts}")]
    Index {
        /// Suite.
        suite: String,
        /// Index.
        file: String,
        /// Each address, and its failure.
        attempts: Attempts,
    },
    /// The Contents file on every mirror does not match its signed Release.
    #[error("cannot trust {file} of {suite}, it does not match the signed Release: {attempts}")]
    ContentsMismatch {
        /// Suite.
        suite: String,
        /// Index.
        file: String,
        /// Each address, and its failure.
        attempts: Arc<Attempts>,
    },
    /// The path of a package is not below the base of the archive.
    #[error("cannot fetch '{path}': not a plain path below the archive's base")]
    BadPoolPath {
        /// Path.
        path: String,
    },
    /// No mirror has the .deb of a package any more.
    #[error("cannot find {file} on any mirror: {attempts}")]
    DebGone {
        /// File name of the .deb.
        file: String,
        /// Each address, and its response.
        attempts: Attempts,
    },
    /// No mirror has a .deb that matches the index.
    #[error("cannot get {file}: {attempts}")]
    Deb {
        /// File name of the .deb.
        file: String,
        /// Each address, and its failure.
        attempts: Attempts,
    },
    /// The cache does not have a file, and downloads are disabled.
    #[error("cannot work offline: the cache has no {what}")]
    NotCached {
        /// Missing file.
        what: String,
    },
    /// A cached Release file cannot be used.
    #[error("cannot use the cached Release file of {suite}")]
    CachedRelease {
        /// Suite.
        suite: String,
        /// Defect.
        #[source]
        source: Refusal,
    },
    /// An index cannot be opened.
    #[error("cannot open {file} of {suite} at {path}")]
    Open {
        /// Suite.
        suite: String,
        /// Index.
        file: String,
        /// Path in the cache.
        path: PathBuf,
        /// Cause.
        #[source]
        source: std::io::Error,
    },
}

impl ArchiveError {
    /// Advice for the user.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Mirrors(MirrorsError::None { distribution }) => {
                Some(format!("name a mirror of {distribution} with --mirror"))
            }
            Self::Mirrors(MirrorsError::NoSnapshots { distribution }) => {
                Some(format!("name the base of a snapshot service of {distribution} with --mirror"))
            }
            Self::NoSuite { attempts, .. } | Self::Release { attempts, .. } | Self::Index { attempts, .. }
                if attempts.any(Refusal::is_unauthorized) =>
            {
                Some(
                    "write a log-in for the server to ~/.netrc (machine HOST login NAME password PASSWORD), or give it in \
                     the URL of --mirror"
                        .to_owned(),
                )
            }
            Self::NoSuite { suite, .. } if similar_release(&Release::new(suite)).is_some() => {
                similar_release(&Release::new(suite)).map(|similar| format!("did you mean {similar}?"))
            }
            Self::NoSuite { suite, .. } => {
                Some(format!("check that '{suite}' is the codename of a release, or name a mirror that has it with --mirror"))
            }
            Self::Release { attempts, .. } if attempts.any(Refusal::is_unknown_key) => {
                Some("add the archive's key with --keyring if you trust it".to_owned())
            }
            Self::Release { attempts, .. } if attempts.any(Refusal::is_expired) => {
                Some("the mirror is out of date: name another one with --mirror, or use the cached files with \
                      --offline"
                    .to_owned())
            }
            Self::Release { .. } | Self::Index { .. } => {
                Some("name another mirror with --mirror, or use the cached files with --offline".to_owned())
            }
            Self::ContentsMismatch { .. } => Some(
                "the mirror is being updated: try again later, name another one with --mirror, or use it \
                 unverified with --allow-unverified-contents"
                    .to_owned(),
            ),
            Self::DebGone { .. } => Some(
                "the archive has newer packages than the index: --refresh downloads the index, --snapshot uses the \
                 archive of an earlier time"
                    .to_owned(),
            ),
            Self::NotCached { .. } => Some("run it once without --offline".to_owned()),
            _ => None,
        }
    }
}
