//! `sodeb audit --format html`: the findings, the graph and the sizes of images as one page.

use super::{NOT_CHECKED, fixes, layer_words};
use crate::audit::rules;
use crate::audit::{
    AuditedObject, Finding, FindingStatus, JudgedFinding, LayerSize, Owner, OwnerKind, OwnerSize,
    ReportedImage, Severity, UnreadImage,
};
use crate::emit::escape::printable;
use crate::emit::html::{
    Fact, FindingView, Kind, Level, ObjectPlace, Report, RuleView, SizeView, State, Subject, graph_view, html,
};
use crate::emit::humanize::release_words;
use crate::solve::graph::Object;

/// The findings of all images, and the images that could not be looked at, as a page.
///
/// # Errors
/// Never for these types; the encoder's signature has it.
pub fn audit_html(images: &[ReportedImage], unread: &[UnreadImage]) -> serde_json::Result<String> {
    let title = match images {
        [image] => format!("Audit of {}", printable(&image.name)),
        images => format!("Audit of {} images", images.len()),
    };
    html(&Report {
        title,
        noun: "image",
        size_words: "Size",
        rules: rules(images),
        not_seen: NOT_CHECKED.iter().map(|words| (*words).to_owned()).collect(),
        unread: unread.iter().map(|one| (printable(&one.name), printable(&one.cause))).collect(),
        subjects: images.iter().map(subject).collect(),
    })
}

/// The rules that something is found by.
fn rules(images: &[ReportedImage]) -> Vec<RuleView> {
    let findings = || images.iter().flat_map(|image| &image.judged).map(|judged| &judged.finding);
    let found = rules::all().filter(|rule| findings().any(|finding| finding.rule.code == rule.code));
    let view = |rule: &crate::audit::Rule| RuleView {
        code: rule.code.to_owned(),
        title: rule.title.to_owned(),
        explanation: rule.explanation.to_owned(),
        fix: rule.fix.to_owned(),
    };
    found.map(view).collect()
}

fn subject(image: &ReportedImage) -> Subject {
    let audited = &image.audited;
    Subject {
        name: printable(&image.name),
        facts: facts(image),
        files: Some(audited.files),
        objects: audited.objects.len(),
        saves: image.active().map(|finding| finding.reclaimable_bytes).sum(),
        findings: image.judged.iter().map(|judged| finding_view(image, judged)).collect(),
        graph: graph_view(&audited.graph, |object| object_place(image, object)),
        sizes: Some(sizes(image)),
    }
}

/// What the image is, and where its packages were looked up.
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
    let looked_up = printable(release_words(provenance, &image.release_from));
    facts.push(Fact::words("Packages looked up in", looked_up));
    facts.extend(started(image));
    facts
}

/// What the image starts, and how.
fn started(image: &ReportedImage) -> Vec<Fact> {
    let Some(known) = &image.image else {
        let words = "every program may be started: it is a root without a configuration";
        return vec![Fact::words("Starts", words.to_owned())];
    };
    let mut facts = Vec::new();
    if let Some(start) = &known.start {
        let words: Vec<&str> = start.entrypoint.iter().chain(&start.cmd).map(String::as_str).collect();
        if !words.is_empty() {
            facts.push(Fact::code("Starts", printable(words.join(" "))));
        }
        if !start.user.is_empty() {
            facts.push(Fact::code("User", printable(&start.user)));
        }
        facts.extend(start.path.as_ref().map(|path| Fact::code("PATH", printable(path))));
    }
    if image.audited.may_start_anything {
        let words = "every program may be started: the image starts a shell or nothing";
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
    let Finding {
        rule,
        severity,
        path,
        subject,
        message,
        owner,
        reach,
        chain,
        evidence,
        reclaimable_bytes,
        ..
    } = finding;
    let (state, reason) = match &judged.status {
        FindingStatus::Active => (State::Counts, None),
        FindingStatus::Known => (State::Known, None),
        FindingStatus::Ignored { reason, until: None } => (State::Ignored, Some(printable(reason))),
        FindingStatus::Ignored { reason, until: Some(day) } => {
            (State::Ignored, Some(printable(format_args!("{reason} (until {day})"))))
        }
    };
    FindingView {
        id: finding.fingerprint(),
        rule: rule.code.to_owned(),
        level: match severity {
            Severity::Error => Level::Error,
            Severity::Warning => Level::Warning,
            Severity::Note => Level::Note,
        },
        state,
        reason,
        subject: printable(subject),
        message: printable(message),
        path: printable(path),
        owner: owner.as_ref().map(printable),
        layer: layer_words(image, finding),
        reach: Some(reach.name().to_owned()),
        chain: chain.iter().map(printable).collect(),
        why: evidence.iter().map(printable).collect(),
        fix: fixes(image, finding).iter().map(printable).collect(),
        saves: Some(*reclaimable_bytes).filter(|bytes| *bytes > 0),
    }
}

fn object_place(image: &ReportedImage, object: &Object) -> ObjectPlace {
    let Some(AuditedObject { layer, owner, bytes, .. }) = image.audited.objects.get(&object.path) else {
        return ObjectPlace { kind: Some(Kind::Unowned), ..ObjectPlace::default() };
    };
    ObjectPlace {
        kind: Some(kind_of(owner.as_ref())),
        owner: owner.as_ref().map(printable),
        layer: layer.map(|layer| layer_name(layer.into())),
        bytes: Some(*bytes),
    }
}

fn kind_of(owner: Option<&Owner>) -> Kind {
    match owner.map(|owner| owner.kind) {
        Some(OwnerKind::Deb) => Kind::Package,
        Some(OwnerKind::Wheel) => Kind::Wheel,
        Some(OwnerKind::Gem) => Kind::Gem,
        Some(OwnerKind::Npm) => Kind::Npm,
        None => Kind::Unowned,
    }
}

fn layer_name(number: usize) -> String {
    format!("layer {}", number + 1)
}

/// Layers and who brought what of each; of what has no layers, just that.
fn sizes(image: &ReportedImage) -> SizeView {
    let name = printable(&image.name);
    let layers = &image.audited.sizes;
    let parts = image.image.as_ref().and_then(|known| known.parts.as_ref());
    let Some(parts) = parts.filter(|parts| !parts.layers.is_empty()) else {
        return SizeView::of(name, Kind::Layer, layers.iter().flat_map(owners).collect());
    };
    let layer = |layer: &LayerSize| {
        let part = parts.layers.get(usize::from(layer.layer));
        let made_by = part.and_then(|part| part.created_by.as_ref()).map(printable);
        SizeView::of(layer_name(layer.layer.into()), Kind::Layer, owners(layer)).detail(made_by)
    };
    SizeView::of(name, Kind::Layer, layers.iter().map(layer).collect())
}

fn owners(layer: &LayerSize) -> Vec<SizeView> {
    let view = |(owner, size): &(Option<Owner>, OwnerSize)| {
        let version = owner.as_ref().and_then(|owner| owner.version.as_ref());
        SizeView {
            name: owner.as_ref().map_or_else(|| "of no package".to_owned(), |owner| printable(&owner.name)),
            detail: version.map(printable),
            kind: kind_of(owner.as_ref()),
            bytes: size.bytes,
            files: Some(size.files),
            parts: Vec::new(),
        }
    };
    layer.owners.iter().map(view).collect()
}
