//! `sodeb index check` as text and as JSON (schema sodeb.index-check/1).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::show_json::TargetRow;
use super::show_text::name;
use crate::debian::catalog::Provenance;
use crate::emit::escape::printable;
use crate::emit::humanize::{counted, grouped, listed};
use crate::emit::style::{DIM, PATH, paint};
use crate::loader::SearchRule;
use crate::solve::closure::{MissingEdge, ReleaseCheck, WhyMissing};
use crate::vocabulary::{PackageName, RootedPath, Soname};

/// A release held against itself.
#[derive(Debug)]
pub struct CheckAnswer {
    /// The catalog that tells which packages are the target's.
    pub provenance: Provenance,
    /// What came of it.
    pub check: ReleaseCheck,
}

/// The counts of each target; with `all` every edge that comes to nothing.
pub fn index_check_text(answers: &[CheckAnswer], all: bool) -> String {
    let sections = answers.iter().map(|answer| section(answer, all));
    sections.collect::<Vec<_>>().join("\n")
}

fn section(CheckAnswer { provenance, check }: &CheckAnswer, all: bool) -> String {
    let mut text = String::new();
    let mut line = |words: String| {
        // Writing to a String can't fail.
        let _ = writeln!(text, "{words}");
    };
    line(format!(
        "{}  {}, {} where ld.so looks by default, {} for others passed over",
        paint(PATH, name(&provenance.target)),
        counted(check.packages, "package"),
        counted(check.objects, "library"),
        grouped(check.foreign)
    ));
    line(format!("  {:>7}  needed edges", grouped(check.edges)));
    for (rule, count) in &check.found {
        line(format!("  {:>7}  found by {rule}", grouped(*count)));
    }
    line(format!("  {:>7}  of those through update-alternatives", grouped(check.through_alternatives)));
    for (why, edges) in by_reason(check) {
        let objects: std::collections::BTreeSet<_> = edges.iter().map(|edge| &edge.object).collect();
        let asking = counted(objects.len(), "library");
        line(format!("  {:>7}  not found: {why}, of {asking}", grouped(edges.len())));
        for edge in edges.into_iter().filter(|_| all) {
            let places = match listed(&edge.lies_at) {
                places if places.is_empty() => String::new(),
                places => format!("; lies at {places}"),
            };
            let words = format!("{} ({}) → {}{places}", edge.object, edge.package, edge.soname);
            line(format!("           {}", paint(DIM, printable(words))));
        }
    }
    text
}

fn by_reason(check: &ReleaseCheck) -> BTreeMap<WhyMissing, Vec<&MissingEdge>> {
    let mut reasons: BTreeMap<WhyMissing, Vec<&MissingEdge>> = BTreeMap::new();
    for edge in &check.missing {
        reasons.entry(edge.why).or_default().push(edge);
    }
    reasons
}

#[derive(Serialize)]
struct Document<'answer> {
    schema: &'static str,
    targets: Vec<CheckRow<'answer>>,
}

#[derive(Serialize)]
struct CheckRow<'answer> {
    #[serde(flatten)]
    target: TargetRow<'answer>,
    packages: usize,
    objects: usize,
    foreign: usize,
    edges: usize,
    found: &'answer BTreeMap<SearchRule, usize>,
    through_alternatives: usize,
    missing: Vec<EdgeRow<'answer>>,
}

#[derive(Serialize)]
struct EdgeRow<'answer> {
    package: &'answer PackageName,
    object: &'answer RootedPath,
    soname: &'answer Soname,
    why: WhyMissing,
    lies_at: Vec<&'answer RootedPath>,
}

/// The same as JSON.
///
/// # Errors
/// When the answer cannot be written as JSON.
pub fn index_check_json(answers: &[CheckAnswer]) -> serde_json::Result<String> {
    let targets = answers.iter().map(check_row).collect();
    serde_json::to_string_pretty(&Document { schema: "sodeb.index-check/1", targets })
}

fn check_row(CheckAnswer { provenance, check }: &CheckAnswer) -> CheckRow<'_> {
    CheckRow {
        target: TargetRow::of(provenance),
        packages: check.packages,
        objects: check.objects,
        foreign: check.foreign,
        edges: check.edges,
        found: &check.found,
        through_alternatives: check.through_alternatives,
        missing: check.missing.iter().map(edge_row).collect(),
    }
}

fn edge_row(edge: &MissingEdge) -> EdgeRow<'_> {
    let MissingEdge { package, object, soname, why, lies_at } = edge;
    EdgeRow { package, object, soname, why: *why, lies_at: lies_at.iter().collect() }
}
