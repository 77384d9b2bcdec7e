//! `sodeb resolve --all-releases --format json`, schema sodeb.releases/1.

use serde::Serialize;

use super::releases_text::{missing_versions, summary};
use super::rows::{AppRow, UnreadRow, app_rows, unread_rows};
use crate::debian::catalog::NearMiss;
use crate::emit::rows::TargetRow;
use crate::solve::resolve::{ReleaseResolution, ReleaseVerdict, SonameAnswer, UndefinedVersion};
use crate::vocabulary::{PackageName, RootedPath, Soname};

#[derive(Serialize)]
struct Document<'answer> {
    schema: &'static str,
    app: Vec<AppRow<'answer>>,
    /// Releases, the oldest first.
    releases: Vec<ReleaseRow<'answer>>,
    /// Summary in one sentence.
    summary: String,
}

#[derive(Serialize)]
struct ReleaseRow<'answer> {
    target: TargetRow<'answer>,
    /// Null if dependencies are unknown.
    works: Option<bool>,
    missing: Vec<MissingRow<'answer>>,
    versions: Vec<VersionRow<'answer>>,
    packages: Vec<&'answer PackageName>,
    /// Installed-Size of all packages in bytes.
    installed_size: u64,
    unread: Vec<UnreadRow<'answer>>,
}

#[derive(Serialize)]
struct MissingRow<'answer> {
    soname: &'answer Soname,
    /// Other versions of the soname in this release.
    similar: &'answer [NearMiss],
    needed_by: &'answer [RootedPath],
}

#[derive(Serialize)]
struct VersionRow<'answer> {
    version: &'answer str,
    soname: &'answer Soname,
    package: Option<&'answer PackageName>,
    package_version: Option<&'answer str>,
    needed_by: Vec<&'answer RootedPath>,
}

/// Writes the resolutions on several releases as one JSON document, without a newline at its end.
///
/// # Errors
/// Never for these types; the signature is the encoder's.
pub fn releases_json(releases: &[ReleaseResolution]) -> serde_json::Result<String> {
    serde_json::to_string_pretty(&Document {
        schema: "sodeb.releases/1",
        app: releases.first().map(|on| app_rows(&on.resolution)).unwrap_or_default(),
        releases: releases.iter().map(release_row).collect(),
        summary: summary(releases),
    })
}

fn release_row(on: &ReleaseResolution) -> ReleaseRow<'_> {
    let packages = &on.resolution.packages;
    let kib: u64 = packages.iter().map(|chosen| chosen.package.installed_size_kib).sum();
    ReleaseRow {
        target: TargetRow::new(&on.resolution.provenance, None),
        works: match on.verdict() {
            ReleaseVerdict::Works => Some(true),
            ReleaseVerdict::Fails => Some(false),
            ReleaseVerdict::Unknown => None,
        },
        missing: on.missing().map(missing_row).collect(),
        versions: missing_versions(on).into_values().filter_map(|lacking| version_row(&lacking)).collect(),
        packages: packages.iter().map(|chosen| &chosen.package.name).collect(),
        installed_size: kib.saturating_mul(1024),
        unread: unread_rows(&on.resolution),
    }
}

fn missing_row(answer: &SonameAnswer) -> MissingRow<'_> {
    MissingRow { soname: &answer.soname, similar: &answer.near, needed_by: &answer.needed_by }
}

fn version_row<'answer>(lacking: &[&'answer UndefinedVersion]) -> Option<VersionRow<'answer>> {
    let UndefinedVersion { version, soname, package, .. } = lacking.first()?;
    let package = package.as_ref();
    Some(VersionRow {
        version,
        soname,
        package: package.map(|(name, _)| name),
        package_version: package.map(|(_, version)| version.as_str()),
        needed_by: lacking.iter().map(|lacking| &lacking.object).collect(),
    })
}
