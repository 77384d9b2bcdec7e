//! Digests of a tree and of its files, and symbols of its objects, which are read when they are requested.

use std::io;

use super::listing::Inventory;
use crate::elf::{UndefinedName, undefined_symbols};
use crate::support::digest::digest_of;
use crate::vocabulary::Sha256Digest;

impl Inventory {
    /// Returns the digest of the content of a file, by its path without a leading slash.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn content_digest(&self, path: &[u8]) -> io::Result<Sha256Digest> {
        digest_of(self.files().open(path)?)
    }

    /// Returns the undefined symbols of the object at `path` (without a leading slash). `None` if the file cannot be read
    /// or belongs to a tree that was read as a stream.
    pub fn undefined_symbols(&self, path: impl AsRef<[u8]>) -> Option<Vec<UndefinedName>> {
        let entry = self.get(path).filter(|entry| entry.is_file())?;
        undefined_symbols(&*self.files().open(&entry.path).ok()?).ok()
    }

    /// Returns the digest of the regular file at `path` (without a leading slash). `None` for anything else, and for a
    /// file that cannot be read or belongs to a tree that was read as a stream.
    pub fn file_digest(&self, path: impl AsRef<[u8]>) -> Option<Sha256Digest> {
        let entry = self.get(path).filter(|entry| entry.is_file())?;
        digest_of(self.files().open(&entry.path).ok()?).ok()
    }
}
