//! `sodeb image` as text.

use super::origin::origin;
use super::report::ImageReport;
use crate::emit::escape::printable;
use crate::emit::humanize::{counted, size, thousands};
use crate::emit::layer::package_lines;
use crate::emit::lines::Lines;
use crate::emit::style::{DIM, HEADING, paint};
use crate::oci::image::{Image, LayerOrigin};
use crate::vocabulary::Sha256Digest;

/// Writes the report on an image as text with colours as ANSI sequences.
pub fn image_text(report: &ImageReport<'_>) -> String {
    let ImageReport { plan, libraries, output, format, image, sent, .. } = report;
    let mut text = Lines::default();
    let compressed = size(image.layers.iter().map(|layer| layer.size_bytes).sum());
    text.line(format_args!("{}  {format} · {compressed} compressed", paint(HEADING, printable(output))));
    text.extend(layer_lines(image));
    text.extend(package_lines(plan, libraries));
    text.extend(image.tags.iter().map(|tag| format!("tag {tag}")));
    if let Some((uploaded, reused)) = sent {
        let uploaded = counted(*uploaded, "blob");
        text.line(format_args!("{uploaded} uploaded, {} reused", thousands(*reused)));
    }
    text.line(paint(DIM, format_args!("manifest sha256:{}", image.manifest)));
    text.into_text()
}

/// Writes the reports on the images of an image index with the digest `index` as text with colours as ANSI sequences.
pub fn images_text(index: Sha256Digest, reports: &[ImageReport<'_>]) -> String {
    let mut text = Lines::default();
    for report in reports {
        text.line(format_args!("{}: {}", report.plan.provenance.target.architecture, image_text(report)));
    }
    text.line(paint(DIM, format_args!("index sha256:{index}")));
    text.into_text()
}

/// Lists the base's layers in one line, and each new layer in its own.
fn layer_lines(image: &Image) -> Vec<String> {
    let (base, new): (Vec<_>, Vec<_>) =
        image.layers.iter().partition(|layer| layer.origin == LayerOrigin::Base);
    let mut lines = Vec::new();
    if !base.is_empty() {
        let bytes = base.iter().map(|layer| layer.size_bytes).sum();
        lines.push(format!("  base       {}, {}", counted(base.len(), "layer"), size(bytes)));
    }
    lines.extend(new.into_iter().map(|layer| {
        let size = size(layer.size_bytes);
        match origin(layer) {
            (word, Some(at)) => format!("+ {word:9}  {size}  {}", paint(HEADING, printable(at))),
            (word, None) => format!("+ {word:9}  {size}"),
        }
    }));
    lines
}
