//! Where an image is made: one folder beside the output, with all that has no name yet. It vanishes with its owner.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::ImageError;
use crate::storage::folder_of;

/// A folder on the disk of an output.
#[derive(Debug)]
pub struct Workplace {
    folder: TempDir,
    output: PathBuf,
}

impl Workplace {
    /// A new one for an output.
    ///
    /// # Errors
    /// When none can be made there.
    pub fn beside(output: &Path) -> Result<Self, ImageError> {
        let failed = |source| ImageError::Write { output: output.to_owned(), source };
        let folder = folder_of(output);
        // A temporary folder's errors would name it, which nobody knows.
        fs::metadata(folder).map_err(failed)?;
        let folder = tempfile::Builder::new().prefix(".sodeb-").tempdir_in(folder).map_err(failed)?;
        Ok(Self { folder, output: output.to_owned() })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// What it is for.
    pub fn output(&self) -> &Path {
        &self.output
    }
}
