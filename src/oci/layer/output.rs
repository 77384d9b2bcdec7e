//! Output of a layer: written into a staging directory, and renamed when it has been checked.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::directory_writer::write_directory;
use super::entries::Layer;
use super::error::LayerError;
use crate::support::compress::LayerCompression;
use crate::support::output::{OutputForm, StagingDir};
use crate::vocabulary::Sha256Digest;

/// File name extensions of archives that are not supported.
const UNSUPPORTED: [&str; 7] = [".tar.xz", ".txz", ".tar.bz2", ".tar.lzma", ".zip", ".deb", ".tar.lz4"];

/// Name of the output in its staging directory.
const STAGED: &str = "layer";

/// Format of an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerFormat {
    /// A directory.
    Directory,
    /// A tar archive.
    Tar(LayerCompression),
}

impl LayerFormat {
    /// Format that the name of an output stands for: an archive by its extension, else a directory.
    ///
    /// # Errors
    /// If the extension is that of an unsupported archive.
    pub fn of_name(output: &Path) -> Result<Self, LayerError> {
        let name = output.as_os_str().to_string_lossy();
        let ends = |extensions: &[&str]| extensions.iter().any(|extension| name.ends_with(extension));
        if ends(&UNSUPPORTED) {
            return Err(LayerError::UnsupportedArchive(output.to_owned()));
        }
        Ok(match () {
            () if ends(&[".tar"]) => Self::Tar(LayerCompression::None),
            () if ends(&[".tar.gz", ".tgz"]) => Self::Tar(LayerCompression::Gzip),
            () if ends(&[".tar.zst"]) => Self::Tar(LayerCompression::Zstd),
            () => Self::Directory,
        })
    }

    /// Name of the format: its usual extension, or `directory`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Directory => "directory",
            Self::Tar(LayerCompression::None) => "tar",
            Self::Tar(LayerCompression::Gzip) => "tar.gz",
            Self::Tar(LayerCompression::Zstd) => "tar.zst",
        }
    }

    /// Form of the output.
    pub fn form(self) -> OutputForm {
        match self {
            Self::Directory => OutputForm::NEW_DIRECTORY,
            Self::Tar(_) => OutputForm::File,
        }
    }
}

/// A written layer in its staging directory. It is removed unless it is kept.
#[derive(Debug)]
pub struct StagedLayer {
    staging: StagingDir,
    /// Format of the output.
    pub format: LayerFormat,
    /// Digest of the archive; none for a directory.
    pub digest: Option<Sha256Digest>,
    /// Size of the archive in bytes; none for a directory.
    pub size_bytes: Option<u64>,
    /// Digest of the uncompressed archive, which configurations of images list (OCI image-spec, DiffID). For a directory,
    /// that of the archive with the same entries.
    pub diff_id: Sha256Digest,
    /// Size of the uncompressed archive in bytes.
    pub tar_bytes: u64,
}

/// Writes a layer into a staging directory; `mtime` is in seconds since 1970.
///
/// # Errors
/// If it cannot be written.
pub fn write(
    layer: &Layer,
    staging: StagingDir,
    format: LayerFormat,
    mtime: u64,
) -> Result<StagedLayer, LayerError> {
    let output = staging.output();
    let staged = staging.entry(STAGED);
    let (archive, tar) = match format {
        LayerFormat::Tar(compression) => {
            let file = File::create_new(staged).map_err(|source| staging.failed(source))?;
            let written = layer.write_archive(compression, file, mtime);
            let (archive, tar) = written.map_err(|error| error.for_output(output))?;
            (Some(archive), tar)
        }
        LayerFormat::Directory => {
            fs::create_dir(&staged).map_err(|source| staging.failed(source))?;
            write_directory(layer, &staged, mtime).map_err(|error| error.for_output(output))?;
            let written = layer.write_archive(LayerCompression::None, io::sink(), mtime);
            (None, written.map_err(|error| error.for_output(output))?.0)
        }
    };
    Ok(StagedLayer {
        staging,
        format,
        digest: archive.map(|archive| archive.digest),
        size_bytes: archive.map(|archive| archive.size_bytes),
        diff_id: tar.digest,
        tar_bytes: tar.size_bytes,
    })
}

impl StagedLayer {
    /// Final path of the output.
    pub fn output(&self) -> &Path {
        self.staging.output()
    }

    /// Path of the archive or directory in its staging directory.
    pub(super) fn staged(&self) -> PathBuf {
        self.staging.entry(STAGED)
    }

    /// Renames the output to its final path.
    ///
    /// # Errors
    /// If it cannot be renamed.
    pub fn keep(self) -> Result<(), LayerError> {
        Ok(self.staging.rename_to_output(STAGED)?)
    }
}
