//! `sodeb resolve --format json`, schema sodeb.resolve/1.

use serde::Serialize;

use crate::debian::catalog::NearMiss;
use crate::emit::rows::TargetRow;
use crate::emit::rows::{ProblemRow, problem_rows};
use crate::solve::resolve::{Resolution, SonameAnswer};
use crate::vocabulary::{Grade, PackageName, RootedPath, Sha256Digest, Soname};

#[derive(Serialize)]
struct Document<'answer> {
    schema: &'static str,
    target: TargetRow<'answer>,
    app: Vec<App<'answer>>,
    base: Option<Base>,
    sonames: Vec<SonameRow<'answer>>,
    packages: Vec<PackageRow<'answer>>,
    problems: Vec<ProblemRow<'answer>>,
    dlopen: Vec<DlopenRow<'answer>>,
    /// Whether what the packages need themselves was looked at.
    closed: bool,
    /// Those of which it is not known.
    unread: Vec<UnreadRow<'answer>>,
}

#[derive(Serialize)]
pub(in crate::emit) struct UnreadRow<'answer> {
    package: &'answer PackageName,
    cause: &'answer str,
}

#[derive(Serialize)]
pub(in crate::emit) struct App<'answer> {
    path: String,
    at: &'answer RootedPath,
    kind: &'static str,
    abi: Option<String>,
    files: usize,
    unopened: usize,
    objects: usize,
}

#[derive(Serialize)]
struct Base {
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
    hidden_by: &'answer [RootedPath],
    development: &'answer [PackageName],
    near: &'answer [NearMiss],
    elsewhere: Vec<ElsewhereRow<'answer>>,
}

#[derive(Serialize)]
struct AlternativeRow<'answer> {
    package: &'answer PackageName,
    path: &'answer RootedPath,
    visibility: &'static str,
}

#[derive(Serialize)]
struct ElsewhereRow<'answer> {
    release: &'answer str,
    package: &'answer PackageName,
}

#[derive(Serialize)]
struct PackageRow<'answer> {
    name: &'answer PackageName,
    version: &'answer str,
    architecture: &'answer str,
    direct: bool,
    suite: &'answer str,
    section: &'answer str,
    filename: &'answer str,
    sha256: Option<Sha256Digest>,
    /// Bytes of the .deb.
    size: u64,
    /// Bytes when installed, as Installed-Size has them.
    installed_size: u64,
}

#[derive(Serialize)]
struct DlopenRow<'answer> {
    object: &'answer RootedPath,
    sonames: &'answer [Soname],
    priority: Grade,
}

/// The whole answer as one JSON document, without a newline at its end. `release_from` says why this release
/// was taken.
///
/// # Errors
/// Never for these types; the encoder's signature has it.
pub fn resolve_json(resolution: &Resolution, release_from: &str) -> serde_json::Result<String> {
    serde_json::to_string_pretty(&Document {
        schema: "sodeb.resolve/1",
        target: TargetRow::new(&resolution.provenance, Some(release_from)),
        app: apps(resolution),
        base: resolution.base.as_ref().map(|base| Base { path: base.display().to_string() }),
        sonames: resolution.sonames.iter().map(soname).collect(),
        packages: packages(resolution),
        problems: problem_rows(&resolution.problems),
        dlopen: resolution
            .loads_in_notes()
            .map(|load| DlopenRow { object: &load.by, sonames: &load.names, priority: load.grade })
            .collect(),
        closed: resolution.unread.is_some(),
        unread: unread_rows(resolution),
    })
}

pub(in crate::emit) fn unread_rows(resolution: &Resolution) -> Vec<UnreadRow<'_>> {
    let unread = resolution.unread.iter().flatten();
    unread.map(|unread| UnreadRow { package: &unread.package, cause: &unread.cause }).collect()
}

pub(in crate::emit) fn apps(resolution: &Resolution) -> Vec<App<'_>> {
    resolution
        .apps
        .iter()
        .map(|app| App {
            path: app.host_path.display().to_string(),
            at: &app.at,
            kind: app.kind.name(),
            abi: app.abi.as_ref().map(ToString::to_string),
            files: app.files,
            unopened: app.unopened,
            objects: app.objects,
        })
        .collect()
}

fn soname(answer: &SonameAnswer) -> SonameRow<'_> {
    SonameRow {
        soname: &answer.soname,
        status: answer.status.name(),
        path: answer.path.as_ref(),
        package: answer.package.as_ref().map(|(package, _)| package),
        reason: answer.package.as_ref().map(|(_, reason)| reason.name()),
        visibility: answer.visibility.map(|visibility| visibility.name()),
        alternatives: answer
            .alternatives
            .iter()
            .map(|other| AlternativeRow {
                package: &other.package,
                path: &other.path,
                visibility: other.visibility.name(),
            })
            .collect(),
        host: answer.host,
        direct: answer.direct,
        needed_by: &answer.needed_by,
        hidden_by: &answer.hidden_by,
        development: &answer.development,
        near: &answer.near,
        elsewhere: answer
            .elsewhere
            .iter()
            .map(|(release, package)| ElsewhereRow { release: release.as_str(), package })
            .collect(),
    }
}

fn packages(resolution: &Resolution) -> Vec<PackageRow<'_>> {
    resolution
        .packages
        .iter()
        .map(|chosen| {
            let package = &chosen.package;
            PackageRow {
                name: &package.name,
                version: &package.version,
                architecture: &package.architecture,
                direct: chosen.direct,
                suite: &package.suite,
                section: &package.section,
                filename: &package.filename,
                sha256: package.sha256,
                size: package.size_bytes,
                installed_size: package.installed_size_kib.saturating_mul(1024),
            }
        })
        .collect()
}
