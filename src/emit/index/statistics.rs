//! `sodeb index stats` as text and as JSON (schema sodeb.index-stats/1).

use std::fmt::Write;

use serde::Serialize;

use super::show_json::TargetRow;
use super::show_text::name;
use crate::debian::catalog::Provenance;
use crate::debian::library_index::{LargeLibrary, LibraryIndexStatistics, NeededSoname};
use crate::emit::escape::printable;
use crate::emit::humanize::{bytes, counted};
use crate::emit::style::{DIM, PATH, paint};
use crate::vocabulary::{PackageName, RootedPath, Soname};

/// The counts of one target.
#[derive(Debug)]
pub struct StatisticsAnswer {
    /// The catalog that tells which packages are the target's.
    pub provenance: Provenance,
    /// What the library indices hold of it.
    pub statistics: LibraryIndexStatistics,
    /// How many packages with libraries no graph knows.
    pub unknown_packages: usize,
}

/// The counts of each target.
pub fn index_stats_text(answers: &[StatisticsAnswer]) -> String {
    let sections = answers.iter().map(section);
    sections.collect::<Vec<_>>().join("\n")
}

fn section(answer: &StatisticsAnswer) -> String {
    let StatisticsAnswer { provenance, statistics, unknown_packages } = answer;
    let date = provenance.date.map_or_else(|| "no date".to_owned(), |date| date.strftime("%F").to_string());
    let unknown = match unknown_packages {
        0 => String::new(),
        unknown => format!(", {} not known", counted(*unknown, "package")),
    };
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = writeln!(
        text,
        "{}  {} index of {date}{unknown}",
        paint(PATH, name(&provenance.target)),
        provenance.index
    );
    let lines = [
        format!(
            "{}, {}, {}",
            counted(statistics.packages, "package"),
            counted(statistics.objects, "object"),
            counted(statistics.links, "link")
        ),
        format!("{} of objects", bytes(statistics.size_bytes)),
        format!(
            "{}, {} of several packages",
            counted(statistics.sonames, "distinct soname"),
            counted(statistics.shared_sonames, "soname")
        ),
        counted(statistics.needed, "needed edge"),
        format!(
            "{} defined, {} needed",
            counted(statistics.version_definitions, "symbol version"),
            counted(statistics.version_needs, "symbol version")
        ),
    ];
    for line in lines {
        let _ = writeln!(text, "  {line}");
    }
    let _ = writeln!(text, "{}", paint(DIM, "needed by most objects"));
    for NeededSoname { soname, objects } in &statistics.most_needed {
        let _ = writeln!(text, "  {}  {}", printable(soname), counted(*objects, "object"));
    }
    let _ = writeln!(text, "{}", paint(DIM, "largest"));
    for LargeLibrary { path, package, size_bytes } in &statistics.largest {
        let _ = writeln!(text, "  {}  {}  {}", printable(path), paint(PATH, package), bytes(*size_bytes));
    }
    text
}

#[derive(Serialize)]
struct Document<'answer> {
    schema: &'static str,
    targets: Vec<TargetStatistics<'answer>>,
}

#[derive(Serialize)]
struct TargetStatistics<'answer> {
    #[serde(flatten)]
    target: TargetRow<'answer>,
    packages: usize,
    unknown_packages: usize,
    objects: usize,
    links: usize,
    needed: usize,
    sonames: usize,
    shared_sonames: usize,
    version_definitions: usize,
    version_needs: usize,
    size: u64,
    most_needed: Vec<NeededRow<'answer>>,
    largest: Vec<LargeRow<'answer>>,
}

#[derive(Serialize)]
struct NeededRow<'answer> {
    soname: &'answer Soname,
    objects: usize,
}

#[derive(Serialize)]
struct LargeRow<'answer> {
    path: &'answer RootedPath,
    package: &'answer PackageName,
    size: u64,
}

/// The counts of each target; sizes are in bytes.
///
/// # Errors
/// When the answer cannot be written as JSON.
pub fn index_stats_json(answers: &[StatisticsAnswer]) -> serde_json::Result<String> {
    let targets = answers.iter().map(TargetStatistics::of).collect();
    serde_json::to_string_pretty(&Document { schema: "sodeb.index-stats/1", targets })
}

impl<'answer> TargetStatistics<'answer> {
    fn of(answer: &'answer StatisticsAnswer) -> Self {
        let statistics = &answer.statistics;
        let needed = |row: &'answer NeededSoname| NeededRow { soname: &row.soname, objects: row.objects };
        let large = |row: &'answer LargeLibrary| LargeRow {
            path: &row.path,
            package: &row.package,
            size: row.size_bytes,
        };
        Self {
            target: TargetRow::of(&answer.provenance),
            packages: statistics.packages,
            unknown_packages: answer.unknown_packages,
            objects: statistics.objects,
            links: statistics.links,
            needed: statistics.needed,
            sonames: statistics.sonames,
            shared_sonames: statistics.shared_sonames,
            version_definitions: statistics.version_definitions,
            version_needs: statistics.version_needs,
            size: statistics.size_bytes,
            most_needed: statistics.most_needed.iter().map(needed).collect(),
            largest: statistics.largest.iter().map(large).collect(),
        }
    }
}
