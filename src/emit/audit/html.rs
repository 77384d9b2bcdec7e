//! `sodeb audit --format html`: the findings, graphs and sizes of images as one page.

use super::details::{NOT_CHECKED, command, fixes, layer_words};
use crate::audit::{
    AuditedObject, Finding, FindingStatus, JudgedFinding, LayerSize, Owner, OwnerKind, OwnerSize,
    ReportedImage, Rule, UnreadImage, rules,
};
use crate::emit::escape::printable;
use crate::emit::html::{
    Fact, FindingView, ObjectDetails, PartKind, Report, RuleView, SizeView, SubjectView, graph_view, html,
};
use crate::emit::humanize::release_words;
use crate::solve::graph::LoadedObject;

/// Writes the findings of all images, and the images that could not be read, as a page.
///
/// # Errors
/// Never for these types; the signature is the encoder's.
pub fn audit_html(images: &[ReportedImage], unread: &[UnreadImage]) -> serde_json::Result<String> {
    let title = match images {
        [image] => format!("Audit of {}", printable(&image.name)),
        images => format!("Audit of {} images", images.len()),
    };
    html(&Report {
        title,
        noun: "image",
        size_label: "Size",
        rules: rules_with_findings(images),
        not_checked: NOT_CHECKED.iter().map(|words| (*words).to_owned()).collect(),
        unread: unread.iter().map(|image| (printable(&image.name), printable(&image.cause))).collect(),
        subjects: images.iter().map(subject_view).collect(),
    })
}

fn rules_with_findings(images: &[ReportedImage]) -> Vec<RuleView> {
    let findings = || images.iter().flat_map(|image| &image.judged).map(|judged| &judged.finding);
    let has_findings = |rule: &&Rule| findings().any(|finding| finding.rule.code == rule.code);
    rules::all().filter(has_findings).map(RuleView::new).collect()
}

fn subject_view(image: &ReportedImage) -> SubjectView {
    let audited = &image.audited;
    SubjectView {
        name: printable(&image.name),
        facts: facts(image),
        files: Some(audited.files),
        objects: audited.objects.len(),
        reclaimable: image.reclaimable_bytes(),
        findings: image.judged.iter().map(|judged| finding_view(image, judged)).collect(),
        graph: graph_view(&audited.graph, |object| object_details(image, object)),
        sizes: Some(sizes(image)),
    }
}

/// Lists the facts of an image: its digests, the index of its packages, and how it is started.
fn facts(image: &ReportedImage) -> Vec<Fact> {
    let provenance = &image.audited.resolution.provenance;
    let mut facts = Vec::new();
    if let Some(known) = &image.image {
        facts.push(Fact::code("Digest", format!("sha256:{}", known.digest)));
        let manifest = known.parts.as_ref().and_then(|parts| parts.manifest);
        facts.extend(manifest.map(|digest| Fact::code("Manifest", format!("sha256:{digest}"))));
        let platform = known.platform.as_ref();
        facts.extend(platform.map(|platform| Fact::words("Platform", printable(platform))));
    }
    let index = printable(release_words(provenance, &image.release_from));
    facts.push(Fact::words("Package index", index));
    facts.extend(start_facts(image));
    facts
}

fn start_facts(image: &ReportedImage) -> Vec<Fact> {
    let Some(known) = &image.image else {
        let words = "any program: there is no image configuration";
        return vec![Fact::words("Starts", words.to_owned())];
    };
    let mut facts = Vec::new();
    if let Some(start) = &known.start {
        let command = command(image);
        if !command.is_empty() {
            facts.push(Fact::code("Starts", printable(command)));
        }
        if !start.user.is_empty() {
            facts.push(Fact::code("User", printable(&start.user)));
        }
        facts.extend(start.path.as_ref().map(|path| Fact::code("PATH", printable(path))));
    }
    if image.audited.may_start_anything {
        let words = "any program may be started: the image starts a shell or nothing";
        facts.push(Fact::words("Reach", words.to_owned()));
    }
    let workdir = known.workdir.as_ref().filter(|directory| !directory.is_empty());
    facts.extend(workdir.map(|directory| Fact::code("Working directory", printable(directory))));
    let libraries = known.ld_library_path.as_ref();
    facts.extend(libraries.map(|list| Fact::code("LD_LIBRARY_PATH", printable(list))));
    facts
}

