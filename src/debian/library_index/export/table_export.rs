//! Export of packages, one after another.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::Path;

use super::error::ExportError;
use super::jsonl_writer::JsonlWriter;
#[cfg(feature = "parquet")]
use super::parquet_writer::ParquetWriter;
use super::rows::write_package;
use super::staging::StagedTables;
use super::tables::{Cell, ExportFormat, Table};
use super::writer::TableWriter;
use crate::debian::library_index::IndexedPackage;
use crate::vocabulary::Target;

/// Finished file of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenTable {
    /// Name of the file.
    pub file: String,
    /// Number of rows.
    pub rows: u64,
}

/// Tables that are being written; they are removed unless [`Export::keep`] is called.
pub struct Export {
    staging: StagedTables,
    writers: BTreeMap<Table, (Box<dyn TableWriter>, WrittenTable)>,
}

impl Export {
    /// Starts an export next to `output`.
    ///
    /// # Errors
    /// If the build does not have the format, existing files would be lost, or nothing can be written there.
    pub fn begin(output: &Path, format: ExportFormat) -> Result<Self, ExportError> {
        if !format.is_available() {
            return Err(ExportError::Unavailable { output: output.to_owned(), format });
        }
        let staging = StagedTables::new(output)?;
        let mut writers = BTreeMap::new();
        for table in Table::ALL {
            let file = table.file_name(format);
            let created = staging.create(&file).and_then(|target| writer(format, target, *table));
            let writer = created.map_err(|source| staging.error(source))?;
            writers.insert(*table, (writer, WrittenTable { file, rows: 0 }));
        }
        Ok(Self { staging, writers })
    }

    /// Returns the temporary directory in which the tables are written.
    pub fn staging(&self) -> &Path {
        self.staging.path()
    }

    /// Adds the rows of a package.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn add(&mut self, target: &Target, package: &IndexedPackage) -> Result<(), ExportError> {
        let mut write = |table: Table, row: &[Cell<'_>]| match self.writers.get_mut(&table) {
            Some((writer, written)) => {
                written.rows += 1;
                writer.write(row)
            }
            None => Ok(()),
        };
        Ok(write_package(target, package, &mut write).map_err(|source| self.staging.error(source))?)
    }

    /// Finishes the tables and renames the directory to its final name. Returns the files.
    ///
    /// # Errors
    /// If the rest cannot be written or the directory cannot be renamed; existing tables are then untouched.
    pub fn keep(self) -> Result<Vec<WrittenTable>, ExportError> {
        let Self { staging, writers } = self;
        let mut all = Vec::new();
        for (writer, written) in writers.into_values() {
            writer.finish().map_err(|source| staging.error(source))?;
            all.push(written);
        }
        staging.keep()?;
        Ok(all)
    }
}

/// Returns the writer of a table's file.
fn writer(format: ExportFormat, target: File, table: Table) -> io::Result<Box<dyn TableWriter>> {
    match format {
        #[cfg(feature = "parquet")]
        ExportFormat::Parquet => Ok(Box::new(ParquetWriter::new(target, table)?)),
        #[cfg(not(feature = "parquet"))]
        ExportFormat::Parquet => Err(io::ErrorKind::Unsupported.into()),
        ExportFormat::Jsonl => Ok(Box::new(JsonlWriter::new(target, table))),
    }
}
