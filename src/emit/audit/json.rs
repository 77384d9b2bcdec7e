//! `sodeb audit --format json`, schema sodeb.audit/1.

use serde::Serialize;

use super::{NOT_SEEN, fixes};
use crate::audit::{Finding, Judged, Owner, OwnerSize, ReportedImage, Severity, Unread, Verdict};
use crate::emit::rows::TargetRow;
use crate::vocabulary::RootedPath;

#[derive(Serialize)]
struct Document<'images> {
    schema: &'static str,
    version: &'static str,
    images: Vec<ImageRow<'images>>,
    /// Images that could not be looked at.
    unread: Vec<UnreadRow<'images>>,
    not_seen: &'static [&'static str],
}

#[derive(Serialize)]
pub(super) struct UnreadRow<'image> {
    name: &'image str,
    error: &'image str,
}

#[derive(Serialize)]
pub(super) struct ImageRow<'image> {
    name: &'image str,
    /// Over the diff ids of its layers.
    digest: Option<String>,
    /// The digest of its manifest, where it has one of OCI's.
    manifest: Option<String>,
    platform: Option<String>,
    target: TargetRow<'image>,
    config: Option<ConfigRow<'image>>,
    /// Whether anything may be started: the image names nothing, or a shell.
    open: bool,
    files: usize,
    objects: usize,
    size: u64,
    layers: Vec<LayerRow<'image>>,
    findings: Vec<FindingRow<'image>>,
    summary: SummaryRow,
}

#[derive(Serialize)]
struct ConfigRow<'image> {
    entrypoint: &'image [String],
    cmd: &'image [String],
    user: &'image str,
    path: Option<&'image str>,
    workdir: Option<&'image str>,
    ld_library_path: Option<&'image str>,
}

#[derive(Serialize)]
struct LayerRow<'image> {
    /// From 0 for the lowest.
    layer: u16,
    diff_id: Option<String>,
    created_by: Option<&'image str>,
    /// What it adds to the image, by who brought it, the largest first.
    owners: Vec<OwnerSizeRow<'image>>,
    size: u64,
}

#[derive(Serialize)]
struct OwnerSizeRow<'image> {
    owner: Option<OwnerRow<'image>>,
    files: usize,
    objects: usize,
    size: u64,
}

#[derive(Serialize)]
struct OwnerRow<'image> {
    kind: &'static str,
    name: &'image str,
    version: Option<&'image str>,
}

#[derive(Serialize)]
struct FindingRow<'image> {
    rule: &'static str,
    severity: &'static str,
    /// The same for the same fault in the next image.
    fingerprint: String,
    path: &'image RootedPath,
    subject: &'image str,
    message: &'image str,
    layer: Option<u16>,
    owner: Option<OwnerRow<'image>>,
    reach: &'static str,
    chain: &'image [RootedPath],
    why: &'image [String],
    fix: Vec<String>,
    /// What taking it away saves, in bytes.
    saves: Option<u64>,
    /// `counts`, `known` (in the baseline) or `ignored`.
    verdict: &'static str,
    ignored: Option<IgnoredRow<'image>>,
}

#[derive(Serialize)]
struct IgnoredRow<'image> {
    reason: &'image str,
    until: Option<String>,
}

#[derive(Serialize)]
struct SummaryRow {
    error: usize,
    warning: usize,
    note: usize,
    known: usize,
    ignored: usize,
}

/// The findings of all images as one JSON document, without a newline at its end.
///
/// # Errors
/// Never for these types; the encoder's signature has it.
pub fn audit_json(images: &[ReportedImage], unread: &[Unread]) -> serde_json::Result<String> {
    serde_json::to_string_pretty(&Document {
        schema: "sodeb.audit/1",
        version: env!("CARGO_PKG_VERSION"),
        images: images.iter().map(image_row).collect(),
        unread: unread.iter().map(unread_row).collect(),
        not_seen: NOT_SEEN,
    })
}

