//! `sodeb resolve --all-releases`: on which releases trees work, for people and as JSON (schema sodeb.releases/1).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::json::{App, UnreadRow, apps, unread_rows};
use super::text::causes;
use crate::debian::catalog::NearMiss;
use crate::emit::humanize::{counted, listed, mebibytes};
use crate::emit::rows::TargetRow;
use crate::emit::style::{BAD, DIM, GOOD, PATH, paint};
use crate::solve::resolve::{LackingVersion, OnRelease, SonameAnswer, Verdict};
use crate::vocabulary::{PackageName, RootedPath, Soname};

/// How many missing names are told in one line where not all are asked for.
const SHOWN_NAMES: usize = 4;

/// A line for each release, and in a sentence what follows. With `all` every missing name has a line with who asks for it.
pub fn releases_text(releases: &[OnRelease], all: bool) -> String {
    let mut text = String::new();
    for app in releases.iter().take(1).flat_map(|release| &release.resolution.apps) {
        let abi = app.abi.as_ref().map(|abi| format!(", {abi}")).unwrap_or_default();
        let objects = counted(app.objects, "object");
        line(&mut text, format_args!("{}  {}{abi} · {objects}", paint(PATH, &app.at), app.kind));
    }
    line(&mut text, format_args!("{}\n", paint(DIM, "no base given: nothing is assumed present")));
    let width = releases.iter().map(|on| on.release().as_str().len()).max().unwrap_or_default();
    for on in releases {
        let release = on.release().as_str();
        line(
            &mut text,
            format_args!("{}  {}", paint(PATH, format_args!("{release:width$}")), outcome(on, all)),
        );
        if all {
            each_missing(&mut text, on, width);
        }
    }
    line(&mut text, format_args!("\n{}", sentence(releases)));
    text
}

fn line(text: &mut String, words: impl std::fmt::Display) {
    // Writing to a String can't fail.
    let _ = writeln!(text, "{words}");
}

fn outcome(on: &OnRelease, all: bool) -> String {
    match on.verdict() {
        Verdict::Works => {
            let packages = &on.resolution.packages;
            let kib = packages.iter().map(|chosen| chosen.package.installed_size_kib).sum();
            let count = counted(packages.len(), "package");
            format!("{}: {count}, {} installed", paint(GOOD, "works"), mebibytes(kib))
        }
        Verdict::Lacks => {
            let count = on.missing_names().len();
            let told = if all { format!("{count} names") } else { names(on) };
            format!("{} {told}", paint(BAD, "lacks"))
        }
        Verdict::Unknown => {
            let causes = causes(on.resolution.unread.iter().flatten());
            format!("{}: {}", paint(BAD, "not known"), listed(causes.keys()))
        }
    }
}

/// The first names that are missing.
fn names(on: &OnRelease) -> String {
    let names = on.missing_names();
    let more = names.len().saturating_sub(SHOWN_NAMES);
    let rest = if more > 0 { format!(" and {more} more (-v lists them)") } else { String::new() };
    listed(names.into_iter().take(SHOWN_NAMES)) + &rest
}

/// What is missing, with what the release has instead and who asks.
fn each_missing(text: &mut String, on: &OnRelease, indent: usize) {
    let indent = " ".repeat(indent);
    for answer in on.missing() {
        let near = answer.near.iter().map(|near| format!("{} ({})", near.soname, near.package));
        let near = match listed(near) {
            near if near.is_empty() => String::new(),
            near => format!("; it has {near}"),
        };
        let by = answer.needed_by.first().map(|object| format!("needed by {object}")).unwrap_or_default();
        line(text, paint(DIM, format_args!("{indent}  {}: {by}{near}", answer.soname)));
    }
    for ((version, soname), lacking) in by_version(on) {
        let Some(first) = lacking.first() else { continue };
        let package = first.package.as_ref().map(|(name, version)| format!(" of {name} {version}"));
        let package = package.unwrap_or_default();
        let words = format!("{version}: needed of {soname}{package} by {}", first.object);
        line(text, paint(DIM, format_args!("{indent}  {words}")));
    }
}

/// The versions that are missing, each once, and all that need it.
fn by_version(on: &OnRelease) -> BTreeMap<(&str, &Soname), Vec<&LackingVersion>> {
    let mut versions: BTreeMap<(&str, &Soname), Vec<&LackingVersion>> = BTreeMap::new();
    for lacking in &on.lacking {
        versions.entry((&lacking.version, &lacking.soname)).or_default().push(lacking);
    }
    versions
}

