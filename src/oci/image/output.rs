//! Where an image is written to.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::archive::write_archive;
use super::layout::Layout;
use super::{Image, ImageError, StagingDir};

/// What is written for a layout.
const LAYOUT_PREFIX: &str = "oci:";

/// Endings that stand for archives which are not written.
const OTHER_ARCHIVES: [&str; 9] =
    [".tar.gz", ".tgz", ".tar.zst", ".tar.xz", ".txz", ".tar.bz2", ".tar.lzma", ".zip", ".tar.lz4"];

/// What an output is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageOutput {
    /// The directory of an OCI layout.
    Layout,
    /// An archive that is an OCI layout and what `docker load` takes.
    Archive,
}

impl ImageOutput {
    /// What a word stands for, and the path that it names: `oci:DIR`, an archive by its ending, else a directory.
    ///
    /// # Errors
    /// If it is an archive of another kind.
    pub fn of_word(word: &Path) -> Result<(Self, PathBuf), ImageError> {
        if let Some(directory) = layout_directory(word) {
            return Ok((Self::Layout, directory));
        }
        let name = word.as_os_str().to_string_lossy();
        if OTHER_ARCHIVES.iter().any(|ending| name.ends_with(ending)) {
            let cause = "an image's archive is a .tar: its layers are compressed by themselves";
            return Err(ImageError::Output { output: word.to_owned(), cause });
        }
        let kind = if name.ends_with(".tar") { Self::Archive } else { Self::Layout };
        Ok((kind, word.to_owned()))
    }

    /// A word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Layout => "oci",
            Self::Archive => "tar",
        }
    }

    /// Refuses an output that is there and would be lost, before anything is fetched for it.
    ///
    /// # Errors
    /// What is there, or that it can't be looked at.
    pub fn refuse(self, output: &Path) -> Result<(), ImageError> {
        let refused = |cause| Err(ImageError::Output { output: output.to_owned(), cause });
        let failed = |source| ImageError::Write { output: output.to_owned(), source };
        let metadata = match fs::symlink_metadata(output) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(failed(error)),
        };
        match self {
            Self::Archive if metadata.is_dir() => refused("it is a directory"),
            Self::Archive if !metadata.is_file() => refused("it is no regular file"),
            Self::Layout if !metadata.is_dir() => refused("it is there, and is no directory"),
            Self::Layout if fs::read_dir(output).map_err(failed)?.next().is_some() => {
                refused("the directory is not empty")
            }
            _ => Ok(()),
        }
    }
}

/// The directory that `oci:DIR` names, if that is what a word is.
pub fn layout_directory(word: &Path) -> Option<PathBuf> {
    let directory = word.as_os_str().as_bytes().strip_prefix(LAYOUT_PREFIX.as_bytes())?;
    Some(PathBuf::from(OsStr::from_bytes(directory)))
}

/// An image that is composed and has not got its name yet; it vanishes unless it is kept.
pub struct Composed {
    pub(super) layout: Layout,
    /// What it becomes.
    pub kind: ImageOutput,
    /// What it is.
    pub image: Image,
    pub(super) config: Value,
}

impl Composed {
    pub(super) fn new(layout: Layout, kind: ImageOutput, image: Image, config: Value) -> Self {
        Self { layout, kind, image, config }
    }

    /// Where it will be.
    pub fn output(&self) -> &Path {
        self.staging().output()
    }

    /// The layout that it is now.
    pub fn layout(&self) -> &Path {
        self.layout.top()
    }

    pub(super) fn staging(&self) -> &StagingDir {
        self.layout.staging()
    }

    /// Gives it its name.
    ///
    /// # Errors
    /// If it can't be packed or renamed; nothing is left then.
    pub fn keep(self) -> Result<(), ImageError> {
        let kept = match self.kind {
            // The kernel takes an empty directory's place by a rename, and no other.
            ImageOutput::Layout => fs::rename(self.layout(), self.output()),
            ImageOutput::Archive => self.pack().and_then(|archive| fs::rename(archive, self.output())),
        };
        kept.map_err(|source| self.layout.failed(source))
    }

    fn pack(&self) -> io::Result<PathBuf> {
        let path = self.staging().path().join("archive");
        write_archive(&self.layout, &self.image, &File::create_new(&path)?)?;
        Ok(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_told_by_their_names() {
        let told = |word: &str| ImageOutput::of_word(Path::new(word)).ok();
        assert_eq!(told("oci:x.tar"), Some((ImageOutput::Layout, "x.tar".into())));
        assert_eq!(told("x.tar"), Some((ImageOutput::Archive, "x.tar".into())));
        assert_eq!(told("x"), Some((ImageOutput::Layout, "x".into())));
        assert_eq!(told("x.tar.gz"), None);
    }
}
