//! JSON encoders.

use serde::Serialize;

use super::ManifestFault;

/// Encodes a document, indented by blanks, with a newline at its end.
pub(super) fn indented(document: &impl Serialize) -> Result<String, ManifestFault> {
    let text = serde_json::to_string_pretty(document).map_err(fault)?;
    Ok(text + "\n")
}

/// Encodes a document as Bazel's `json.encode_indent` does: indented by tabs, without a newline at its end.
pub(super) fn tab_indented(document: &impl Serialize) -> Result<String, ManifestFault> {
    let mut bytes = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b"\t");
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
    document.serialize(&mut serializer).map_err(fault)?;
    String::from_utf8(bytes).map_err(|error| ManifestFault::Encoder(error.to_string()))
}

fn fault(error: serde_json::Error) -> ManifestFault {
    ManifestFault::Encoder(error.to_string())
}
