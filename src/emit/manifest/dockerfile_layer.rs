//! A Dockerfile that adds a layer which was made before: ADD unpacks an archive that lies beside it.

use super::ManifestFault;
use super::dockerfile::{base, head};
use crate::solve::plan::Plan;

pub(super) fn emit(plan: &Plan) -> Result<String, ManifestFault> {
    let mut text = head(plan, "a layer made before.");
    let root = if plan.base.is_some() { " --base ROOT" } else { "" };
    text += &format!("# The layer:\n#   sodeb layer sodeb.lock{root} -o layer.tar\n");
    text += &format!("FROM {}\nADD layer.tar /\n", base(plan));
    Ok(text)
}
