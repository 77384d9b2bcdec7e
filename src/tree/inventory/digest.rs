//! The digest of a tree: of the names, kinds and link targets of all its entries, and of the content of some of its
//! files. A base may be a whole machine, of which an answer depends on a few hundred files.

use std::fs::File;
use std::io;

use bstr::{BString, ByteSlice};
use sha2::{Digest, Sha256};

use super::{EntryKind, Inventory};
use crate::support::digest::digest_of;
use crate::vocabulary::Sha256Digest;

impl Inventory {
    /// The digest of all entries and of the content of those at `read` (paths without a leading slash, sorted).
    ///
    /// # Errors
    /// When one of those can't be read.
    pub fn digest(&self, read: &[BString]) -> io::Result<Sha256Digest> {
        let mut hasher = Sha256::new();
        // Each field ends with a byte that no path has in it.
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
                EntryKind::File(content) => {
                    field(b"file");
                    let is_read = read.binary_search(&entry.path).is_ok();
                    if let Some((top, _)) = content.top.as_deref().filter(|_| is_read) {
                        field(&digest_of(File::open(top.join(entry.path.to_os_str_lossy()))?)?.0);
                    }
                }
            }
        }
        Ok(Sha256Digest(hasher.finalize().into()))
    }

    /// The digest of the content of the regular file at `path` (without a leading slash); none for anything else,
    /// and for a file that can't be read or whose place on the host is not known any more.
    pub fn file_digest(&self, path: impl AsRef<[u8]>) -> Option<Sha256Digest> {
        let entry = self.get(path)?;
        let EntryKind::File(content) = &entry.kind else { return None };
        let (top, _) = content.top.as_deref()?;
        digest_of(File::open(top.join(entry.path.to_os_str_lossy())).ok()?).ok()
    }
}
