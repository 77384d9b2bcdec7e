//! What was read of each .deb and of each layer of an image, kept in the cache by its digest, so that none is ever
//! read twice.
//!
//! A file is the postcard form of the value with the SHA-256 of that behind it, below a folder that is named for the
//! form: another version of this program that keeps something else uses another folder. One that is broken counts as
//! absent, and is written anew.

use std::fs;
use std::io;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Deb;
use super::layer::Layer;
use crate::storage::{digest_of_bytes, write_whole};
use crate::vocabulary::Sha256Digest;

/// The length of the digest at a file's end.
const DIGEST_BYTES: usize = 32;

/// What is kept.
pub trait Kept: Serialize + DeserializeOwned {
    /// The folder for it in the cache.
    const FOLDER: &str;
    /// The number of the form; to be raised when the type, or what is read into it, changes.
    const FORM: &str;
}

impl Kept for Deb {
    const FOLDER: &str = "debs";
    const FORM: &str = "4";
}

impl Kept for Layer {
    const FOLDER: &str = "layers";
    const FORM: &str = "2";
}

/// The folder of what was read.
#[derive(Clone, Debug)]
pub struct Stored<Value> {
    folder: PathBuf,
    value: PhantomData<fn() -> Value>,
}

/// What was read of .debs.
pub type StoredDebs = Stored<Deb>;

/// What was read of layers.
pub type StoredLayers = Stored<Layer>;

impl<Value: Kept> Stored<Value> {
    /// Those in a cache folder, which need not be there yet.
    pub fn new(cache_dir: &Path) -> Self {
        Self { folder: cache_dir.join(Value::FOLDER).join(Value::FORM), value: PhantomData }
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
        fs::create_dir_all(&self.folder)?;
        write_whole(&self.path_of(sha256), &bytes)
    }

    fn path_of(&self, sha256: Sha256Digest) -> PathBuf {
        self.folder.join(sha256.to_string())
    }
}
