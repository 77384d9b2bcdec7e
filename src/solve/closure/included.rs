//! Packages that are put in though no object asks for them, whole or in part.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bstr::ByteSlice;

use super::compare::Loading;
use super::planned::needs_of;
use super::{Closed, source_of};
use crate::app;
use crate::debian::catalog::Package;
use crate::debian::debs::DebFacts;
use crate::debian::inclusions::is_processor_copy;
use crate::debian::inclusions::{FileSet, Inclusion, Pattern};
use crate::solve::plan::{LinkOrigin, PackageChoice, PlannedPackage, TakenFile, TakenKind};
use crate::solve::resolve::{Problem, ProblemKind};
use crate::tree::inventory::{Entry, EntryKind};
use crate::tree::root::Root;
use crate::vocabulary::{ChoiceReason, PackageName, RootedPath};

/// Where packages have their copyright files, each in a directory of its own.
const DOCUMENTATION: &str = "usr/share/doc";

/// A package of which files are included.
#[derive(Clone, Debug)]
pub struct IncludedPackage {
    /// What the catalog knows of it.
    pub package: Package,
    /// What was read of it.
    pub deb: Arc<DebFacts>,
    /// Which of its files, and why; at least one.
    pub inclusions: Vec<Inclusion>,
}

impl IncludedPackage {
    /// Its files as a part of the sources.
    pub fn source(&self) -> app::IncludedFiles {
        app::IncludedFiles::new(self.package.name.clone(), &self.deb.inventory, |path| self.takes(path))
    }

    /// Whether one of the included files is an object.
    pub fn has_object(&self) -> bool {
        let mut objects = self.deb.inventory.objects();
        objects.any(|(path, _)| self.takes(path))
    }

    /// Whether a path of the package is included.
    fn takes(&self, path: &[u8]) -> bool {
        !is_processor_copy(path) && self.inclusions.iter().any(|inclusion| inclusion.extent.takes(path))
    }

    /// Its files where they lie in the root, sorted by path.
    fn files(&self, root: &Root<'_>) -> Vec<TakenFile> {
        let taken = self.deb.inventory.entries().iter().filter(|entry| self.takes(&entry.path));
        let mut files: Vec<TakenFile> = taken
            .filter_map(|entry| Some(TakenFile { path: place(root, entry)?, kind: self.kind(entry)? }))
            .collect();
        files.sort_by(|one, other| one.path.cmp(&other.path));
        files
    }

    fn kind(&self, entry: &Entry) -> Option<TakenKind> {
        match &entry.kind {
            EntryKind::Symlink(target) => {
                Some(TakenKind::Link { target: target.clone(), origin: LinkOrigin::Package })
            }
            EntryKind::File(_) => self.deb.file(&entry.path).map(|file| TakenKind::File {
                sha256: file.sha256,
                size_bytes: file.size_bytes,
                mode: file.permissions.mode,
            }),
            EntryKind::Directory(_) | EntryKind::Special => None,
        }
    }
}

/// Where an entry of a package lies when the root's links above it are followed.
fn place(root: &Root<'_>, entry: &Entry) -> Option<RootedPath> {
    let (directory, name) = entry.path.rsplit_once_str("/").unwrap_or((b"", &entry.path));
    let directory = root.resolve(root.top(), directory).ok()?;
    Some(root.path(directory).join(name))
}

impl Closed {
    /// Notes what should be included of packages that could not be read, and why.
    pub fn add_unread(&mut self, unread: Vec<(Inclusion, String)>) {
        for (Inclusion { package, extent, reason }, cause) in unread {
            let (FileSet::Files(patterns) | FileSet::AllExcept(patterns)) = &extent;
            let object =
                patterns.first().map_or_else(RootedPath::root, |first| RootedPath::new(first.as_str()));
            let detail =
                format!("{package} could not be read, and has files to be included ({reason}): {cause}");
            self.plan.problems.push(Problem { kind: ProblemKind::Unread, object, detail });
            self.unread.push(package);
        }
        self.unread.sort();
        self.unread.dedup();
    }

