//! `sodeb lock --check`, as text and as JSON of schema sodeb.check/1.

use std::fmt::Write as _;

use serde::Serialize;

use crate::emit::humanize::counted;
use crate::emit::style::{BAD, GOOD, paint};
use crate::solve::plan::{Change, Presence};

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    agrees: bool,
    changes: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    kind: &'static str,
    /// `added` or `removed`, where only one of the two has it.
    presence: Option<&'static str>,
    detail: String,
}

/// The changes since a lock as one JSON document, without a newline at its end.
///
/// # Errors
/// Never for these types; the encoder's signature has it.
pub fn check_json(changes: &[Change]) -> serde_json::Result<String> {
    let row = |change: &Change| Row {
        kind: change.kind(),
        presence: change.presence().map(Presence::name),
        detail: change.to_string(),
    };
    serde_json::to_string_pretty(&Document {
        schema: "sodeb.check/1",
        agrees: changes.is_empty(),
        changes: changes.iter().map(row).collect(),
    })
}

/// The changes since a lock as text with colours as ANSI sequences, a line for each. `lock` is the lock's name.
pub fn check_text(changes: &[Change], lock: &str) -> String {
    if changes.is_empty() {
        return paint(GOOD, format_args!("{lock} still holds"));
    }
    let count = counted(changes.len(), "difference");
    let mut text = paint(BAD, format_args!("{lock} does not hold any more: {count}"));
    text.push('\n');
    for change in changes {
        // Writing to a String can't fail.
        let _ = writeln!(text, "{change}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solve::plan::{difference, sample::sample_plan};

    fn changes() -> Vec<Change> {
        let mut new = sample_plan();
        new.packages.remove(1);
        difference(&sample_plan(), &new)
    }

    #[test]
    fn what_changed_is_told_a_line_each() {
        let text = anstream::adapter::strip_str(&check_text(&changes(), "sodeb.lock")).to_string();
        assert_eq!(
            text,
            "sodeb.lock does not hold any more: 1 difference\npackage removed: libmpfr6 4.2.0-1 (2 files)\n"
        );
        let fine = anstream::adapter::strip_str(&check_text(&[], "sodeb.lock")).to_string();
        assert_eq!(fine, "sodeb.lock still holds");
    }

    #[test]
    fn json_tells_kind_and_presence() {
        let json: serde_json::Value =
            serde_json::from_str(&check_json(&changes()).expect("is written")).expect("is JSON");
        assert_eq!(json["agrees"], false);
        assert_eq!(json["changes"][0]["kind"], "package");
        assert_eq!(json["changes"][0]["presence"], "removed");
    }
}
