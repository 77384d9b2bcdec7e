//! What `sodeb image` wrote, as text and as JSON of schema sodeb.image/1.

mod html;

pub use html::image_html;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use crate::app::Abi;
use crate::emit::escape::printable;
use crate::emit::humanize::counted;
use crate::emit::layer::{ShippedRow, bytes, shipped_rows, shipped_text};
use crate::emit::rows::{ProblemRow, problem_rows};
use crate::emit::style::{DIM, PATH, paint};
use crate::oci::image::{Image, ImageLayer, ImageWarnings, LayerOrigin};
use crate::oci::layer::Layer;
use crate::solve::plan::Plan;
use crate::vocabulary::{RootedPath, Sha256Digest};

/// An image that was composed.
pub struct ImageReport<'image> {
    /// What its libraries are.
    pub plan: &'image Plan,
    /// The layer that has them.
    pub libraries: &'image Layer,
    /// Where it is.
    pub output: &'image str,
    /// What it is there: `oci`, `tar` or `registry`.
    pub form: &'static str,
    /// The image.
    pub image: &'image Image,
    /// How many blobs were sent to a registry, and how many it had.
    pub sent: Option<(usize, usize)>,
    /// What its check has found.
    pub checked: &'image ImageWarnings,
    /// What is left out of it, and why.
    pub notes: &'image [String],
}

#[derive(Serialize)]
struct Document<'image> {
    schema: &'static str,
    output: Output,
    /// Debian's architecture of its packages.
    architecture: &'static str,
    /// The digest of the manifest.
    digest: String,
    /// The digest of the configuration.
    config: String,
    tags: Vec<String>,
    annotations: &'image BTreeMap<String, String>,
    layers: Vec<LayerRow<'image>>,
    packages: Vec<ShippedRow<'image>>,
    dead_links: Vec<DeadLink<'image>>,
    other_interpreters: Vec<OtherInterpreter<'image>>,
    notes: &'image [String],
    problems: Vec<ProblemRow<'image>>,
}

#[derive(Serialize)]
struct Output {
    path: String,
    kind: &'static str,
    /// Null for what is no registry.
    blobs_sent: Option<usize>,
    blobs_present: Option<usize>,
}

#[derive(Serialize)]
struct LayerRow<'image> {
    origin: &'static str,
    /// Where a tree is mounted.
    at: Option<&'image RootedPath>,
    media_type: &'image str,
    digest: String,
    size: u64,
    diff_id: String,
}

/// A tree that is built for another interpreter than the image's.
#[derive(Serialize)]
struct OtherInterpreter<'image> {
    at: &'image RootedPath,
    abi: &'image Abi,
    interpreter: &'image RootedPath,
}

#[derive(Serialize)]
struct DeadLink<'image> {
    path: &'image RootedPath,
    target: String,
}

fn origin(layer: &ImageLayer) -> (&'static str, Option<&RootedPath>) {
    match &layer.origin {
        LayerOrigin::Base => ("base", None),
        LayerOrigin::Libraries => ("libraries", None),
        LayerOrigin::App(at) => ("tree", Some(at)),
    }
}

fn layer_row(layer: &ImageLayer) -> LayerRow<'_> {
    let (origin, at) = origin(layer);
    LayerRow {
        origin,
        at,
        media_type: &layer.media_type,
        digest: format!("sha256:{}", layer.digest),
        size: layer.size_bytes,
        diff_id: format!("sha256:{}", layer.diff_id),
    }
}

/// The report as one JSON document, without a newline at its end.
///
/// # Errors
/// Never for these types; the encoder's signature has it.
pub fn image_json(report: &ImageReport<'_>) -> serde_json::Result<String> {
    serde_json::to_string_pretty(&document(report))
}

