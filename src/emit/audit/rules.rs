//! The rules themselves, for people and programs.

use std::fmt::Write as _;

use serde::Serialize;

use crate::audit::{Rule, rules};
use crate::emit::style::{DIM, PATH, paint};

/// How wide a line of an explanation is.
const WIDTH: usize = 100;

/// What a rule finds and how that is fixed.
pub fn rule_text(rule: &Rule) -> String {
    let heading = paint(PATH, rule.code);
    let level = paint(DIM, format!("({})", rule.severity));
    format!(
        "{heading}: {} {level}\n\n{}\n\nHow to fix it:\n{}\n",
        rule.title,
        wrapped(rule.explanation),
        wrapped(rule.fix)
    )
}

/// A line for each rule.
pub fn rules_text() -> String {
    let width = rules::all().map(|rule| rule.code.len()).max().unwrap_or_default();
    let mut text = String::new();
    for rule in rules::all() {
        // Writing to a String can't fail.
        let _ = writeln!(text, "{:width$}  {:7}  {}", rule.code, rule.severity.name(), rule.title);
    }
    text
}

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    rules: Vec<RuleRow>,
}

#[derive(Serialize)]
struct RuleRow {
    code: &'static str,
    severity: &'static str,
    title: &'static str,
    explanation: &'static str,
    fix: &'static str,
}

/// All rules, schema sodeb.rules/1.
///
/// # Errors
/// Never for these types; the encoder's signature has it.
pub fn rules_json() -> serde_json::Result<String> {
    let row = |rule: &'static Rule| RuleRow {
        code: rule.code,
        severity: rule.severity.name(),
        title: rule.title,
        explanation: rule.explanation,
        fix: rule.fix,
    };
    let rules = rules::all().map(row).collect();
    serde_json::to_string_pretty(&Document { schema: "sodeb.rules/1", rules })
}

/// Words in lines of a width.
fn wrapped(words: &str) -> String {
    let mut lines = vec![String::new()];
    for word in words.split(' ') {
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