/// What follows from all of them: `works from trixie on; on bookworm GLIBC_2.38 and libicuuc.so.76 are missing`.
fn sentence(releases: &[OnRelease]) -> String {
    let works = |on: &&OnRelease| on.verdict() == Verdict::Works;
    let first = releases.iter().position(|on| works(&on));
    let mut sentence = match first {
        None => "works on no release at hand".to_owned(),
        Some(0) if releases.iter().all(|on| works(&on)) => "works on every release at hand".to_owned(),
        Some(first) if releases[first..].iter().all(|on| works(&on)) => {
            format!("works from {} on", releases[first].release())
        }
        Some(_) => format!("works on {}", listed(releases.iter().filter(works).map(OnRelease::release))),
    };
    // What is missing on the newest release that lacks something is what keeps the trees from older ones, too.
    let lacks = |on: &&OnRelease| on.verdict() == Verdict::Lacks;
    if let Some(on) = releases.iter().rfind(lacks) {
        let missing = on.missing_names();
        let are = if missing.len() == 1 { "is" } else { "are" };
        let shown: Vec<&String> = missing.iter().take(SHOWN_NAMES).collect();
        let words = match (shown.as_slice(), missing.len() - shown.len()) {
            (_, more @ 1..) => format!("{} and {more} more", listed(&shown)),
            ([first @ .., last], 0) if !first.is_empty() => format!("{} and {last}", listed(first)),
            _ => listed(&shown),
        };
        sentence += &format!("; on {} {words} {are} missing", on.release());
    }
    sentence
}

#[derive(Serialize)]
struct Document<'answer> {
    schema: &'static str,
    app: Vec<App<'answer>>,
    /// The oldest release first.
    releases: Vec<ReleaseRow<'answer>>,
    /// The same in a sentence.
    summary: String,
}

#[derive(Serialize)]
struct ReleaseRow<'answer> {
    target: TargetRow<'answer>,
    /// Null where not everything is known.
    works: Option<bool>,
    missing: Vec<MissingRow<'answer>>,
    versions: Vec<VersionRow<'answer>>,
    packages: Vec<&'answer PackageName>,
    /// Bytes when installed, as Installed-Size has them.
    installed_size: u64,
    unread: Vec<UnreadRow<'answer>>,
}

#[derive(Serialize)]
struct MissingRow<'answer> {
    soname: &'answer Soname,
    near: &'answer [NearMiss],
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

/// The whole answer as one JSON document, without a newline at its end.
///
/// # Errors
/// Never for these types; the encoder's signature has it.
pub fn releases_json(releases: &[OnRelease]) -> serde_json::Result<String> {
    serde_json::to_string_pretty(&Document {
        schema: "sodeb.releases/1",
        app: releases.first().map(|on| apps(&on.resolution)).unwrap_or_default(),
        releases: releases.iter().map(row).collect(),
        summary: sentence(releases),
    })
}

/// The needs of one version as a row.
fn version_row<'answer>(lacking: &[&'answer LackingVersion]) -> Option<VersionRow<'answer>> {
    let LackingVersion { version, soname, package, .. } = lacking.first()?;
    let package = package.as_ref();
    Some(VersionRow {
        version,
        soname,
        package: package.map(|(name, _)| name),
        package_version: package.map(|(_, version)| version.as_str()),
        needed_by: lacking.iter().map(|lacking| &lacking.object).collect(),
    })
}

fn missing_row(answer: &SonameAnswer) -> MissingRow<'_> {
    MissingRow { soname: &answer.soname, near: &answer.near, needed_by: &answer.needed_by }
}

fn row(on: &OnRelease) -> ReleaseRow<'_> {
    let packages = &on.resolution.packages;
    let kib: u64 = packages.iter().map(|chosen| chosen.package.installed_size_kib).sum();
    ReleaseRow {
        target: TargetRow::new(&on.resolution.provenance, None),
        works: match on.verdict() {
            Verdict::Works => Some(true),
            Verdict::Lacks => Some(false),
            Verdict::Unknown => None,
        },
        missing: on.missing().map(missing_row).collect(),
        versions: by_version(on).into_values().filter_map(|lacking| version_row(&lacking)).collect(),
        packages: packages.iter().map(|chosen| &chosen.package.name).collect(),
        installed_size: kib.saturating_mul(1024),
        unread: unread_rows(&on.resolution),
    }
}
