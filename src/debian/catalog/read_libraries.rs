//! Libraries of packages that were read, in the place of a Contents file.

use crate::vocabulary::{PackageName, RootedPath, Sha256Digest, Target};

/// Package whose .deb was read, and the libraries in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadPackage {
    /// Name.
    pub name: PackageName,
    /// Version.
    pub version: String,
    /// Architecture, or `all`.
    pub architecture: String,
    /// Digest of the .deb.
    pub sha256: Sha256Digest,
    /// Paths of the libraries and of the links to them.
    pub paths: Vec<RootedPath>,
}

/// Source of packages that were read: the library indices.
pub trait ReadLibraries {
    /// Returns true if the packages of a target were read.
    fn covers(&self, target: &Target) -> bool;

    /// Returns a text that changes whenever other packages of a target were read.
    fn revision(&self, target: &Target) -> String;

    /// Calls `visit` for each package, those of other targets included.
    fn visit(&self, visit: &mut dyn FnMut(ReadPackage));
}

/// Numbers of packages whose libraries no Contents file vouches for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SubstitutedPaths {
    /// Packages with the paths of the very .deb.
    pub exact: u64,
    /// Packages with the paths of another version.
    pub older: u64,
    /// Packages in a section of libraries without known paths.
    pub unknown: u64,
}
