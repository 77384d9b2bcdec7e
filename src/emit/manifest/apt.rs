//! The packages as apt takes them on its command line, `name=version` (apt-get(8)), one a line.

use super::ManifestFault;
use crate::solve::plan::{Plan, PlannedPackage};

pub(super) fn emit(plan: &Plan) -> Result<String, ManifestFault> {
    Ok(plan.packages.iter().map(|planned| pinned(planned) + "\n").collect())
}

/// A package in just this version.
pub(super) fn pinned(planned: &PlannedPackage) -> String {
    format!("{}={}", planned.package.name, planned.package.version)
}
