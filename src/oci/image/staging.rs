//! Where an image is made: one directory beside the output, with all that has no name yet. It vanishes with its owner.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::ImageError;
use crate::support::files::directory_of;

/// A directory on the disk of an output.
#[derive(Debug)]
pub struct StagingDir {
    directory: TempDir,
    output: PathBuf,
}

impl StagingDir {
    /// A new one for an output.
    ///
    /// # Errors
    /// If none can be made there.
    pub fn beside(output: &Path) -> Result<Self, ImageError> {
        let failed = |source| ImageError::Write { output: output.to_owned(), source };
        let directory = directory_of(output);
        // A temporary directory's errors would name it, which nobody knows.
        fs::metadata(directory).map_err(failed)?;
        let directory = tempfile::Builder::new().prefix(".sodeb-").tempdir_in(directory).map_err(failed)?;
        Ok(Self { directory, output: output.to_owned() })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// What it is for.
    pub fn output(&self) -> &Path {
        &self.output
    }
}
