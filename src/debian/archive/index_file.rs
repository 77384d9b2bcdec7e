//! Index file in the cache.

use std::io::Read;
use std::path::PathBuf;

use jiff::Timestamp;

use super::error::ArchiveError;
use super::reader::open_index;
use crate::vocabulary::Sha256Digest;

/// Complete index file in the cache, with a verified digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexFile {
    /// Suite, such as `bookworm-security`.
    pub suite: String,
    /// Component; none if one file covers all of them (Ubuntu's Contents).
    pub component: Option<String>,
    /// Path below the suite, such as `main/Contents-amd64.gz`.
    pub file: String,
    /// Date of the Release file that lists it.
    pub date: Timestamp,
    /// Digest of the compressed file.
    pub sha256: Sha256Digest,
    /// True if the signed Release of that date lists this digest.
    pub verified: bool,
    pub(super) path: PathBuf,
    pub(super) size_limit_bytes: u64,
}

impl IndexFile {
    /// Opens the decompressed file. The reader fails if the file is truncated, broken, or larger than the signed
    /// Release lists.
    ///
    /// # Errors
    /// If the file cannot be opened.
    pub fn open(&self) -> Result<impl Read + Send + use<>, ArchiveError> {
        open_index(&self.path, &self.file, self.size_limit_bytes).map_err(|source| ArchiveError::Open {
            suite: self.suite.clone(),
            file: self.file.clone(),
            path: self.path.clone(),
            source,
        })
    }
}
