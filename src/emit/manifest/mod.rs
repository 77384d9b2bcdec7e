//! Manifests: a Plan in the words of other tools. Each format is one text in a file of its own here, a pure function
//! of the Plan: no clock, no random number, so that the same Plan gives the same bytes everywhere.
//!
//! What a Plan holds may come from a lock that somebody sent. Names, versions and suites are compared with what they
//! may be before anything is written ([`check`]); all other text, paths above all, goes through [`quote`]. A format
//! that can't say what the Plan holds refuses to be written ([`ManifestFault`]), rather than say something else.

mod apt;
mod bazel_legacy;
mod check;
mod chisel;
mod closure;
mod cyclonedx;
mod dockerfile;
mod dockerfile_apt;
mod dockerfile_layer;
mod dockerfile_sodeb;
mod error;
mod identity;
mod json;
mod mmdebstrap;
mod purl;
pub(super) mod quote;
mod rules_distroless;
mod rules_distroless_lock;
mod rules_distroless_lock_v2;
mod rules_distroless_module;
mod rules_oci;
mod sources;
mod spdx;
mod words;

#[cfg(test)]
mod sample;

pub use error::{ManifestError, ManifestFault};

use crate::solve::plan::Plan;
use crate::vocabulary::named;

named! {
    /// What a manifest is written for.
    ManifestFormat("manifest format") {
        /// The YAML manifest of rules_distroless up to 0.8.
        RulesDistroless = "rules-distroless",
        /// The lock of rules_distroless up to 0.8.
        RulesDistrolessLock = "rules-distroless-lock",
        /// The part of MODULE.bazel for rules_distroless from 0.9 on.
        RulesDistrolessModule = "rules-distroless-module",
        /// The lock of rules_distroless from 0.9 on.
        RulesDistrolessLockV2 = "rules-distroless-lock-v2",
        /// A BUILD file for rules_oci, with the packages of rules_distroless.
        RulesOci = "rules-oci",
        /// WORKSPACE and BUILD for rules_docker, with deb_packages of the old rules_pkg.
        BazelLegacy = "bazel-legacy",
        /// A Dockerfile that takes the planned files out of packages which apt-get downloads.
        DockerfileApt = "dockerfile-apt",
        /// A Dockerfile that runs sodeb.
        DockerfileSodeb = "dockerfile-sodeb",
        /// A Dockerfile that adds a layer made before.
        DockerfileLayer = "dockerfile-layer",
        /// `name=version` a line.
        Apt = "apt",
        /// The option `--include` of mmdebstrap.
        Mmdebstrap = "mmdebstrap",
        /// Slice definitions for chisel.
        Chisel = "chisel",
        /// SPDX 2.3 as JSON.
        Spdx = "spdx",
        /// CycloneDX 1.6 as JSON.
        CycloneDx = "cyclonedx",
        /// The whole Plan as JSON, schema sodeb.manifest/1.
        Json = "json",
    }
}

/// The Plan in one format, as it is to be written: the end of the last line is part of it where there is one.
///
/// # Errors
/// When the format can't say what the Plan holds, or the Plan holds words that are no names.
pub fn manifest(plan: &Plan, format: ManifestFormat) -> Result<String, ManifestError> {
    let emit = match format {
        ManifestFormat::RulesDistroless => rules_distroless::emit,
        ManifestFormat::RulesDistrolessLock => rules_distroless_lock::emit,
        ManifestFormat::RulesDistrolessModule => rules_distroless_module::emit,
        ManifestFormat::RulesDistrolessLockV2 => rules_distroless_lock_v2::emit,
        ManifestFormat::RulesOci => rules_oci::emit,
        ManifestFormat::BazelLegacy => bazel_legacy::emit,
        ManifestFormat::DockerfileApt => dockerfile_apt::emit,
        ManifestFormat::DockerfileSodeb => dockerfile_sodeb::emit,
        ManifestFormat::DockerfileLayer => dockerfile_layer::emit,
        ManifestFormat::Apt => apt::emit,
        ManifestFormat::Mmdebstrap => mmdebstrap::emit,
        ManifestFormat::Chisel => chisel::emit,
        ManifestFormat::Spdx => spdx::emit,
        ManifestFormat::CycloneDx => cyclonedx::emit,
        ManifestFormat::Json => json::emit,
    };
    let emit: fn(&Plan) -> Result<String, ManifestFault> = emit;
    check::words(plan).and_then(|()| emit(plan)).map_err(|fault| ManifestError { format, fault })
}

#[cfg(test)]
mod tests;
