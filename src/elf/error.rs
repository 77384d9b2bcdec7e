//! Errors of reading an ELF file.

use std::io;

/// Reason why a file with ELF's magic has no facts.
#[derive(Debug, thiserror::Error)]
pub enum ElfError {
    /// The file cannot be read.
    #[error("cannot read the file")]
    Io(#[from] io::Error),
    /// The linker would not accept the header.
    #[error("invalid ELF header: {0}")]
    Header(&'static str),
    /// A table lies outside the file or the loaded segments, or is larger than any real one.
    #[error("malformed ELF file: {0}")]
    Malformed(&'static str),
}
