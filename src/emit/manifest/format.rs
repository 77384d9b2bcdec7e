//! Names of the manifest formats.

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
