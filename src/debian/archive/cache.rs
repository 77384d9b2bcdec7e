//! What was fetched before, in a directory that several processes may share.
//!
//! Layout, below `<cache directory>/archive`:
//!
//! | path | holds |
//! |---|---|
//! | `sha256/<digest>` | whole files by the digest of their content |
//! | `partial/<digest>` | the beginning of a file, where a transfer broke off; never taken for whole |
//! | `releases/<distribution>-<suite>.json` | which InRelease was the last good one, and from where |
//! | `contents/<distribution>-<suite>-<file>.json` | which Contents was the last one to match its Release |
//! | `lock` | locked by the process that is updating |
//!
//! **Invariant:** a file gets its name only when it is whole, by a rename; so a reader needs no lock, and a
//! process that is killed or a disk that is full leaves the last state as it was. Nothing is forced to the
//! disk: a file that a crash of the machine broke is found by its digest, which is checked each time before
//! a file is handed out, and is fetched again.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tempfile::NamedTempFile;

use crate::support::digest::{digest_of, digest_of_bytes};
use crate::support::files::write_atomically;
use crate::support::progress::Progress;
use crate::vocabulary::Sha256Digest;

/// The cache could not be used.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// A file or directory could not be written.
    #[error("cannot write {path} in the cache")]
    Write {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file could not be read.
    #[error("cannot read {path} in the cache")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// The cache's directory.
#[derive(Debug)]
pub(super) struct Cache {
    root: PathBuf,
    /// The files that threads of this process are fetching: two suites may list the same one, an empty
    /// Contents say, and only one thread may write its beginning.
    under_way: Mutex<HashMap<Sha256Digest, Arc<Mutex<()>>>>,
}

/// A file that is on its way.
#[derive(Debug)]
pub(super) struct Partial {
    pub(super) file: File,
    pub(super) path: PathBuf,
}

impl Cache {
    pub(super) fn new(cache_dir: &Path) -> Self {
        Self { root: cache_dir.join("archive"), under_way: Mutex::default() }
    }

    /// To be locked by a thread while it looks for a file and fetches it.
    pub(super) fn under_way(&self, digest: Sha256Digest) -> Arc<Mutex<()>> {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(under_way.entry(digest).or_default())
    }

    /// Runs `update` while no other process or thread updates.
    pub(super) fn exclusively<T, E: From<CacheError>>(
        &self,
        progress: &dyn Progress,
        update: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        let path = made(self.root.clone())?.join("lock");
        let unwritable = |source| CacheError::Write { path: path.clone(), source };
        let file = OpenOptions::new().create(true).append(true).open(&path).map_err(unwritable)?;
        let mut lock = fd_lock::RwLock::new(file);
        // Asked first, so that only a wait that happens is shown.
        let busy = lock.try_write().is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock);
        let waiting = busy.then(|| progress.task("waiting for another process that updates", None));
        let _guard = lock.write().map_err(unwritable)?;
        drop(waiting);
        update()
    }

    /// The file with this digest, if it is there and whole.
    pub(super) fn find(&self, digest: Sha256Digest) -> Result<Option<PathBuf>, CacheError> {
        let path = self.path_of(digest);
        let unreadable = |source| CacheError::Read { path: path.clone(), source };
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreadable(error)),
        };
        Ok((digest_of(file).map_err(unreadable)? == digest).then_some(path))
    }

    /// The bytes of a small file with this digest, if it is there and whole.
    pub(super) fn read(&self, digest: Sha256Digest) -> Result<Option<Vec<u8>>, CacheError> {
        let path = self.path_of(digest);
        match fs::read(&path) {
            Ok(bytes) if digest_of_bytes(&bytes) == digest => Ok(Some(bytes)),
            Ok(_) => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(CacheError::Read { path, source }),
        }
    }

    /// Keeps a small file under its digest.
    pub(super) fn keep_bytes(&self, bytes: &[u8]) -> Result<Sha256Digest, CacheError> {
        let digest = digest_of_bytes(bytes);
        self.directory("sha256")?;
        let path = self.path_of(digest);
        match write_atomically(&path, bytes) {
            Ok(()) => Ok(digest),
            Err(source) => Err(CacheError::Write { path, source }),
        }
    }

    /// What there is of the file with this digest. Only one process at a time asks, see
    /// [`Cache::exclusively`].
    pub(super) fn partial(&self, digest: Sha256Digest) -> Result<Partial, CacheError> {
        let path = self.directory("partial")?.join(digest.to_string());
        let opened = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&path);
        match opened {
            Ok(file) => Ok(Partial { file, path }),
            Err(source) => Err(CacheError::Write { path, source }),
        }
    }

    /// A file whose digest is not known yet; it vanishes unless it is kept.
    pub(super) fn temporary(&self) -> Result<NamedTempFile, CacheError> {
        let directory = self.directory("partial")?;
        NamedTempFile::new_in(&directory).map_err(|source| CacheError::Write { path: directory, source })
    }

    /// Gives a whole file its name. The digest must be that of its content.
    pub(super) fn keep(&self, file: &Path, digest: Sha256Digest) -> Result<PathBuf, CacheError> {
        self.directory("sha256")?;
        let path = self.path_of(digest);
        match fs::rename(file, &path) {
            Ok(()) => Ok(path),
            Err(source) => Err(CacheError::Write { path, source }),
        }
    }

    /// A record that was written before. One that cannot be understood is none.
    pub(super) fn record<T: DeserializeOwned>(
        &self,
        kind: &str,
        name: &str,
    ) -> Result<Option<T>, CacheError> {
        let path = self.record_path(kind, name);
        match fs::read(&path) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(CacheError::Read { path, source }),
        }
    }

    /// Replaces a record.
    pub(super) fn write_record(
        &self,
        kind: &str,
        name: &str,
        record: &impl Serialize,
    ) -> Result<(), CacheError> {
        self.directory(kind)?;
        let path = self.record_path(kind, name);
        let written = serde_json::to_vec_pretty(record)
            .map_err(io::Error::from)
            .and_then(|bytes| write_atomically(&path, &bytes));
        written.map_err(|source| CacheError::Write { path, source })
    }

    fn record_path(&self, kind: &str, name: &str) -> PathBuf {
        self.root.join(kind).join(format!("{}.json", name.replace('/', "_")))
    }

    fn path_of(&self, digest: Sha256Digest) -> PathBuf {
        self.root.join("sha256").join(digest.to_string())
    }

    fn directory(&self, name: &str) -> Result<PathBuf, CacheError> {
        made(self.root.join(name))
    }
}

