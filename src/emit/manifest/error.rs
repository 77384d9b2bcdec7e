//! Error of writing a manifest.

use super::fault::ManifestFault;
use super::format::ManifestFormat;

/// Error of writing a Plan in a format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot write {format}: {fault}")]
pub struct ManifestError {
    /// Format.
    pub format: ManifestFormat,
    /// Cause.
    pub fault: ManifestFault,
}

impl ManifestError {
    /// Returns advice for the user.
    pub fn hint(&self) -> Option<&'static str> {
        self.fault.hint()
    }
}
