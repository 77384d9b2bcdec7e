//! Images that were fetched, in the cache.
//!
//! ```text
//! images/blobs/sha256/HEX     each blob once, whatever images have it
//! images/layouts/HEX/         an OCI layout of the image with this manifest; its blobs/ is a link to the above
//! images/references/HEX.json  what a name stood for when it was last asked for, for each platform
//! images/engine/HEX.tar       what docker's engine gave for the image with this identifier
//! ```
//!
//! Everything is written beside and renamed, so that several processes may use it at a time.

use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use super::TransferError;
use super::manifests::{Fetched, Manifest};
use crate::support::digest::digest_of_bytes;
use crate::support::files::write_atomically;
use crate::tree::inventory::{Descriptor, ImagePlatform};
use crate::vocabulary::Sha256Digest;

/// The form of an OCI layout (OCI Image Format, "Image Layout").
const LAYOUT: &str = r#"{"imageLayoutVersion":"1.0.0"}"#;

/// What a name stood for.
#[derive(Serialize, Deserialize)]
pub(super) struct Record {
    /// The whole name.
    pub(super) reference: String,
    /// The digest of the manifest or list that it stood for.
    pub(super) named: String,
    /// The digest of the manifest that was chosen.
    pub(super) manifest: String,
    /// When that was asked for.
    pub(super) asked: Timestamp,
}

/// The directory of images.
pub(super) struct Store {
    directory: PathBuf,
}

impl Store {
    /// The directory in a cache, which need not be there yet.
    pub(super) fn new(cache_dir: &Path) -> Self {
        Self { directory: cache_dir.join("images") }
    }

    /// Whether a blob is there, of this size.
    pub(super) fn has(&self, digest: Sha256Digest, size_bytes: u64) -> bool {
        fs::metadata(self.blob(digest)).is_ok_and(|found| found.is_file() && found.len() == size_bytes)
    }

    /// A new blob with nothing in it.
    pub(super) fn begin(&self) -> Result<Partial, TransferError> {
        let directory = self.directory.join("blobs/sha256");
        let file = fs::create_dir_all(&directory).and_then(|()| temporary(&directory));
        let file = file.map_err(|source| TransferError::Store { path: directory, source })?;
        Ok(Partial { file, hasher: Sha256::new(), received: 0 })
    }

    /// Gives a blob its name.
    pub(super) fn keep(&self, partial: Partial, digest: Sha256Digest) -> Result<(), TransferError> {
        let path = self.blob(digest);
        match partial.file.persist(&path) {
            Ok(_) => Ok(()),
            Err(error) => Err(TransferError::Store { path, source: error.error }),
        }
    }

    /// The layout of an image whose blobs are there.
    pub(super) fn lay_out(
        &self,
        manifest: &Fetched,
        platform: Option<&ImagePlatform>,
    ) -> Result<PathBuf, TransferError> {
        let path = self.layout(manifest.digest);
        self.write_layout(&path, manifest, platform)
            .map_err(|source| TransferError::Store { path: path.clone(), source })?;
        Ok(path)
    }

    fn write_layout(
        &self,
        path: &Path,
        manifest: &Fetched,
        platform: Option<&ImagePlatform>,
    ) -> io::Result<()> {
        fs::create_dir_all(path)?;
        write_atomically(&self.blob(manifest.digest), &manifest.bytes)?;
        if let Err(error) = symlink("../../blobs", path.join("blobs"))
            && error.kind() != io::ErrorKind::AlreadyExists
        {
            return Err(error);
        }
        let mut descriptor = json!({
            "mediaType": manifest.media_type,
            "digest": format!("sha256:{}", manifest.digest),
            "size": manifest.bytes.len(),
        });
        if let Some(ImagePlatform { os, architecture, variant }) = platform {
            descriptor["platform"] = json!({"architecture": architecture, "os": os});
            if let Some(variant) = variant {
                descriptor["platform"]["variant"] = json!(variant);
            }
        }
        let index = json!({"schemaVersion": 2, "manifests": [descriptor]});
        write_atomically(&path.join("oci-layout"), LAYOUT.as_bytes())?;
        // The last, so that a layout with it is whole.
        write_atomically(&path.join("index.json"), index.to_string().as_bytes())
    }

