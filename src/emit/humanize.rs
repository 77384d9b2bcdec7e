//! How numbers, paths and indices are told to people, the same in every text.

use std::fmt::Display;

use jiff::Timestamp;

use crate::debian::catalog::{IndexKind, Provenance};
use crate::debian::distributions::full_name;
use crate::vocabulary::RootedPath;

/// Warning about an index with a Contents file that no signed Release lists.
pub(super) const UNVERIFIED_INDEX: &str =
    "unverified package index: this release's Contents did not match its signed Release";

/// A path as its package knows it: below site-packages, gems or node_modules, or else below the tree's top.
pub(super) fn shortened<'tops>(
    path: &RootedPath,
    tops: impl IntoIterator<Item = &'tops RootedPath>,
) -> String {
    let below = tops.into_iter().find_map(|top| path.below(top)).filter(|rest| !rest.is_empty());
    let Some(rest) = below else { return path.to_string() };
    let rest = bstr::BStr::new(rest);
    let marks = ["site-packages/", "dist-packages/", "gems/", "node_modules/"];
    let find = |mark: &&str| Some(bstr::ByteSlice::find(&**rest, mark)? + mark.len());
    let start = marks.iter().filter_map(find).max().unwrap_or_default();
    bstr::BStr::new(&rest[start..]).to_string()
}

/// A number with its noun.
pub(super) fn counted(count: usize, noun: &str) -> String {
    let ending = match (count, noun.strip_suffix('y')) {
        (1, _) => return format!("1 {noun}"),
        (_, Some(stem)) => format!("{stem}ies"),
        (_, None) => format!("{noun}s"),
    };
    format!("{} {ending}", grouped(count))
}

/// A number with commas between its thousands.
pub(super) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A size in the unit that shows it best.
pub(super) fn bytes(bytes: u64) -> String {
    const KIB: u64 = 1 << 10;
    const MIB: u64 = 1 << 20;
    match bytes {
        0..KIB => format!("{bytes} B"),
        KIB..MIB => format!("{:.1} KiB", bytes as f64 / KIB as f64),
        _ => format!("{:.1} MiB", bytes as f64 / MIB as f64),
    }
}

/// A size in MiB with one digit behind the point, cut off.
pub(super) fn mebibytes(kib: u64) -> String {
    format!("{}.{} MiB", kib / 1024, kib % 1024 * 10 / 1024)
}

/// Names in one line.
pub(super) fn listed(names: impl IntoIterator<Item = impl Display>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| name.to_string()).collect();
    names.join(", ")
}

/// The release, the index and its dates, and why this release was taken.
pub(super) fn release_words(provenance: &Provenance, release_from: &str) -> String {
    let target = &provenance.target;
    let index = match provenance.index {
        IndexKind::Embedded => "embedded index",
        IndexKind::Archive => "archive's index",
        IndexKind::Installed => "dpkg database of an installed root",
    };
    let day = |date: Timestamp| date.strftime("%Y-%m-%d").to_string();
    let date = match (provenance.release_date().map(day), provenance.date.map(day)) {
        (Some(release), Some(newest)) if release != newest => format!(" of {release}, updates of {newest}"),
        (Some(release), _) => format!(" of {release}"),
        (None, _) => String::new(),
    };
    let release = full_name(target.distribution, &target.release);
    format!("{release} ({index}{date}, {release_from})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people() {
        assert_eq!(grouped(29_312), "29,312");
        assert_eq!(counted(1, "object"), "1 object");
        assert_eq!(counted(1_242, "such library"), "1,242 such libraries");
        assert_eq!(mebibytes(1_536), "1.5 MiB");
        assert_eq!(listed(["a", "b"]), "a, b");
    }

    #[test]
    fn paths_begin_where_their_package_knows_them() {
        let venv = RootedPath::new("/venv");
        let told = |path: &str| shortened(&RootedPath::new(path), [&venv]);
        assert_eq!(told("/venv/lib/python3.11/site-packages/gmpy2/x.so"), "gmpy2/x.so");
        assert_eq!(told("/venv/bin/python3"), "bin/python3");
        assert_eq!(told("/usr/lib/libz.so.1"), "/usr/lib/libz.so.1");
        assert_eq!(told("/venv"), "/venv");
    }
}
