//! Option of mmdebstrap(1) that installs the packages. It passes each name to apt unchanged, so that versions can be
//! pinned. Without packages the text is empty.

use super::ManifestFault;
use super::apt::pinned;
use crate::solve::plan::Plan;

pub(super) fn emit(plan: &Plan) -> Result<String, ManifestFault> {
    if plan.packages.is_empty() {
        return Ok(String::new());
    }
    let packages: Vec<String> = plan.packages.iter().map(pinned).collect();
    Ok(format!("--include={}\n", packages.join(",")))
}
