//! Output directory of the tables: made in a staging directory, and renamed when it is complete.

use std::fs::{self, DirEntry, File};
use std::io;
use std::path::Path;

use super::tables::{ExportFormat, Table};
use crate::support::output::{OutputError, OutputForm, StagingDir};

/// Name of the new directory in the staging directory.
const STAGED: &str = "tables";

/// A new directory of tables. It is removed unless it is kept.
pub(super) struct StagedTables {
    staging: StagingDir,
}

/// Form of the output: a directory that replaces one in which there are only tables.
const FORM: OutputForm = OutputForm::Directory { is_replaceable: is_table };

impl StagedTables {
    /// Creates an empty directory for `output`.
    ///
    /// # Errors
    /// If existing files would be lost, or the directory cannot be created.
    pub(super) fn new(output: &Path) -> Result<Self, OutputError> {
        FORM.check(output)?;
        let staging = StagingDir::beside(output)?;
        // The staging directory is private; the mode of the output depends on the umask.
        fs::create_dir(staging.entry(STAGED)).map_err(|source| staging.failed(source))?;
        Ok(Self { staging })
    }

    /// Creates a file in the new directory.
    pub(super) fn create(&self, name: &str) -> io::Result<File> {
        File::create_new(self.staging.entry(STAGED).join(name))
    }

    /// Path of the staging directory.
    pub(super) fn path(&self) -> &Path {
        self.staging.path()
    }

    /// Error that the output cannot be written.
    pub(super) fn error(&self, source: io::Error) -> OutputError {
        self.staging.failed(source)
    }

    /// Renames the new directory to its final path, in the place of existing tables.
    pub(super) fn keep(self) -> Result<(), OutputError> {
        FORM.check(self.staging.output())?;
        self.staging.replace_output(STAGED)
    }
}

fn is_table(entry: &DirEntry) -> bool {
    let name = entry.file_name();
    let mut files =
        ExportFormat::ALL.iter().flat_map(|format| Table::ALL.iter().map(|table| table.file_name(*format)));
    entry.file_type().is_ok_and(|file_type| file_type.is_file()) && files.any(|file| name == *file)
}
