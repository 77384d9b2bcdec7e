//! What the linked trees lack, answered by package.
//!
//! Every soname that the trees' objects reach is sorted by what becomes of it: the tree or the base has it, a
//! package has it, a driver brings it, the tree has it where ld.so does not look, or nothing has it. A soname
//! that is found for one object and missing for another is missing.

mod answers;
mod edges;
mod loads;
mod problems;
mod releases;

use std::collections::BTreeSet;
use std::path::PathBuf;

use bstr::BString;

pub use edges::{Need, asked_name, gather, scene, versions_needed};
pub use problems::{Problem, ProblemKind, object_problems};
pub use releases::{LackingVersion, OnRelease, Verdict};

use crate::app::{Abi, AppKind, InputTrees, LinkedApps, LoadEvidence, RuntimeLoad};
use crate::debian::catalog::{Catalog, CatalogError, NearMiss, Package, Provenance, Visibility};
use crate::elf::Machine;
use crate::loader::Libc;
use crate::tree::root::Root;
use crate::vocabulary::{ChoiceReason, PackageName, Release, RootedPath, Soname, named};

named! {
    /// What becomes of a soname.
    Status("status") {
        /// The tree itself has it where ld.so finds it.
        App = "app",
        /// The base has it.
        Base = "base",
        /// A package has it.
        Package = "package",
        /// The tree has it, but not where ld.so looks.
        OffPath = "off-path",
        /// A driver of the host brings it.
        Host = "host",
        /// Nothing has it.
        Unresolved = "unresolved",
    }
}

/// The whole answer for some trees.
#[derive(Debug)]
pub struct Resolution {
    /// Where the packages are from.
    pub provenance: Provenance,
    /// The trees.
    pub apps: Vec<AppSummary>,
    /// Where the base was read from, if there is one.
    pub base: Option<PathBuf>,
    /// Every soname that is asked for, sorted.
    pub sonames: Vec<SonameAnswer>,
    /// The packages that the answer needs, sorted by name.
    pub packages: Vec<ChosenPackage>,
    /// What else keeps objects from loading.
    pub problems: Vec<Problem>,
    /// Run-time loads of the apps and of included packages.
    pub loads: Vec<RuntimeLoad<'static>>,
    /// The packages of which is not known what they need themselves; none where it was not asked.
    pub unread: Option<Vec<Unread>>,
}

/// What is known of a gap once it is closed, beyond the names that the trees ask for.
#[derive(Debug)]
pub struct Closure {
    /// Every soname that is asked for, of the packages' files too, sorted.
    pub sonames: Vec<SonameAnswer>,
    /// The packages that close the gap, sorted by name.
    pub packages: Vec<ChosenPackage>,
    /// What keeps objects from loading even with them.
    pub problems: Vec<Problem>,
    /// The packages of which is not known what they need themselves.
    pub unread: Vec<Unread>,
}

/// A package of which is not known what it needs itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The package.
    pub package: PackageName,
    /// Why it is not known.
    pub cause: String,
}

impl Resolution {
    /// Run-time loads that objects state in their `.note.dlopen`.
    pub fn loads_in_notes(&self) -> impl Iterator<Item = &RuntimeLoad<'static>> {
        self.loads.iter().filter(|load| load.evidence == LoadEvidence::Note)
    }

    /// The same, with the gap closed.
    pub fn closed(self, closure: Closure) -> Self {
        let Closure { sonames, packages, problems, unread } = closure;
        Self { sonames, packages, problems, unread: Some(unread), ..self }
    }
}

/// One tree.
#[derive(Clone, Debug)]
pub struct AppSummary {
    /// Where it was read from.
    pub host_path: PathBuf,
    /// Where it is mounted; for a single file, its path.
    pub at: RootedPath,
    /// What it is.
    pub kind: AppKind,
    /// The ABI of its extensions.
    pub abi: Option<Abi>,
    /// How many regular files it has.
    pub files: usize,
    /// How many of them are sources, texts or pictures by their names and were not opened.
    pub unopened: usize,
    /// How many objects it has that a linker could load.
    pub objects: usize,
}

