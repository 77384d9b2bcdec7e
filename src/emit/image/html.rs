//! `sodeb image --report FILE`: what an image is composed of, what its libraries' layer adds and what is left missing,
//! as one page.

use std::collections::HashMap;

use super::ImageReport;
use crate::emit::escape::printable;
use crate::emit::html::{Fact, Kind, ObjectPlace, Report, SizeView, Subject, graph_view, html};
use crate::emit::humanize::{counted, listed, release_words};
use crate::emit::layer::bytes;
use crate::emit::resolve::{problem_finding, rules};
use crate::oci::image::LayerOrigin;
use crate::oci::layer::ShippedPackage;
use crate::solve::graph::Graph;
use crate::solve::plan::{Plan, PlannedPackage, TakenFile};
use crate::vocabulary::RootedPath;

/// Composed images, each with the graph of what is loaded in it and why its packages were looked up in that release,
/// as a page.
///
/// # Errors
/// Never for these types; the encoder's signature has it.
pub fn image_html(images: &[(ImageReport<'_>, &Graph, &str)]) -> serde_json::Result<String> {
    let subjects: Vec<Subject> =
        images.iter().map(|(report, graph, release_from)| subject(report, graph, release_from)).collect();
    let findings: Vec<_> = subjects.iter().flat_map(|subject| &subject.findings).collect();
    let title = match images {
        [(report, ..)] => format!("Image {}", printable(report.output)),
        images => format!("{} images", images.len()),
    };
    html(&Report {
        title,
        noun: "image",
        size_words: "Libraries",
        rules: rules(&findings),
        not_seen: Vec::new(),
        unread: Vec::new(),
        subjects,
    })
}

fn subject(report: &ImageReport<'_>, graph: &Graph, release_from: &str) -> Subject {
    let plan = report.plan;
    let files = plan.packages.iter().flat_map(|planned| &planned.files);
    let taken: HashMap<&RootedPath, u64> = files.map(|file| (&file.path, file.size_bytes())).collect();
    let architecture = plan.provenance.target.architecture;
    Subject {
        name: printable(format_args!("{} ({architecture})", report.output)),
        facts: facts(report, release_from),
        files: None,
        objects: graph
            .nodes()
            .filter(|(_, node)| matches!(node, crate::solve::graph::Node::Object(_)))
            .count(),
        saves: 0,
        findings: plan.problems.iter().map(problem_finding).collect(),
        graph: graph_view(graph, |object| ObjectPlace {
            bytes: taken.get(&object.path).copied(),
            ..ObjectPlace::default()
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
        let size = bytes(sizes.iter().sum());
        let words = match (sizes.len(), &origin) {
            (0, _) => "none".to_owned(),
            (count, LayerOrigin::Base) => format!("{}, {size} as compressed", counted(count, "layer")),
            _ => format!("{}, {size} as compressed", counted(libraries.packages.len(), "package")),
        };
        facts.push(Fact::words(label, words));
    }
    for layer in &image.layers {
        if let LayerOrigin::App(at) = &layer.origin {
            facts.push(Fact::words(
                "Tree",
                printable(format_args!("{at}, {} as compressed", bytes(layer.size_bytes))),
            ));
        }
    }
    let looked_up = printable(release_words(&plan.provenance, release_from));
    facts.push(Fact::words("Packages looked up in", looked_up));
    facts.extend(report.notes.iter().map(|note| Fact::words("Left out", printable(note))));
    facts
}

/// The packages of the libraries' layer and their files; none where there is none.
fn sizes(report: &ImageReport<'_>) -> Option<SizeView> {
    let mut parts: Vec<SizeView> =
        report.libraries.packages.iter().map(|shipped| package(report.plan, shipped)).collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.bytes));
    let name = "What the libraries' layer adds".to_owned();
    (!parts.is_empty()).then(|| SizeView::of(name, Kind::Layer, parts))
}

fn package(plan: &Plan, shipped: &ShippedPackage) -> SizeView {
    let ShippedPackage { name, version, files, size_bytes } = shipped;
    let planned = plan.packages.iter().find(|planned| planned.package.name == *name);
    let mut parts: Vec<SizeView> = planned.map(taken_files).unwrap_or_default();
    parts.sort_by_key(|part| std::cmp::Reverse(part.bytes));
    SizeView {
        name: printable(name),
        detail: Some(printable(version)),
        kind: Kind::Package,
        bytes: *size_bytes,
        files: Some(*files),
        // With the whole package shipped there is more than what is loaded, of which the Plan tells nothing.
        parts: if parts.len() <= *files { parts } else { Vec::new() },
    }
}

fn taken_files(planned: &PlannedPackage) -> Vec<SizeView> {
    let view = |file: &TakenFile| SizeView {
        name: printable(bstr::BStr::new(file.path.file_name())),
        detail: Some(printable(&file.path)),
        kind: Kind::Package,
        bytes: file.size_bytes(),
        files: Some(1),
        parts: Vec::new(),
    };
    planned.files.iter().map(view).collect()
}
