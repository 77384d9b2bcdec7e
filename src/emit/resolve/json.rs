//! `sodeb resolve --format json`, schema sodeb.resolve/1.

use serde::Serialize;

use super::rows::{AppRow, UnreadRow, app_rows, unread_rows};
use crate::app::RuntimeLoad;
use crate::debian::catalog::{LibraryCandidate, NearMiss};
use crate::emit::rows::{PackageRow, ProblemRow, TargetRow, problem_rows};
use crate::solve::resolve::{ChosenPackage, OptionalNeed, Resolution, SmallerChoice, SonameAnswer};
use crate::vocabulary::{Grade, PackageName, Release, RootedPath, Soname};

#[derive(Serialize)]
struct Document<'answer> {
    schema: &'static str,
    target: TargetRow<'answer>,
    app: Vec<AppRow<'answer>>,
    base: Option<BaseRow>,
    sonames: Vec<SonameRow<'answer>>,
    /// Libraries that only optional objects miss.
    optional: Vec<OptionalRow<'answer>>,
    packages: Vec<ChosenPackageRow<'answer>>,
    /// Packages that no digest-checked .deb confirms, while the index is not verified.
    unverified_packages: &'answer [PackageName],
    problems: Vec<ProblemRow<'answer>>,
    dlopen: Vec<DlopenRow<'answer>>,
    /// Smaller choice of packages that Debian does not prefer, if there is one.
    smaller: Option<&'answer SmallerChoice>,
    /// True if the packages' own dependencies were resolved.
    closed: bool,
    /// Packages whose dependencies are unknown.
    unread: Vec<UnreadRow<'answer>>,
}

#[derive(Serialize)]
struct BaseRow {
    path: String,
}

#[derive(Serialize)]
struct SonameRow<'answer> {
    soname: &'answer Soname,
    status: &'static str,
    path: Option<&'answer RootedPath>,
    package: Option<&'answer PackageName>,
    reason: Option<&'static str>,
    visibility: Option<&'static str>,
    alternatives: Vec<AlternativeRow<'answer>>,
    host: Option<&'static str>,
    direct: bool,
    needed_by: &'answer [RootedPath],
    /// Start objects that load the library for themselves: the need is satisfied if one of them is loaded first.
    satisfied_after: &'answer [RootedPath],
    /// Development packages with a link of this name.
    development_packages: &'answer [PackageName],
    /// Other versions of the soname in this release.
    similar: &'answer [NearMiss],
    other_releases: Vec<OtherReleaseRow<'answer>>,
    /// Names of the app's own libraries that a missing one belongs to: another package of the app provides it.
    vendored_family: Option<&'answer str>,
}

#[derive(Serialize)]
struct OptionalRow<'answer> {
    soname: &'answer Soname,
    /// Path at which the app has it, outside the search path.
    path: Option<&'answer RootedPath>,
    package: Option<&'answer PackageName>,
    /// Names of the app's own libraries that it belongs to: no package of Debian provides it.
    vendored_family: Option<&'answer str>,
    needed_by: &'answer [RootedPath],
    reasons: &'answer [String],
}

#[derive(Serialize)]
struct AlternativeRow<'answer> {
    package: &'answer PackageName,
    path: &'answer RootedPath,
    visibility: &'static str,
}

#[derive(Serialize)]
struct OtherReleaseRow<'answer> {
    release: &'answer str,
    package: &'answer PackageName,
}

#[derive(Serialize)]
struct ChosenPackageRow<'answer> {
    #[serde(flatten)]
    package: PackageRow<'answer>,
    direct: bool,
}

#[derive(Serialize)]
struct DlopenRow<'answer> {
    object: &'answer RootedPath,
    sonames: &'answer [Soname],
    priority: Grade,
}

/// Writes a resolution as one JSON document, without a newline at its end. `release_from` is the reason for the choice of
/// the release.
///
/// # Errors
/// Never for these types; the signature is the encoder's.
pub fn resolve_json(resolution: &Resolution, release_from: &str) -> serde_json::Result<String> {
    serde_json::to_string_pretty(&Document {
        schema: "sodeb.resolve/1",
        target: TargetRow::new(&resolution.provenance, Some(release_from)),
        app: app_rows(resolution),
        base: resolution.base.as_ref().map(|base| BaseRow { path: base.display().to_string() }),
        sonames: resolution.sonames.iter().map(soname_row).collect(),
        optional: resolution.optional.iter().map(optional_row).collect(),
        packages: resolution.packages.iter().map(package_row).collect(),
        unverified_packages: &resolution.unverified,
        problems: problem_rows(&resolution.problems),
        dlopen: resolution.loads_in_notes().map(dlopen_row).collect(),
        smaller: resolution.smaller.as_ref(),
        closed: resolution.unread.is_some(),
        unread: unread_rows(resolution),
    })
}

fn soname_row(answer: &SonameAnswer) -> SonameRow<'_> {
    SonameRow {
        soname: &answer.soname,
        status: answer.status.name(),
        path: answer.path.as_ref(),
        package: answer.package.as_ref().map(|(package, _)| package),
        reason: answer.package.as_ref().map(|(_, reason)| reason.name()),
        visibility: answer.visibility.map(|visibility| visibility.name()),
        alternatives: answer.alternatives().map(alternative_row).collect(),
        host: answer.host,
        direct: answer.direct,
        needed_by: &answer.needed_by,
        satisfied_after: &answer.hidden_by,
        development_packages: &answer.development,
        similar: &answer.near,
        other_releases: answer.elsewhere.iter().map(other_release_row).collect(),
        vendored_family: answer.family.as_ref().map(|family| family.pattern.as_str()),
    }
}

fn optional_row(need: &OptionalNeed) -> OptionalRow<'_> {
    OptionalRow {
        soname: &need.soname,
        path: need.path.as_ref(),
        package: need.package.as_ref(),
        vendored_family: need.family.as_ref().map(|family| family.pattern.as_str()),
        needed_by: &need.needed_by,
        reasons: &need.reasons,
    }
}

fn alternative_row(alternative: &LibraryCandidate) -> AlternativeRow<'_> {
    let LibraryCandidate { package, path, visibility, .. } = alternative;
    AlternativeRow { package: &package.name, path, visibility: visibility.name() }
}

fn other_release_row((release, package): &(Release, PackageName)) -> OtherReleaseRow<'_> {
    OtherReleaseRow { release: release.as_str(), package }
}

fn package_row(chosen: &ChosenPackage) -> ChosenPackageRow<'_> {
    ChosenPackageRow { package: PackageRow::new(&chosen.package), direct: chosen.direct }
}

fn dlopen_row<'answer>(load: &'answer RuntimeLoad<'_>) -> DlopenRow<'answer> {
    DlopenRow { object: &load.by, sonames: &load.names, priority: load.grade }
}
