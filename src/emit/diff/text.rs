//! `sodeb diff` as text.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::audit::{Changed, ComparedFinding, Difference, PackageFacts, PackageKey};
use crate::emit::escape::printable;
use crate::emit::humanize::{counted, listed, size, thousands};
use crate::emit::lines::Lines;
use crate::emit::style::{BAD, DIM, GOOD, HEADING, paint};
use crate::vocabulary::{RootedPath, Soname};

/// Writes the changes as text with colours as ANSI sequences.
pub fn diff_text(difference: &Difference<'_>) -> String {
    let (old, new) = (difference.old, difference.new);
    let mut text = Lines::default();
    let name = |name: &str| paint(HEADING, printable(name));
    text.line(format_args!("{} → {}", name(&old.name), name(&new.name)));
    if old.target != new.target {
        text.line(format_args!("  {} → {}", old.target, new.target));
    }
    text.line(format_args!(
        "  {} → {}, {} → {} ({})",
        counted(old.files, "file"),
        counted(new.files, "file"),
        size(old.bytes),
        size(new.bytes),
        growth(old.bytes, new.bytes)
    ));
    if difference.is_empty() {
        text.line(paint(GOOD, "nothing changed"));
        return text.into_text();
    }
    section(&mut text, "findings added", &difference.added, |finding| finding_words(finding));
    section(&mut text, "findings removed", &difference.removed, |finding| finding_words(finding));
    section(&mut text, "packages", &difference.packages, package_words);
    section(&mut text, "libraries", &difference.libraries, library_words);
    text.into_text()
}

fn section<Item>(text: &mut Lines, title: &str, items: &[Item], words: impl Fn(&Item) -> String) {
    if items.is_empty() {
        return;
    }
    text.blank();
    text.line(format_args!("{} {}", paint(HEADING, title), paint(DIM, thousands(items.len()))));
    text.extend(items.iter().map(|item| format!("  {}", words(item))));
}

fn finding_words(finding: &ComparedFinding) -> String {
    let ComparedFinding { code, path, severity, message, .. } = finding;
    format!("{severity} {code}: {}: {}", printable(path), printable(message))
}

/// Returns the sign of something added, removed or changed.
fn sign<Key, Facts>(changed: &Changed<'_, Key, Facts>) -> String {
    match (changed.old, changed.new) {
        (None, _) => paint(GOOD, "+"),
        (_, None) => paint(BAD, "-"),
        _ => "~".to_owned(),
    }
}

fn package_words(changed: &Changed<'_, PackageKey, PackageFacts>) -> String {
    let (kind, name) = changed.key;
    let versions = |facts: &PackageFacts| printable(listed(&facts.versions));
    let facts = match (changed.old, changed.new) {
        (Some(old), Some(new)) if old.versions == new.versions => {
            format!("{} ({})", versions(new), growth(old.bytes, new.bytes))
        }
        (Some(old), Some(new)) => {
            format!("{} → {} ({})", versions(old), versions(new), growth(old.bytes, new.bytes))
        }
        (Some(facts), None) | (None, Some(facts)) => format!("{} ({})", versions(facts), size(facts.bytes)),
        (None, None) => String::new(),
    };
    format!("{} {kind} {} {facts}", sign(changed), printable(name))
}

fn library_words(changed: &Changed<'_, Soname, BTreeMap<RootedPath, u64>>) -> String {
    let none = BTreeMap::new();
    let (old, new) = (changed.old.unwrap_or(&none), changed.new.unwrap_or(&none));
    let mut facts: Vec<String> = Vec::new();
    let only_in = |one: &BTreeMap<RootedPath, u64>, other: &BTreeMap<RootedPath, u64>| {
        listed(one.keys().filter(|path| !other.contains_key(*path)).map(printable))
    };
    let (removed, added) = (only_in(old, new), only_in(new, old));
    match (removed.is_empty(), added.is_empty()) {
        (false, false) => facts.push(format!("{removed} → {added}")),
        (true, true) => {}
        _ => facts.push(removed + &added),
    }
    for (path, before) in old {
        if let Some(after) = new.get(path).filter(|after| *after != before) {
            facts.push(format!("{} ({})", printable(path), growth(*before, *after)));
        }
    }
    format!("{} {}: {}", sign(changed), printable(changed.key), facts.join("; "))
}

/// Describes the growth of a size.
fn growth(old: u64, new: u64) -> String {
    match new.cmp(&old) {
        Ordering::Equal => "same size".to_owned(),
        Ordering::Greater => format!("+{}", size(new - old)),
        Ordering::Less => format!("−{}", size(old - new)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_has_a_sign() {
        assert_eq!(growth(100, 2148), "+2.0 KiB");
        assert_eq!(growth(3 << 20, 1 << 20), "−2.0 MiB");
        assert_eq!(growth(7, 7), "same size");
    }
}
