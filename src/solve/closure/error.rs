//! Errors of a closure.

use crate::debian::catalog::{CatalogError, IndexKind};
use crate::debian::inclusions::Pattern;
use crate::solve::solver::Unsolvable;
use crate::vocabulary::{PackageName, RootedPath, Target};

/// Error: no closure can be computed.
#[derive(Debug, thiserror::Error)]
pub enum ClosureError {
    /// No set of packages provides everything.
    #[error("cannot choose packages that provide everything")]
    Unsolvable(#[from] Unsolvable),
    /// A catalog's data is broken.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// A package whose files are to be included is not in the index.
    #[error("cannot include files of {package}: the {index} index of {target} does not have it")]
    NotInIndex {
        /// The package.
        package: PackageName,
        /// Kind of index.
        index: IndexKind,
        /// Target of the index.
        target: Target,
    },
    /// A package has no file to include.
    #[error("cannot include {pattern} of {package}: it has no such file")]
    NothingIncluded {
        /// The package.
        package: PackageName,
        /// Requested files.
        pattern: Pattern,
    },
    /// The .deb of a package whose files are to be included cannot be read.
    #[error("cannot include files of {package}: {cause}")]
    UnreadInclusion {
        /// The package.
        package: PackageName,
        /// Cause of the failure.
        cause: String,
    },
    /// An object of the base cannot be read again for its digest.
    #[error("cannot read an object of the base")]
    Base(#[source] std::io::Error),
    /// The files that are taken load something else than the whole packages. It is a bug of this program.
    #[error("cannot take single files: {object} loads something else with them than with the whole packages")]
    Contradiction {
        /// First start object that loads something else.
        object: RootedPath,
    },
}
