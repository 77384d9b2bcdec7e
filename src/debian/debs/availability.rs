//! Outcome of a request for one package's .deb.

use std::sync::Arc;

use super::DebFacts;
use crate::debian::catalog::IndexKind;
use crate::tree::inventory::Deb;
use crate::vocabulary::Target;

/// Contents of a package's .deb, or the reason why they are not available.
///
/// A failure that concerns every package (the archive, the network, the cache) is an error of the request instead.
#[derive(Clone, Debug)]
pub enum Availability<Contents> {
    /// The contents.
    Available(Arc<Contents>),
    /// The reason why there are none.
    Unavailable(UnavailableDeb),
}

impl<Contents> Availability<Contents> {
    /// Returns the contents, with the reason as an error, for callers that cannot go on without them.
    ///
    /// # Errors
    /// If they are unavailable.
    pub fn required(self) -> Result<Arc<Contents>, UnavailableDeb> {
        match self {
            Self::Available(contents) => Ok(contents),
            Self::Unavailable(cause) => Err(cause),
        }
    }
}

impl Availability<Deb> {
    /// Converts a whole .deb to facts about it; an unavailable .deb keeps its reason.
    pub fn into_facts(self) -> Availability<DebFacts> {
        match self {
            Self::Available(deb) => DebFacts::from(deb).into(),
            Self::Unavailable(cause) => Availability::Unavailable(cause),
        }
    }
}

impl<Contents> From<Contents> for Availability<Contents> {
    fn from(contents: Contents) -> Self {
        Self::Available(Arc::new(contents))
    }
}

/// Reason why the .deb of one package is not available.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnavailableDeb {
    /// The index has no digest of the package, so that its .deb could not be verified.
    #[error("the {0} index has no digest of it")]
    NoDigest(IndexKind),
    /// The cache does not have the file, and downloads are disabled.
    #[error("cannot work offline: the cache has no {file}")]
    NotCached {
        /// File name of the .deb.
        file: String,
    },
    /// No library index covers the release, and the request downloads nothing without one.
    #[error("no library index of {0} is available")]
    NotIndexed(Target),
    /// The download failed.
    #[error("{0}")]
    NotDownloaded(String),
    /// The file matches its signed digest but cannot be read.
    #[error("{0}")]
    Unreadable(String),
}
