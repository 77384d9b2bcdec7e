//! Reasons why a Plan cannot be written in a format.

use crate::debian::catalog::IndexKind;
use crate::vocabulary::{Distribution, PackageName, RootedPath};

/// Reason why a format cannot represent a Plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestFault {
    /// Invalid name in the Plan; the message shows it escaped.
    #[error("'{}' is not a valid {kind}", word.escape_debug())]
    InvalidName {
        /// Kind of the name.
        kind: &'static str,
        /// Name.
        word: String,
    },
    /// Package without a pool path, such as one of an installed root.
    #[error("the {index} index contains no pool path of {package}")]
    NoPoolPath {
        /// Package.
        package: PackageName,
        /// Index.
        index: IndexKind,
    },
    /// Package without a digest, such as one of an installed root.
    #[error("the {index} index contains no digest of {package}")]
    NoDigest {
        /// Package.
        package: PackageName,
        /// Index.
        index: IndexKind,
    },
    /// Package without a URL.
    #[error("the URL of {0} is unknown")]
    NoUrl(PackageName),
    /// Package whose URLs do not end in its pool path, so that its archive is unknown.
    #[error("no URL of {package} ends in its pool path {filename}")]
    NoArchive {
        /// Package.
        package: PackageName,
        /// Pool path.
        filename: String,
    },
    /// Packages of one suite with different archives, of which the format allows one for each suite.
    #[error("packages of {suite} are from different archives; the format allows only one for each suite")]
    Scattered {
        /// Suite.
        suite: String,
    },
    /// Path with characters that the format does not allow.
    #[error("the format does not allow the path '{}'", .0.to_string().escape_debug())]
    Path(RootedPath),
    /// Link whose target has characters that the format does not allow.
    #[error("the format does not allow the target of the link {}", .0.to_string().escape_debug())]
    Target(RootedPath),
    /// Index without a date, which the document requires.
    #[error("the format requires a date, and the index has none")]
    NoDate,
    /// Release without a container image of its name.
    #[error("there is no container image of {distribution} {release}")]
    NoImage {
        /// Distribution.
        distribution: Distribution,
        /// Codename of the release.
        release: String,
    },
    /// Failure of the encoder.
    #[error("{0}")]
    Encoder(String),
}

impl ManifestFault {
    /// Returns advice for the user.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoUrl(_) | Self::NoArchive { .. } => {
                Some("name an archive that keeps its packages with --mirror, or a --snapshot")
            }
            Self::NoPoolPath { .. } | Self::NoDigest { .. } | Self::NoDate => {
                Some("use the archive's index: --catalog archive")
            }
            Self::Scattered { .. } => {
                Some("`sodeb lock --update` takes every package from one state of the archive")
            }
            _ => None,
        }
    }
}
