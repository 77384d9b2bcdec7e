//! A table as Apache Parquet, by the column writers of the format's own crate: flat columns, dictionaries, Zstandard.
//!
//! Rows are gathered by column until they make a row group, which is then written: what is held does not grow with the
//! table. Its metadata tells which program wrote it, and not when.

use std::fs::File;
use std::io::{self, BufWriter};
use std::sync::Arc;

use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::parser::parse_message_type;

use super::TableWriter;
use super::tables::{Cell, Column, Kind, Table};

/// How many rows make a row group: some megabytes, for each table that is written at a time.
const ROW_GROUP: usize = 16_384;

/// How hard pages are compressed.
const LEVEL: i32 = 9;

/// The program, as the format's readers take it apart.
const CREATED_BY: &str = concat!("sodeb version ", env!("CARGO_PKG_VERSION"));

pub(super) struct ParquetWriter {
    target: SerializedFileWriter<BufWriter<File>>,
    columns: Vec<Gathered>,
    rows: usize,
}

/// The values of a column that are not written yet.
struct Gathered {
    values: Values,
    /// For a column in which there may be nothing, whether each row has something (1) or not (0).
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
        let schema = parse_message_type(&schema(table, &columns)).map_err(failed)?;
        let level = ZstdLevel::try_new(LEVEL).map_err(failed)?;
        let properties = WriterProperties::builder()
            .set_created_by(CREATED_BY.to_owned())
            .set_compression(Compression::ZSTD(level))
            .build();
        let target =
            SerializedFileWriter::new(BufWriter::new(target), Arc::new(schema), Arc::new(properties));
        Ok(Self {
            target: target.map_err(failed)?,
            columns: columns.iter().map(Gathered::new).collect(),
            rows: 0,
        })
    }

    /// Writes the rows that were gathered.
    fn write_group(&mut self) -> Result<(), ParquetError> {
        if self.rows == 0 {
            return Ok(());
        }
        let mut group = self.target.next_row_group()?;
        for gathered in &mut self.columns {
            if let Some(mut column) = group.next_column()? {
                gathered.write(&mut column)?;
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
        for (gathered, cell) in self.columns.iter_mut().zip(row) {
            gathered.push(cell)?;
        }
        self.rows += 1;
        if self.rows == ROW_GROUP { self.write_group().map_err(failed) } else { Ok(()) }
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.write_group().map_err(failed)?;
        self.target.finish().map(drop).map_err(failed)
    }
}

impl Gathered {
    fn new(column: &Column) -> Self {
        let values = match column.kind {
            Kind::Text => Values::Text(Vec::new()),
            Kind::Number => Values::Number(Vec::new()),
            Kind::Flag => Values::Flag(Vec::new()),
        };
        Self { values, levels: column.is_optional.then(Vec::new) }
    }

    fn push(&mut self, cell: &Cell<'_>) -> io::Result<()> {
        match (&mut self.values, cell) {
            (Values::Text(values), Cell::Text(text)) => {
                // Most columns have runs of one text, which is held once.
                let same = values.last().filter(|last| last.data() == text.as_bytes()).cloned();
                values.push(same.unwrap_or_else(|| text.as_ref().into()));
            }
            (Values::Number(values), Cell::Number(number)) => values.push(*number),
            (Values::Flag(values), Cell::Flag(flag)) => values.push(*flag),
            (_, Cell::Nothing) if self.levels.is_some() => {}
            _ => return Err(io::Error::other("a row is not of its table's form")),
        }
        if let Some(levels) = &mut self.levels {
            levels.push(i16::from(!matches!(cell, Cell::Nothing)));
        }
        Ok(())
    }

    /// Writes the values, and forgets them.
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

/// The schema, in the format's own language for it.
fn schema(table: Table, columns: &[Column]) -> String {
    let fields = columns.iter().map(|column| {
        let repetition = if column.is_optional { "OPTIONAL" } else { "REQUIRED" };
        let name = column.name;
        match column.kind {
            Kind::Text => format!("{repetition} BYTE_ARRAY {name} (STRING);\n"),
            Kind::Number => format!("{repetition} INT64 {name};\n"),
            Kind::Flag => format!("{repetition} BOOLEAN {name};\n"),
        }
    });
    format!("message {table} {{\n{}}}\n", fields.collect::<String>())
}

fn failed(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(source) => io::Error::other(source),
        },
        error => io::Error::other(error),
    }
}
