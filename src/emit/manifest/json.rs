//! The whole Plan as JSON, schema sodeb.manifest/1, and how documents are encoded.

use serde::Serialize;

use super::ManifestFault;
use crate::emit::rows::PlanRow;
use crate::solve::plan::Plan;

#[derive(Serialize)]
struct Document<'plan> {
    schema: &'static str,
    #[serde(flatten)]
    plan: PlanRow<'plan>,
}

pub(super) fn emit(plan: &Plan) -> Result<String, ManifestFault> {
    indented(&Document { schema: "sodeb.manifest/1", plan: PlanRow::new(plan, None) })
}

/// A document indented by blanks, with a newline at its end.
pub(super) fn indented(document: &impl Serialize) -> Result<String, ManifestFault> {
    let text = serde_json::to_string_pretty(document).map_err(not_encoded)?;
    Ok(text + "\n")
}

/// A document as Bazel's `json.encode_indent` writes it: indented by tabs, no newline at its end.
pub(super) fn tab_indented(document: &impl Serialize) -> Result<String, ManifestFault> {
    let mut bytes = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b"\t");
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
    document.serialize(&mut serializer).map_err(not_encoded)?;
    String::from_utf8(bytes).map_err(|error| ManifestFault::Encoder(error.to_string()))
}

fn not_encoded(error: serde_json::Error) -> ManifestFault {
    ManifestFault::Encoder(error.to_string())
}