/// What becomes of one soname.
#[derive(Clone, Debug)]
pub struct SonameAnswer {
    /// The soname.
    pub soname: Soname,
    /// What becomes of it.
    pub status: Status,
    /// Where it is: in the tree, the base or the package.
    pub path: Option<RootedPath>,
    /// The package that is preferred, and why.
    pub package: Option<(PackageName, ChoiceReason)>,
    /// Every other package that has it.
    pub alternatives: Vec<Alternative>,
    /// Whether the package's file needs a link that update-alternatives makes.
    pub visibility: Option<Visibility>,
    /// What brings it, where that is a driver.
    pub host: Option<&'static str>,
    /// Whether one of [`Self::needed_by`] is an object of the trees.
    pub direct: bool,
    /// The objects that ask for it, or only those that ask in vain where some do, sorted: those of the trees,
    /// or where there is none, those of the base.
    pub needed_by: Vec<RootedPath>,
    /// Start objects that load a library of this soname for themselves, where others miss it: when one of them
    /// is loaded before, the need happens to be met.
    pub hidden_by: Vec<RootedPath>,
    /// Packages for building that have a link of this name.
    pub development: Vec<PackageName>,
    /// The same library under other versions in this release.
    pub near: Vec<NearMiss>,
    /// The other releases that have it.
    pub elsewhere: Vec<(Release, PackageName)>,
    /// The directories that every search that missed it went through.
    pub searched: Vec<RootedPath>,
    /// The symbol versions that those who ask in vain need of it.
    pub versions: BTreeSet<BString>,
}

impl SonameAnswer {
    /// An answer of which nothing is known but the soname.
    pub fn of(soname: &Soname) -> Self {
        Self {
            soname: soname.clone(),
            status: Status::Unresolved,
            path: None,
            package: None,
            alternatives: Vec::new(),
            visibility: None,
            host: None,
            direct: false,
            needed_by: Vec::new(),
            hidden_by: Vec::new(),
            development: Vec::new(),
            near: Vec::new(),
            elsewhere: Vec::new(),
            searched: Vec::new(),
            versions: BTreeSet::new(),
        }
    }
}

/// A package that was not preferred.
#[derive(Clone, Debug)]
pub struct Alternative {
    /// The package.
    pub package: PackageName,
    /// Where it has the file.
    pub path: RootedPath,
    /// Whether the search finds it there.
    pub visibility: Visibility,
}

/// A package of the answer.
#[derive(Clone, Debug)]
pub struct ChosenPackage {
    /// What the catalog knows of it.
    pub package: Package,
    /// Whether an object of the trees asks for something in it.
    pub direct: bool,
}

/// Which objects are resolved; those of others are reported as lying there unused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TargetAbi {
    /// The machine.
    pub machine: Machine,
    /// The C library.
    pub libc: Libc,
    /// Whether it has its dynamic linker in the base, if there is one.
    pub fits_base: bool,
}

/// Answers for everything that the linked trees ask for. `others` are catalogs of other releases, which are
/// asked where `catalog` has no answer.
///
/// # Errors
/// When a catalog's data is broken.
pub fn resolve(
    root: &Root<'_>,
    sources: &InputTrees,
    linked: &LinkedApps<'_>,
    scene: Option<TargetAbi>,
    catalog: &dyn Catalog,
    others: &[&dyn Catalog],
) -> Result<Resolution, CatalogError> {
    let needs = edges::gather(root, sources, linked, scene, catalog)?;
    let problems = object_problems(root, sources, linked, scene);
    let loads = loads::reported(root, linked, scene);
    let (sonames, packages) = answers::answer(root, sources, linked, &needs, catalog, others)?;
    let mut problems = [problems, problems::of_sonames(&sonames)].concat();
    problems.sort();
    Ok(Resolution {
        provenance: catalog.provenance().clone(),
        apps: summaries(sources, linked),
        base: sources.base.as_ref().map(|base| base.host_path.clone()),
        sonames,
        packages,
        problems,
        loads,
        unread: None,
    })
}

fn summaries(sources: &InputTrees, linked: &LinkedApps<'_>) -> Vec<AppSummary> {
    sources
        .app_mounts()
        .map(|(mount, source)| AppSummary {
            host_path: source.host_path.clone(),
            at: source.shown_as.clone(),
            kind: source.kind,
            abi: source.abi.clone(),
            files: source.inventory.file_paths().count(),
            unopened: source.inventory.deferred_count(),
            objects: linked.objects.iter().filter(|object| object.mount == mount).count(),
        })
        .collect()
}
