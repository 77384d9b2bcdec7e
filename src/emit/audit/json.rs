//! `sodeb audit --format json`, schema sodeb.audit/1.

use serde::Serialize;

use super::details::{NOT_CHECKED, fixes};
use crate::audit::{
    Finding, FindingStatus, JudgedFinding, LayerSize, Owner, OwnerSize, ReportedImage, UnreadImage,
};
use crate::emit::rows::TargetRow;
use crate::tree::inventory::{ImageFacts, ImageParts};
use crate::vocabulary::{RootedPath, Severity};

#[derive(Serialize)]
struct Document<'images> {
    schema: &'static str,
    version: &'static str,
    images: Vec<ImageRow<'images>>,
    /// Images that could not be read.
    unread: Vec<UnreadRow<'images>>,
    not_checked: &'static [&'static str],
}

#[derive(Serialize)]
pub(super) struct UnreadRow<'image> {
    name: &'image str,
    error: &'image str,
}

#[derive(Serialize)]
pub(super) struct ImageRow<'image> {
    name: &'image str,
    /// Digest over the diff ids of its layers.
    digest: Option<String>,
    /// Digest of its OCI manifest, if it has one.
    manifest: Option<String>,
    platform: Option<String>,
    target: TargetRow<'image>,
    config: Option<ConfigRow<'image>>,
    /// True if any program may be started, since the image names none or a shell.
    may_start_anything: bool,
    files: usize,
    objects: usize,
    /// Bytes.
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
    /// 0 for the lowest.
    layer: u16,
    diff_id: Option<String>,
    created_by: Option<&'image str>,
    /// Sizes that it adds to the image, by owner, the largest first.
    owners: Vec<OwnerSizeRow<'image>>,
    /// Bytes.
    size: u64,
}

#[derive(Serialize)]
struct OwnerSizeRow<'image> {
    owner: Option<OwnerRow<'image>>,
    files: usize,
    objects: usize,
    /// Bytes.
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
    /// Equal for the same defect in the next version of the image.
    fingerprint: String,
    path: &'image RootedPath,
    subject: &'image str,
    message: &'image str,
    layer: Option<u16>,
    owner: Option<OwnerRow<'image>>,
    reach: &'static str,
    chain: &'image [RootedPath],
    evidence: &'image [String],
    fix: Vec<String>,
    /// Bytes that removing the file reclaims.
    reclaimable: Option<u64>,
    /// `active`, `known` (in the baseline) or `ignored`.
    status: &'static str,
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

/// Writes the findings of all images as one JSON document, without a newline at its end.
///
/// # Errors
/// Never for these types; the signature is the encoder's.
pub fn audit_json(images: &[ReportedImage], unread: &[UnreadImage]) -> serde_json::Result<String> {
    serde_json::to_string_pretty(&Document {
        schema: "sodeb.audit/1",
        version: env!("CARGO_PKG_VERSION"),
        images: images.iter().map(image_row).collect(),
        unread: unread.iter().map(unread_row).collect(),
        not_checked: NOT_CHECKED,
    })
}

pub(super) fn unread_row(unread: &UnreadImage) -> UnreadRow<'_> {
    UnreadRow { name: &unread.name, error: &unread.cause }
}

pub(super) fn image_row(reported: &ReportedImage) -> ImageRow<'_> {
    let ReportedImage { name, image, audited, judged, release_from } = reported;
    let image = image.as_ref();
    let parts = image.and_then(|image| image.parts.as_ref());
    let layers: Vec<LayerRow<'_>> = audited.sizes.iter().map(|size| layer_row(size, parts)).collect();
    ImageRow {
        name,
        digest: image.map(|image| format!("sha256:{}", image.digest)),
        manifest: parts.and_then(|parts| parts.manifest).map(|digest| format!("sha256:{digest}")),
        platform: image.and_then(|image| image.platform.as_ref()).map(ToString::to_string),
        target: TargetRow::new(&audited.resolution.provenance, Some(release_from)),
        config: image.and_then(config_row),
        may_start_anything: audited.may_start_anything,
        files: audited.files,
        objects: audited.objects.len(),
        size: layers.iter().map(|layer| layer.size).sum(),
        layers,
        findings: judged.iter().map(|judged| finding_row(reported, judged)).collect(),
        summary: SummaryRow {
            error: reported.count(Severity::Error),
            warning: reported.count(Severity::Warning),
            note: reported.count(Severity::Note),
            known: reported.known(),
            ignored: reported.ignored(),
        },
    }
}

fn config_row(image: &ImageFacts) -> Option<ConfigRow<'_>> {
    let start = image.start.as_ref()?;
    Some(ConfigRow {
        entrypoint: &start.entrypoint,
        cmd: &start.cmd,
        user: &start.user,
        path: start.path.as_deref(),
        workdir: image.workdir.as_deref(),
        ld_library_path: image.ld_library_path.as_deref(),
    })
}

fn layer_row<'image>(size: &'image LayerSize, parts: Option<&'image ImageParts>) -> LayerRow<'image> {
    let part = parts.and_then(|parts| parts.layers.get(usize::from(size.layer)));
    LayerRow {
        layer: size.layer,
        diff_id: part.map(|part| format!("sha256:{}", part.diff_id)),
        created_by: part.and_then(|part| part.created_by.as_deref()),
        owners: size.owners.iter().map(owner_size_row).collect(),
        size: size.owners.iter().map(|(_, size)| size.bytes).sum(),
    }
}

fn owner_size_row((owner, size): &(Option<Owner>, OwnerSize)) -> OwnerSizeRow<'_> {
    let OwnerSize { files, objects, bytes } = *size;
    OwnerSizeRow { owner: owner.as_ref().map(owner_row), files, objects, size: bytes }
}

fn owner_row(owner: &Owner) -> OwnerRow<'_> {
    OwnerRow { kind: owner.kind.name(), name: &owner.name, version: owner.version.as_deref() }
}

fn finding_row<'image>(image: &'image ReportedImage, judged: &'image JudgedFinding) -> FindingRow<'image> {
    let Finding { rule, severity, path, subject, message, layer, owner, reach, chain, evidence, .. } =
        &judged.finding;
    let ignored = match &judged.status {
        FindingStatus::Active | FindingStatus::Known => None,
        FindingStatus::Ignored { reason, until } => {
            Some(IgnoredRow { reason, until: until.map(|day| day.to_string()) })
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
        evidence,
        fix: fixes(image, &judged.finding),
        reclaimable: Some(judged.finding.reclaimable_bytes).filter(|bytes| *bytes > 0),
        status: judged.status.name(),
        ignored,
    }
}
