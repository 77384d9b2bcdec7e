//! Colours, as ANSI sequences; whoever prints takes them out where there is no terminal.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};

/// Something is wrong.
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
/// Something is as it should be.
pub(super) const GOOD: Style = AnsiColor::Green.on_default();
/// What an answer is about.
pub(super) const PATH: Style = Style::new().bold();
/// What is beside the point.
pub(super) const DIM: Style = Style::new().dimmed();

/// Words in a colour.
pub(super) fn paint(style: Style, words: impl Display) -> String {
    format!("{style}{words}{style:#}")
}
