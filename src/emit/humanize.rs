//! Numbers, sizes, paths and releases as people read them, the same in every text.

use std::fmt::Display;

use bstr::{BStr, ByteSlice};
use jiff::Timestamp;

use crate::debian::catalog::{IndexKind, Provenance};
use crate::debian::distributions::full_name;
use crate::vocabulary::{RootedPath, Target};

/// Warning about an index whose Contents do not match the signed Release.
pub(super) const UNVERIFIED_INDEX: &str =
    "unverified package index: this release's Contents did not match its signed Release";

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

/// Writes a count with its noun in the singular or plural: `1 object`, `1,242 libraries`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    let plural = match (count, noun.strip_suffix('y')) {
        (1, _) => return format!("1 {noun}"),
        (_, Some(stem)) => format!("{stem}ies"),
        (_, None) => format!("{noun}s"),
    };
    format!("{} {plural}", thousands(count))
}

/// Writes a number with commas between its thousands.
pub(super) fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut separated = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            separated.push(',');
        }
        separated.push(digit);
    }
    separated
}

/// Writes a size in B, KiB or MiB, the latter two with one decimal: `512 B`, `1.5 KiB`, `1,024.0 MiB`.
pub(super) fn size(bytes: u64) -> String {
    const KIB: u64 = 1 << 10;
    const MIB: u64 = 1 << 20;
    let (unit, name) = match bytes {
        0..KIB => return format!("{} B", thousands(usize::try_from(bytes).unwrap_or_default())),
        KIB..MIB => (KIB, "KiB"),
        _ => (MIB, "MiB"),
    };
    let tenths = (u128::from(bytes) * 10 + u128::from(unit / 2)) / u128::from(unit);
    let whole = usize::try_from(tenths / 10).unwrap_or(usize::MAX);
    format!("{}.{} {name}", thousands(whole), tenths % 10)
}

/// Writes a size that is known in KiB, such as Installed-Size.
pub(super) fn size_of_kib(kib: u64) -> String {
    size(kib.saturating_mul(1024))
}

/// Joins names by commas.
pub(super) fn listed(names: impl IntoIterator<Item = impl Display>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| name.to_string()).collect();
    names.join(", ")
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
            format!("{index} of {release}, updates of {newest}")
        }
        (Some(release), _) => format!("{index} of {release}"),
        (None, _) => index.to_owned(),
    }
}

/// Names a target: its release and architecture.
pub(super) fn target_name(target: &Target) -> String {
    format!("{} {}", full_name(target.distribution, &target.release), target.architecture)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_separators_and_units() {
        assert_eq!(thousands(29_312), "29,312");
        assert_eq!(counted(1, "object"), "1 object");
        assert_eq!(counted(1_242, "such library"), "1,242 such libraries");
        assert_eq!(size(1_023), "1,023 B");
        assert_eq!(size(1_536), "1.5 KiB");
        assert_eq!(size((1 << 20) - 1), "1,024.0 KiB");
        assert_eq!(size(3 << 30), "3,072.0 MiB");
        assert_eq!(size(u64::MAX), "17,592,186,044,416.0 MiB");
        assert_eq!(size_of_kib(1_536), "1.5 MiB");
        assert_eq!(listed(["a", "b"]), "a, b");
    }

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
