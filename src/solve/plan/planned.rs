//! The Plan and its parts.

use super::taken::TakenFile;
use crate::app::AppKind;
use crate::debian::catalog::{Package, Provenance};
use crate::debian::inclusions::Inclusion;
use crate::loader::NeedKind;
use crate::solve::resolve::Problem;
use crate::vocabulary::{ChoiceReason, PackageName, RootedPath, Sha256Digest, Soname};

/// Packages and files to put on a base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Release and architecture, and the index that the packages were looked up in.
    pub provenance: Provenance,
    /// Requested snapshot of the archive (`20260818T205150Z`).
    pub snapshot: Option<String>,
    /// Base that the packages are put on; without one nothing is assumed present.
    pub base: Option<PlannedBase>,
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
    /// Digest of a directory: over the names, kinds and link targets of all its entries, and over the content of the
    /// objects that the trees load from it. Digest of an image: over its layers' digests (`ImageFacts::digest`).
    pub digest: Sha256Digest,
}

/// A tree at the time of the Plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedApp {
    /// Path in the image.
    pub at: RootedPath,
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