    /// Adds included packages that have no object, so that nothing has to be linked again.
    pub fn add(&mut self, included: &[IncludedPackage], root: &Root<'_>) {
        let plan = &mut self.plan;
        add_included(&mut plan.packages, included, root, &BTreeSet::new());
        plan.included = inclusions(&plan.packages, included, &plan.included);
        self.comparison.elf_closure = plan.package_totals();
        self.comparison.taken = plan.file_totals();
    }
}

/// Adds what is included to the packages of a Plan. A path that one of them has already is not taken twice.
pub(super) fn add_included(
    packages: &mut Vec<PlannedPackage>,
    included: &[IncludedPackage],
    root: &Root<'_>,
    loadings: &BTreeSet<Loading>,
) {
    let files = packages.iter().flat_map(|planned| &planned.files);
    let mut taken: BTreeSet<RootedPath> = files.map(|file| file.path.clone()).collect();
    for included in included {
        let mut files = included.files(root);
        files.retain(|file| taken.insert(file.path.clone()));
        if files.is_empty() {
            continue;
        }
        let name = &included.package.name;
        match packages.iter_mut().find(|planned| planned.package.name == *name) {
            Some(planned) => {
                planned.files.extend(files);
                planned.files.sort_by(|one, other| one.path.cmp(&other.path));
            }
            None => packages.push(PlannedPackage {
                package: included.package.clone(),
                source: source_of(&included.deb, name),
                urls: Vec::new(),
                direct: false,
                choice: PackageChoice { reason: ChoiceReason::Included, instead_of: Vec::new() },
                needs: needs_of(name, loadings),
                files,
            }),
        }
    }
    packages.sort_by(|one, other| one.package.name.cmp(&other.package.name));
}

/// What is included, with what was before, sorted and without what came to nothing.
pub(super) fn inclusions(
    packages: &[PlannedPackage],
    included: &[IncludedPackage],
    earlier: &[Inclusion],
) -> Vec<Inclusion> {
    let is_planned = |name: &PackageName| packages.iter().any(|planned| planned.package.name == *name);
    let all = included.iter().flat_map(|included| &included.inclusions).chain(earlier);
    let all: BTreeSet<&Inclusion> = all.filter(|inclusion| is_planned(&inclusion.package)).collect();
    all.into_iter().cloned().collect()
}

/// The copyright files of packages that have them in another package, by a link in the place of their directory
/// (Debian Policy §12.5), where that is none of these.
pub(super) fn licences<'debs>(
    debs: impl Iterator<Item = (&'debs PackageName, &'debs DebFacts)> + Clone,
) -> Vec<Inclusion> {
    let elsewhere = debs.clone().filter_map(|(name, deb)| {
        let entry = deb.inventory.get(format!("{DOCUMENTATION}/{name}"))?;
        let EntryKind::Symlink(target) = &entry.kind else { return None };
        let holder = target.rsplit_str("/").next().and_then(|holder| holder.to_str().ok())?;
        Some((PackageName::new(holder), name))
    });
    let mut holders: BTreeMap<PackageName, BTreeSet<&PackageName>> = BTreeMap::new();
    for (holder, of) in elsewhere {
        holders.entry(holder).or_default().insert(of);
    }
    holders.retain(|holder, _| !debs.clone().any(|(name, _)| name == holder));
    let inclusion = |(holder, of): (PackageName, BTreeSet<&PackageName>)| {
        let of: Vec<&str> = of.into_iter().map(PackageName::as_str).collect();
        let file = Pattern::new(&format!("/{DOCUMENTATION}/{holder}/copyright")).ok()?;
        let reason = format!("the copyright file of {}", of.join(", "));
        Some(Inclusion { package: holder, extent: FileSet::Files(vec![file]), reason })
    };
    holders.into_iter().filter_map(inclusion).collect()
}
