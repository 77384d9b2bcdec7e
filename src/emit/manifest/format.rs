//! Registry of the manifest formats: the name of each, and the function that writes it.

use super::fault::ManifestFault;
use super::{
    apt, bazel_legacy, chisel, cyclonedx, dockerfile_apt, dockerfile_layer, dockerfile_sodeb, json,
    mmdebstrap, rules_distroless, rules_distroless_lock, rules_distroless_lock_v2, rules_distroless_module,
    rules_oci, spdx,
};
use crate::solve::plan::Plan;
use crate::vocabulary::named;

named! {
    /// Format of a manifest.
    ManifestFormat("manifest format") {
        /// YAML manifest of rules_distroless up to 0.8.
        RulesDistroless = "rules-distroless",
        /// Lock of rules_distroless up to 0.8.
        RulesDistrolessLock = "rules-distroless-lock",
        /// Section of MODULE.bazel for rules_distroless from 0.9 on.
        RulesDistrolessModule = "rules-distroless-module",
        /// Lock of rules_distroless from 0.9 on.
        RulesDistrolessLockV2 = "rules-distroless-lock-v2",
        /// BUILD file for rules_oci, with the packages of rules_distroless.
        RulesOci = "rules-oci",
        /// WORKSPACE and BUILD for rules_docker, with deb_packages of the old rules_pkg.
        BazelLegacy = "bazel-legacy",
        /// Dockerfile that copies the planned files from packages that apt-get downloads.
        DockerfileApt = "dockerfile-apt",
        /// Dockerfile that runs sodeb.
        DockerfileSodeb = "dockerfile-sodeb",
        /// Dockerfile that adds an existing layer.
        DockerfileLayer = "dockerfile-layer",
        /// `name=version`, one a line.
        Apt = "apt",
        /// Option `--include` of mmdebstrap.
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

impl ManifestFormat {
    /// Returns the function that writes the format.
    pub(super) fn emitter(self) -> fn(&Plan) -> Result<String, ManifestFault> {
        match self {
            Self::RulesDistroless => rules_distroless::emit,
            Self::RulesDistrolessLock => rules_distroless_lock::emit,
            Self::RulesDistrolessModule => rules_distroless_module::emit,
            Self::RulesDistrolessLockV2 => rules_distroless_lock_v2::emit,
            Self::RulesOci => rules_oci::emit,
            Self::BazelLegacy => bazel_legacy::emit,
            Self::DockerfileApt => dockerfile_apt::emit,
            Self::DockerfileSodeb => dockerfile_sodeb::emit,
            Self::DockerfileLayer => dockerfile_layer::emit,
            Self::Apt => apt::emit,
            Self::Mmdebstrap => mmdebstrap::emit,
            Self::Chisel => chisel::emit,
            Self::Spdx => spdx::emit,
            Self::CycloneDx => cyclonedx::emit,
            Self::Json => json::emit,
        }
    }
}
