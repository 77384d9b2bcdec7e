//! A library index as tables for other engines: DuckDB, Polars, Spark, or whatever reads Parquet or lines of JSON.
//!
//! Each table is one file in a directory, with the target in every row, so that tables of several targets lie in one file and
//! can be joined. Rows come in the order of targets, packages and paths. The directory is written beside its place and renamed
//! when it is whole. The same graph has the same bytes: no file tells when it was written.
//!
//! All text is UTF-8. Names and paths are bytes to Linux and ELF; what of them is not UTF-8 is written as `\xNN`, and a
//! backslash as `\\`, so that nothing is lost (`text.rs`).

mod directory;
mod jsonl_writer;
mod parquet_writer;
mod rows;
mod tables;
mod text;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use crate::debian::depot::KnownDeb;
use crate::vocabulary::{Target, named};

use directory::StagingDir;
use jsonl_writer::JsonlWriter;
use parquet_writer::ParquetWriter;
use tables::Cell;

pub use tables::Table;

named! {
    /// A form of the tables' files.
    ExportFormat("export format") {
        /// Apache Parquet, compressed with Zstandard.
        Parquet = "parquet",
        /// A JSON object on each line.
        Jsonl = "jsonl",
    }
}

/// Tables could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// What is there would be lost.
    #[error("cannot write {output}: {cause}")]
    Refused {
        /// The directory.
        output: PathBuf,
        /// What is there.
        cause: &'static str,
    },
    /// The system, or the form of the files, refuses.
    #[error("cannot write {output}")]
    Write {
        /// The directory.
        output: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// One table's file while it is written.
trait TableWriter {
    /// Adds a row, with a cell for each column.
    fn write(&mut self, row: &[Cell<'_>]) -> io::Result<()>;

    /// Writes what is left.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// How much was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenTable {
    /// The name of the file.
    pub file: String,
    /// Its rows.
    pub rows: u64,
}

/// The tables on their way into a directory; they vanish unless they are kept.
pub struct Export {
    staging: StagingDir,
    writers: BTreeMap<Table, (Box<dyn TableWriter>, WrittenTable)>,
}

impl Export {
    /// Begins to write beside `output`.
    ///
    /// # Errors
    /// When what is there would be lost, or nothing can be written there.
    pub fn begin(output: &Path, format: ExportFormat) -> Result<Self, ExportError> {
        let staging = StagingDir::beside(output)?;
        let mut writers = BTreeMap::new();
        for table in Table::ALL {
            let file = table.file_name(format);
            let opened = staging.create(&file).and_then(|target| -> io::Result<Box<dyn TableWriter>> {
                Ok(match format {
                    ExportFormat::Parquet => Box::new(ParquetWriter::new(target, *table)?),
                    ExportFormat::Jsonl => Box::new(JsonlWriter::new(target, *table)),
                })
            });
            let writer = opened.map_err(|source| staging.failed(source))?;
            writers.insert(*table, (writer, WrittenTable { file, rows: 0 }));
        }
        Ok(Self { staging, writers })
    }

    /// The directory beside the output in which it is written.
    pub fn staging(&self) -> &Path {
        self.staging.path()
    }

    /// Adds what is known of a package.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn add(&mut self, target: &Target, known: &KnownDeb) -> Result<(), ExportError> {
        let mut write = |table: Table, row: &[Cell<'_>]| match self.writers.get_mut(&table) {
            Some((writer, written)) => {
                written.rows += 1;
                writer.write(row)
            }
            None => Ok(()),
        };
        rows::of(target, known, &mut write).map_err(|source| self.staging.failed(source))
    }

    /// Gives the directory its name, and tells what is in it.
    ///
    /// # Errors
    /// When the rest can't be written, or the directory not renamed; what was there before is then untouched.
    pub fn keep(self) -> Result<Vec<WrittenTable>, ExportError> {
        let Self { staging, writers } = self;
        let mut all = Vec::new();
        for (writer, written) in writers.into_values() {
            writer.finish().map_err(|source| staging.failed(source))?;
            all.push(written);
        }
        staging.keep()?;
        Ok(all)
    }
}
