//! Errors of an export.

use std::io;
use std::path::PathBuf;

/// Error while tables are written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
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
