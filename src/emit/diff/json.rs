//! `sodeb diff --format json`, schema sodeb.diff/1.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::audit::{Changed, ComparedFinding, Difference, PackageFacts, PackageKey, Side};
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
    /// Bytes.
    size: u64,
}

#[derive(Serialize)]
struct PackageRow<'sides> {
    kind: &'static str,
    name: &'sides str,
    /// `added`, `removed` or `changed`.
    change: &'static str,
    old: Option<PackageFactsRow<'sides>>,
    new: Option<PackageFactsRow<'sides>>,
}

#[derive(Serialize)]
struct PackageFactsRow<'sides> {
    versions: Vec<&'sides str>,
    /// Bytes.
    size: u64,
}

#[derive(Serialize)]
struct LibraryRow<'sides> {
    soname: &'sides Soname,
    /// `added`, `removed` or `changed`.
    change: &'static str,
    old: Vec<FileRow<'sides>>,
    new: Vec<FileRow<'sides>>,
}

#[derive(Serialize)]
struct FileRow<'sides> {
    path: &'sides RootedPath,
    /// Bytes.
    size: u64,
}

#[derive(Serialize)]
struct FindingRows<'sides> {
    added: Vec<FindingRow<'sides>>,
    removed: Vec<FindingRow<'sides>>,
}

#[derive(Serialize)]
struct FindingRow<'sides> {
    rule: &'sides str,
    severity: &'static str,
    path: &'sides RootedPath,
    subject: &'sides str,
    message: &'sides str,
}

/// Writes the changes as one JSON document, without a newline at its end.
///
/// # Errors
/// Never for these types; the signature is the encoder's.
pub fn diff_json(difference: &Difference<'_>) -> serde_json::Result<String> {
    serde_json::to_string_pretty(&Document {
        schema: "sodeb.diff/1",
        version: env!("CARGO_PKG_VERSION"),
        old: side_row(difference.old),
        new: side_row(difference.new),
        packages: difference.packages.iter().map(package_row).collect(),
        libraries: difference.libraries.iter().map(library_row).collect(),
        findings: FindingRows {
            added: difference.added.iter().copied().map(finding_row).collect(),
            removed: difference.removed.iter().copied().map(finding_row).collect(),
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

fn finding_row(finding: &ComparedFinding) -> FindingRow<'_> {
    let ComparedFinding { code, path, subject, severity, message } = finding;
    FindingRow { rule: code, severity: severity.name(), path, subject, message }
}

fn change<Key, Facts>(changed: &Changed<'_, Key, Facts>) -> &'static str {
    match (changed.old, changed.new) {
        (None, _) => "added",
        (_, None) => "removed",
        _ => "changed",
    }
}
