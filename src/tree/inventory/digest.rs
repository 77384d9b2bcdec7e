//! Digests of a tree and of its files.

use std::io;

use bstr::BString;
use sha2::{Digest, Sha256};

use super::entry::EntryKind;
use super::listing::Inventory;
use crate::support::digest::digest_of;
use crate::vocabulary::Sha256Digest;

impl Inventory {
    /// Returns the digest over the paths, kinds and link targets of all entries, and over the content of the files in
    /// `read` (paths without a leading slash, sorted). The tree may be a whole machine, where a result depends on a few
    /// hundred files.
    ///
    /// # Errors
    /// If one of those files cannot be read.
    pub fn digest(&self, read: &[BString]) -> io::Result<Sha256Digest> {
        let mut hasher = Sha256::new();
        // Each field ends with a byte that no path contains.
        let mut field = |bytes: &[u8]| {
            hasher.update(bytes);
            hasher.update(b"\0");
        };
        for entry in self.entries() {
            field(&entry.path);
            match &entry.kind {
                EntryKind::Directory(_) => field(b"directory"),
                EntryKind::Symlink(target) => {
                    field(b"link");
                    field(target);
                }
                EntryKind::Special => field(b"special"),
                EntryKind::File(_) => {
                    field(b"file");
                    if read.binary_search(&entry.path).is_ok() {
                        field(&digest_of(self.files().open(&entry.path)?)?.0);
                    }
                }
            }
        }
        Ok(Sha256Digest(hasher.finalize().into()))
    }

    /// Returns the digest of the regular file at `path` (without a leading slash). `None` for anything else, and for a
    /// file that cannot be read or belongs to a tree that was read as a stream.
    pub fn file_digest(&self, path: impl AsRef<[u8]>) -> Option<Sha256Digest> {
        let entry = self.get(path).filter(|entry| entry.is_file())?;
        digest_of(self.files().open(&entry.path).ok()?).ok()
    }
}
