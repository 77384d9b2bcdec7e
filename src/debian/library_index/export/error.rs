//! Errors of an export.

use std::io;
use std::path::PathBuf;

use super::tables::ExportFormat;

/// Error while tables are written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The build does not have the format.
    #[error("cannot write {output}: this build of sodeb does not have the format {format}")]
    Unavailable {
        /// Output directory.
        output: PathBuf,
        /// Format that was chosen.
        format: ExportFormat,
    },
    /// Existing files would be lost.
    #[error("cannot write {output}: {cause}")]
    Refused {
        /// Output directory.
        output: PathBuf,
        /// Description of the existing files.
        cause: &'static str,
    },
    /// The system or the encoder of the format failed.
    #[error("cannot write {output}")]
    Write {
        /// Output directory.
        output: PathBuf,
        /// Cause.
        #[source]
        source: io::Error,
    },
}
