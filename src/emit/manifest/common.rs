//! Helpers that several formats share.

use crate::debian::distributions::full_name;
use crate::solve::plan::{LinkOrigin, Plan, PlannedPackage, TakenFile, TakenKind};
use crate::vocabulary::Architecture;

/// Describes a Plan: release, architecture, and date of the index.
pub(super) fn summary(plan: &Plan) -> String {
    let target = &plan.provenance.target;
    let release = full_name(target.distribution, &target.release);
    let architecture = target.architecture;
    match plan.provenance.date {
        Some(date) => format!("{release} {architecture}, index of {date}"),
        None => format!("{release} {architecture}"),
    }
}

/// Lists the links that update-alternatives creates. No package contains them, so that a format with whole packages has
/// to create them.
pub(super) fn alternatives(plan: &Plan) -> impl Iterator<Item = (&TakenFile, &[u8])> {
    plan.packages.iter().flat_map(alternatives_of)
}

/// Lists the links that update-alternatives creates for one package.
pub(super) fn alternatives_of(planned: &PlannedPackage) -> impl Iterator<Item = (&TakenFile, &[u8])> {
    planned.files.iter().filter_map(|file| match &file.kind {
        TakenKind::Link { target, origin: LinkOrigin::Alternatives } => Some((file, target.as_slice())),
        TakenKind::Link { origin: LinkOrigin::Package, .. } | TakenKind::File { .. } => None,
    })
}

/// Returns the name of an architecture in images (GOARCH, <https://go.dev/doc/install/source#environment>), and its
/// variant.
pub(super) fn image_architecture(architecture: Architecture) -> (&'static str, Option<&'static str>) {
    match architecture {
        Architecture::Amd64 => ("amd64", None),
        Architecture::Arm64 => ("arm64", None),
        Architecture::Armhf => ("arm", Some("v7")),
        Architecture::Armel => ("arm", Some("v5")),
        Architecture::I386 => ("386", None),
        Architecture::Mips64el => ("mips64le", None),
        Architecture::Ppc64el => ("ppc64le", None),
        Architecture::Riscv64 => ("riscv64", None),
        Architecture::S390x => ("s390x", None),
        Architecture::Loong64 => ("loong64", None),
    }
}

/// Converts a codename or a suite to the name of a Bazel repository or rule.
pub(super) fn identifier(word: &str) -> String {
    let sign = |character: char| if character.is_ascii_alphanumeric() { character } else { '_' };
    let name: String = word.chars().map(sign).collect();
    if name.starts_with(|first: char| first.is_ascii_alphabetic()) { name } else { format!("debian_{name}") }
}
