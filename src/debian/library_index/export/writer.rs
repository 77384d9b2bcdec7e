//! Interface of the file formats.

use std::io;

use super::tables::Cell;

/// File of one table while it is written.
pub(super) trait TableWriter {
    /// Adds a row with a cell for each column.
    fn write(&mut self, row: &[Cell<'_>]) -> io::Result<()>;

    /// Writes the buffered rest.
    fn finish(self: Box<Self>) -> io::Result<()>;
}
