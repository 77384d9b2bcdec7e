//! Rules of the audit, as text and as JSON of schema sodeb.rules/1.

use serde::Serialize;

use crate::audit::{Rule, rules};
use crate::emit::lines::Lines;
use crate::emit::style::{DIM, HEADING, paint};

/// Width of the lines of an explanation.
const WIDTH: usize = 100;

/// Writes a rule with its explanation as text with colours as ANSI sequences.
pub fn rule_text(rule: &Rule) -> String {
    let heading = paint(HEADING, rule.code);
    let level = paint(DIM, format_args!("({})", rule.severity));
    format!(
        "{heading}: {} {level}\n\n{}\n\nHow to fix it:\n{}\n",
        rule.title,
        wrapped(rule.explanation),
        wrapped(rule.fix)
    )
}

/// Writes a line for each rule.
pub fn rules_text() -> String {
    let width = rules::all().map(|rule| rule.code.len()).max().unwrap_or_default();
    let mut text = Lines::default();
    for rule in rules::all() {
        text.line(format_args!("{:width$}  {:7}  {}", rule.code, rule.severity, rule.title));
    }
    text.into_text()
}

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    rules: Vec<RuleRow>,
}

#[derive(Serialize)]
struct RuleRow {
    code: &'static str,
    scope: &'static str,
    severity: &'static str,
    title: &'static str,
    explanation: &'static str,
    fix: &'static str,
}

/// Writes all rules as one JSON document, without a newline at its end.
///
/// # Errors
/// Never for these types; the signature is the encoder's.
pub fn rules_json() -> serde_json::Result<String> {
    let row = |rule: &'static Rule| RuleRow {
        code: rule.code,
        scope: rule.scope.name(),
        severity: rule.severity.name(),
        title: rule.title,
        explanation: rule.explanation,
        fix: rule.fix,
    };
    serde_json::to_string_pretty(&Document {
        schema: "sodeb.rules/1",
        rules: rules::all().map(row).collect(),
    })
}

/// Wraps text into lines of [`WIDTH`] characters.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.len() - 1;
        if !lines[last].is_empty() && lines[last].chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(word.to_owned());
        } else {
            if !lines[last].is_empty() {
                lines[last].push(' ');
            }
            lines[last].push_str(word);
        }
    }
    lines.join("\n")
}
