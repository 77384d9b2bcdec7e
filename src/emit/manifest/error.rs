//! Why a Plan can't be written in a format.

use super::ManifestFormat;
use crate::debian::catalog::IndexKind;
use crate::vocabulary::{Distribution, PackageName, RootedPath};

/// A Plan can't be written in a format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot write {format}: {fault}")]
pub struct ManifestError {
    /// The format.
    pub format: ManifestFormat,
    /// What it can't say.
    pub fault: ManifestFault,
}

/// What a format can't say.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestFault {
    /// A word of the Plan is not what it stands for. It is shown escaped.
    #[error("'{}' is no {kind}", word.escape_debug())]
    NotA {
        /// What it should be.
        kind: &'static str,
        /// What it is.
        word: String,
    },
    /// A package has no pool path, as those of an installed root.
    #[error("the {index} index tells no pool path of {package}")]
    NoPoolPath {
        /// The package.
        package: PackageName,
        /// The index.
        index: IndexKind,
    },
    /// A package has no digest, as those of an installed root.
    #[error("the {index} index tells no digest of {package}")]
    NoDigest {
        /// The package.
        package: PackageName,
        /// The index.
        index: IndexKind,
    },
    /// It is not known where a package can be had.
    #[error("no URL of {0} is known")]
    NoUrl(PackageName),
    /// A package's URLs do not end in its pool path, so that they tell no archive.
    #[error("no URL of {package} ends in its pool path {filename}")]
    NoArchive {
        /// The package.
        package: PackageName,
        /// The pool path.
        filename: String,
    },
    /// Packages of one suite are at different places, where the format knows one place for each suite.
    #[error(
        "packages of {suite} are from different states of the archive, for which there is one place only"
    )]
    Scattered {
        /// The suite.
        suite: String,
    },
    /// A path has characters that the format can't hold.
    #[error("the path '{}' can't stand in it", .0.to_string().escape_debug())]
    Path(RootedPath),
    /// The link of a package leads to what the format can't hold.
    #[error("the target of the link {} can't stand in it", .0.to_string().escape_debug())]
    Target(RootedPath),
    /// The document has to say when it was made, and the index has no date.
    #[error("the index has no date")]
    NoDate,
    /// There is no image of the distribution's release by that name.
    #[error("there is no container image of {distribution} {release}")]
    NoImage {
        /// The distribution.
        distribution: Distribution,
        /// The release's codename.
        release: String,
    },
    /// The document could not be encoded.
    #[error("{0}")]
    Encoder(String),
}

impl ManifestError {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self.fault {
            ManifestFault::NoUrl(_) | ManifestFault::NoArchive { .. } => {
                Some("name an archive that keeps its packages with --mirror, or a --snapshot")
            }
            ManifestFault::NoPoolPath { .. } | ManifestFault::NoDigest { .. } | ManifestFault::NoDate => {
                Some("look the packages up in the archive's index: --catalog archive")
            }
            ManifestFault::Scattered { .. } => {
                Some("`sodeb lock --update` takes every package from one state of the archive")
            }
            _ => None,
        }
    }
}
