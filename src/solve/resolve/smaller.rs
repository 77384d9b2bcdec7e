//! A smaller answer than that with the packages that Debian prefers.

use serde::Serialize;

use crate::vocabulary::PackageName;

/// Choice that needs less, and that the user gets by preferring its packages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SmallerChoice {
    /// Packages to name with `--prefer`, sorted.
    pub prefer: Vec<PackageName>,
    /// Packages that it makes unnecessary, sorted.
    pub instead_of: Vec<PackageName>,
    /// Number of packages that it needs less.
    pub saved_packages: usize,
    /// Installed size that it needs less, in KiB; negative if its fewer packages are larger.
    pub saved_kib: i64,
}
