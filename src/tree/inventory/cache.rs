//! What was read of each .deb and of each layer of an image, kept in the cache by its digest, so that none is ever
//! read twice.
//!
//! A file is the postcard form of the value with the SHA-256 of that behind it, below a directory that is named for the
//! form: another version of this program that keeps something else uses another directory. One that is broken counts as
//! absent, and is written anew.

use std::fs;
use std::io;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Deb;
use super::layer::Layer;
use crate::support::digest::digest_of_bytes;
use crate::support::files::write_atomically;
use crate::vocabulary::Sha256Digest;

/// The length of the digest at a file's end.
const DIGEST_BYTES: usize = 32;

/// What is kept.
pub trait Cacheable: Serialize + DeserializeOwned {
    /// The directory for it in the cache.
    const DIR: &str;
    /// The number of the form; to be raised when the type, or what is read into it, changes.
    const FORM: &str;
}

impl Cacheable for Deb {
    const DIR: &str = "debs";
    const FORM: &str = "4";
}

impl Cacheable for Layer {
    const DIR: &str = "layers";
    const FORM: &str = "2";
}

/// The directory of what was read.
#[derive(Clone, Debug)]
pub struct DigestCache<Value> {
    directory: PathBuf,
    value: PhantomData<fn() -> Value>,
}

/// What was read of .debs.
pub type DebCache = DigestCache<Deb>;

/// What was read of layers.
pub type LayerCache = DigestCache<Layer>;

impl<Value: Cacheable> DigestCache<Value> {
    /// Those in a cache directory, which need not be there yet.
    pub fn new(cache_dir: &Path) -> Self {
        Self { directory: cache_dir.join(Value::DIR).join(Value::FORM), value: PhantomData }
    }

    /// What was read of the one with this digest, if it is kept and whole.
    pub fn get(&self, sha256: Sha256Digest) -> Option<Value> {
        let bytes = fs::read(self.path_of(sha256)).ok()?;
        let (value, digest) = bytes.split_at_checked(bytes.len().checked_sub(DIGEST_BYTES)?)?;
        if digest_of_bytes(value).0 != digest {
            return None;
        }
        postcard::from_bytes(value).ok()
    }

    /// Keeps what was read of the one with this digest.
    ///
    /// # Errors
    /// When it can't be written; what was kept before is then untouched.
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
