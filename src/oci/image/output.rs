//! Output of an image: an OCI layout or an archive, renamed when it has been checked.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::archive::write_archive;
use super::composed::Image;
use super::error::ImageError;
use super::layout::Layout;
use crate::support::output::{OutputForm, StagingDir};

/// Prefix of the name of a layout.
const LAYOUT_PREFIX: &str = "oci:";

/// File name extensions of archives that are not supported.
const UNSUPPORTED: [&str; 9] =
    [".tar.gz", ".tgz", ".tar.zst", ".tar.xz", ".txz", ".tar.bz2", ".tar.lzma", ".zip", ".tar.lz4"];

/// Name of an archive in its staging directory.
const STAGED_ARCHIVE: &str = "archive";

/// Format of an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageFormat {
    /// Directory of an OCI layout.
    Layout,
    /// Archive that is both an OCI layout and input for `docker load`.
    Archive,
}

impl ImageFormat {
    /// Parses the name of an output into its format and path: `oci:DIR`, an archive by its extension, else a directory.
    ///
    /// # Errors
    /// If the extension is that of an unsupported archive.
    pub fn parse(word: &Path) -> Result<(Self, PathBuf), ImageError> {
        if let Some(directory) = layout_directory(word) {
            return Ok((Self::Layout, directory));
        }
        let name = word.as_os_str().to_string_lossy();
        if UNSUPPORTED.iter().any(|extension| name.ends_with(extension)) {
            return Err(ImageError::UnsupportedArchive(word.to_owned()));
        }
        let format = if name.ends_with(".tar") { Self::Archive } else { Self::Layout };
        Ok((format, word.to_owned()))
    }

    /// Name of the format in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Layout => "oci",
            Self::Archive => "tar",
        }
    }

    /// Form of the output.
    pub fn form(self) -> OutputForm {
        match self {
            Self::Layout => OutputForm::NEW_DIRECTORY,
            Self::Archive => OutputForm::File,
        }
    }
}

/// Directory in `oci:DIR`; none for other words.
pub fn layout_directory(word: &Path) -> Option<PathBuf> {
    let directory = word.as_os_str().as_bytes().strip_prefix(LAYOUT_PREFIX.as_bytes())?;
    Some(PathBuf::from(OsStr::from_bytes(directory)))
}

/// A composed image in its staging directory. It is removed unless it is kept.
pub struct StagedImage {
    pub(super) layout: Layout,
    /// Format of the output.
    pub format: ImageFormat,
    /// Digests of the image.
    pub image: Image,
    /// Configuration of the image.
    pub(super) config: Value,
}

impl StagedImage {
    /// Final path of the output.
    pub fn output(&self) -> &Path {
        self.staging().output()
    }

    /// Path of the layout in the staging directory.
    pub fn layout(&self) -> &Path {
        self.layout.top()
    }

    pub(super) fn staging(&self) -> &StagingDir {
        self.layout.staging()
    }

    /// Renames the output to its final path, packed before if it is an archive.
    ///
    /// # Errors
    /// If it cannot be packed or renamed.
    pub fn keep(self) -> Result<(), ImageError> {
        match self.format {
            ImageFormat::Layout => self.layout.keep(),
            ImageFormat::Archive => {
                self.pack().map_err(|source| self.layout.failed(source))?;
                Ok(self.staging().rename_to_output(STAGED_ARCHIVE)?)
            }
        }
    }

    fn pack(&self) -> io::Result<()> {
        let file = File::create_new(self.staging().entry(STAGED_ARCHIVE))?;
        write_archive(&self.layout, &self.image, &file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_outputs_have_formats() {
        let parse = |word: &str| ImageFormat::parse(Path::new(word)).ok();
        assert_eq!(parse("oci:x.tar"), Some((ImageFormat::Layout, "x.tar".into())));
        assert_eq!(parse("x.tar"), Some((ImageFormat::Archive, "x.tar".into())));
        assert_eq!(parse("x"), Some((ImageFormat::Layout, "x".into())));
        assert_eq!(parse("x.tar.gz"), None);
    }
}
