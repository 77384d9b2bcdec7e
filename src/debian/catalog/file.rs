//! Catalog file in memory: read in place, by `sodeb index`, from the program or from the cache.

use std::borrow::Cow;
use std::ops::Range;

use super::CatalogError;
use super::format::bytes::Malformed;
use super::format::container::Sections;
use super::format::metadata::{
    DEPENDENCIES, DIGEST_BYTES, DIGESTS, DIRECTORIES, LIBRARIES, METADATA, Metadata, PACKAGES, TARGET_LIMIT,
};
use super::format::table::Table;
use crate::vocabulary::Sha256Digest;

/// Catalog file in memory.
pub struct CatalogFile {
    name: String,
    pub(super) bytes: Cow<'static, [u8]>,
    pub(super) metadata: Metadata,
    pub(super) directories: Table,
    pub(super) libraries: Table,
    pub(super) packages: Table,
    digests: Range<usize>,
    pub(super) dependencies: Option<Table>,
}

impl CatalogFile {
    /// Opens the bytes of a file; errors refer to it as `name`.
    ///
    /// # Errors
    /// If they are not a catalog in the format of this version.
    pub fn open(name: impl Into<String>, bytes: impl Into<Cow<'static, [u8]>>) -> Result<Self, CatalogError> {
        let (name, bytes) = (name.into(), bytes.into());
        Self::read(&name, bytes).map_err(|malformed| broken(&name, malformed))
    }

    fn read(name: &str, bytes: Cow<'static, [u8]>) -> Result<Self, Malformed> {
        let sections = Sections::read(&bytes)?;
        let metadata: Metadata = serde_json::from_slice(&bytes[sections.required(METADATA)?])
            .map_err(|_| Malformed("its metadata is malformed"))?;
        if metadata.targets.len() > TARGET_LIMIT {
            return Err(Malformed("it has too many targets"));
        }
        Ok(Self {
            directories: Table::open(&bytes, sections.required(DIRECTORIES)?)?,
            libraries: Table::open(&bytes, sections.required(LIBRARIES)?)?,
            packages: Table::open(&bytes, sections.required(PACKAGES)?)?,
            digests: sections.required(DIGESTS)?,
            dependencies: sections
                .optional(DEPENDENCIES)
                .map(|section| Table::open(&bytes, section))
                .transpose()?,
            name: name.to_owned(),
            metadata,
            bytes,
        })
    }

    /// Returns the size of the file in bytes.
    pub fn size_bytes(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Returns a word of the metadata.
    pub(super) fn word(&self, number: u64) -> Result<&str, Malformed> {
        let word = usize::try_from(number).ok().and_then(|number| self.metadata.words.get(number));
        word.map(String::as_str).ok_or(Malformed("a word is missing"))
    }

    /// Returns a digest of the section `digests`.
    pub(super) fn digest(&self, number: u64) -> Result<Sha256Digest, Malformed> {
        let digests = self.bytes[self.digests.clone()].chunks_exact(DIGEST_BYTES);
        let digest = usize::try_from(number).ok().and_then(|number| digests.clone().nth(number));
        let digest = digest.and_then(|bytes| bytes.try_into().ok());
        digest.map(Sha256Digest).ok_or(Malformed("a digest is missing"))
    }

    /// Error that the file is broken.
    pub(super) fn broken(&self, malformed: Malformed) -> CatalogError {
        broken(&self.name, malformed)
    }
}

fn broken(name: &str, Malformed(cause): Malformed) -> CatalogError {
    CatalogError::Broken { catalog: name.to_owned(), cause: cause.to_owned() }
}
