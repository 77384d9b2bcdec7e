//! Cache of .debs and image layers that were read, by their digests, so that none is read twice.
//!
//! A file holds the value in postcard's format, followed by the SHA-256 of that. Its directory is named for the version of
//! the format, so a version of this program with another format uses another directory. A broken file counts as absent and
//! is written again.

use std::fs;
use std::io;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::deb::Deb;
use super::layer::ReadLayer;
use crate::support::digest::digest_of_bytes;
use crate::support::files::write_atomically;
use crate::vocabulary::Sha256Digest;

/// Length of the digest at the end of a file.
const DIGEST_BYTES: usize = 32;

/// Value that is kept in the cache.
pub trait Cacheable: Serialize + DeserializeOwned {
    /// Name of the directory in the cache.
    const DIR: &str;
    /// Version of the format; to be raised when the type, or what is read into it, changes.
    const VERSION: &str;
}

impl Cacheable for Deb {
    const DIR: &str = "debs";
    const VERSION: &str = "6";
}

impl Cacheable for ReadLayer {
    const DIR: &str = "layers";
    const VERSION: &str = "6";
}

/// Directory of values by digest.
#[derive(Clone, Debug)]
pub struct DigestCache<Value> {
    directory: PathBuf,
    value: PhantomData<fn() -> Value>,
}

/// Cache of .debs.
pub type DebCache = DigestCache<Deb>;

/// Cache of layers.
pub type LayerCache = DigestCache<ReadLayer>;

impl<Value: Cacheable> DigestCache<Value> {
    /// Uses a cache directory, which need not exist yet.
    pub fn new(cache_dir: &Path) -> Self {
        Self { directory: cache_dir.join(Value::DIR).join(Value::VERSION), value: PhantomData }
    }

    /// Returns the value for a digest, if it is cached and intact.
    pub fn get(&self, sha256: Sha256Digest) -> Option<Value> {
        let bytes = fs::read(self.path_of(sha256)).ok()?;
        let (value, digest) = bytes.split_at_checked(bytes.len().checked_sub(DIGEST_BYTES)?)?;
        if digest_of_bytes(value).0 != digest {
            return None;
        }
        postcard::from_bytes(value).ok()
    }

    /// Writes the value for a digest.
    ///
    /// # Errors
    /// If it cannot be written; an existing value is then unchanged.
    pub fn put(&self, sha256: Sha256Digest, value: &Value) -> io::Result<()> {
        let mut bytes = postcard::to_stdvec(value).map_err(io::Error::other)?;
        bytes.extend(digest_of_bytes(&bytes).0);
        fs::create_dir_all(&self.directory)?;
        write_atomically(&self.path_of(sha256), &bytes)
    }

    fn path_of(&self, sha256: Sha256Digest) -> PathBuf {
        self.directory.join(sha256.to_string())
    }
}