fn finding_view(image: &ReportedImage, judged: &JudgedFinding) -> FindingView {
    let finding = &judged.finding;
    let Finding { rule, severity, path, subject, message, owner, reach, chain, evidence, .. } = finding;
    let reason = match &judged.status {
        FindingStatus::Active | FindingStatus::Known => None,
        FindingStatus::Ignored { reason, until: None } => Some(printable(reason)),
        FindingStatus::Ignored { reason, until: Some(day) } => {
            Some(printable(format_args!("{reason} (until {day})")))
        }
    };
    FindingView {
        status: judged.status.name(),
        reason,
        subject: printable(subject),
        owner: owner.as_ref().map(printable),
        layer: layer_words(image, finding),
        reach: Some(reach.name().to_owned()),
        chain: chain.iter().map(printable).collect(),
        evidence: evidence.iter().map(printable).collect(),
        fix: fixes(image, finding).iter().map(printable).collect(),
        reclaimable: Some(finding.reclaimable_bytes).filter(|bytes| *bytes > 0),
        ..FindingView::new(finding.fingerprint(), rule.code, *severity, printable(message), printable(path))
    }
}

fn object_details(image: &ReportedImage, object: &LoadedObject) -> ObjectDetails {
    let Some(AuditedObject { layer, owner, bytes, .. }) = image.audited.objects.get(&object.path) else {
        return ObjectDetails { kind: Some(PartKind::Unowned), ..ObjectDetails::default() };
    };
    ObjectDetails {
        kind: Some(kind_of(owner.as_ref())),
        owner: owner.as_ref().map(printable),
        layer: layer.map(|layer| layer_name(layer.into())),
        bytes: Some(*bytes),
    }
}

fn kind_of(owner: Option<&Owner>) -> PartKind {
    match owner.map(|owner| owner.kind) {
        Some(OwnerKind::Deb) => PartKind::Package,
        Some(OwnerKind::Wheel) => PartKind::Wheel,
        Some(OwnerKind::Gem) => PartKind::Gem,
        Some(OwnerKind::Npm) => PartKind::Npm,
        None => PartKind::Unowned,
    }
}

fn layer_name(number: usize) -> String {
    format!("layer {}", number + 1)
}

/// Returns the sizes by layer and owner, or by owner alone for an image without layers.
fn sizes(image: &ReportedImage) -> SizeView {
    let name = printable(&image.name);
    let layers = &image.audited.sizes;
    let parts = image.image.as_ref().and_then(|known| known.parts.as_ref());
    let Some(parts) = parts.filter(|parts| !parts.layers.is_empty()) else {
        return SizeView::sum(name, PartKind::Layer, layers.iter().flat_map(owner_sizes).collect());
    };
    let layer = |layer: &LayerSize| {
        let part = parts.layers.get(usize::from(layer.layer));
        let created_by = part.and_then(|part| part.created_by.as_ref()).map(printable);
        SizeView::sum(layer_name(layer.layer.into()), PartKind::Layer, owner_sizes(layer)).detail(created_by)
    };
    SizeView::sum(name, PartKind::Layer, layers.iter().map(layer).collect())
}

fn owner_sizes(layer: &LayerSize) -> Vec<SizeView> {
    let view = |(owner, size): &(Option<Owner>, OwnerSize)| {
        let version = owner.as_ref().and_then(|owner| owner.version.as_ref());
        SizeView {
            name: owner.as_ref().map_or_else(|| "no package".to_owned(), |owner| printable(&owner.name)),
            detail: version.map(printable),
            kind: kind_of(owner.as_ref()),
            bytes: size.bytes,
            files: Some(size.files),
            parts: Vec::new(),
        }
    };
    layer.owners.iter().map(view).collect()
}
