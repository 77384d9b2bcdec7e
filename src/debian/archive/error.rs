//! What can go wrong between asking for a release's indices and having them.
//!
//! An [`ArchiveError`] makes the answer impossible; what only narrows it is an [`ArchiveDiagnostic`] beside
//! the answer.

use std::fmt;
use std::path::PathBuf;

use jiff::Timestamp;

use super::cache::CacheError;
use super::fetch::FetchError;
use super::mirrors::MirrorsError;
use super::release::ReleaseError;
use super::signature::{KeyringError, SignatureError};

/// A release's indices could not be had.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// There is no mirror to ask.
    #[error(transparent)]
    Mirrors(#[from] MirrorsError),
    /// A file of keys could not be used.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// The cache could not be used.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// The HTTP client could not be set up, or what came could not be stored.
    #[error("cannot fetch {url}")]
    Fetch {
        /// What was to be fetched.
        url: String,
        /// Why it could not.
        #[source]
        source: FetchError,
    },
    /// A name cannot be one of an archive's directories.
    #[error("cannot use {kind} '{name}': not a word of lower-case letters, digits and . + -")]
    BadName {
        /// What was named.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// No mirror has the release.
    #[error("cannot find suite {suite}: {attempts}")]
    NoSuite {
        /// The suite.
        suite: String,
        /// Each mirror, and what it answered.
        attempts: Attempts,
    },
    /// No mirror gave a Release file that can be used.
    #[error("cannot get the Release file of {suite}: {attempts}")]
    Release {
        /// The suite.
        suite: String,
        /// Each mirror, and what was wrong.
        attempts: Attempts,
    },
    /// The release has no such component or architecture.
    #[error("cannot find {file} in the Release file of {suite}: it has {components} for {architectures}")]
    NotListed {
        /// The suite.
        suite: String,
        /// The index.
        file: String,
        /// The components that there are.
        components: String,
        /// The architectures that there are.
        architectures: String,
    },
    /// No mirror gave an index that its Release vouches for.
    #[error("cannot get {file} of {suite}: {attempts}")]
    Index {
        /// The suite.
        suite: String,
        /// The index.
        file: String,
        /// Each address, and what was wrong.
        attempts: Attempts,
    },
    /// The Contents on every mirror is another one than its Release lists.
    #[error("cannot trust {file} of {suite}, it does not match the signed Release: {attempts}")]
    ContentsMismatch {
        /// The suite.
        suite: String,
        /// The index.
        file: String,
        /// Each address, and what was wrong.
        attempts: Attempts,
    },
    /// A package's path is not one below the archive's base.
    #[error("cannot fetch '{path}': not a plain path below the archive's base")]
    BadPoolPath {
        /// The path.
        path: String,
    },
    /// No mirror has a package's file any more.
    #[error("cannot find {file} on any mirror: {attempts}")]
    DebGone {
        /// The .deb.
        file: String,
        /// Each address, and what was answered.
        attempts: Attempts,
    },
    /// No mirror gave a package's file that the index vouches for.
    #[error("cannot get {file}: {attempts}")]
    Deb {
        /// The .deb.
        file: String,
        /// Each address, and what was wrong.
        attempts: Attempts,
    },
    /// The cache does not have it, and nothing may be fetched.
    #[error("cannot work offline: the cache has no {what}")]
    NotCached {
        /// What is missing.
        what: String,
    },
    /// A Release file in the cache cannot be used.
    #[error("cannot use the cached Release file of {suite}")]
    CachedRelease {
        /// The suite.
        suite: String,
        /// What is wrong with it.
        #[source]
        source: Refusal,
    },
    /// An index cannot be opened.
    #[error("cannot open {file} of {suite} at {path}")]
    Open {
        /// The suite.
        suite: String,
        /// The index.
        file: String,
        /// Where it is in the cache.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

impl ArchiveError {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Mirrors(MirrorsError::None { distribution }) => {
                Some(format!("name a mirror of {distribution} with --mirror"))
            }
            Self::Mirrors(MirrorsError::NoSnapshots { distribution }) => {
                Some(format!("name the base of a snapshot service of {distribution} with --mirror"))
            }
            Self::NoSuite { suite, .. } => {
                Some(format!("is '{suite}' the release's codename? name a mirror that has it with --mirror"))
            }
            Self::Release { attempts, .. } if attempts.any(Refusal::is_unknown_key) => {
                Some("add the archive's key with --keyring if you trust it".to_owned())
            }
            Self::Release { attempts, .. } if attempts.any(Refusal::is_expired) => {
                Some("the mirror lags behind: name another one with --mirror, or take what is cached with \
                      --offline"
                    .to_owned())
            }
            Self::Release { .. } | Self::Index { .. } => {
                Some("name another mirror with --mirror, or take what is cached with --offline".to_owned())
            }
            Self::ContentsMismatch { .. } => Some(
                "the mirror is being updated: try again later, name another one with --mirror, or use it \
                 unverified with --allow-unverified-contents"
                    .to_owned(),
            ),
            Self::DebGone { .. } => Some(
                "the archive has newer packages than the index: --refresh fetches the index, --snapshot asks for \
                 the archive's past"
                    .to_owned(),
            ),
            Self::NotCached { .. } => Some("fetch it once without --offline".to_owned()),
            _ => None,
        }
    }
}

/// Why what one mirror has is not used.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// It could not be fetched.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// It is not signed by a key that is trusted.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// It is signed, and yet not to be used.
    #[error(transparent)]
    Release(#[from] ReleaseError),
}

impl Refusal {
    pub(super) fn is_absent(&self) -> bool {
        matches!(self, Self::Fetch(error) if error.is_absent())
    }

    pub(super) fn is_mismatch(&self) -> bool {
        matches!(self, Self::Fetch(error) if error.is_mismatch())
    }

    fn is_expired(&self) -> bool {
        matches!(self, Self::Release(ReleaseError::Expired { .. }))
    }

    fn is_unknown_key(&self) -> bool {
        matches!(self, Self::Signature(error) if error.is_unknown_key())
    }
}

/// The addresses that were tried in vain, in order.
#[derive(Debug, Default)]
pub struct Attempts(pub Vec<(String, Refusal)>);

impl Attempts {
    pub(super) fn any(&self, property: impl Fn(&Refusal) -> bool) -> bool {
        self.0.iter().any(|(_, refusal)| property(refusal))
    }

    pub(super) fn all(&self, property: impl Fn(&Refusal) -> bool) -> bool {
        self.0.iter().all(|(_, refusal)| property(refusal))
    }
}

impl fmt::Display for Attempts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (url, refusal)) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(formatter, "{separator}{url}: {}", with_causes(refusal))?;
        }
        Ok(())
    }
}

