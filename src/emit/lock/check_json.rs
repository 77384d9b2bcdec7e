//! `sodeb lock --check --format json`, schema sodeb.check/1.

use serde::Serialize;

use crate::solve::plan::{Change, Presence};

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    up_to_date: bool,
    changes: Vec<ChangeRow>,
}

#[derive(Serialize)]
struct ChangeRow {
    kind: &'static str,
    /// `added` or `removed`; null if both have it.
    presence: Option<&'static str>,
    detail: String,
}

/// Writes the changes since a lock as one JSON document, without a newline at its end.
///
/// # Errors
/// Never for these types; the signature is the encoder's.
pub fn check_json(changes: &[Change]) -> serde_json::Result<String> {
    let row = |change: &Change| ChangeRow {
        kind: change.kind(),
        presence: change.presence().map(Presence::name),
        detail: change.to_string(),
    };
    serde_json::to_string_pretty(&Document {
        schema: "sodeb.check/1",
        up_to_date: changes.is_empty(),
        changes: changes.iter().map(row).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solve::plan::{difference, sample::sample_plan};

    #[test]
    fn a_change_has_kind_and_presence() {
        let mut new = sample_plan();
        new.packages.remove(1);
        let json = check_json(&difference(&sample_plan(), &new)).expect("is encoded");
        let json: serde_json::Value = serde_json::from_str(&json).expect("valid JSON");
        assert_eq!(json["up_to_date"], false);
        assert_eq!(json["changes"][0]["kind"], "package");
        assert_eq!(json["changes"][0]["presence"], "removed");
    }
}
