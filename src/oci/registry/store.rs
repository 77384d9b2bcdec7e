//! Fetched images in the cache.
//!
//! ```text
//! images/blobs/sha256/HEX     each blob, shared by all images
//! images/layouts/HEX/         OCI layout of the image with this manifest; its blobs/ is a link to the above
//! images/references/HEX.json  meaning of a name at its last look-up, for each platform
//! images/engine/HEX.tar       docker-save archive of the engine's image with this identifier
//! ```
//!
//! Each file is written under a temporary name and renamed, so that several processes may use the cache at a time.

use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use super::error::TransferError;
use super::manifests::{FetchedManifest, Manifest};
use crate::support::digest::digest_of_bytes;
use crate::support::files::write_atomically;
use crate::tree::inventory::{Descriptor, ImagePlatform};
use crate::vocabulary::Sha256Digest;

/// Marker file of an OCI layout (OCI Image Format, "Image Layout").
const LAYOUT: &str = r#"{"imageLayoutVersion":"1.0.0"}"#;

/// Meaning of a name, as it is stored.
#[derive(Serialize, Deserialize)]
struct ReferenceRecord {
    /// Complete name.
    reference: String,
    /// Digest of the manifest or index that the name stood for.
    named: String,
    /// Digest of the manifest that was chosen.
    manifest: String,
    /// Time of the look-up.
    asked: Timestamp,
}

/// Directory of images in the cache.
pub(super) struct Store {
    directory: PathBuf,
}

impl Store {
    /// Directory in a cache; it need not exist.
    pub(super) fn new(cache_dir: &Path) -> Self {
        Self { directory: cache_dir.join("images") }
    }

    /// True if the store has a blob, in its full size.
    pub(super) fn contains(&self, digest: Sha256Digest, size_bytes: u64) -> bool {
        fs::metadata(self.blob(digest)).is_ok_and(|found| found.is_file() && found.len() == size_bytes)
    }

    /// Creates an empty blob.
    pub(super) fn new_blob(&self) -> Result<PartialBlob, TransferError> {
        let directory = self.directory.join("blobs/sha256");
        let file = fs::create_dir_all(&directory).and_then(|()| temporary_file(&directory));
        let file = file.map_err(|source| TransferError::File { path: directory, source })?;
        Ok(PartialBlob { file, hasher: Sha256::new(), received: 0 })
    }

    /// Stores a complete blob under its digest.
    pub(super) fn add_blob(&self, partial: PartialBlob, digest: Sha256Digest) -> Result<(), TransferError> {
        let path = self.blob(digest);
        match partial.file.persist(&path) {
            Ok(_) => Ok(()),
            Err(error) => Err(TransferError::File { path, source: error.error }),
        }
    }

    /// Makes the layout of an image whose blobs are stored.
    pub(super) fn add_layout(
        &self,
        manifest: &FetchedManifest,
        platform: Option<&ImagePlatform>,
    ) -> Result<PathBuf, TransferError> {
        let path = self.layout(manifest.digest);
        self.write_layout(&path, manifest, platform)
            .map_err(|source| TransferError::File { path: path.clone(), source })?;
        Ok(path)
    }

    fn write_layout(
        &self,
        path: &Path,
        manifest: &FetchedManifest,
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
        // Last, so that a layout with it is complete.
        write_atomically(&path.join("index.json"), index.to_string().as_bytes())
    }

