//! Output directory of the tables: written next to its final place, and renamed when it is complete.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::error::ExportError;
use super::tables::{ExportFormat, Table};
use crate::support::files::directory_of;

/// Temporary directory on the file system of the output. It is removed when it is dropped.
pub(super) struct StagingDir {
    directory: TempDir,
    output: PathBuf,
}

impl StagingDir {
    /// Creates a temporary directory next to `output`.
    ///
    /// # Errors
    /// If existing files would be lost, or the directory cannot be created.
    pub(super) fn beside(output: &Path) -> Result<Self, ExportError> {
        refuse_directory(output)?;
        let error = |source| ExportError::Write { output: output.to_owned(), source };
        let directory = directory_of(output);
        // Errors of a temporary directory would name that directory, which means nothing to the user.
        fs::metadata(directory).map_err(error)?;
        let directory = tempfile::Builder::new().prefix(".sodeb-").tempdir_in(directory).map_err(error)?;
        let staging = Self { directory, output: output.to_owned() };
        // The temporary directory is private; the mode of the output depends on the umask.
        fs::create_dir(staging.new_directory()).map_err(error)?;
        Ok(staging)
    }

    /// Creates a file in the new directory.
    pub(super) fn create(&self, name: &str) -> io::Result<File> {
        File::create_new(self.new_directory().join(name))
    }

    /// Path of the temporary directory.
    pub(super) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Renames the new directory to its final name. Existing tables are moved away first, and back if that fails.
    pub(super) fn keep(self) -> Result<(), ExportError> {
        refuse_directory(&self.output)?;
        let new = self.new_directory();
        let renamed = match fs::rename(&new, &self.output) {
            // rename(2) replaces an empty directory only.
            Err(error) if matches!(error.kind(), ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists) => {
                self.replace(&new)
            }
            renamed => renamed,
        };
        renamed.map_err(|source| self.error(source))
    }

    fn replace(&self, new: &Path) -> io::Result<()> {
        let old = self.path().join("old");
        fs::rename(&self.output, &old)?;
        fs::rename(new, &self.output).inspect_err(|_| {
            // Of two errors the first one is reported.
            let _ = fs::rename(&old, &self.output);
        })
    }

    /// Error that the output cannot be written.
    pub(super) fn error(&self, source: io::Error) -> ExportError {
        ExportError::Write { output: self.output.clone(), source }
    }

    fn new_directory(&self) -> PathBuf {
        self.path().join("new")
    }
}

/// Refuses an output path where existing files would be lost: one that is not a directory, or a directory with files other
/// than tables.
fn refuse_directory(output: &Path) -> Result<(), ExportError> {
    let refused = |cause| Err(ExportError::Refused { output: output.to_owned(), cause });
    let error = |source| ExportError::Write { output: output.to_owned(), source };
    match fs::symlink_metadata(output) {
        Err(source) if source.kind() == ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(error(source)),
        Ok(metadata) if !metadata.is_dir() => return refused("it exists and is not a directory"),
        Ok(_) => {}
    }
    for entry in fs::read_dir(output).map_err(error)? {
        let entry = entry.map_err(error)?;
        let is_file = entry.file_type().map_err(error)?.is_file();
        if !(is_file && is_table(&entry.file_name().to_string_lossy())) {
            return refused("the directory has files other than tables");
        }
    }
    Ok(())
}

fn is_table(name: &str) -> bool {
    let mut files =
        ExportFormat::ALL.iter().flat_map(|format| Table::ALL.iter().map(|table| table.file_name(*format)));
    files.any(|file| file == name)
}
