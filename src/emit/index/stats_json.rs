//! `sodeb index stats --format json`, schema sodeb.index-stats/1.

use serde::Serialize;

use super::answers::StatisticsAnswer;
use crate::debian::library_index::{LargeLibrary, NeededSoname};
use crate::emit::rows::TargetRow;
use crate::vocabulary::{PackageName, RootedPath, Soname};

#[derive(Serialize)]
struct Document<'answer> {
    schema: &'static str,
    targets: Vec<StatisticsRow<'answer>>,
}

#[derive(Serialize)]
struct StatisticsRow<'answer> {
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
    /// Bytes.
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
    /// Bytes.
    size: u64,
}

/// Writes the statistics of each target as one JSON document, without a newline at its end.
///
/// # Errors
/// Never for these types; the signature is the encoder's.
pub fn index_stats_json(answers: &[StatisticsAnswer]) -> serde_json::Result<String> {
    let targets = answers.iter().map(statistics_row).collect();
    serde_json::to_string_pretty(&Document { schema: "sodeb.index-stats/1", targets })
}

fn statistics_row(answer: &StatisticsAnswer) -> StatisticsRow<'_> {
    let statistics = &answer.statistics;
    StatisticsRow {
        target: TargetRow::new(&answer.provenance, None),
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
        most_needed: statistics.most_needed.iter().map(needed_row).collect(),
        largest: statistics.largest.iter().map(large_row).collect(),
    }
}

fn needed_row(NeededSoname { soname, objects }: &NeededSoname) -> NeededRow<'_> {
    NeededRow { soname, objects: *objects }
}

fn large_row(LargeLibrary { path, package, size_bytes }: &LargeLibrary) -> LargeRow<'_> {
    LargeRow { path, package, size: *size_bytes }
}
