//! `sodeb index check` as text.

use std::collections::{BTreeMap, BTreeSet};

use super::answers::CheckAnswer;
use crate::emit::escape::printable;
use crate::emit::humanize::{counted, listed, target_name, thousands};
use crate::emit::lines::Lines;
use crate::emit::style::{DIM, HEADING, paint};
use crate::solve::closure::{MissingCause, MissingEdge, ProviderException, ReleaseCheck};

/// Writes the counts of each target; `all` adds every needed edge that is not found.
pub fn index_check_text(answers: &[CheckAnswer], all: bool) -> String {
    let sections = answers.iter().map(|answer| section(answer, all));
    sections.collect::<Vec<_>>().join("\n")
}

fn section(CheckAnswer { provenance, check, shared_names }: &CheckAnswer, all: bool) -> String {
    let mut text = Lines::default();
    text.line(format_args!(
        "{}  {}, {} in ld.so's default directories, {} for other systems skipped",
        paint(HEADING, target_name(&provenance.target)),
        counted(check.packages, "package"),
        counted(check.objects, "library"),
        thousands(check.foreign)
    ));
    let count = |count: usize| format!("  {:>7}", thousands(count));
    text.line(format_args!("{}  needed edges", count(check.edges)));
    for (rule, found) in &check.found {
        text.line(format_args!("{}  found by {rule}", count(*found)));
    }
    let through_alternatives = count(check.through_alternatives);
    text.line(format_args!("{through_alternatives}  of those through update-alternatives"));
    for (reason, edges) in by_reason(check) {
        let objects: BTreeSet<_> = edges.iter().map(|edge| &edge.object).collect();
        let objects = counted(objects.len(), "library");
        text.line(format_args!("{}  not found: {reason}, needed by {objects}", count(edges.len())));
        for edge in edges.into_iter().filter(|_| all) {
            text.line(format_args!("           {}", paint(DIM, edge_words(edge))));
        }
    }
    let objects = shared_names.iter().map(|shared| shared.objects).sum();
    let exceptions: Vec<_> = shared_names.iter().flat_map(|shared| &shared.exceptions).collect();
    let undefined = exceptions.iter().filter(|exception| exception.undefined > 0).count();
    if shared_names.is_empty() {
        return text.into_text();
    }
    text.line(format_args!(
        "{}  names that several packages provide, needed by {}: {} of them another package than Debian's choice for \
         its symbols, {} lack symbols",
        count(shared_names.len()),
        counted(objects, "library"),
        thousands(exceptions.len()),
        thousands(undefined)
    ));
    for exception in exceptions.into_iter().filter(|_| all) {
        let ProviderException { package, object, provider, undefined } = exception;
        let words =
            printable(format_args!("{object} ({package}) → {provider}; {undefined} symbols undefined"));
        text.line(format_args!("           {}", paint(DIM, words)));
    }
    text.into_text()
}

fn edge_words(edge: &MissingEdge) -> String {
    let MissingEdge { package, object, soname, paths, .. } = edge;
    let paths = match listed(paths) {
        paths if paths.is_empty() => String::new(),
        paths => format!("; found at {paths}"),
    };
    printable(format_args!("{object} ({package}) → {soname}{paths}"))
}

fn by_reason(check: &ReleaseCheck) -> BTreeMap<MissingCause, Vec<&MissingEdge>> {
    let mut reasons: BTreeMap<MissingCause, Vec<&MissingEdge>> = BTreeMap::new();
    for edge in &check.missing {
        reasons.entry(edge.cause).or_default().push(edge);
    }
    reasons
}
