//! Cache of downloaded files in a directory that processes may share.
//!
//! Layout, below `<cache directory>/archive`:
//!
//! | path | content |
//! |---|---|
//! | `sha256/<digest>` | complete files by the digest of their content |
//! | `partial/<digest>` | start of a file whose transfer was interrupted; never used as a complete file |
//! | `releases/<distribution>-<suite>-<mirrors>.json` | the last valid InRelease and its mirror |
//! | `contents/<distribution>-<suite>-<mirrors>-<file>.json` | the last Contents that matched its Release |
//! | `lock` | locked by the process that updates |
//!
//! **Invariant:** a file gets its name by a rename when it is complete, so that readers need no lock, and a killed
//! process or a full disk leaves the last state intact. Files are not synced to the disk: the digest of a file is
//! verified before each use, and one that a crash of the machine damaged is downloaded again.

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

/// Error of the cache.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// A file or directory cannot be written.
    #[error("cannot write {path} in the cache")]
    Write {
        /// Path.
        path: PathBuf,
        /// Cause.
        #[source]
        source: io::Error,
    },
    /// A file cannot be read.
    #[error("cannot read {path} in the cache")]
    Read {
        /// Path.
        path: PathBuf,
        /// Cause.
        #[source]
        source: io::Error,
    },
}

/// Directory of the cache.
#[derive(Debug)]
pub(super) struct Cache {
    root: PathBuf,
    /// Files that threads of this process are downloading: two suites may list the same one (such as an empty
    /// Contents), and only one thread may write it.
    downloads: Mutex<HashMap<Sha256Digest, Arc<Mutex<()>>>>,
}

/// File that is being downloaded.
#[derive(Debug)]
pub(super) struct Partial {
    pub(super) file: File,
    pub(super) path: PathBuf,
}

impl Cache {
    pub(super) fn new(cache_dir: &Path) -> Self {
        Self { root: cache_dir.join("archive"), downloads: Mutex::default() }
    }

    /// Returns the lock that a thread holds while it looks for a file and downloads it.
    pub(super) fn download_lock(&self, digest: Sha256Digest) -> Arc<Mutex<()>> {
        let mut downloads = self.downloads.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(downloads.entry(digest).or_default())
    }

    /// Runs `update` while no other process or thread runs one.
    pub(super) fn exclusively<T, E: From<CacheError>>(
        &self,
        progress: &dyn Progress,
        update: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        let path = create_directory(self.root.clone())?.join("lock");
        let unwritable = |source| CacheError::Write { path: path.clone(), source };
        let file = OpenOptions::new().create(true).append(true).open(&path).map_err(unwritable)?;
        let mut lock = fd_lock::RwLock::new(file);
        // The first attempt does not block, so that a wait is shown only if there is one.
        let busy = lock.try_write().is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock);
        let waiting = busy.then(|| progress.task("waiting for another process that updates", None));
        let _guard = lock.write().map_err(unwritable)?;
        drop(waiting);
        update()
    }

    /// Returns the path of the file with this digest, if it exists and is intact.
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

    /// Reads the small file with this digest, if it exists and is intact.
    pub(super) fn read(&self, digest: Sha256Digest) -> Result<Option<Vec<u8>>, CacheError> {
        let path = self.path_of(digest);
        match fs::read(&path) {
            Ok(bytes) if digest_of_bytes(&bytes) == digest => Ok(Some(bytes)),
            Ok(_) => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(CacheError::Read { path, source }),
        }
    }

    /// Stores a small file under its digest.
    pub(super) fn keep_bytes(&self, bytes: &[u8]) -> Result<Sha256Digest, CacheError> {
        let digest = digest_of_bytes(bytes);
        self.directory("sha256")?;
        let path = self.path_of(digest);
        match write_atomically(&path, bytes) {
            Ok(()) => Ok(digest),
            Err(source) => Err(CacheError::Write { path, source }),
        }
    }

    /// Opens the partial file with this digest. Only one process at a time may do so, see [`Cache::exclusively`].
    pub(super) fn partial(&self, digest: Sha256Digest) -> Result<Partial, CacheError> {
        let path = self.directory("partial")?.join(digest.to_string());
        let opened = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&path);
        match opened {
            Ok(file) => Ok(Partial { file, path }),
            Err(source) => Err(CacheError::Write { path, source }),
        }
    }

    /// Creates a file whose digest is not known yet; it is removed unless it is stored with [`Cache::keep`].
    pub(super) fn temporary(&self) -> Result<NamedTempFile, CacheError> {
        let directory = self.directory("partial")?;
        NamedTempFile::new_in(&directory).map_err(|source| CacheError::Write { path: directory, source })
    }

    /// Stores a complete file under its digest, which must be that of its content.
    pub(super) fn keep(&self, file: &Path, digest: Sha256Digest) -> Result<PathBuf, CacheError> {
        self.directory("sha256")?;
        let path = self.path_of(digest);
        match fs::rename(file, &path) {
            Ok(()) => Ok(path),
            Err(source) => Err(CacheError::Write { path, source }),
        }
    }

    /// Reads a record; none if there is none or it cannot be parsed.
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
        create_directory(self.root.join(name))
    }
}

fn create_directory(directory: PathBuf) -> Result<PathBuf, CacheError> {
    match fs::create_dir_all(&directory) {
        Ok(()) => Ok(directory),
        Err(source) => Err(CacheError::Write { path: directory, source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changed_in_the_cache_is_not_used() {
        let directory = tempfile::tempdir().expect("a directory");
        let cache = Cache::new(directory.path());
        let digest = cache.keep_bytes(b"whole").expect("kept");
        assert_eq!(cache.read(digest).expect("read"), Some(b"whole".to_vec()));
        let path = cache.find(digest).expect("read").expect("exists");
        fs::write(&path, "whol").expect("written");
        assert_eq!(cache.find(digest).expect("read"), None);
        assert_eq!(cache.read(digest).expect("read"), None);
    }

    #[test]
    fn a_record_that_cannot_be_parsed_is_none() {
        let directory = tempfile::tempdir().expect("a directory");
        let cache = Cache::new(directory.path());
        cache.write_record("contents", "a-main/Contents", &vec![1_u32]).expect("written");
        assert_eq!(cache.record::<Vec<u32>>("contents", "a-main/Contents").expect("read"), Some(vec![1]));
        assert_eq!(cache.record::<String>("contents", "a-main/Contents").expect("read"), None);
        assert_eq!(cache.record::<String>("contents", "absent").expect("read"), None);
    }
}
