//! The directory of the tables: written beside its place, and renamed when it is whole.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::tables::Table;
use super::{ExportError, ExportFormat};
use crate::support::storage::directory_of;

/// Where a directory is written, on the disk of its place. All of it vanishes with its owner.
pub(super) struct StagingDir {
    directory: TempDir,
    output: PathBuf,
}

impl StagingDir {
    /// A new one for a directory.
    ///
    /// # Errors
    /// When what is there would be lost, or none can be made.
    pub(super) fn beside(output: &Path) -> Result<Self, ExportError> {
        refuse_directory(output)?;
        let failed = |source| ExportError::Write { output: output.to_owned(), source };
        let directory = directory_of(output);
        // A temporary directory's errors would name it, which nobody knows.
        fs::metadata(directory).map_err(failed)?;
        let directory = tempfile::Builder::new().prefix(".sodeb-").tempdir_in(directory).map_err(failed)?;
        let staging = Self { directory, output: output.to_owned() };
        // The umask decides who may look into it; the staging is its owner's alone.
        fs::create_dir(staging.new_directory()).map_err(failed)?;
        Ok(staging)
    }

    /// A new file in the directory.
    pub(super) fn create(&self, name: &str) -> io::Result<File> {
        File::create_new(self.new_directory().join(name))
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Gives the directory its name. Tables that have it are put aside, and back where that fails.
    pub(super) fn keep(self) -> Result<(), ExportError> {
        refuse_directory(&self.output)?;
        let new = self.new_directory();
        let renamed = match fs::rename(&new, &self.output) {
            // rename(2): the kernel takes an empty directory's place, and no other's.
            Err(error) if matches!(error.kind(), ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists) => {
                self.replace(&new)
            }
            renamed => renamed,
        };
        renamed.map_err(|source| self.failed(source))
    }

    fn replace(&self, new: &Path) -> io::Result<()> {
        let old = self.path().join("old");
        fs::rename(&self.output, &old)?;
        fs::rename(new, &self.output).inspect_err(|_| {
            // Of two errors the first is told.
            let _ = fs::rename(&old, &self.output);
        })
    }

    /// That it can't be written.
    pub(super) fn failed(&self, source: io::Error) -> ExportError {
        ExportError::Write { output: self.output.clone(), source }
    }

    fn new_directory(&self) -> PathBuf {
        self.path().join("new")
    }
}

/// Refuses a place where something would be lost: what is no directory, and a directory that has anything but tables.
///
/// # Errors
/// Which of these it is, or that it can't be looked at.
fn refuse_directory(output: &Path) -> Result<(), ExportError> {
    let refused = |cause| Err(ExportError::Refused { output: output.to_owned(), cause });
    let failed = |source| ExportError::Write { output: output.to_owned(), source };
    match fs::symlink_metadata(output) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
        Ok(metadata) if !metadata.is_dir() => return refused("it is there, and is no directory"),
        Ok(_) => {}
    }
    for entry in fs::read_dir(output).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let is_file = entry.file_type().map_err(failed)?.is_file();
        if !(is_file && is_table(&entry.file_name().to_string_lossy())) {
            return refused("the directory has other files than tables");
        }
    }
    Ok(())
}

fn is_table(name: &str) -> bool {
    let mut files =
        ExportFormat::ALL.iter().flat_map(|format| Table::ALL.iter().map(|table| table.file_name(*format)));
    files.any(|file| file == name)
}
