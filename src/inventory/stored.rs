//! What was read of each .deb, kept in the cache by the .deb's digest, so that none is ever read twice.
//!
//! A file is the postcard form of a [`Deb`] with the SHA-256 of that behind it, below a folder that is named for
//! the form: another version of this program that keeps something else uses another folder. One that is broken
//! counts as absent, and is written anew.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Deb;
use crate::storage::{digest_of_bytes, write_whole};
use crate::vocabulary::Sha256Digest;

/// The number of the form; to be raised when [`Deb`], or what is read into it, changes.
const FORM: &str = "2";

/// The length of the digest at a file's end.
const DIGEST_BYTES: usize = 32;

/// The folder of what was read.
#[derive(Clone, Debug)]
pub struct StoredDebs {
    folder: PathBuf,
}

impl StoredDebs {
    /// Those in a cache folder, which need not be there yet.
    pub fn new(cache_dir: &Path) -> Self {
        Self { folder: cache_dir.join("debs").join(FORM) }
    }

    /// What was read of the .deb with this digest, if it is kept and whole.
    pub fn get(&self, sha256: Sha256Digest) -> Option<Deb> {
        let bytes = fs::read(self.path_of(sha256)).ok()?;
        let (deb, digest) = bytes.split_at_checked(bytes.len().checked_sub(DIGEST_BYTES)?)?;
        if digest_of_bytes(deb).0 != digest {
            return None;
        }
        postcard::from_bytes(deb).ok()
    }

    /// Keeps what was read of the .deb with this digest.
    ///
    /// # Errors
    /// When it can't be written; what was kept before is then untouched.
    pub fn put(&self, sha256: Sha256Digest, deb: &Deb) -> io::Result<()> {
        let mut bytes = postcard::to_stdvec(deb).map_err(io::Error::other)?;
        bytes.extend(digest_of_bytes(&bytes).0);
        fs::create_dir_all(&self.folder)?;
        write_whole(&self.path_of(sha256), &bytes)
    }

    fn path_of(&self, sha256: Sha256Digest) -> PathBuf {
        self.folder.join(sha256.to_string())
    }
}