fn document<'image>(report: &'image ImageReport<'_>) -> Document<'image> {
    let ImageReport { plan, libraries, output, form, image, sent, checked, notes } = report;
    let dead_links = checked.dead_links.iter();
    Document {
        schema: "sodeb.image/1",
        output: Output {
            path: (*output).to_owned(),
            kind: form,
            blobs_sent: sent.map(|(sent, _)| sent),
            blobs_present: sent.map(|(_, present)| present),
        },
        architecture: plan.provenance.target.architecture.name(),
        digest: format!("sha256:{}", image.manifest),
        config: format!("sha256:{}", image.config),
        tags: image.tags.iter().map(ToString::to_string).collect(),
        annotations: &image.annotations,
        layers: image.layers.iter().map(layer_row).collect(),
        packages: shipped_rows(libraries),
        dead_links: dead_links.map(|(path, target)| DeadLink { path, target: target.to_string() }).collect(),
        other_interpreters: checked
            .other_interpreters
            .iter()
            .map(|(at, abi, interpreter)| OtherInterpreter { at, abi, interpreter })
            .collect(),
        notes,
        problems: problem_rows(&plan.problems),
    }
}

/// Images of several platforms in one list, as JSON of schema sodeb.images/1.
#[derive(Serialize)]
struct ListDocument<'image> {
    schema: &'static str,
    /// The digest of the list.
    digest: String,
    images: Vec<Document<'image>>,
}

/// The reports on the images of a list as one JSON document, without a newline at its end.
///
/// # Errors
/// As for [`image_json`].
pub fn images_json(list: Sha256Digest, reports: &[ImageReport<'_>]) -> serde_json::Result<String> {
    let images = reports.iter().map(document).collect();
    serde_json::to_string_pretty(&ListDocument {
        schema: "sodeb.images/1",
        digest: format!("sha256:{list}"),
        images,
    })
}

/// The reports on the images of a list as text with colours as ANSI sequences.
pub fn images_text(list: Sha256Digest, reports: &[ImageReport<'_>]) -> String {
    let mut text: String = reports
        .iter()
        .map(|report| format!("{}: {}\n", report.plan.provenance.target.architecture, image_text(report)))
        .collect();
    // Writing to a String can't fail.
    let _ = writeln!(text, "{}", paint(DIM, format_args!("list sha256:{list}")));
    text
}

/// The report as text with colours as ANSI sequences.
pub fn image_text(report: &ImageReport<'_>) -> String {
    let ImageReport { plan, libraries, output, form, image, sent, .. } = report;
    let mut text = String::new();
    let mut line = |words: String| {
        // Writing to a String can't fail.
        let _ = writeln!(text, "{words}");
    };
    line(format!(
        "{}  {} · {} with what is compressed in it",
        paint(PATH, printable(output)),
        form,
        bytes(image.layers.iter().map(|layer| layer.size_bytes).sum())
    ));
    for words in layer_lines(image) {
        line(words);
    }
    line(shipped_text(plan, libraries));
    for tag in &image.tags {
        line(format!("tag {tag}"));
    }
    if let Some((sent, present)) = sent {
        line(format!("{} sent, {present} there before", counted(*sent, "blob")));
    }
    line(paint(DIM, format_args!("manifest sha256:{}", image.manifest)));
    text
}

/// The base's layers on one line, each new one on its own.
fn layer_lines(image: &Image) -> Vec<String> {
    let base = image.layers.iter().filter(|layer| layer.origin == LayerOrigin::Base);
    let base: Vec<u64> = base.map(|layer| layer.size_bytes).collect();
    let mut lines = match base.len() {
        0 => Vec::new(),
        1 => vec![format!("  base       1 layer, {}", bytes(base[0]))],
        count => vec![format!("  base       {count} layers, {}", bytes(base.iter().sum()))],
    };
    for layer in image.layers.iter().filter(|layer| layer.origin != LayerOrigin::Base) {
        let size = bytes(layer.size_bytes);
        lines.push(match origin(layer) {
            (_, Some(at)) => format!("+ tree       {size}  {}", paint(PATH, printable(at))),
            (word, None) => format!("+ {word:9}  {size}"),
        });
    }
    lines
}
