//! The Plan and its parts.

use bstr::BString;
use sha2::{Digest, Sha256};

use super::options::LockOptions;
use super::taken::TakenFile;
use crate::app::AppKind;
use crate::debian::catalog::{Package, Provenance};
use crate::debian::inclusions::Inclusion;
use crate::loader::NeedKind;
use crate::solve::resolve::Problem;
use crate::vocabulary::{ChoiceReason, PackageName, Release, RootedPath, Sha256Digest, Soname};

/// Packages and files to put on a base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Release and architecture, and the index that the packages were looked up in.
    pub provenance: Provenance,
    /// Requested snapshot of the archive (`20260818T205150Z`).
    pub snapshot: Option<String>,
    /// Base that the packages are put on; without one nothing is assumed present.
    pub base: Option<PlannedBase>,
    /// Options that were given when the Plan was made for a lock, so that it can be made again.
    pub options: LockOptions,
    /// Trees, in the order in which they were given.
    pub apps: Vec<PlannedApp>,
    /// Libraries that packages provide, sorted by soname.
    pub libraries: Vec<PlannedLibrary>,
    /// Packages, sorted by name.
    pub packages: Vec<PlannedPackage>,
    /// Files that are included although nothing loads them, sorted; they are among the files of the packages.
    pub included: Vec<Inclusion>,
    /// Problems that the packages do not fix, sorted.
    pub problems: Vec<Problem>,
}

/// A base at the time of the Plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedBase {
    /// Name as it was given. In a lock a path is relative to the lock's directory and begins with a dot, or is absolute.
    pub name: BString,
    /// Release that its os-release(5) names.
    pub release: Option<Release>,
    /// Digest of a directory: over [`Self::objects`]. Digest of an image: over its layers' digests
    /// (`ImageFacts::digest`).
    pub digest: Sha256Digest,
    /// Objects of a directory that are loaded, sorted by path; empty for an image.
    pub objects: Vec<BaseObject>,
}

/// An object that is loaded from a base.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BaseObject {
    /// Path in the base, links resolved.
    pub path: RootedPath,
    /// Digest of its content.
    pub sha256: Sha256Digest,
}

/// A tree at the time of the Plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedApp {
    /// Path in the image.
    pub at: RootedPath,
    /// Path on the host, in a lock: relative to the lock's directory, or absolute.
    pub path: Option<BString>,
    /// Kind of tree.
    pub kind: AppKind,
    /// Number of objects that a dynamic linker could load.
    pub objects: usize,
}

/// A library that a package provides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedLibrary {
    /// Requested soname.
    pub soname: Soname,
    /// Kind of need.
    pub need: NeedKind,
    /// Package that provides it.
    pub package: PackageName,
    /// Path by which the dynamic linker finds it, links unresolved.
    pub path: RootedPath,
    /// Objects that need it, sorted: those of the trees, or if there are none, those of the base and of
    /// other packages.
    pub needed_by: Vec<RootedPath>,
    /// True if an object of the trees needs it.
    pub direct: bool,
}

/// A package of the Plan, and the files to take from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedPackage {
    /// Record of the package in the index. Its digest is never absent.
    pub package: Package,
    /// Name of its source package.
    pub source: String,
    /// URLs of its .deb, the best first, in addition to the mirrors that a reader knows anyway.
    pub urls: Vec<String>,
    /// True if an object of the trees needs a library of it.
    pub direct: bool,
    /// Reason why it was chosen.
    pub choice: PackageChoice,
    /// Packages of the Plan whose files its files load, sorted.
    pub needs: Vec<PackageName>,
    /// Files to take from it, sorted by path.
    pub files: Vec<TakenFile>,
}

/// Reason why a package was chosen, and the packages that it was preferred to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageChoice {
    /// Criterion that decided.
    pub reason: ChoiceReason,
    /// Packages that the next best choice has in its place, sorted; empty if there is none.
    pub instead_of: Vec<PackageName>,
}

impl PlannedBase {
    /// Returns the digest of a directory of which these objects are loaded, sorted by path.
    pub fn digest_of(objects: &[BaseObject]) -> Sha256Digest {
        let mut hasher = Sha256::new();
        for object in objects {
            // No path contains a NUL byte.
            hasher.update(object.path.as_bytes());
            hasher.update(b"\0");
            hasher.update(object.sha256.0);
        }
        Sha256Digest(hasher.finalize().into())
    }
}

impl Plan {
    /// Returns the package of this name.
    pub fn package(&self, name: &PackageName) -> Option<&PlannedPackage> {
        let found = self.packages.binary_search_by(|planned| planned.package.name.cmp(name)).ok()?;
        self.packages.get(found)
    }

    /// Returns the size of all files to take, in bytes.
    pub fn taken_bytes(&self) -> u64 {
        self.packages.iter().flat_map(|planned| &planned.files).map(TakenFile::size_bytes).sum()
    }
}
