//! `sodeb image --format json`, schema sodeb.image/1; for several platforms sodeb.images/1.

use std::collections::BTreeMap;

use serde::Serialize;

use super::origin::origin;
use super::report::{ImageReport, NOT_CHECKED};
use crate::emit::layer::{PackageInLayerRow, package_rows};
use crate::emit::rows::{ProblemRow, problem_rows};
use crate::oci::image::ImageLayer;
use crate::vocabulary::{RootedPath, Sha256Digest};

#[derive(Serialize)]
struct Document<'image> {
    schema: &'static str,
    output: OutputRow,
    /// Debian architecture of its packages.
    architecture: &'static str,
    /// Digest of the manifest.
    digest: String,
    /// Digest of the configuration.
    config: String,
    tags: Vec<String>,
    annotations: &'image BTreeMap<String, String>,
    layers: Vec<LayerRow<'image>>,
    packages: Vec<PackageInLayerRow<'image>>,
    notes: &'image [String],
    problems: Vec<ProblemRow<'image>>,
    not_checked: [&'static str; 3],
}

#[derive(Serialize)]
struct OutputRow {
    path: String,
    kind: &'static str,
    /// Null unless the output is a registry.
    blobs_uploaded: Option<usize>,
    /// Null unless the output is a registry.
    blobs_reused: Option<usize>,
}

#[derive(Serialize)]
struct LayerRow<'image> {
    origin: &'static str,
    /// Mount point of an app.
    at: Option<&'image RootedPath>,
    media_type: &'image str,
    digest: String,
    /// Bytes.
    size: u64,
    diff_id: String,
}

/// Image index of several platforms.
#[derive(Serialize)]
struct IndexDocument<'image> {
    schema: &'static str,
    /// Digest of the index.
    digest: String,
    images: Vec<Document<'image>>,
}

/// Writes the report on an image as one JSON document, without a newline at its end.
///
/// # Errors
/// Never for these types; the signature is the encoder's.
pub fn image_json(report: &ImageReport<'_>) -> serde_json::Result<String> {
    serde_json::to_string_pretty(&document(report))
}

/// Writes the reports on the images of an image index with the digest `index` as one JSON document, without a newline at
/// its end.
///
/// # Errors
/// Never for these types; the signature is the encoder's.
pub fn images_json(index: Sha256Digest, reports: &[ImageReport<'_>]) -> serde_json::Result<String> {
    let images = reports.iter().map(document).collect();
    serde_json::to_string_pretty(&IndexDocument {
        schema: "sodeb.images/1",
        digest: format!("sha256:{index}"),
        images,
    })
}

fn document<'image>(report: &'image ImageReport<'_>) -> Document<'image> {
    let ImageReport { plan, libraries, output, format, image, sent, notes } = report;
    Document {
        schema: "sodeb.image/1",
        output: OutputRow {
            path: (*output).to_owned(),
            kind: format,
            blobs_uploaded: sent.map(|(uploaded, _)| uploaded),
            blobs_reused: sent.map(|(_, reused)| reused),
        },
        architecture: plan.provenance.target.architecture.name(),
        digest: format!("sha256:{}", image.manifest),
        config: format!("sha256:{}", image.config),
        tags: image.tags.iter().map(ToString::to_string).collect(),
        annotations: &image.annotations,
        layers: image.layers.iter().map(layer_row).collect(),
        packages: package_rows(libraries),
        notes,
        problems: problem_rows(&plan.problems),
        not_checked: NOT_CHECKED,
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
