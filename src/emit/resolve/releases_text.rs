//! `sodeb resolve --all-releases` as text: the releases on which apps work.

use std::collections::BTreeMap;

use super::unread::unread_by_cause;
use crate::emit::escape::printable;
use crate::emit::humanize::{counted, listed, size_of_kib, thousands};
use crate::emit::lines::Lines;
use crate::emit::style::{BAD, DIM, GOOD, HEADING, paint};
use crate::solve::resolve::{ReleaseResolution, ReleaseVerdict, UndefinedVersion};
use crate::vocabulary::Soname;

/// Maximum number of missing names in one line without `-v`.
const SHOWN_NAMES: usize = 4;

/// Writes a line for each release and a summary. `all` adds a line for each missing name, with what needs it.
pub fn releases_text(releases: &[ReleaseResolution], all: bool) -> String {
    let mut text = Lines::default();
    for app in releases.iter().take(1).flat_map(|release| &release.resolution.apps) {
        let abi = app.abi.as_ref().map(|abi| format!(", {abi}")).unwrap_or_default();
        let objects = counted(app.objects, "object");
        let at = paint(HEADING, printable(&app.at));
        text.line(format_args!("{at}  {}{abi} · {objects}", app.kind));
    }
    text.line(paint(DIM, "no base given: nothing is assumed present"));
    text.blank();
    let width = releases.iter().map(|on| on.release().as_str().len()).max().unwrap_or_default();
    for on in releases {
        let release = paint(HEADING, format_args!("{:width$}", on.release().as_str()));
        text.line(format_args!("{release}  {}", outcome(on, all)));
        if all {
            let indent = " ".repeat(width);
            text.extend(missing_lines(on).iter().map(|line| paint(DIM, format_args!("{indent}  {line}"))));
        }
    }
    text.blank();
    text.line(summary(releases));
    text.into_text()
}

fn outcome(on: &ReleaseResolution, all: bool) -> String {
    match on.verdict() {
        ReleaseVerdict::Works => {
            let packages = &on.resolution.packages;
            let kib = packages.iter().map(|chosen| chosen.package.installed_size_kib).sum();
            let count = counted(packages.len(), "package");
            format!("{}: {count}, {} installed", paint(GOOD, "works"), size_of_kib(kib))
        }
        ReleaseVerdict::Fails => {
            let missing = paint(BAD, "missing:");
            let count = on.missing_names().len();
            if all {
                format!("{missing} {}", counted(count, "name"))
            } else {
                format!("{missing} {}", names(on))
            }
        }
        ReleaseVerdict::Unknown => {
            let causes = unread_by_cause(&on.resolution);
            format!("{}: {}", paint(BAD, "unknown"), printable(listed(causes.keys())))
        }
    }
}

/// Lists the first missing names, and counts the others.
fn names(on: &ReleaseResolution) -> String {
    let names = on.missing_names();
    let more = names.len().saturating_sub(SHOWN_NAMES);
    let rest =
        if more > 0 { format!(" and {} more (-v lists them)", thousands(more)) } else { String::new() };
    printable(listed(names.into_iter().take(SHOWN_NAMES))) + &rest
}

/// Lists each missing name with similar sonames of the release and what needs it.
fn missing_lines(on: &ReleaseResolution) -> Vec<String> {
    let mut lines = Vec::new();
    for answer in on.missing() {
        let similar = answer.near.iter().map(|near| format!("{} ({})", near.soname, near.package));
        let similar = match listed(similar) {
            similar if similar.is_empty() => String::new(),
            similar => format!("; this release provides {similar}"),
        };
        let by = answer.needed_by.first().map(|object| format!("needed by {object}")).unwrap_or_default();
        lines.push(printable(format_args!("{}: {by}{similar}", answer.soname)));
    }
    for ((version, soname), lacking) in missing_versions(on) {
        let Some(first) = lacking.first() else { continue };
        let package = first.package.as_ref().map(|(name, version)| format!(" of {name} {version}"));
        let library = format!("{soname}{}", package.unwrap_or_default());
        lines.push(printable(format_args!("{version}: missing in {library}, needed by {}", first.object)));
    }
    lines
}

/// Groups the missing symbol versions by version and library.
pub(super) fn missing_versions(on: &ReleaseResolution) -> BTreeMap<(&str, &Soname), Vec<&UndefinedVersion>> {
    let mut versions: BTreeMap<(&str, &Soname), Vec<&UndefinedVersion>> = BTreeMap::new();
    for lacking in &on.undefined_versions {
        versions.entry((&lacking.version, &lacking.soname)).or_default().push(lacking);
    }
    versions
}

/// Writes a sentence on all releases: `works from trixie on; on bookworm GLIBC_2.38 and libicuuc.so.76 are missing`.
pub(super) fn summary(releases: &[ReleaseResolution]) -> String {
    let works = |on: &&ReleaseResolution| on.verdict() == ReleaseVerdict::Works;
    let first = releases.iter().position(|on| works(&on));
    let mut summary = match first {
        None => "works on no available release".to_owned(),
        Some(0) if releases.iter().all(|on| works(&on)) => "works on every available release".to_owned(),
        Some(first) if releases[first..].iter().all(|on| works(&on)) => {
            format!("works from {} on", releases[first].release())
        }
        Some(_) => {
            format!("works on {}", listed(releases.iter().filter(works).map(ReleaseResolution::release)))
        }
    };
    // What is missing on the newest release on which the apps do not work usually is missing on older ones, too.
    let lacks = |on: &&ReleaseResolution| on.verdict() == ReleaseVerdict::Fails;
    if let Some(on) = releases.iter().rfind(lacks) {
        let missing = on.missing_names();
        let are = if missing.len() == 1 { "is" } else { "are" };
        let shown: Vec<&String> = missing.iter().take(SHOWN_NAMES).collect();
        let words = match (shown.as_slice(), missing.len() - shown.len()) {
            (_, more @ 1..) => format!("{} and {} more", listed(&shown), thousands(more)),
            ([first @ .., last], 0) if !first.is_empty() => format!("{} and {last}", listed(first)),
            _ => listed(&shown),
        };
        summary += &printable(format_args!("; on {} {words} {are} missing", on.release()));
    }
    summary
}
