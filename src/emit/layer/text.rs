//! `sodeb layer` as text.

use super::packages::package_lines;
use super::report::LayerReport;
use crate::emit::escape::printable;
use crate::emit::humanize::{counted, size};
use crate::emit::lines::Lines;
use crate::emit::style::{DIM, HEADING, paint};
use crate::oci::layer::EntryCounts;

/// Writes the report as text with colours as ANSI sequences.
pub fn layer_text(report: &LayerReport<'_>) -> String {
    let LayerReport { plan, layer, written } = report;
    let EntryCounts { files, links, directories } = layer.counts();
    let mut text = Lines::default();
    text.line(format_args!(
        "{}  {} · {} · {} · {}",
        paint(HEADING, printable(written.output().display())),
        written.format.name(),
        counted(files, "file"),
        counted(links, "link"),
        counted(directories, "directory")
    ));
    text.extend(package_lines(plan, layer));
    if let (Some(digest), Some(bytes)) = (written.digest, written.size_bytes) {
        text.line(paint(DIM, format_args!("sha256:{digest}, {}", size(bytes))));
    }
    text.line(paint(DIM, format_args!("diff id sha256:{}, {}", written.diff_id, size(written.tar_bytes))));
    text.into_text()
}
