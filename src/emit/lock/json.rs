//! `sodeb lock --format json`, schema sodeb.lock/1: the report on a lock, not the lock itself.

use serde::Serialize;

use crate::emit::rows::PlanRow;
use crate::solve::plan::{Comparison, Plan};

#[derive(Serialize)]
struct Document<'answer> {
    schema: &'static str,
    comparison: &'answer Comparison,
    #[serde(flatten)]
    plan: PlanRow<'answer>,
}

/// Writes a Plan and its comparison as one JSON document, without a newline at its end. `release_from` is the reason for
/// the choice of the release.
///
/// # Errors
/// Never for these types; the signature is the encoder's.
pub fn lock_json(plan: &Plan, comparison: &Comparison, release_from: &str) -> serde_json::Result<String> {
    serde_json::to_string_pretty(&Document {
        schema: "sodeb.lock/1",
        comparison,
        plan: PlanRow::new(plan, Some(release_from)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solve::plan::sample::{sample_comparison, sample_plan};

    #[test]
    fn a_document_contains_the_plan_and_the_comparison() {
        let json = lock_json(&sample_plan(), &sample_comparison(), "the venv's").expect("is encoded");
        let json: serde_json::Value = serde_json::from_str(&json).expect("is JSON");
        assert_eq!(json["schema"], "sodeb.lock/1");
        assert_eq!(json["target"]["release"], "bookworm");
        assert_eq!(json["comparison"]["depends_closure"]["packages"], 5);
        assert_eq!(json["comparison"]["taken"]["links"], 1);
        assert_eq!(json["packages"][0]["reason"], "named-for-soname");
        let link = serde_json::json!({
            "path": "/usr/lib/x86_64-linux-gnu/libmpfr.so.6", "link": "libmpfr.so.6.2.0", "origin": "package"
        });
        assert_eq!(json["packages"][1]["files"][0], link);
        assert_eq!(json["packages"][1]["files"][1]["mode"], "0644");
    }
}
