//! Packages as arguments of apt, `name=version` (apt-get(8)), one a line.

use super::ManifestFault;
use crate::solve::plan::{Plan, PlannedPackage};

pub(super) fn emit(plan: &Plan) -> Result<String, ManifestFault> {
    Ok(plan.packages.iter().map(|planned| pinned(planned) + "\n").collect())
}

/// Writes a package with its version.
pub(super) fn pinned(planned: &PlannedPackage) -> String {
    format!("{}={}", planned.package.name, planned.package.version)
}
