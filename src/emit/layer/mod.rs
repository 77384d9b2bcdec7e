//! What `sodeb layer` wrote, as text and as JSON of schema sodeb.layer/1.

use std::fmt::Write as _;

use serde::Serialize;

use crate::emit::escape::printable;
use crate::emit::humanize::{counted, grouped};
use crate::emit::inclusions::included_rows;
use crate::emit::rows::{ProblemRow, problem_rows};
use crate::emit::style::{DIM, GOOD, PATH, paint};
use crate::oci::layer::{EntryCounts, Layer, ShippedPackage, StagedLayer};
use crate::solve::plan::Plan;
use crate::vocabulary::{PackageName, Sha256Digest};

/// A layer that was written.
#[derive(Debug)]
pub struct LayerReport<'layer> {
    plan: &'layer Plan,
    layer: &'layer Layer,
    written: &'layer StagedLayer,
}

impl<'layer> LayerReport<'layer> {
    /// One on a layer of a Plan.
    pub fn new(plan: &'layer Plan, layer: &'layer Layer, written: &'layer StagedLayer) -> Self {
        Self { plan, layer, written }
    }
}

#[derive(Serialize)]
struct Document<'layer> {
    schema: &'static str,
    output: Output,
    files: usize,
    links: usize,
    directories: usize,
    packages: Vec<ShippedRow<'layer>>,
    notes: &'layer [String],
    problems: Vec<ProblemRow<'layer>>,
}

#[derive(Serialize)]
struct Output {
    path: String,
    kind: &'static str,
    /// Of the archive; null for a directory.
    digest: Option<Sha256Digest>,
    size: Option<u64>,
    /// Of the archive before it is compressed.
    diff_id: Sha256Digest,
    tar_size: u64,
}

#[derive(Serialize)]
pub(in crate::emit) struct ShippedRow<'layer> {
    name: &'layer PackageName,
    version: &'layer str,
    /// Files and links.
    files: usize,
    size: u64,
}

/// What is shipped of each package.
pub(in crate::emit) fn shipped_rows(layer: &Layer) -> Vec<ShippedRow<'_>> {
    fn row(shipped: &ShippedPackage) -> ShippedRow<'_> {
        let ShippedPackage { name, version, files, size_bytes } = shipped;
        ShippedRow { name, version, files: *files, size: *size_bytes }
    }
    layer.packages.iter().map(row).collect()
}

/// The report as one JSON document, without a newline at its end.
///
/// # Errors
/// Never for these types; the encoder's signature has it.
pub fn layer_json(report: &LayerReport<'_>) -> serde_json::Result<String> {
    let LayerReport { plan, layer, written } = report;
    let EntryCounts { files, links, directories } = layer.counts();
    serde_json::to_string_pretty(&Document {
        schema: "sodeb.layer/1",
        output: Output {
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
        packages: shipped_rows(layer),
        notes: &layer.notes,
        problems: problem_rows(&plan.problems),
    })
}

/// The report as text with colours as ANSI sequences.
pub fn layer_text(report: &LayerReport<'_>) -> String {
    let LayerReport { plan, layer, written } = report;
    let EntryCounts { files, links, directories } = layer.counts();
    let mut text = String::new();
    let mut line = |words: String| {
        // Writing to a String can't fail.
        let _ = writeln!(text, "{words}");
    };
    line(format!(
        "{}  {} · {} · {} · {}",
        paint(PATH, printable(written.output().display())),
        written.format.name(),
        counted(files, "file"),
        counted(links, "link"),
        counted(directories, "directory")
    ));
    line(shipped_text(plan, layer));
    if let (Some(digest), Some(size)) = (written.digest, written.size_bytes) {
        line(paint(DIM, format_args!("sha256:{digest}, {}", bytes(size))));
    }
    line(paint(DIM, format_args!("diff id sha256:{}, {}", written.diff_id, bytes(written.tar_bytes))));
    text
}

/// A line for each package and for what is included, without a newline at the end.
pub(in crate::emit) fn shipped_text(plan: &Plan, layer: &Layer) -> String {
    if layer.packages.is_empty() {
        return paint(GOOD, "no package is needed");
    }
    let width = layer.packages.iter().map(|shipped| shipped.name.as_str().len()).max().unwrap_or_default();
    let line = |shipped: &ShippedPackage| {
        let name = paint(GOOD, format_args!("{:width$}", shipped.name.as_str()));
        let size = bytes(shipped.size_bytes);
        format!("{name}  {}  {}, {size}", shipped.version, counted(shipped.files, "file"))
    };
    let included = included_rows(&plan.included).into_iter().map(|row| paint(DIM, row));
    layer.packages.iter().map(line).chain(included).collect::<Vec<_>>().join("\n")
}

pub(in crate::emit) fn bytes(count: u64) -> String {
    format!("{} bytes", grouped(usize::try_from(count).unwrap_or(usize::MAX)))
}