pub(super) fn unread_row(unread: &Unread) -> UnreadRow<'_> {
    UnreadRow { name: &unread.name, error: &unread.cause }
}

pub(super) fn image_row(reported: &ReportedImage) -> ImageRow<'_> {
    let ReportedImage { name, image, audited, judged, release_from } = reported;
    let image = image.as_ref();
    let parts = image.and_then(|image| image.parts.as_ref());
    let layers: Vec<LayerRow<'_>> = audited
        .sizes
        .iter()
        .map(|size| {
            let part = parts.and_then(|parts| parts.layers.get(usize::from(size.layer)));
            LayerRow {
                layer: size.layer,
                diff_id: part.map(|part| format!("sha256:{}", part.diff_id)),
                created_by: part.and_then(|part| part.created_by.as_deref()),
                owners: size.owners.iter().map(owner_size_row).collect(),
                size: size.owners.iter().map(|(_, size)| size.bytes).sum(),
            }
        })
        .collect();
    let with = |wanted: fn(&Verdict) -> bool| judged.iter().filter(|one| wanted(&one.verdict)).count();
    ImageRow {
        name,
        digest: image.map(|image| format!("sha256:{}", image.digest)),
        manifest: parts.and_then(|parts| parts.manifest).map(|digest| format!("sha256:{digest}")),
        platform: image.and_then(|image| image.platform.as_ref()).map(ToString::to_string),
        target: TargetRow::new(&audited.resolution.provenance, Some(release_from)),
        config: image.and_then(|image| {
            let start = image.start.as_ref()?;
            Some(ConfigRow {
                entrypoint: &start.entrypoint,
                cmd: &start.cmd,
                user: &start.user,
                path: start.path.as_deref(),
                workdir: image.workdir.as_deref(),
                ld_library_path: image.ld_library_path.as_deref(),
            })
        }),
        open: audited.is_open,
        files: audited.files,
        objects: audited.objects.len(),
        size: layers.iter().map(|layer| layer.size).sum(),
        layers,
        findings: judged.iter().map(|judged| finding_row(reported, judged)).collect(),
        summary: SummaryRow {
            error: reported.count(Severity::Error),
            warning: reported.count(Severity::Warning),
            note: reported.count(Severity::Note),
            known: with(|verdict| *verdict == Verdict::Known),
            ignored: with(|verdict| matches!(verdict, Verdict::Ignored { .. })),
        },
    }
}

fn owner_size_row((owner, size): &(Option<Owner>, OwnerSize)) -> OwnerSizeRow<'_> {
    let OwnerSize { files, objects, bytes } = *size;
    OwnerSizeRow { owner: owner.as_ref().map(owner_row), files, objects, size: bytes }
}

fn owner_row(owner: &Owner) -> OwnerRow<'_> {
    OwnerRow { kind: owner.kind.name(), name: &owner.name, version: owner.version.as_deref() }
}

fn finding_row<'image>(image: &'image ReportedImage, judged: &'image Judged) -> FindingRow<'image> {
    let Finding { rule, severity, path, subject, message, layer, owner, reach, chain, why, .. } =
        &judged.finding;
    let (verdict, ignored) = match &judged.verdict {
        Verdict::Counts => ("counts", None),
        Verdict::Known => ("known", None),
        Verdict::Ignored { reason, until } => {
            ("ignored", Some(IgnoredRow { reason, until: until.map(|day| day.to_string()) }))
        }
    };
    FindingRow {
        rule: rule.code,
        severity: severity.name(),
        fingerprint: judged.finding.fingerprint(),
        path,
        subject,
        message,
        layer: *layer,
        owner: owner.as_ref().map(owner_row),
        reach: reach.name(),
        chain,
        why,
        fix: fixes(image, &judged.finding),
        saves: Some(judged.finding.saves_bytes).filter(|bytes| *bytes > 0),
        verdict,
        ignored,
    }
}