fn made(directory: PathBuf) -> Result<PathBuf, CacheError> {
    match fs::create_dir_all(&directory) {
        Ok(()) => Ok(directory),
        Err(source) => Err(CacheError::Write { path: directory, source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changed_in_the_cache_is_not_handed_out() {
        let directory = tempfile::tempdir().expect("a directory");
        let cache = Cache::new(directory.path());
        let digest = cache.keep_bytes(b"whole").expect("kept");
        assert_eq!(cache.read(digest).expect("read"), Some(b"whole".to_vec()));
        let path = cache.find(digest).expect("read").expect("is there");
        fs::write(&path, "whol").expect("written");
        assert_eq!(cache.find(digest).expect("read"), None);
        assert_eq!(cache.read(digest).expect("read"), None);
    }

    #[test]
    fn a_record_that_is_not_understood_is_none() {
        let directory = tempfile::tempdir().expect("a directory");
        let cache = Cache::new(directory.path());
        cache.write_record("contents", "a-main/Contents", &vec![1_u32]).expect("written");
        assert_eq!(cache.record::<Vec<u32>>("contents", "a-main/Contents").expect("read"), Some(vec![1]));
        assert_eq!(cache.record::<String>("contents", "a-main/Contents").expect("read"), None);
        assert_eq!(cache.record::<String>("contents", "absent").expect("read"), None);
    }
}
