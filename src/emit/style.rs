//! Colours as ANSI sequences. The printer removes them where the output is not a terminal.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};

/// Style of errors.
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
/// Style of warnings.
pub(super) const WARNING: Style = AnsiColor::Yellow.on_default();
/// Style of good results.
pub(super) const GOOD: Style = AnsiColor::Green.on_default();
/// Style of headings.
pub(super) const HEADING: Style = Style::new().bold();
/// Style of details.
pub(super) const DIM: Style = Style::new().dimmed();

/// Writes text in a style.
pub(super) fn paint(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}
