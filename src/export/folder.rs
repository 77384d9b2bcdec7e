//! The folder of the tables: written beside its place, and renamed when it is whole.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::tables::Table;
use super::{ExportError, ExportFormat};
use crate::storage::folder_of;

/// Where a folder is written, on the disk of its place. All of it vanishes with its owner.
pub(super) struct Workplace {
    folder: TempDir,
    output: PathBuf,
}

impl Workplace {
    /// A new one for a folder.
    ///
    /// # Errors
    /// When what is there would be lost, or none can be made.
    pub(super) fn beside(output: &Path) -> Result<Self, ExportError> {
        refuse_folder(output)?;
        let failed = |source| ExportError::Write { output: output.to_owned(), source };
        let folder = folder_of(output);
        // A temporary folder's errors would name it, which nobody knows.
        fs::metadata(folder).map_err(failed)?;
        let folder = tempfile::Builder::new().prefix(".sodeb-").tempdir_in(folder).map_err(failed)?;
        let workplace = Self { folder, output: output.to_owned() };
        // The umask decides who may look into it; the workplace is its owner's alone.
        fs::create_dir(workplace.new_folder()).map_err(failed)?;
        Ok(workplace)
    }

    /// A new file in the folder.
    pub(super) fn create(&self, name: &str) -> io::Result<File> {
        File::create_new(self.new_folder().join(name))
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Gives the folder its name. Tables that have it are put aside, and back where that fails.
    pub(super) fn keep(self) -> Result<(), ExportError> {
        refuse_folder(&self.output)?;
        let new = self.new_folder();
        let renamed = match fs::rename(&new, &self.output) {
            // rename(2): the kernel takes an empty folder's place, and no other's.
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

    fn new_folder(&self) -> PathBuf {
        self.path().join("new")
    }
}

/// Refuses a place where something would be lost: what is no folder, and a folder that has anything but tables.
///
/// # Errors
/// Which of these it is, or that it can't be looked at.
fn refuse_folder(output: &Path) -> Result<(), ExportError> {
    let refused = |cause| Err(ExportError::Refused { output: output.to_owned(), cause });
    let failed = |source| ExportError::Write { output: output.to_owned(), source };
    match fs::symlink_metadata(output) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
        Ok(metadata) if !metadata.is_dir() => return refused("it is there, and is no folder"),
        Ok(_) => {}
    }
    for entry in fs::read_dir(output).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let is_file = entry.file_type().map_err(failed)?.is_file();
        if !(is_file && is_table(&entry.file_name().to_string_lossy())) {
            return refused("the folder has other files than tables");
        }
    }
    Ok(())
}

fn is_table(name: &str) -> bool {
    let mut files =
        ExportFormat::ALL.iter().flat_map(|format| Table::ALL.iter().map(|table| table.file_name(*format)));
    files.any(|file| file == name)
}
