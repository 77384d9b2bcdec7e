//! The answer: a status for each soname, and the packages to install.

use std::collections::BTreeSet;
use std::path::PathBuf;

use bstr::BString;

use super::optional::OptionalNeed;
use super::problem::Problem;
use super::smaller::SmallerChoice;
use super::symbols::RequiredSymbols;
use crate::app::{
    Abi, AppKind, InputTrees, Language, LinkedApps, LoadEvidence, RuntimeLoad, VendoredFamily, code_languages,
};
use crate::debian::catalog::{LibraryCandidate, NearMiss, Package, Provenance, Visibility};
use crate::vocabulary::{ChoiceReason, PackageName, Release, RootedPath, Soname, named};

named! {
    /// Status of a soname.
    Status("status") {
        /// The app itself has it where ld.so finds it.
        App = "app",
        /// The base has it.
        Base = "base",
        /// A package provides it.
        Package = "package",
        /// The app has it, but not where ld.so looks.
        OffPath = "off-path",
        /// A driver of the host provides it.
        Host = "host",
        /// Nothing provides it.
        Unresolved = "unresolved",
    }
}

/// The whole answer for some apps.
#[derive(Debug)]
pub struct Resolution {
    /// Origin of the packages.
    pub provenance: Provenance,
    /// Apps, in the order in which they were given.
    pub apps: Vec<AppSummary>,
    /// Path from which the base was read, if there is one.
    pub base: Option<PathBuf>,
    /// Every soname that required objects need, sorted.
    pub sonames: Vec<SonameAnswer>,
    /// Libraries that only optional objects miss, sorted by soname.
    pub optional: Vec<OptionalNeed>,
    /// Packages that the answer needs, sorted by name.
    pub packages: Vec<ChosenPackage>,
    /// Problems that keep objects from loading.
    pub problems: Vec<Problem>,
    /// Run-time loads of the apps and of included packages.
    pub loads: Vec<RuntimeLoad<'static>>,
    /// Packages of an index with unverified paths that no digest-checked .deb confirms, sorted.
    pub unverified: Vec<PackageName>,
    /// Smaller choice of packages that Debian does not prefer, if there is one.
    pub smaller: Option<SmallerChoice>,
    /// Packages whose own needs are not known; none if the needs of packages were not resolved.
    pub unread: Option<Vec<UnreadPackage>>,
}

impl Resolution {
    /// Sets the packages that nothing vouches for. An answer without any is verified, whatever its index is; one from a
    /// verified index has none.
    pub fn set_unverified(&mut self, packages: Vec<PackageName>) {
        self.unverified = if self.provenance.verified { Vec::new() } else { packages };
        self.provenance.verified = self.unverified.is_empty();
    }
}

/// A package whose own needs are not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadPackage {
    /// Name of the package.
    pub package: PackageName,
    /// Cause for which its .deb could not be read.
    pub cause: String,
}

