//! An OCI layout under construction, in its staging directory.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;

use jiff::Timestamp;
use serde_json::Value;
use tempfile::NamedTempFile;

use super::composed::ImageLayer;
use super::documents::{Blob, blob_name};
use super::error::ImageError;
use super::request::NewLayer;
use crate::support::compress::LayerCompression;
use crate::support::digest::DigestWriter;
use crate::support::output::StagingDir;
use crate::vocabulary::Sha256Digest;

/// Media type of new layers.
const LAYER_TYPE: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// Directory of the blobs.
const BLOBS: &str = "blobs/sha256";

/// Name of the index of a layout.
pub(super) const INDEX: &str = "index.json";

/// Name of the marker file of a layout.
pub(super) const MARKER: &str = "oci-layout";

/// Content of the marker file.
const MARKER_TEXT: &[u8] = br#"{"imageLayoutVersion":"1.0.0"}"#;

/// Name of the layout in its staging directory.
const STAGED: &str = "layout";

/// A layout in its staging directory. It is removed unless it is kept.
pub(super) struct Layout {
    staging: StagingDir,
    top: PathBuf,
    created: u64,
}

impl Layout {
    /// Creates an empty layout. `created` is the time of its new layers, in seconds since 1970.
    pub(super) fn new(staging: StagingDir, created: u64) -> Result<Self, ImageError> {
        let top = staging.entry(STAGED);
        let layout = Self { staging, top, created };
        // One by one, so that a staging directory that an interrupted run has removed is not made again.
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

    /// Creates the error of a failed write.
    pub(super) fn failed(&self, source: io::Error) -> ImageError {
        self.staging.failed(source).into()
    }

    /// Renames the layout to its final path.
    pub(super) fn keep(&self) -> Result<(), ImageError> {
        Ok(self.staging.rename_to_output(STAGED)?)
    }

    /// Creates a temporary file for a blob.
    pub(super) fn new_blob(&self) -> Result<NamedTempFile, ImageError> {
        // The umask decides who may read the file, as with any other.
        let everyone = fs::Permissions::from_mode(0o666);
        let file = tempfile::Builder::new().permissions(everyone).tempfile_in(self.top.join(BLOBS));
        file.map_err(|source| self.failed(source))
    }

    /// Adds a blob under its digest.
    pub(super) fn add_blob(&self, file: NamedTempFile, digest: Sha256Digest) -> Result<(), ImageError> {
        let path = self.top.join(blob_name(digest));
        file.persist(path).map(drop).map_err(|error| self.failed(error.error))
    }

    /// Writes a new layer.
    pub(super) fn new_layer(&self, new: &NewLayer<'_>) -> Result<ImageLayer, ImageError> {
        let file = self.new_blob()?;
        let written = new.layer.write_archive(LayerCompression::Gzip, file.as_file(), self.created);
        let (blob, tar) = written.map_err(|error| error.for_output(self.staging.output()))?;
        self.add_blob(file, blob.digest)?;
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
        let file = self.new_blob()?;
        let mut target = DigestWriter::new(file.as_file());
        target.write_all(value.to_string().as_bytes()).map_err(|source| self.failed(source))?;
        let (_, measured) = target.finish();
        self.add_blob(file, measured.digest)?;
        Ok(Blob { media_type, digest: measured.digest, size_bytes: measured.size_bytes })
    }

    /// Moves the blobs of another layout into this one.
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

    /// Size of a blob in bytes.
    pub(super) fn blob_bytes(&self, digest: Sha256Digest) -> Result<u64, ImageError> {
        let metadata = fs::metadata(self.top.join(blob_name(digest)));
        metadata.map(|metadata| metadata.len()).map_err(|source| self.failed(source))
    }

    /// Removes index and marker, so that the layout can be finished again.
    pub(super) fn reopen(&self) -> Result<(), ImageError> {
        [INDEX, MARKER]
            .iter()
            .try_for_each(|name| fs::remove_file(self.top.join(name)))
            .map_err(|source| self.failed(source))
    }

    /// Writes index and marker.
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

/// Formats a time for documents (RFC 3339).
pub(super) fn created_at(seconds: u64) -> Result<String, ImageError> {
    let timestamp = i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    timestamp.map(|timestamp| timestamp.to_string()).ok_or(ImageError::Time(seconds))
}
