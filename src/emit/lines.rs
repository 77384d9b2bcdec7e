//! Text that is built line by line.

use std::fmt::{Display, Write as _};

/// Text under construction.
#[derive(Default)]
pub(super) struct Lines(String);

impl Lines {
    /// Appends a line.
    pub(super) fn line(&mut self, line: impl Display) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.0, "{line}");
    }

    /// Appends an empty line.
    pub(super) fn blank(&mut self) {
        self.0.push('\n');
    }

    /// Returns the text, which ends with a newline unless it is empty.
    pub(super) fn into_text(self) -> String {
        self.0
    }
}

impl<Line: Display> Extend<Line> for Lines {
    fn extend<Items: IntoIterator<Item = Line>>(&mut self, lines: Items) {
        lines.into_iter().for_each(|line| self.line(line));
    }
}
