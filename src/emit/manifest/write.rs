//! Registry of the manifest formats.

use super::check::check_names;
use super::error::{ManifestError, ManifestFault};
use super::format::ManifestFormat;
use super::{
    apt, bazel_legacy, chisel, cyclonedx, dockerfile_apt, dockerfile_layer, dockerfile_sodeb, json,
    mmdebstrap, rules_distroless, rules_distroless_lock, rules_distroless_lock_v2, rules_distroless_module,
    rules_oci, spdx,
};
use crate::solve::plan::Plan;

/// Writes a Plan in a format. The text is complete: it ends with a newline if the format has one there.
///
/// # Errors
/// When the format cannot represent the Plan, or a name in the Plan is invalid.
pub fn manifest(plan: &Plan, format: ManifestFormat) -> Result<String, ManifestError> {
    let emit: fn(&Plan) -> Result<String, ManifestFault> = match format {
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
    check_names(plan).and_then(|()| emit(plan)).map_err(|fault| ManifestError { format, fault })
}
