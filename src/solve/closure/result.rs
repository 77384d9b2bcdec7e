//! Results of a closure.

use std::collections::BTreeSet;

use super::included_files::{add_included, listed_inclusions};
use super::included_package::IncludedPackage;
use crate::debian::inclusions::{FileSet, Inclusion};
use crate::solve::graph::Graph;
use crate::solve::plan::{Comparison, LockOptions, Plan, PlannedApp};
use crate::solve::resolve::{AppSummary, PackageProblem, Problem, Resolution, UndefinedVersion};
use crate::tree::root::Root;
use crate::vocabulary::{PackageName, RootedPath};

/// A closure down to the files to take.
#[derive(Debug)]
pub struct Closure {
    /// The Plan, without URLs, the snapshot and the digest of the base.
    pub plan: Plan,
    /// Comparison of the Plan with what apt would install.
    pub comparison: Comparison,
    /// Graph of everything that is loaded, files of packages included.
    pub graph: Graph,
    /// Needed symbol versions that no chosen library defines; they are not among the Plan's problems yet.
    pub undefined_versions: Vec<UndefinedVersion>,
    /// Objects that are loaded from the base, sorted.
    pub base_objects: Vec<RootedPath>,
    /// Packages that could not be read, so that the Plan is incomplete; the causes are among its problems.
    pub unread: Vec<PackageName>,
    /// Copyright files that other packages contain for those of the Plan.
    pub copyright_files: Vec<Inclusion>,
    /// Data files that were left out, since only some programs need them; sorted.
    pub left_out: Vec<Inclusion>,
    /// Number of libraries that only optional objects miss: they are left out, too.
    pub optional: usize,
}

/// A resolution with the needs of its packages resolved.
#[derive(Debug)]
pub struct ClosedResolution {
    /// The resolution.
    pub resolution: Resolution,
    /// Needed symbol versions that no chosen library defines; they are not among the resolution's problems yet.
    pub undefined_versions: Vec<UndefinedVersion>,
    /// Graph of everything that is loaded, files of packages included; none if it was not requested.
    pub graph: Option<Graph>,
}

impl Closure {
    /// Creates the closure of apps without any object that could be linked.
    pub fn empty(resolution: &Resolution) -> Self {
        let plan = Plan {
            provenance: resolution.provenance.clone(),
            snapshot: None,
            base: None,
            options: LockOptions::new(),
            apps: planned_apps(resolution),
            libraries: Vec::new(),
            packages: Vec::new(),
            included: Vec::new(),
            problems: resolution.problems.clone(),
        };
        let comparison = Comparison {
            depends_closure: None,
            elf_closure: plan.package_totals(),
            taken: plan.file_totals(),
            smaller: None,
            declared_never_loaded: Vec::new(),
            loaded_never_declared: Vec::new(),
        };
        Self {
            plan,
            comparison,
            graph: Graph::default(),
            undefined_versions: Vec::new(),
            base_objects: Vec::new(),
            unread: Vec::new(),
            copyright_files: Vec::new(),
            left_out: Vec::new(),
            optional: resolution.optional.len(),
        }
    }

    /// Adds included packages without objects, so that nothing has to be linked again.
    pub fn add(&mut self, included: &[IncludedPackage], root: &Root<'_>) {
        let plan = &mut self.plan;
        add_included(&mut plan.packages, included, root, &BTreeSet::new());
        plan.included = listed_inclusions(&plan.packages, included, &plan.included);
        self.comparison.elf_closure = plan.package_totals();
        self.comparison.taken = plan.file_totals();
    }

    /// Adds a problem for each inclusion whose package could not be read, with the cause.
    pub fn add_unread(&mut self, unread: Vec<(Inclusion, String)>) {
        for (Inclusion { package, extent, reason }, cause) in unread {
            let (FileSet::Files(patterns) | FileSet::AllExcept(patterns)) = &extent;
            let object =
                patterns.first().map_or_else(RootedPath::root, |first| RootedPath::new(first.as_str()));
            let detail =
                format!("{package} could not be read, and has files to be included ({reason}): {cause}");
            self.plan.problems.push(Problem::new(PackageProblem::Unread, object, detail));
            self.unread.push(package);
        }
        self.unread.sort();
        self.unread.dedup();
    }
}

/// Returns the apps of a resolution as a Plan lists them.
pub(super) fn planned_apps(resolution: &Resolution) -> Vec<PlannedApp> {
    let app = |app: &AppSummary| PlannedApp {
        at: app.at.clone(),
        path: None,
        kind: app.kind,
        objects: app.objects,
    };
    resolution.apps.iter().map(app).collect()
}