/// An error with its causes, as one line.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        // Some libraries repeat their cause in their own message.
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

/// Something narrowed the answer without making it impossible; to be said beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArchiveDiagnostic {
    /// A mirror was passed over, since another one served.
    MirrorPassedOver {
        /// The suite.
        suite: String,
        /// The file.
        file: String,
        /// Each address, and what was wrong.
        cause: String,
    },
    /// No mirror has a suite that adds to the release.
    SuiteAbsent {
        /// The suite.
        suite: String,
        /// Each mirror, and what it answered.
        cause: String,
    },
    /// A suite that adds to the release is not in the cache, and nothing may be fetched.
    SuiteNotCached {
        /// The suite.
        suite: String,
    },
    /// A suite that adds to the release does not have this index.
    IndexAbsent {
        /// The suite.
        suite: String,
        /// The index.
        file: String,
    },
    /// A mirror has an older Release than was seen before; the newer one is used.
    OlderRelease {
        /// The suite.
        suite: String,
        /// The mirror.
        mirror: String,
        /// What it offers.
        offered: Timestamp,
        /// What is used.
        used: Timestamp,
    },
    /// A cached Release file is used beyond its Valid-Until, since nothing may be fetched.
    ExpiredOffline {
        /// The suite.
        suite: String,
        /// Until when it was valid.
        valid_until: Timestamp,
    },
    /// Contents does not match its Release; the last one that did is used.
    OlderContents {
        /// The suite.
        suite: String,
        /// The index.
        file: String,
        /// The date of the Release that vouches for it.
        date: Timestamp,
        /// What was wrong with the current one.
        cause: String,
    },
    /// A Contents file does not match its Release and is used unverified.
    UnverifiedContents {
        /// The suite.
        suite: String,
        /// The index.
        file: String,
        /// What was wrong with it.
        cause: String,
    },
}

impl fmt::Display for ArchiveDiagnostic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MirrorPassedOver { suite, file, cause } => {
                write!(formatter, "{file} of {suite} comes from another mirror: {cause}")
            }
            Self::SuiteAbsent { suite, cause } => write!(formatter, "{suite} is left out: {cause}"),
            Self::SuiteNotCached { suite } => write!(formatter, "{suite} is left out: the cache has none"),
            Self::IndexAbsent { suite, file } => write!(formatter, "{suite} has no {file}"),
            Self::OlderRelease { suite, mirror, offered, used } => write!(
                formatter,
                "{mirror} has {suite} as of {offered}, older than the {used} known here, which is used"
            ),
            Self::ExpiredOffline { suite, valid_until } => {
                write!(formatter, "{suite} in the cache was valid until {valid_until}")
            }
            Self::OlderContents { suite, file, date, cause } => write!(
                formatter,
                "{file} of {suite} does not match the signed Release, the one of {date} is used: {cause}"
            ),
            Self::UnverifiedContents { suite, file, cause } => write!(
                formatter,
                "{file} of {suite} is used unverified, it does not match the signed Release: {cause}"
            ),
        }
    }
}
