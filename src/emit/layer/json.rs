//! `sodeb layer --format json`, schema sodeb.layer/1.

use serde::Serialize;

use super::packages::{PackageInLayerRow, package_rows};
use super::report::LayerReport;
use crate::emit::rows::{ProblemRow, problem_rows};
use crate::oci::layer::EntryCounts;
use crate::vocabulary::Sha256Digest;

#[derive(Serialize)]
struct Document<'layer> {
    schema: &'static str,
    output: OutputRow,
    files: usize,
    links: usize,
    directories: usize,
    packages: Vec<PackageInLayerRow<'layer>>,
    notes: &'layer [String],
    problems: Vec<ProblemRow<'layer>>,
}

#[derive(Serialize)]
struct OutputRow {
    path: String,
    kind: &'static str,
    /// Digest of the archive; null for a directory.
    digest: Option<Sha256Digest>,
    /// Size of the archive in bytes; null for a directory.
    size: Option<u64>,
    /// Digest of the archive before compression.
    diff_id: Sha256Digest,
    /// Size of the archive before compression in bytes.
    tar_size: u64,
}

/// Writes the report as one JSON document, without a newline at its end.
///
/// # Errors
/// Never for these types; the signature is the encoder's.
pub fn layer_json(report: &LayerReport<'_>) -> serde_json::Result<String> {
    let LayerReport { plan, layer, written } = report;
    let EntryCounts { files, links, directories } = layer.counts();
    serde_json::to_string_pretty(&Document {
        schema: "sodeb.layer/1",
        output: OutputRow {
            path: written.output().display().to_string(),
            kind: written.format.name(),
            digest: written.digest,
            size: written.size_bytes,
            diff_id: written.diff_id,
            tar_size: written.tar_bytes,
        },
        files,
        links,
        directories,
        packages: package_rows(layer),
        notes: &layer.notes,
        problems: problem_rows(&plan.problems),
    })
}
