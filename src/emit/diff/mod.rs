//! `sodeb diff`, as text and as JSON of schema sodeb.diff/1.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use crate::audit::{Changed, ComparedFinding, Difference, PackageFacts, PackageKey, Side};
use crate::emit::escape::printable;
use crate::emit::humanize::{bytes, counted};
use crate::emit::style::{BAD, DIM, GOOD, PATH, paint};
use crate::vocabulary::{RootedPath, Soname};

#[derive(Serialize)]
struct Document<'sides> {
    schema: &'static str,
    version: &'static str,
    old: SideRow<'sides>,
    new: SideRow<'sides>,
    packages: Vec<PackageRow<'sides>>,
    libraries: Vec<LibraryRow<'sides>>,
    findings: FindingRows<'sides>,
}

#[derive(Serialize)]
struct SideRow<'sides> {
    name: &'sides str,
    target: &'sides str,
    files: usize,
    size: u64,
}

#[derive(Serialize)]
struct PackageRow<'sides> {
    kind: &'static str,
    name: &'sides str,
    /// `gained`, `lost` or `changed`.
    change: &'static str,
    old: Option<PackageFactsRow<'sides>>,
    new: Option<PackageFactsRow<'sides>>,
}

#[derive(Serialize)]
struct PackageFactsRow<'sides> {
    versions: Vec<&'sides str>,
    size: u64,
}

#[derive(Serialize)]
struct LibraryRow<'sides> {
    soname: &'sides Soname,
    change: &'static str,
    old: Vec<FileRow<'sides>>,
    new: Vec<FileRow<'sides>>,
}

#[derive(Serialize)]
struct FileRow<'sides> {
    path: &'sides RootedPath,
    size: u64,
}

#[derive(Serialize)]
struct FindingRows<'sides> {
    gained: Vec<FaultRow<'sides>>,
    lost: Vec<FaultRow<'sides>>,
}

#[derive(Serialize)]
struct FaultRow<'sides> {
    rule: &'sides str,
    severity: &'static str,
    path: &'sides RootedPath,
    subject: &'sides str,
    message: &'sides str,
}

/// What changed as one JSON document, without a newline at its end.
///
/// # Errors
/// Never for these types; the encoder's signature has it.
pub fn diff_json(difference: &Difference<'_>) -> serde_json::Result<String> {
    serde_json::to_string_pretty(&Document {
        schema: "sodeb.diff/1",
        version: env!("CARGO_PKG_VERSION"),
        old: side_row(difference.old),
        new: side_row(difference.new),
        packages: difference.packages.iter().map(package_row).collect(),
        libraries: difference.libraries.iter().map(library_row).collect(),
        findings: FindingRows {
            gained: difference.added.iter().copied().map(fault_row).collect(),
            lost: difference.removed.iter().copied().map(fault_row).collect(),
        },
    })
}

fn side_row(side: &Side) -> SideRow<'_> {
    SideRow { name: &side.name, target: &side.target, files: side.files, size: side.bytes }
}

fn package_row<'sides>(changed: &Changed<'sides, PackageKey, PackageFacts>) -> PackageRow<'sides> {
    let facts = |facts: &'sides PackageFacts| PackageFactsRow {
        versions: facts.versions.iter().map(AsRef::as_ref).collect(),
        size: facts.bytes,
    };
    let (kind, name) = changed.key;
    let (old, new) = (changed.old.map(facts), changed.new.map(facts));
    PackageRow { kind: kind.name(), name, change: change(changed), old, new }
}

fn library_row<'sides>(changed: &Changed<'sides, Soname, BTreeMap<RootedPath, u64>>) -> LibraryRow<'sides> {
    let files = |files: Option<&'sides BTreeMap<RootedPath, u64>>| {
        files.into_iter().flatten().map(|(path, size)| FileRow { path, size: *size }).collect()
    };
    LibraryRow {
        soname: changed.key,
        change: change(changed),
        old: files(changed.old),
        new: files(changed.new),
    }
}

fn fault_row(fault: &ComparedFinding) -> FaultRow<'_> {
    let ComparedFinding { code, path, subject, severity, message } = fault;
    FaultRow { rule: code, severity: severity.name(), path, subject, message }
}

