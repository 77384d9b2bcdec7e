//! Numbers, sizes, paths and releases as people read them, the same in every text.

use bstr::{BStr, ByteSlice};
use jiff::Timestamp;

use super::escape::printable;
use crate::debian::catalog::{IndexKind, Provenance};
use crate::debian::distributions::full_name;
pub(super) use crate::support::humanize::{counted, listed, size, size_of_kib, thousands};
use crate::vocabulary::{PackageName, RootedPath, Target};

/// Warning about packages of an index whose Contents did not match the signed Release.
pub(super) fn unverified_words(packages: &[PackageName]) -> String {
    let names = listed(packages.iter().map(PackageName::as_str));
    format!(
        "unverified: {names} (the Contents of this release did not match its signed Release, and no library index confirms it)"
    )
}

/// Directories below which a package's own paths begin.
const PACKAGE_DIRECTORIES: [&str; 4] = ["site-packages/", "dist-packages/", "gems/", "node_modules/"];

/// Shortens a path in one of the apps at `tops`: it begins below site-packages, gems or node_modules, else below the top
/// of the app. Other paths are returned whole.
pub(super) fn shortened<'tops>(
    path: &RootedPath,
    tops: impl IntoIterator<Item = &'tops RootedPath>,
) -> String {
    let below = tops.into_iter().find_map(|top| path.below(top)).filter(|rest| !rest.is_empty());
    let Some(rest) = below else { return path.to_string() };
    let end_of = |directory: &&str| Some(rest.find(directory)? + directory.len());
    let start = PACKAGE_DIRECTORIES.iter().filter_map(end_of).max().unwrap_or_default();
    BStr::new(&rest[start..]).to_string()
}

/// Describes a release: its name, the index and its dates, and why this release was chosen.
pub(super) fn release_words(provenance: &Provenance, release_from: &str) -> String {
    let target = &provenance.target;
    let release = full_name(target.distribution, &target.release);
    format!("{release} ({}, {release_from})", index_words(provenance))
}

/// Describes an index with its dates: `embedded index of 2026-08-18, updates of 2026-08-20`.
pub(super) fn index_words(provenance: &Provenance) -> String {
    let index = match provenance.index {
        IndexKind::Embedded => "embedded index",
        IndexKind::Archive => "archive index",
        IndexKind::Installed => "dpkg database of an installed root",
    };
    let day = |date: Timestamp| date.strftime("%F").to_string();
    match (provenance.release_date().map(day), provenance.date.map(day)) {
        (Some(release), Some(newest)) if release != newest => {
            format!("{index} of {release}{}, updates of {newest}", origin_words(provenance))
        }
        (Some(release), _) => format!("{index} of {release}{}", origin_words(provenance)),
        (None, _) => index.to_owned(),
    }
}

/// Describes whose index it is: ` from Debian at deb.example`, and the keys of another vendor.
fn origin_words(provenance: &Provenance) -> String {
    let Some(origin) = &provenance.origin else { return String::new() };
    let mut names = vec![origin.origin.as_str()];
    if origin.label != origin.origin && !origin.label.is_empty() {
        names.push(&origin.label);
    }
    let mut words = format!(" from {}", printable(names.join("/")));
    for key in &origin.keys {
        // The last half is the key's ID (RFC 9580 §5.5.4).
        words += &format!(" [key {}]", printable(key.get(key.len().saturating_sub(16)..).unwrap_or(key)));
    }
    words + &origin.mirror.iter().map(|mirror| format!(" at {}", printable(mirror))).collect::<String>()
}

/// Names a target: its release and architecture.
pub(super) fn target_name(target: &Target) -> String {
    format!("{} {}", full_name(target.distribution, &target.release), target.architecture)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_begin_in_their_package() {
        let venv = RootedPath::new("/venv");
        let short = |path: &str| shortened(&RootedPath::new(path), [&venv]);
        assert_eq!(short("/venv/lib/python3.11/site-packages/gmpy2/x.so"), "gmpy2/x.so");
        assert_eq!(short("/venv/bin/python3"), "bin/python3");
        assert_eq!(short("/usr/lib/libz.so.1"), "/usr/lib/libz.so.1");
        assert_eq!(short("/venv"), "/venv");
    }
}
