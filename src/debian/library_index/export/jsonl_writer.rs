//! Tables as JSON lines: an object for each row, with all columns in their order.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use serde_json::{Map, Value};

use super::tables::{Cell, Column, Table};
use super::writer::TableWriter;

pub(super) struct JsonlWriter {
    target: BufWriter<File>,
    columns: Vec<Column>,
}

impl JsonlWriter {
    pub(super) fn new(target: File, table: Table) -> Self {
        Self { target: BufWriter::new(target), columns: table.columns() }
    }
}

impl TableWriter for JsonlWriter {
    fn write(&mut self, row: &[Cell<'_>]) -> io::Result<()> {
        let columns = self.columns.iter().map(|column| column.name.to_owned());
        let object: Map<String, Value> = columns.zip(row.iter().map(value)).collect();
        serde_json::to_writer(&mut self.target, &object)?;
        self.target.write_all(b"\n")
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.target.flush()
    }
}

fn value(cell: &Cell<'_>) -> Value {
    match cell {
        Cell::Text(text) => Value::from(text.as_ref()),
        Cell::Number(number) => Value::from(*number),
        Cell::Flag(flag) => Value::from(*flag),
        Cell::Empty => Value::Null,
    }
}
