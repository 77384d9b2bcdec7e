//! Tables as Apache Parquet, by the column writers of the parquet crate: flat columns, dictionaries, Zstandard.
//!
//! Rows are buffered by column until a row group is full, so that memory does not grow with the table. The metadata
//! names the program that wrote the file, and no time.

use std::fs::File;
use std::io::{self, BufWriter};
use std::sync::Arc;

use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::parser::parse_message_type;

use super::tables::{Cell, Column, ColumnType, Table};
use super::writer::TableWriter;

/// Number of rows in a row group: a few megabytes for each table that is written.
const ROW_GROUP: usize = 16_384;

/// Zstandard level of the pages.
const LEVEL: i32 = 9;

/// Name and version of this program, in the form that readers of Parquet parse.
const CREATED_BY: &str = concat!("sodeb version ", env!("CARGO_PKG_VERSION"));

pub(super) struct ParquetWriter {
    target: SerializedFileWriter<BufWriter<File>>,
    columns: Vec<ColumnBuffer>,
    rows: usize,
}

/// Buffered values of a column.
struct ColumnBuffer {
    values: Values,
    /// Definition levels of an optional column: 1 for a row with a value, 0 for one without.
    levels: Option<Vec<i16>>,
}

enum Values {
    Text(Vec<ByteArray>),
    Number(Vec<i64>),
    Flag(Vec<bool>),
}

impl ParquetWriter {
    pub(super) fn new(target: File, table: Table) -> io::Result<Self> {
        let columns = table.columns();
        let schema = parse_message_type(&schema(table, &columns)).map_err(io_error)?;
        let level = ZstdLevel::try_new(LEVEL).map_err(io_error)?;
        let properties = WriterProperties::builder()
            .set_created_by(CREATED_BY.to_owned())
            .set_compression(Compression::ZSTD(level))
            .build();
        let target =
            SerializedFileWriter::new(BufWriter::new(target), Arc::new(schema), Arc::new(properties));
        Ok(Self {
            target: target.map_err(io_error)?,
            columns: columns.iter().map(ColumnBuffer::new).collect(),
            rows: 0,
        })
    }

    /// Writes the buffered rows.
    fn write_group(&mut self) -> Result<(), ParquetError> {
        if self.rows == 0 {
            return Ok(());
        }
        let mut group = self.target.next_row_group()?;
        for buffer in &mut self.columns {
            if let Some(mut column) = group.next_column()? {
                buffer.write(&mut column)?;
                column.close()?;
            }
        }
        group.close()?;
        self.rows = 0;
        Ok(())
    }
}

impl TableWriter for ParquetWriter {
    fn write(&mut self, row: &[Cell<'_>]) -> io::Result<()> {
        for (buffer, cell) in self.columns.iter_mut().zip(row) {
            buffer.push(cell)?;
        }
        self.rows += 1;
        if self.rows == ROW_GROUP { self.write_group().map_err(io_error) } else { Ok(()) }
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.write_group().map_err(io_error)?;
        self.target.finish().map(drop).map_err(io_error)
    }
}

impl ColumnBuffer {
    fn new(column: &Column) -> Self {
        let values = match column.column_type {
            ColumnType::Text => Values::Text(Vec::new()),
            ColumnType::Number => Values::Number(Vec::new()),
            ColumnType::Flag => Values::Flag(Vec::new()),
        };
        Self { values, levels: column.is_optional.then(Vec::new) }
    }

    fn push(&mut self, cell: &Cell<'_>) -> io::Result<()> {
        match (&mut self.values, cell) {
            (Values::Text(values), Cell::Text(text)) => {
                // Most columns have runs of the same text, which is stored once.
                let same = values.last().filter(|last| last.data() == text.as_bytes()).cloned();
                values.push(same.unwrap_or_else(|| text.as_ref().into()));
            }
            (Values::Number(values), Cell::Number(number)) => values.push(*number),
            (Values::Flag(values), Cell::Flag(flag)) => values.push(*flag),
            (_, Cell::Empty) if self.levels.is_some() => {}
            _ => return Err(io::Error::other("a row does not have the columns of its table")),
        }
        if let Some(levels) = &mut self.levels {
            levels.push(i16::from(!matches!(cell, Cell::Empty)));
        }
        Ok(())
    }

    /// Writes the buffered values and clears the buffer.
    fn write(&mut self, column: &mut SerializedColumnWriter<'_>) -> Result<(), ParquetError> {
        let levels = self.levels.as_deref();
        match &mut self.values {
            Values::Text(values) => {
                column.typed::<ByteArrayType>().write_batch(values, levels, None)?;
                values.clear();
            }
            Values::Number(values) => {
                column.typed::<Int64Type>().write_batch(values, levels, None)?;
                values.clear();
            }
            Values::Flag(values) => {
                column.typed::<BoolType>().write_batch(values, levels, None)?;
                values.clear();
            }
        }
        if let Some(levels) = &mut self.levels {
            levels.clear();
        }
        Ok(())
    }
}

/// Returns the schema in the message type language of Parquet.
fn schema(table: Table, columns: &[Column]) -> String {
    let fields = columns.iter().map(|column| {
        let repetition = if column.is_optional { "OPTIONAL" } else { "REQUIRED" };
        let name = column.name;
        match column.column_type {
            ColumnType::Text => format!("{repetition} BYTE_ARRAY {name} (STRING);\n"),
            ColumnType::Number => format!("{repetition} INT64 {name};\n"),
            ColumnType::Flag => format!("{repetition} BOOLEAN {name};\n"),
        }
    });
    format!("message {table} {{\n{}}}\n", fields.collect::<String>())
}

fn io_error(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(source) => io::Error::other(source),
        },
        error => io::Error::other(error),
    }
}
