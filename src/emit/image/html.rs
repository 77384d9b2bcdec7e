//! `sodeb image --report FILE`: the composition of an image, the files in the layer of its libraries and what is still
//! missing, as one page.

use std::collections::HashMap;

use bstr::BStr;

use super::report::{ImageReport, NOT_CHECKED};
use crate::emit::escape::printable;
use crate::emit::html::{
    Fact, ObjectDetails, PartKind, Report, SizeView, SubjectView, graph_view, html, largest_first,
};
use crate::emit::humanize::{counted, listed, release_words, size};
use crate::emit::resolve::{problem_finding, rules_of};
use crate::oci::image::LayerOrigin;
use crate::oci::layer::ShippedPackage;
use crate::solve::graph::{Graph, Node};
use crate::solve::plan::{Plan, PlannedPackage, TakenFile};
use crate::vocabulary::RootedPath;

/// Writes composed images as a page, each with the graph of what is loaded in it and the reason for the choice of its
/// release.
///
/// # Errors
/// Never for these types; the signature is the encoder's.
pub fn image_html(images: &[(ImageReport<'_>, &Graph, &str)]) -> serde_json::Result<String> {
    let subjects: Vec<SubjectView> = images
        .iter()
        .map(|(report, graph, release_from)| subject_view(report, graph, release_from))
        .collect();
    let findings: Vec<_> = subjects.iter().flat_map(|subject| &subject.findings).collect();
    let title = match images {
        [(report, ..)] => format!("Image {}", printable(report.output)),
        images => format!("{} images", images.len()),
    };
    html(&Report {
        title,
        noun: "image",
        size_label: "Libraries",
        rules: rules_of(&findings),
        not_checked: NOT_CHECKED.map(str::to_owned).to_vec(),
        unread: Vec::new(),
        subjects,
    })
}

fn subject_view(report: &ImageReport<'_>, graph: &Graph, release_from: &str) -> SubjectView {
    let plan = report.plan;
    let files = plan.packages.iter().flat_map(|planned| &planned.files);
    let sizes_of_files: HashMap<&RootedPath, u64> =
        files.map(|file| (&file.path, file.size_bytes())).collect();
    let architecture = plan.provenance.target.architecture;
    let objects = graph.nodes().filter(|(_, node)| matches!(node, Node::Object(_)));
    SubjectView {
        name: printable(format_args!("{} ({architecture})", report.output)),
        facts: facts(report, release_from),
        files: None,
        objects: objects.count(),
        reclaimable: 0,
        findings: plan.problems.iter().map(problem_finding).collect(),
        graph: graph_view(graph, |object| ObjectDetails {
            bytes: sizes_of_files.get(&object.path).copied(),
            ..ObjectDetails::default()
        }),
        sizes: sizes(report),
    }
}

fn facts(report: &ImageReport<'_>, release_from: &str) -> Vec<Fact> {
    let ImageReport { plan, libraries, image, .. } = report;
    let mut facts = vec![
        Fact::code("Manifest", format!("sha256:{}", image.manifest)),
        Fact::code("Configuration", format!("sha256:{}", image.config)),
    ];
    if !image.tags.is_empty() {
        facts.push(Fact::code("Tags", printable(listed(&image.tags))));
    }
    for (label, origin) in [("Base", LayerOrigin::Base), ("Libraries", LayerOrigin::Libraries)] {
        let layers = image.layers.iter().filter(|layer| layer.origin == origin);
        let sizes: Vec<u64> = layers.map(|layer| layer.size_bytes).collect();
        let size = size(sizes.iter().sum());
        let words = match (sizes.len(), &origin) {
            (0, _) => "none".to_owned(),
            (count, LayerOrigin::Base) => format!("{}, {size} compressed", counted(count, "layer")),
            _ => format!("{}, {size} compressed", counted(libraries.packages.len(), "package")),
        };
        facts.push(Fact::words(label, words));
    }
    for layer in &image.layers {
        if let LayerOrigin::App(at) = &layer.origin {
            let words = format!("{at}, {} compressed", size(layer.size_bytes));
            facts.push(Fact::words("App", printable(words)));
        }
    }
    let index = printable(release_words(&plan.provenance, release_from));
    facts.push(Fact::words("Package index", index));
    facts.extend(report.notes.iter().map(|note| Fact::words("Left out", printable(note))));
    facts
}

/// Returns the sizes of the packages in the layer of the libraries; none without packages.
fn sizes(report: &ImageReport<'_>) -> Option<SizeView> {
    let packages = report.libraries.packages.iter();
    let parts = largest_first(packages.map(|shipped| package_size(report.plan, shipped)).collect());
    let name = "Libraries".to_owned();
    (!parts.is_empty()).then(|| SizeView::sum(name, PartKind::Layer, parts))
}

fn package_size(plan: &Plan, shipped: &ShippedPackage) -> SizeView {
    let ShippedPackage { name, version, files, size_bytes } = shipped;
    let planned = plan.packages.iter().find(|planned| planned.package.name == *name);
    let parts = largest_first(planned.map(file_sizes).unwrap_or_default());
    SizeView {
        name: printable(name),
        detail: Some(printable(version)),
        kind: PartKind::Package,
        bytes: *size_bytes,
        files: Some(*files),
        // A layer of whole packages contains more files than the Plan lists.
        parts: if parts.len() <= *files { parts } else { Vec::new() },
    }
}

fn file_sizes(planned: &PlannedPackage) -> Vec<SizeView> {
    let view = |file: &TakenFile| SizeView {
        name: printable(BStr::new(file.path.file_name())),
        detail: Some(printable(&file.path)),
        kind: PartKind::Package,
        bytes: file.size_bytes(),
        files: Some(1),
        parts: Vec::new(),
    };
    planned.files.iter().map(view).collect()
}