fn change<Key, Facts>(changed: &Changed<'_, Key, Facts>) -> &'static str {
    match (changed.old, changed.new) {
        (None, _) => "gained",
        (_, None) => "lost",
        _ => "changed",
    }
}

/// What changed as text with colours as ANSI sequences.
pub fn diff_text(difference: &Difference<'_>) -> String {
    let (old, new) = (difference.old, difference.new);
    let mut text = Text(String::new());
    text.line(format_args!("{} → {}", paint(PATH, printable(&old.name)), paint(PATH, printable(&new.name))));
    if old.target != new.target {
        text.line(format_args!("  {} → {}", old.target, new.target));
    }
    text.line(format_args!(
        "  {} → {}, {} → {} ({})",
        counted(old.files, "file"),
        counted(new.files, "file"),
        bytes(old.bytes),
        bytes(new.bytes),
        grown(old.bytes, new.bytes)
    ));
    if difference.is_empty() {
        text.line(paint(GOOD, "nothing changed"));
        return text.0;
    }
    text.section("findings gained", &difference.added, |fault| finding_words(fault));
    text.section("findings lost", &difference.removed, |fault| finding_words(fault));
    text.section("packages", &difference.packages, package_words);
    text.section("libraries", &difference.libraries, library_words);
    text.0
}

struct Text(String);

impl Text {
    fn line(&mut self, words: impl std::fmt::Display) {
        // Writing to a String can't fail.
        let _ = writeln!(self.0, "{words}");
    }

    fn section<Item>(&mut self, title: &str, items: &[Item], words: impl Fn(&Item) -> String) {
        if items.is_empty() {
            return;
        }
        self.line("");
        self.line(format_args!("{} {}", paint(PATH, title), paint(DIM, items.len())));
        for item in items {
            self.line(format_args!("  {}", words(item)));
        }
    }
}

fn finding_words(fault: &ComparedFinding) -> String {
    let ComparedFinding { code, path, severity, message, .. } = fault;
    format!("{severity} {code}: {}: {}", printable(path), printable(message))
}

/// The sign of something that came, went or is another.
fn sign<Key, Facts>(changed: &Changed<'_, Key, Facts>) -> String {
    match (changed.old, changed.new) {
        (None, _) => paint(GOOD, "+"),
        (_, None) => paint(BAD, "-"),
        _ => "~".to_owned(),
    }
}

fn package_words(changed: &Changed<'_, PackageKey, PackageFacts>) -> String {
    let (kind, name) = changed.key;
    let versions = |facts: &PackageFacts| {
        let versions: Vec<&str> = facts.versions.iter().map(AsRef::as_ref).collect();
        printable(versions.join(", "))
    };
    let facts = match (changed.old, changed.new) {
        (Some(old), Some(new)) if old.versions == new.versions => {
            format!("{} ({})", versions(new), grown(old.bytes, new.bytes))
        }
        (Some(old), Some(new)) => {
            format!("{} → {} ({})", versions(old), versions(new), grown(old.bytes, new.bytes))
        }
        (Some(facts), None) | (None, Some(facts)) => format!("{} ({})", versions(facts), bytes(facts.bytes)),
        (None, None) => String::new(),
    };
    format!("{} {kind} {} {facts}", sign(changed), printable(name))
}

fn library_words(changed: &Changed<'_, Soname, BTreeMap<RootedPath, u64>>) -> String {
    let none = BTreeMap::new();
    let (old, new) = (changed.old.unwrap_or(&none), changed.new.unwrap_or(&none));
    let mut facts: Vec<String> = Vec::new();
    let gone: Vec<&RootedPath> = old.keys().filter(|path| !new.contains_key(*path)).collect();
    let come: Vec<&RootedPath> = new.keys().filter(|path| !old.contains_key(*path)).collect();
    let listed = |paths: &[&RootedPath]| paths.iter().map(printable).collect::<Vec<_>>().join(", ");
    match (gone.is_empty(), come.is_empty()) {
        (false, false) => facts.push(format!("{} → {}", listed(&gone), listed(&come))),
        (false, true) => facts.push(listed(&gone)),
        (true, false) => facts.push(listed(&come)),
        (true, true) => {}
    }
    for (path, before) in old {
        if let Some(after) = new.get(path).filter(|after| *after != before) {
            facts.push(format!("{} ({})", printable(path), grown(*before, *after)));
        }
    }
    format!("{} {}: {}", sign(changed), printable(changed.key), facts.join("; "))
}

/// By how much a size grew.
fn grown(old: u64, new: u64) -> String {
    match new.cmp(&old) {
        std::cmp::Ordering::Equal => "same size".to_owned(),
        std::cmp::Ordering::Greater => format!("+{}", bytes(new - old)),
        std::cmp::Ordering::Less => format!("−{}", bytes(old - new)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_told_with_their_sign() {
        assert_eq!(grown(100, 2148), "+2.0 KiB");
        assert_eq!(grown(3 << 20, 1 << 20), "−2.0 MiB");
        assert_eq!(grown(7, 7), "same size");
    }
}
