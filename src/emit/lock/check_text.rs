//! `sodeb lock --check` as text.

use crate::emit::escape::printable;
use crate::emit::humanize::counted;
use crate::emit::lines::Lines;
use crate::emit::style::{BAD, DIM, GOOD, paint};
use crate::solve::plan::{Drift, ExplainedChange};

/// Writes the changes since the lock with the name `lock` as text with colours as ANSI sequences, one line each, and what is
/// newer than the lock.
pub fn check_text(changes: &[ExplainedChange], drift: &[Drift], lock: &str) -> String {
    let lock = printable(lock);
    let mut text = Lines::default();
    if changes.is_empty() {
        text.line(paint(GOOD, format_args!("{lock} is up to date")));
    } else {
        let count = counted(changes.len(), "change");
        text.line(paint(BAD, format_args!("{lock} is out of date: {count}")));
    }
    text.extend(changes.iter().map(|ExplainedChange { change, reason }| match reason {
        Some(reason) => printable(format_args!("{change}: {reason}")),
        None => printable(change),
    }));
    for drift in drift {
        text.line(paint(DIM, format_args!("note: {}", printable(drift))));
    }
    text.into_text()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solve::plan::{difference, explained, sample::sample_plan};

    #[test]
    fn each_change_has_a_line() {
        let mut new = sample_plan();
        new.packages.remove(1);
        let old = sample_plan();
        let changes = explained(difference(&old, &new), &old, &new);
        let drift = [Drift::Index { old: old.provenance.date, new: None }];
        let text = anstream::adapter::strip_str(&check_text(&changes, &drift, "sodeb.lock")).to_string();
        assert_eq!(
            text,
            "sodeb.lock is out of date: 1 change\npackage removed: libmpfr6 4.2.0-1 (2 files): libmpfr.so.6 is from \
             libmpfr6 now\nnote: the index is of an unknown date; the lock was made with that of 2026-08-18\n"
        );
        let text = anstream::adapter::strip_str(&check_text(&[], &[], "sodeb.lock")).to_string();
        assert_eq!(text, "sodeb.lock is up to date\n");
    }
}