/// One app.
#[derive(Clone, Debug)]
pub struct AppSummary {
    /// Path from which it was read.
    pub host_path: PathBuf,
    /// Path in the image; that of the file if the app is a single one.
    pub at: RootedPath,
    /// Kind of app.
    pub kind: AppKind,
    /// ABI of its extensions.
    pub abi: Option<Abi>,
    /// Number of regular files.
    pub files: usize,
    /// Number of files that were not opened: trees, texts or pictures by their names.
    pub unopened: usize,
    /// Self-extracting programs, whose files are not looked into: paths in the image, each with its maker.
    pub self_extracting: Vec<(RootedPath, &'static str)>,
    /// Number of objects that a dynamic linker could load.
    pub objects: usize,
    /// Languages of the code in it.
    pub languages: BTreeSet<Language>,
}

/// Answer for one soname.
#[derive(Clone, Debug)]
pub struct SonameAnswer {
    /// The soname.
    pub soname: Soname,
    /// Status of the soname.
    pub status: Status,
    /// Path of the file: in the app, the base or the package.
    pub path: Option<RootedPath>,
    /// Chosen package, with the reason for the choice.
    pub package: Option<(PackageName, ChoiceReason)>,
    /// Packages that contain it, the preferred one first; the chosen one among them, if it was looked up. They are not
    /// looked up for a soname that is found.
    pub candidates: Vec<LibraryCandidate>,
    /// Visibility of the chosen package's file.
    pub visibility: Option<Visibility>,
    /// Driver that provides it.
    pub host: Option<&'static str>,
    /// True if one of [`Self::needed_by`] is an object of the apps.
    pub direct: bool,
    /// Objects that need it, or only those that miss it if some do, sorted: those of the apps,
    /// or if there are none, those of the base.
    pub needed_by: Vec<RootedPath>,
    /// Start objects that load a library of this soname for themselves, while others miss it: if one of them
    /// is loaded first, the need happens to be met.
    pub hidden_by: Vec<RootedPath>,
    /// Development packages that contain a link of this name.
    pub development: Vec<PackageName>,
    /// The same library under other versions in this release.
    pub near: Vec<NearMiss>,
    /// Vendored family that it is of: then no package provides it, but another part of the app does.
    pub family: Option<VendoredFamily>,
    /// Other releases that have it.
    pub elsewhere: Vec<(Release, PackageName)>,
    /// Directories that every failed search looked in.
    pub searched: Vec<RootedPath>,
    /// Symbol versions that the objects that miss it need of it.
    pub versions: BTreeSet<BString>,
    /// Symbols that the objects that miss it may need of it; only if there are several candidates.
    pub symbols: RequiredSymbols,
}

/// A package of the answer.
#[derive(Clone, Debug)]
pub struct ChosenPackage {
    /// Record of the package in the catalog.
    pub package: Package,
    /// True if an object of the apps needs a library of it.
    pub direct: bool,
}

impl Resolution {
    /// Returns the run-time loads that objects declare in their `.note.dlopen`.
    pub fn loads_in_notes(&self) -> impl Iterator<Item = &RuntimeLoad<'static>> {
        self.loads.iter().filter(|load| load.evidence == LoadEvidence::Note)
    }
}

impl SonameAnswer {
    /// Creates an answer for a soname that nothing is known of.
    pub fn new(soname: &Soname) -> Self {
        Self {
            soname: soname.clone(),
            status: Status::Unresolved,
            path: None,
            package: None,
            candidates: Vec::new(),
            visibility: None,
            host: None,
            direct: false,
            needed_by: Vec::new(),
            hidden_by: Vec::new(),
            development: Vec::new(),
            near: Vec::new(),
            family: None,
            elsewhere: Vec::new(),
            searched: Vec::new(),
            versions: BTreeSet::new(),
            symbols: RequiredSymbols::default(),
        }
    }

    /// Returns the candidates that were not chosen.
    pub fn alternatives(&self) -> impl Iterator<Item = &LibraryCandidate> {
        let chosen = self.package.as_ref().map(|(name, _)| name);
        self.candidates.iter().filter(move |candidate| Some(&candidate.package.name) != chosen)
    }
}

impl AppSummary {
    pub(super) fn of_all(trees: &InputTrees, linked: &LinkedApps<'_>) -> Vec<Self> {
        trees
            .app_mounts()
            .map(|(mount, app)| Self {
                host_path: app.host_path.clone(),
                at: app.shown_as.clone(),
                kind: app.kind,
                abi: app.abi.clone(),
                files: app.inventory.file_paths().count(),
                unopened: app.inventory.deferred_count(),
                self_extracting: app
                    .inventory
                    .self_extracting()
                    .map(|(path, maker)| (app.at.join(path), maker))
                    .collect(),
                objects: linked.objects.iter().filter(|object| object.mount == mount).count(),
                languages: code_languages(&app.inventory),
            })
            .collect()
    }
}