    /// What a name stood for, and the layout of that, if all of it is there.
    pub(super) fn record(&self, reference: &str, wanted: Option<&ImagePlatform>) -> Option<Known> {
        let text = fs::read(self.record_path(reference, wanted)).ok()?;
        let record: Record = serde_json::from_slice(&text).ok().filter(|record: &Record| {
            // Two names never have one digest; a file that was put there by hand may.
            record.reference == reference
        })?;
        let digest = digest(&record.manifest)?;
        let named = digest_of_record(&record)?;
        let manifest = fs::read(self.blob(digest)).ok()?;
        if digest_of_bytes(&manifest) != digest {
            return None;
        }
        let (Manifest::Image(config, layers), _) = Manifest::parse(&manifest).ok()? else { return None };
        let is_there = |blob: &Descriptor| blob.sha256().is_ok_and(|digest| self.has(digest, blob.size));
        let layout = self.layout(digest);
        let is_whole = layers.iter().chain([&*config]).all(is_there) && layout.join("index.json").is_file();
        is_whole.then_some(Known { layout, digest, named, asked: record.asked })
    }

    /// Notes what a name stands for.
    pub(super) fn note(
        &self,
        reference: &str,
        wanted: Option<&ImagePlatform>,
        named: Sha256Digest,
        manifest: Sha256Digest,
        asked: Timestamp,
    ) -> Result<(), TransferError> {
        let path = self.record_path(reference, wanted);
        let record = Record {
            reference: reference.to_owned(),
            named: format!("sha256:{named}"),
            manifest: format!("sha256:{manifest}"),
            asked,
        };
        let write = || {
            fs::create_dir_all(self.directory.join("references"))?;
            write_atomically(&path, &serde_json::to_vec(&record).map_err(io::Error::other)?)
        };
        write().map_err(|source| TransferError::Store { path: path.clone(), source })
    }

    /// Where the engine's archive of an image is kept.
    pub(super) fn engine_archive(&self, id: Sha256Digest) -> PathBuf {
        self.directory.join("engine").join(format!("{id}.tar"))
    }

    fn blob(&self, digest: Sha256Digest) -> PathBuf {
        self.directory.join("blobs/sha256").join(digest.to_string())
    }

    fn layout(&self, manifest: Sha256Digest) -> PathBuf {
        self.directory.join("layouts").join(manifest.to_string())
    }

    fn record_path(&self, reference: &str, wanted: Option<&ImagePlatform>) -> PathBuf {
        let platform = wanted.map_or_else(String::new, ToString::to_string);
        let name = digest_of_bytes(format!("{reference}\n{platform}\n").as_bytes());
        self.directory.join("references").join(format!("{name}.json"))
    }
}

/// What a name stood for, all of which is in the cache.
pub(super) struct Known {
    pub(super) layout: PathBuf,
    pub(super) digest: Sha256Digest,
    pub(super) named: Sha256Digest,
    pub(super) asked: Timestamp,
}

/// A blob on its way: what has come of it, and the digest of that.
pub(super) struct Partial {
    file: NamedTempFile,
    hasher: Sha256,
    pub(super) received: u64,
}

impl Partial {
    /// Adds what has come.
    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<(), TransferError> {
        let written = self.file.write_all(bytes);
        written.map_err(|source| TransferError::Store { path: self.file.path().to_owned(), source })?;
        self.hasher.update(bytes);
        self.received += bytes.len() as u64;
        Ok(())
    }

    /// Forgets what has come.
    pub(super) fn start_anew(&mut self) -> Result<(), TransferError> {
        let emptied = self.file.as_file().set_len(0).and_then(|()| io::Seek::rewind(&mut self.file));
        emptied.map_err(|source| TransferError::Store { path: self.file.path().to_owned(), source })?;
        self.hasher = Sha256::new();
        self.received = 0;
        Ok(())
    }

    /// The digest of what has come.
    pub(super) fn digest(&self) -> Sha256Digest {
        Sha256Digest(self.hasher.clone().finalize().into())
    }
}

/// A file beside the place of its name, which others may read as the umask lets them.
pub(super) fn temporary(directory: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new().permissions(Permissions::from_mode(0o666)).tempfile_in(directory)
}

fn digest(text: &str) -> Option<Sha256Digest> {
    text.strip_prefix("sha256:")?.parse().ok()
}

fn digest_of_record(record: &Record) -> Option<Sha256Digest> {
    digest(&record.named)
}
