//! `sodeb audit --format sarif`: the Static Analysis Results Interchange Format 2.1.0 (OASIS), a run for each image.
//!
//! An object has no lines, but GitHub shows only results with a region: each result is located in line 1.

use serde_json::{Value, json};

use super::details::{evidence, fixes};
use crate::audit::{FindingStatus, JudgedFinding, ReportedImage, UnreadImage};
use crate::audit::{Rule, rules};
use crate::emit::escape::percent_encoded;
use crate::vocabulary::{RootedPath, Severity};

/// Writes the findings of all images as one document, without a newline at its end.
///
/// # Errors
/// Never for these types; the signature is the encoder's.
pub fn audit_sarif(images: &[ReportedImage], unread: &[UnreadImage]) -> serde_json::Result<String> {
    let runs: Vec<Value> = images.iter().map(run).chain(unread.iter().map(unread_run)).collect();
    serde_json::to_string_pretty(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": runs,
    }))
}

fn run(image: &ReportedImage) -> Value {
    let results: Vec<Value> = image.judged.iter().map(|judged| result(image, judged)).collect();
    json!({
        "tool": tool(),
        "automationDetails": { "id": format!("sodeb/{}", image.name) },
        "invocations": [{ "executionSuccessful": true }],
        "originalUriBaseIds": { "ROOT": { "description": { "text": format!("the root of {}", image.name) } } },
        "columnKind": "utf16CodeUnits",
        "results": results,
    })
}

fn unread_run(unread: &UnreadImage) -> Value {
    json!({
        "tool": tool(),
        "automationDetails": { "id": format!("sodeb/{}", unread.name) },
        "invocations": [{
            "executionSuccessful": false,
            "toolExecutionNotifications": [{ "level": "error", "message": { "text": unread.cause } }],
        }],
        "results": [],
    })
}

fn tool() -> Value {
    let version = env!("CARGO_PKG_VERSION");
    let rules: Vec<Value> = rules::all().map(descriptor).collect();
    json!({ "driver": { "name": "sodeb", "version": version, "semanticVersion": version, "rules": rules } })
}

fn descriptor(rule: &Rule) -> Value {
    json!({
        "id": rule.code,
        "shortDescription": { "text": rule.title },
        "fullDescription": { "text": rule.explanation },
        "help": { "text": rule.fix },
        "defaultConfiguration": { "level": level(rule.severity) },
    })
}

fn level(severity: Severity) -> &'static str {
    // The severities have the names of SARIF's levels.
    severity.name()
}

fn result(image: &ReportedImage, judged: &JudgedFinding) -> Value {
    let finding = &judged.finding;
    let mut message = finding.message.clone();
    for fix in fixes(image, finding).iter().take(1) {
        message = format!("{message}; fix: {fix}");
    }
    let mut result = json!({
        "ruleId": finding.rule.code,
        "ruleIndex": rules::all().position(|rule| rule.code == finding.rule.code),
        "level": level(finding.severity),
        "message": { "text": message },
        "locations": [{
            "physicalLocation": {
                "artifactLocation": { "uri": uri(&finding.path), "uriBaseId": "ROOT" },
                "region": { "startLine": 1 },
            },
            "logicalLocations": logical_locations(judged),
        }],
        "partialFingerprints": { "sodeb/v1": finding.fingerprint() },
        "properties": {
            "subject": finding.subject,
            "reach": finding.reach.name(),
            "evidence": evidence(image, finding),
            "fix": fixes(image, finding),
        },
    });
    match &judged.status {
        FindingStatus::Active => {}
        FindingStatus::Known => result["baselineState"] = json!("unchanged"),
        FindingStatus::Ignored { reason, .. } => {
            result["suppressions"] = json!([{ "kind": "external", "justification": reason }]);
        }
    }
    result
}

/// Returns the package that owns the file.
fn logical_locations(judged: &JudgedFinding) -> Vec<Value> {
    let owner = judged.finding.owner.iter();
    owner.map(|owner| json!({ "fullyQualifiedName": owner.to_string(), "kind": "package" })).collect()
}

/// Converts a path to a reference relative to the root (RFC 3986 §4.2).
fn uri(path: &RootedPath) -> String {
    let uri = percent_encoded(&path.as_bytes()[1..], b"-._~/+@=");
    // An empty reference would also be the root.
    if uri.is_empty() { "./".to_owned() } else { uri }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_references() {
        assert_eq!(uri(&RootedPath::new("/a b/libx++.so:1")), "a%20b/libx++.so%3A1");
        assert_eq!(uri(&RootedPath::new("/")), "./");
    }
}
