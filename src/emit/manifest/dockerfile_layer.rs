//! Dockerfile that adds an existing layer: ADD unpacks an archive in the build context.

use super::ManifestFault;
use super::dockerfile::{base, head};
use crate::solve::plan::Plan;

pub(super) fn emit(plan: &Plan) -> Result<String, ManifestFault> {
    let mut text = head(plan, "adds an existing layer.");
    let root = if plan.base.is_some() { " --base ROOT" } else { "" };
    text += &format!("# Create the layer first:\n#   sodeb layer sodeb.lock{root} -o layer.tar\n");
    text += &format!("FROM {}\nADD layer.tar /\n", base(plan));
    Ok(text)
}
