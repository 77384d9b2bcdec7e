//! `sodeb lock --check` as text.

use crate::emit::escape::printable;
use crate::emit::humanize::counted;
use crate::emit::lines::Lines;
use crate::emit::style::{BAD, GOOD, paint};
use crate::solve::plan::Change;

/// Writes the changes since the lock with the name `lock` as text with colours as ANSI sequences, one line each.
pub fn check_text(changes: &[Change], lock: &str) -> String {
    let lock = printable(lock);
    if changes.is_empty() {
        return paint(GOOD, format_args!("{lock} is up to date"));
    }
    let mut text = Lines::default();
    let count = counted(changes.len(), "change");
    text.line(paint(BAD, format_args!("{lock} is out of date: {count}")));
    text.extend(changes.iter().map(printable));
    text.into_text()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solve::plan::{difference, sample::sample_plan};

    #[test]
    fn each_change_has_a_line() {
        let mut new = sample_plan();
        new.packages.remove(1);
        let changes = difference(&sample_plan(), &new);
        let text = anstream::adapter::strip_str(&check_text(&changes, "sodeb.lock")).to_string();
        assert_eq!(
            text,
            "sodeb.lock is out of date: 1 change\npackage removed: libmpfr6 4.2.0-1 (2 files)\n"
        );
        let text = anstream::adapter::strip_str(&check_text(&[], "sodeb.lock")).to_string();
        assert_eq!(text, "sodeb.lock is up to date");
    }
}
