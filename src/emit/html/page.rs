//! Page around a report: everything inline, and a policy that allows nothing else.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::kind::PartKind;
use super::report::{Report, RuleView, SubjectView};
use crate::emit::escape::{json_in_html, markup};
use crate::vocabulary::Severity;

const SHELL: &str = include_str!("report.html");

const STYLES: &str = include_str!("report.css");

/// Parts of the program, which share one scope, in the order of their dependencies.
const PROGRAM: &[&str] = &[
    include_str!("script/page.js"),
    include_str!("script/humanize.js"),
    include_str!("script/state.js"),
    include_str!("script/list.js"),
    include_str!("script/summary.js"),
    include_str!("script/findings.js"),
    include_str!("script/graph_model.js"),
    include_str!("script/graph_layout.js"),
    include_str!("script/graph_picture.js"),
    include_str!("script/graph_why.js"),
    include_str!("script/graph.js"),
    include_str!("script/treemap.js"),
    include_str!("script/sizes.js"),
    include_str!("script/main.js"),
];

/// Severities, the highest first.
const LEVELS: [Severity; 3] = [Severity::Error, Severity::Warning, Severity::Note];

/// Data that the page reads first: everything except the subjects, each of which is read when it is shown.
#[derive(Serialize)]
struct Head<'report> {
    version: &'static str,
    title: &'report str,
    noun: &'report str,
    size_label: &'report str,
    kinds: [(PartKind, &'static str); PartKind::LABELS.len()],
    rules: &'report [RuleView],
    not_checked: &'report [String],
    unread: &'report [(String, String)],
    subjects: Vec<SubjectHead<'report>>,
}

/// Row of a subject in the list of subjects.
#[derive(Serialize)]
struct SubjectHead<'report> {
    name: &'report str,
    /// Number of active findings of each severity, the highest first.
    levels: [(Severity, usize); LEVELS.len()],
    bytes: Option<u64>,
}

/// Writes a report as a complete HTML file. Equal reports have equal bytes.
///
/// # Errors
/// Never for these types; the signature is the encoder's.
pub(in crate::emit) fn html(report: &Report) -> serde_json::Result<String> {
    let program = program();
    let policy = format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; base-uri 'none'; form-action 'none'",
        source_hash(&program),
        source_hash(STYLES)
    );
    let mut data = data_block("report", &head(report))?;
    for (number, subject) in report.subjects.iter().enumerate() {
        data.push_str(&data_block(&format!("subject-{number}"), subject)?);
    }
    Ok(filled(SHELL, |mark| match mark {
        "policy" => policy.clone(),
        "title" => markup(&report.title),
        "styles" => STYLES.to_owned(),
        "data" => data.clone(),
        "program" => program.clone(),
        _ => String::new(),
    }))
}

fn head(report: &Report) -> Head<'_> {
    Head {
        version: env!("CARGO_PKG_VERSION"),
        title: &report.title,
        noun: report.noun,
        size_label: report.size_label,
        kinds: PartKind::LABELS,
        rules: &report.rules,
        not_checked: &report.not_checked,
        unread: &report.unread,
        subjects: report.subjects.iter().map(subject_head).collect(),
    }
}

fn subject_head(subject: &SubjectView) -> SubjectHead<'_> {
    let count = |level| {
        let findings = subject.findings.iter();
        findings.filter(|finding| finding.status == "active" && finding.level == level).count()
    };
    SubjectHead {
        name: &subject.name,
        levels: LEVELS.map(|level| (level, count(level))),
        bytes: subject.sizes.as_ref().map(|sizes| sizes.bytes),
    }
}

/// Returns the program in a scope of its own.
pub(super) fn program() -> String {
    format!("\"use strict\";\n(() => {{\n{}}})();\n", PROGRAM.concat())
}

/// Returns the source expression by which a policy allows a text: the base64 of its SHA-256 (CSP Level 3 §2.3.1).
fn source_hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

fn data_block(id: &str, value: &impl Serialize) -> serde_json::Result<String> {
    let json = json_in_html(&serde_json::to_string(value)?);
    Ok(format!("<script type=\"application/json\" id=\"{id}\">{json}</script>\n"))
}

/// Replaces each `{{mark}}` of the shell. Inserted text is not searched for marks.
fn filled(shell: &str, fill: impl Fn(&str) -> String) -> String {
    let mut text = String::new();
    let mut rest = shell;
    while let Some((before, after)) = rest.split_once("{{") {
        text.push_str(before);
        let (mark, behind) = after.split_once("}}").unwrap_or((after, ""));
        text.push_str(&fill(mark));
        rest = behind;
    }
    text.push_str(rest);
    text
}
