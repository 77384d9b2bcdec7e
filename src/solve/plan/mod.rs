//! The Plan: what has to be put on a base so that the trees load, down to the single file, and why.
//!
//! It is the value that the lock holds and that every manifest is written from. It says nothing of the
//! machine that it was made on: no host paths and no mirror of the host's own, so that the same question has
//! the same Plan everywhere.

mod comparison;
mod difference;
mod lock;
mod pinned;
#[cfg(test)]
pub(crate) mod sample;

use bstr::BString;

pub use crate::loader::NeedKind;
pub use comparison::{Comparison, Declared, FileTotals, PackageTotals, Undeclared};
pub use difference::{Change, Place, Presence, difference};
pub use lock::{LOCK_VERSION, LockError, LockFault, MAX_LOCK_BYTES, read_lock, write_lock};
pub(crate) use lock::{is_codename, is_package_name, is_suite, is_version};
pub use pinned::PinnedCatalog;

use crate::app::AppKind;
use crate::debian::catalog::{Package, Provenance};
use crate::debian::inclusions::Inclusion;
use crate::solve::resolve::Problem;
use crate::vocabulary::{PackageName, RootedPath, Sha256Digest, Soname, named};

/// What has to be put on a base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The release and architecture, and the index that the packages were looked up in.
    pub provenance: Provenance,
    /// The moment of the archive's past that was asked for (`20260818T205150Z`), if one was.
    pub snapshot: Option<String>,
    /// What the packages are put on; without it nothing is assumed present.
    pub base: Option<PlannedBase>,
    /// The trees, in the order in which they were given.
    pub apps: Vec<PlannedApp>,
    /// The libraries that packages bring, sorted by soname.
    pub libraries: Vec<PlannedLibrary>,
    /// The packages, sorted by name.
    pub packages: Vec<PlannedPackage>,
    /// The files that are taken though nothing loads them, and why, sorted; they are among those of the packages.
    pub included: Vec<Inclusion>,
    /// What the packages do not fix, sorted.
    pub problems: Vec<Problem>,
}

/// A base as the Plan saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedBase {
    /// Of a directory, the digest over the names, kinds and link targets of all its entries and over the content of the
    /// objects that the trees load from it; of an image, that over its layers' digests (`ImageFacts::digest`).
    pub digest: Sha256Digest,
}

/// A tree as the Plan saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedApp {
    /// Where it is mounted.
    pub at: RootedPath,
    /// What it is.
    pub kind: AppKind,
    /// How many objects it has that a linker could load.
    pub objects: usize,
}

/// A library that a package brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedLibrary {
    /// What is asked for.
    pub soname: Soname,
    /// What makes it needed.
    pub need: NeedKind,
    /// The package that has it.
    pub package: PackageName,
    /// Where the linker finds it, links unresolved.
    pub path: RootedPath,
    /// The objects that ask for it, sorted: those of the trees, or where there is none, those of the base and of
    /// other packages.
    pub needed_by: Vec<RootedPath>,
    /// Whether an object of the trees asks for it.
    pub direct: bool,
}

/// A package of the Plan and what is taken from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedPackage {
    /// What the index says of it. Its digest is never absent.
    pub package: Package,
    /// The name of its source package.
    pub source: String,
    /// Where its .deb can be had, the best place first, beside the mirrors that a reader knows by itself.
    pub urls: Vec<String>,
    /// Whether an object of the trees asks for something in it.
    pub direct: bool,
    /// Why it is this package and no other.
    pub reason: PackageReason,
    /// The packages of the Plan whose files its files load, sorted.
    pub needs: Vec<PackageName>,
    /// What is taken from it, sorted by path.
    pub files: Vec<TakenFile>,
}

/// Why a package was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageReason {
    /// What decided for it.
    pub criterion: Criterion,
    /// What would have been there without it, sorted; empty where nothing would.
    pub instead_of: Vec<PackageName>,
}

named! {
    /// What decides between packages: the first of these in which two sets of packages differ.
    Criterion("criterion") {
        /// There is no other.
        Only = "only-candidate",
        /// The user prefers it.
        Preferred = "preferred",
        /// It is one of the base's packages, and costs nothing.
        InBase = "in-base",
        /// It is named for the soname, and the others merely have a file of that name (Debian Policy §8.1).
        NamedForSoname = "named-for-soname",
        /// The others would come to more packages.
        FewestPackages = "fewest-packages",
        /// The others would be larger when installed.
        FewestBytes = "fewest-bytes",
        /// Debian prefers it: its place in Depends, its section, its priority among alternatives.
        DebiansPreference = "debians-preference",
        /// By name, so that the answer is always the same.
        Name = "name",
        /// Files of it are included, and nothing of it is loaded.
        Included = "included",
    }
}

/// A file or link that is taken from a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenFile {
    /// Where it lies in the image: the package's path, led through the base's links.
    pub path: RootedPath,
    /// What it is.
    pub kind: TakenKind,
}

/// What is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TakenKind {
    /// A regular file.
    File {
        /// The digest of its content.
        sha256: Sha256Digest,
        /// Its size.
        size_bytes: u64,
        /// Its permission bits.
        mode: u32,
    },
    /// A symbolic link.
    Link {
        /// Its target, as it stands.
        target: BString,
        /// Who makes it.
        origin: LinkOrigin,
    },
}

named! {
    /// Who makes a link.
    LinkOrigin("origin of a link") {
        /// The package has it.
        Package = "package",
        /// update-alternatives makes it when the package is installed.
        Alternatives = "alternatives",
    }
}

impl Plan {
    /// The package of this name.
    pub fn package(&self, name: &PackageName) -> Option<&PlannedPackage> {
        let found = self.packages.binary_search_by(|planned| planned.package.name.cmp(name)).ok()?;
        self.packages.get(found)
    }

    /// The size of all files that are taken, in bytes.
    pub fn taken_bytes(&self) -> u64 {
        self.packages.iter().flat_map(|planned| &planned.files).map(TakenFile::size_bytes).sum()
    }
}

impl TakenFile {
    /// The size of its content in bytes; 0 for a link.
    pub fn size_bytes(&self) -> u64 {
        match self.kind {
            TakenKind::File { size_bytes, .. } => size_bytes,
            TakenKind::Link { .. } => 0,
        }
    }
}
