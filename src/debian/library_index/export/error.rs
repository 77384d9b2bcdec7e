//! Errors of an export.

use std::path::PathBuf;

use super::tables::ExportFormat;
use crate::support::output::OutputError;

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
    /// The output cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
}
