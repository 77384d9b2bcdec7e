//! Row of a Plan.

use serde::Serialize;

use super::package::PackageRow;
use super::problem::{ProblemRow, problem_rows};
use super::target::TargetRow;
use crate::debian::inclusions::{FileSet, Inclusion, Pattern};
use crate::solve::plan::{Plan, PlannedLibrary, PlannedPackage, TakenFile, TakenKind};
use crate::vocabulary::{PackageName, RootedPath, Sha256Digest, Soname};

/// Fields of a Plan, for flattening into a document.
#[derive(Serialize)]
pub(in crate::emit) struct PlanRow<'plan> {
    target: TargetRow<'plan>,
    snapshot: Option<&'plan str>,
    base: Option<Base>,
    app: Vec<App<'plan>>,
    libraries: Vec<LibraryRow<'plan>>,
    packages: Vec<PlannedPackageRow<'plan>>,
    included: Vec<IncludedRow<'plan>>,
    problems: Vec<ProblemRow<'plan>>,
}

#[derive(Serialize)]
struct Base {
    name: String,
    digest: Sha256Digest,
}

#[derive(Serialize)]
struct App<'plan> {
    at: &'plan RootedPath,
    kind: &'static str,
    objects: usize,
}

#[derive(Serialize)]
struct LibraryRow<'plan> {
    soname: &'plan Soname,
    need: &'static str,
    package: &'plan PackageName,
    path: &'plan RootedPath,
    direct: bool,
    needed_by: &'plan [RootedPath],
}

#[derive(Serialize)]
struct PlannedPackageRow<'plan> {
    #[serde(flatten)]
    package: PackageRow<'plan>,
    source: &'plan str,
    urls: &'plan [String],
    direct: bool,
    reason: &'static str,
    instead_of: &'plan [PackageName],
    needs: &'plan [PackageName],
    files: Vec<FileRow<'plan>>,
}

/// Files that are included although nothing loads them.
#[derive(Serialize)]
struct IncludedRow<'plan> {
    package: &'plan PackageName,
    /// Patterns of the files.
    files: Option<Vec<&'plan str>>,
    /// Patterns of the files that are left out, besides documentation, if the whole package is included.
    all_except: Option<Vec<&'plan str>>,
    reason: &'plan str,
}

#[derive(Serialize)]
struct FileRow<'plan> {
    path: &'plan RootedPath,
    #[serde(flatten)]
    kind: FileKind,
}

#[derive(Serialize)]
#[serde(untagged)]
enum FileKind {
    File {
        sha256: Sha256Digest,
        /// Size in bytes.
        size: u64,
        /// Octal, such as `0644`.
        mode: String,
    },
    Link {
        link: String,
        /// Creator: `package` or `alternatives`.
        origin: &'static str,
    },
}

impl<'plan> PlanRow<'plan> {
    /// Creates the row; `release_from` is the reason for the choice of the release, if known.
    pub(in crate::emit) fn new(plan: &'plan Plan, release_from: Option<&'plan str>) -> Self {
        Self {
            target: TargetRow::new(&plan.provenance, release_from),
            snapshot: plan.snapshot.as_deref(),
            base: plan.base.as_ref().map(|base| Base { name: base.name.to_string(), digest: base.digest }),
            app: plan
                .apps
                .iter()
                .map(|app| App { at: &app.at, kind: app.kind.name(), objects: app.objects })
                .collect(),
            libraries: plan.libraries.iter().map(library).collect(),
            packages: plan.packages.iter().map(package).collect(),
            included: plan.included.iter().map(included).collect(),
            problems: problem_rows(&plan.problems),
        }
    }
}

fn included(inclusion: &Inclusion) -> IncludedRow<'_> {
    let (is_whole, patterns) = match &inclusion.extent {
        FileSet::Files(patterns) => (false, patterns),
        FileSet::AllExcept(patterns) => (true, patterns),
    };
    let patterns: Vec<&str> = patterns.iter().map(Pattern::as_str).collect();
    let (files, all_except) = if is_whole { (None, Some(patterns)) } else { (Some(patterns), None) };
    IncludedRow { package: &inclusion.package, files, all_except, reason: &inclusion.reason }
}

fn library(library: &PlannedLibrary) -> LibraryRow<'_> {
    LibraryRow {
        soname: &library.soname,
        need: library.need.name(),
        package: &library.package,
        path: &library.path,
        direct: library.direct,
        needed_by: &library.needed_by,
    }
}

fn package(planned: &PlannedPackage) -> PlannedPackageRow<'_> {
    PlannedPackageRow {
        package: PackageRow::new(&planned.package),
        source: &planned.source,
        urls: &planned.urls,
        direct: planned.direct,
        reason: planned.choice.reason.name(),
        instead_of: &planned.choice.instead_of,
        needs: &planned.needs,
        files: planned.files.iter().map(file).collect(),
    }
}

fn file(file: &TakenFile) -> FileRow<'_> {
    let kind = match &file.kind {
        TakenKind::File { sha256, size_bytes, mode } => {
            FileKind::File { sha256: *sha256, size: *size_bytes, mode: format!("{mode:04o}") }
        }
        TakenKind::Link { target, origin } => {
            FileKind::Link { link: target.to_string(), origin: origin.name() }
        }
    };
    FileRow { path: &file.path, kind }
}
