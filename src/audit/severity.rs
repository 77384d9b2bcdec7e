//! Severity of a finding.

use crate::vocabulary::named;

named! {
    /// Severity of a finding, in ascending order.
    Severity("severity") {
        /// Nothing fails; worth knowing.
        Note = "note",
        /// Fails or is unsafe under circumstances that the image does not determine.
        Warning = "warning",
        /// Fails.
        Error = "error",
    }
}

impl Severity {
    /// Returns the next lower severity; a note stays a note.
    pub(super) fn lower(self) -> Self {
        match self {
            Self::Error => Self::Warning,
            Self::Warning | Self::Note => Self::Note,
        }
    }
}
