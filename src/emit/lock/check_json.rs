//! `sodeb lock --check --format json`, schema sodeb.check/1.

use serde::Serialize;

use crate::solve::plan::{Drift, ExplainedChange, Presence};

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    up_to_date: bool,
    changes: Vec<ChangeRow>,
    /// Facts that differ from those of the lock, while the same packages are right.
    notes: Vec<NoteRow>,
}

#[derive(Serialize)]
struct NoteRow {
    /// `index` or `base`.
    kind: &'static str,
    detail: String,
}

#[derive(Serialize)]
struct ChangeRow {
    kind: &'static str,
    /// `added` or `removed`; null if both have it.
    presence: Option<&'static str>,
    detail: String,
    /// Reason for the change, if it is known.
    reason: Option<String>,
}

/// Writes the changes since a lock as one JSON document, without a newline at its end.
///
/// # Errors
/// Never for these types; the signature is the encoder's.
pub fn check_json(changes: &[ExplainedChange], drift: &[Drift]) -> serde_json::Result<String> {
    let row = |ExplainedChange { change, reason }: &ExplainedChange| ChangeRow {
        kind: change.kind(),
        presence: change.presence().map(Presence::name),
        detail: change.to_string(),
        reason: reason.clone(),
    };
    serde_json::to_string_pretty(&Document {
        schema: "sodeb.check/1",
        up_to_date: changes.is_empty(),
        changes: changes.iter().map(row).collect(),
        notes: drift.iter().map(|drift| NoteRow { kind: drift.kind(), detail: drift.to_string() }).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solve::plan::{difference, explained, sample::sample_plan};

    #[test]
    fn a_change_has_kind_and_presence() {
        let mut new = sample_plan();
        new.packages.remove(1);
        let old = sample_plan();
        let changes = explained(difference(&old, &new), &old, &new);
        let json = check_json(&changes, &[]).expect("is encoded");
        let json: serde_json::Value = serde_json::from_str(&json).expect("valid JSON");
        assert_eq!(json["up_to_date"], false);
        assert_eq!(json["changes"][0]["kind"], "package");
        assert_eq!(json["changes"][0]["presence"], "removed");
        assert_eq!(json["changes"][0]["reason"], "libmpfr.so.6 is from libmpfr6 now");
    }
}
