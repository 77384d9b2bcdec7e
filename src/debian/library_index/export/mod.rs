//! Export of library indices as tables for other engines: DuckDB, Polars, Spark, or any reader of Parquet or JSON
//! lines.
//!
//! Each table is one file in a directory. Every row names its target, so that one file has the rows of several
//! targets and tables can be joined. Rows are in the order of targets, packages and paths. The directory is written
//! next to its final place and renamed when it is complete. The same index gives the same bytes: no file records when
//! it was written.
//!
//! All text is UTF-8. Names and paths are bytes to Linux and ELF; a byte that is not UTF-8 is written as `\xNN`, and a
//! backslash as `\\`, so that nothing is lost (`text.rs`).

mod error;
mod jsonl_writer;
#[cfg(feature = "parquet")]
mod parquet_writer;
mod rows;
mod staging;
mod table_export;
mod tables;
mod text;
mod writer;

pub use error::ExportError;
pub use table_export::{Export, WrittenTable};
pub use tables::{ExportFormat, Table};
