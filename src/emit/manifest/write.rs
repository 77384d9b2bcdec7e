//! Writing of a Plan in a manifest format.

use super::check::check_names;
use super::error::ManifestError;
use super::format::ManifestFormat;
use crate::solve::plan::Plan;

/// Writes a Plan in a format. The text is complete: it ends with a newline if the format has one there.
///
/// # Errors
/// When the format cannot represent the Plan, or a name in the Plan is invalid.
pub fn manifest(plan: &Plan, format: ManifestFormat) -> Result<String, ManifestError> {
    let text = check_names(plan).and_then(|()| format.emitter()(plan));
    text.map_err(|fault| ManifestError { format, fault })
}
