//! An OCI layout under construction, in its staging.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::Value;
use tempfile::NamedTempFile;

use super::documents::{blob_name, descriptor};
use super::{ImageError, ImageLayer, NewLayer, StagingDir};
use crate::oci::layer::WriteFault;
use crate::support::compress::LayerCompression;
use crate::support::digest::DigestWriter;
use crate::vocabulary::Sha256Digest;

/// The type of the layers that are made here.
const LAYER_TYPE: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// Where blobs are.
const BLOBS: &str = "blobs/sha256";

/// The list of what is in a layout.
pub(super) const INDEX: &str = "index.json";

/// The marker of a layout, and what is in it.
pub(super) const MARKER: &str = "oci-layout";
const MARKER_TEXT: &[u8] = br#"{"imageLayoutVersion":"1.0.0"}"#;

/// A layout that is not finished; it vanishes unless it is kept.
pub(super) struct Layout {
    staging: StagingDir,
    top: PathBuf,
    created: u64,
}

/// A blob of a layout.
pub(super) struct Blob {
    media_type: &'static str,
    pub(super) digest: Sha256Digest,
    size_bytes: u64,
}

impl Blob {
    pub(super) fn descriptor(&self) -> Value {
        descriptor(self.media_type, self.digest, self.size_bytes)
    }
}

impl Layout {
    /// An empty one; `created` is the time of what is made in it.
    pub(super) fn new(staging: StagingDir, created: u64) -> Result<Self, ImageError> {
        let top = staging.path().join("layout");
        let layout = Self { staging, top, created };
        // One by one: a staging that an interrupted run has taken away must not come back.
        let directories = [layout.top.clone(), layout.top.join("blobs"), layout.top.join(BLOBS)];
        directories.iter().try_for_each(fs::create_dir).map_err(|source| layout.failed(source))?;
        Ok(layout)
    }

    pub(super) fn top(&self) -> &Path {
        &self.top
    }

    pub(super) fn staging(&self) -> &StagingDir {
        &self.staging
    }

    pub(super) fn failed(&self, source: io::Error) -> ImageError {
        ImageError::Write { output: self.staging.output().to_owned(), source }
    }

    /// A file that becomes a blob.
    pub(super) fn unnamed_blob(&self) -> Result<NamedTempFile, ImageError> {
        // The umask decides who may read it, as with any other file.
        let everyone = fs::Permissions::from_mode(0o666);
        let file = tempfile::Builder::new().permissions(everyone).tempfile_in(self.top.join(BLOBS));
        file.map_err(|source| self.failed(source))
    }

    /// Gives a blob its name.
    pub(super) fn name_blob(&self, file: NamedTempFile, digest: Sha256Digest) -> Result<(), ImageError> {
        let path = self.top.join(blob_name(digest));
        file.persist(path).map(drop).map_err(|error| self.failed(error.error))
    }

    /// Writes a new layer.
    pub(super) fn new_layer(&self, new: &NewLayer<'_>) -> Result<ImageLayer, ImageError> {
        let file = self.unnamed_blob()?;
        let written = new.layer.write_archive(LayerCompression::Gzip, file.as_file(), self.created);
        let (blob, tar) = written.map_err(|fault: WriteFault| fault.at(self.staging.output()))?;
        self.name_blob(file, blob.digest)?;
        Ok(ImageLayer {
            origin: new.origin.clone(),
            media_type: LAYER_TYPE.to_owned(),
            digest: blob.digest,
            size_bytes: blob.size_bytes,
            diff_id: tar.digest,
        })
    }

    /// Writes a document.
    pub(super) fn document(&self, media_type: &'static str, value: &Value) -> Result<Blob, ImageError> {
        let file = self.unnamed_blob()?;
        let mut target = DigestWriter::new(file.as_file());
        target.write_all(value.to_string().as_bytes()).map_err(|source| self.failed(source))?;
        let (_, measured) = target.finish();
        self.name_blob(file, measured.digest)?;
        Ok(Blob { media_type, digest: measured.digest, size_bytes: measured.size_bytes })
    }

    /// Takes the blobs of another layout, which is none any more then.
    pub(super) fn take_blobs(&self, other: &Self) -> Result<(), ImageError> {
        let take = || -> io::Result<()> {
            for entry in fs::read_dir(other.top.join(BLOBS))? {
                let entry = entry?;
                fs::rename(entry.path(), self.top.join(BLOBS).join(entry.file_name()))?;
            }
            Ok(())
        };
        take().map_err(|source| self.failed(source))
    }

    /// The size of a blob in bytes.
    pub(super) fn blob_bytes(&self, digest: Sha256Digest) -> Result<u64, ImageError> {
        let metadata = fs::metadata(self.top.join(blob_name(digest)));
        metadata.map(|metadata| metadata.len()).map_err(|source| self.failed(source))
    }

    /// Takes away what makes the directory a layout.
    pub(super) fn reopen(&self) -> Result<(), ImageError> {
        [INDEX, MARKER]
            .iter()
            .try_for_each(|name| fs::remove_file(self.top.join(name)))
            .map_err(|source| self.failed(source))
    }

    /// Writes what makes the directory a layout.
    pub(super) fn finish(&self, index: &Value) -> Result<(), ImageError> {
        let write = |name: &str, bytes: &[u8]| -> io::Result<()> {
            File::create_new(self.top.join(name))?.write_all(bytes)
        };
        let written = write(INDEX, index.to_string().as_bytes()).and_then(|()| write(MARKER, MARKER_TEXT));
        written.map_err(|source| self.failed(source))?;
        let readable = fs::set_permissions(&self.top, fs::Permissions::from_mode(0o755));
        readable.map_err(|source| self.failed(source))
    }
}

/// A time as documents have it (RFC 3339).
pub(super) fn created_at(seconds: u64) -> Result<String, ImageError> {
    let timestamp = i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    timestamp.map(|timestamp| timestamp.to_string()).ok_or(ImageError::Time(seconds))
}