    /// Finds the image that a name stood for, if all of its blobs are stored.
    pub(super) fn find(&self, reference: &str, platform: Option<&ImagePlatform>) -> Option<CachedImage> {
        let text = fs::read(self.record_path(reference, platform)).ok()?;
        let record: ReferenceRecord = serde_json::from_slice(&text).ok()?;
        // File names are digests of references, but a file may have been placed by hand.
        if record.reference != reference {
            return None;
        }
        let digest = parse_digest(&record.manifest)?;
        let named = parse_digest(&record.named)?;
        let manifest = fs::read(self.blob(digest)).ok()?;
        if digest_of_bytes(&manifest) != digest {
            return None;
        }
        let (Manifest::Image(config, layers), _) = Manifest::parse(&manifest).ok()? else { return None };
        let is_stored =
            |blob: &Descriptor| blob.sha256().is_ok_and(|digest| self.contains(digest, blob.size));
        let layout = self.layout(digest);
        let is_complete =
            layers.iter().chain([&*config]).all(is_stored) && layout.join("index.json").is_file();
        is_complete.then_some(CachedImage { layout, digest, named, asked: record.asked })
    }

    /// Records the meaning of a name.
    pub(super) fn record(
        &self,
        reference: &str,
        platform: Option<&ImagePlatform>,
        named: Sha256Digest,
        manifest: Sha256Digest,
        asked: Timestamp,
    ) -> Result<(), TransferError> {
        let path = self.record_path(reference, platform);
        let record = ReferenceRecord {
            reference: reference.to_owned(),
            named: format!("sha256:{named}"),
            manifest: format!("sha256:{manifest}"),
            asked,
        };
        let write = || {
            fs::create_dir_all(self.directory.join("references"))?;
            write_atomically(&path, &serde_json::to_vec(&record).map_err(io::Error::other)?)
        };
        write().map_err(|source| TransferError::File { path: path.clone(), source })
    }

    /// Path of the engine's archive of an image.
    pub(super) fn engine_archive(&self, id: Sha256Digest) -> PathBuf {
        self.directory.join("engine").join(format!("{id}.tar"))
    }

    fn blob(&self, digest: Sha256Digest) -> PathBuf {
        self.directory.join("blobs/sha256").join(digest.to_string())
    }

    fn layout(&self, manifest: Sha256Digest) -> PathBuf {
        self.directory.join("layouts").join(manifest.to_string())
    }

    fn record_path(&self, reference: &str, platform: Option<&ImagePlatform>) -> PathBuf {
        let platform = platform.map_or_else(String::new, ToString::to_string);
        let name = digest_of_bytes(format!("{reference}\n{platform}\n").as_bytes());
        self.directory.join("references").join(format!("{name}.json"))
    }
}

/// An image that is complete in the cache.
pub(super) struct CachedImage {
    pub(super) layout: PathBuf,
    /// Digest of its manifest.
    pub(super) digest: Sha256Digest,
    /// Digest of the manifest or index that the name stood for.
    pub(super) named: Sha256Digest,
    /// Time of the last look-up of the name.
    pub(super) asked: Timestamp,
}

/// The received part of a blob, with its digest.
pub(super) struct PartialBlob {
    file: NamedTempFile,
    hasher: Sha256,
    pub(super) received: u64,
}

impl PartialBlob {
    /// Appends received bytes.
    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<(), TransferError> {
        let written = self.file.write_all(bytes);
        written.map_err(|source| TransferError::File { path: self.file.path().to_owned(), source })?;
        self.hasher.update(bytes);
        self.received += bytes.len() as u64;
        Ok(())
    }

    /// Discards the received bytes.
    pub(super) fn restart(&mut self) -> Result<(), TransferError> {
        let emptied = self.file.as_file().set_len(0).and_then(|()| io::Seek::rewind(&mut self.file));
        emptied.map_err(|source| TransferError::File { path: self.file.path().to_owned(), source })?;
        self.hasher = Sha256::new();
        self.received = 0;
        Ok(())
    }

    /// Digest of the received bytes.
    pub(super) fn digest(&self) -> Sha256Digest {
        Sha256Digest(self.hasher.clone().finalize().into())
    }
}

/// Creates a temporary file in a directory; the umask decides who may read it.
pub(super) fn temporary_file(directory: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new().permissions(Permissions::from_mode(0o666)).tempfile_in(directory)
}

fn parse_digest(text: &str) -> Option<Sha256Digest> {
    text.strip_prefix("sha256:")?.parse().ok()
}
