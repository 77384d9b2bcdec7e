//! `sodeb index stats` as text.

use super::answers::StatisticsAnswer;
use crate::debian::library_index::{LargeLibrary, NeededSoname};
use crate::emit::escape::printable;
use crate::emit::humanize::{counted, index_words, size, target_name};
use crate::emit::lines::Lines;
use crate::emit::style::{DIM, HEADING, paint};

/// Writes the statistics of each target.
pub fn index_stats_text(answers: &[StatisticsAnswer]) -> String {
    let sections = answers.iter().map(section);
    sections.collect::<Vec<_>>().join("\n")
}

fn section(answer: &StatisticsAnswer) -> String {
    let StatisticsAnswer { provenance, statistics, unknown_packages } = answer;
    let unknown = match unknown_packages {
        0 => String::new(),
        unknown => format!(", {} not indexed", counted(*unknown, "package")),
    };
    let mut text = Lines::default();
    let target = paint(HEADING, target_name(&provenance.target));
    text.line(format_args!("{target}  {}{unknown}", index_words(provenance)));
    text.line(format_args!(
        "  {}, {}, {}",
        counted(statistics.packages, "package"),
        counted(statistics.objects, "object"),
        counted(statistics.links, "link")
    ));
    text.line(format_args!("  {} of objects", size(statistics.size_bytes)));
    text.line(format_args!(
        "  {}, {} in several packages",
        counted(statistics.sonames, "distinct soname"),
        counted(statistics.shared_sonames, "soname")
    ));
    text.line(format_args!("  {}", counted(statistics.needed, "needed edge")));
    text.line(format_args!(
        "  {} defined, {} needed",
        counted(statistics.version_definitions, "symbol version"),
        counted(statistics.version_needs, "symbol version")
    ));
    text.line(paint(DIM, "needed by most objects"));
    for NeededSoname { soname, objects } in &statistics.most_needed {
        text.line(format_args!("  {}  {}", printable(soname), counted(*objects, "object")));
    }
    text.line(paint(DIM, "largest"));
    for LargeLibrary { path, package, size_bytes } in &statistics.largest {
        let (path, size) = (printable(path), size(*size_bytes));
        text.line(format_args!("  {path}  {}  {size}", paint(HEADING, package)));
    }
    text.into_text()
}
