//! The page around a report: everything inline, and a policy that allows nothing else.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::report::{Kind, Level, Report, RuleView, State, Subject};

const SHELL: &str = include_str!("report.html");

const STYLES: &str = include_str!("report.css");

/// The program, in the order in which its parts name each other: they share one scope.
const PROGRAM: &[&str] = &[
    include_str!("script/page.js"),
    include_str!("script/words.js"),
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

/// What the page reads first: all but the subjects themselves, each of which is read when it is shown.
#[derive(Serialize)]
struct Head<'report> {
    version: &'static str,
    title: &'report str,
    noun: &'report str,
    size_words: &'report str,
    kinds: [(Kind, &'static str); Kind::WORDS.len()],
    rules: &'report [RuleView],
    not_seen: &'report [String],
    unread: &'report [(String, String)],
    subjects: Vec<SubjectHead<'report>>,
}

/// What a list of subjects shows of one.
#[derive(Serialize)]
struct SubjectHead<'report> {
    name: &'report str,
    /// How many findings count, the worst level first.
    levels: [(Level, usize); Level::ALL.len()],
    bytes: Option<u64>,
}

/// The report as a whole HTML file. The same report has the same bytes.
///
/// # Errors
/// Never for these types; the encoder's signature has it.
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
        "title" => escaped_text(&report.title),
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
        size_words: report.size_words,
        kinds: Kind::WORDS,
        rules: &report.rules,
        not_seen: &report.not_seen,
        unread: &report.unread,
        subjects: report.subjects.iter().map(subject_head).collect(),
    }
}

fn subject_head(subject: &Subject) -> SubjectHead<'_> {
    let counting = |level| {
        let all = subject.findings.iter();
        all.filter(|finding| finding.state == State::Counts && finding.level == level).count()
    };
    SubjectHead {
        name: &subject.name,
        levels: Level::ALL.map(|level| (level, counting(level))),
        bytes: subject.sizes.as_ref().map(|sizes| sizes.bytes),
    }
}

/// The program in a scope of its own.
pub(super) fn program() -> String {
    format!("\"use strict\";\n(() => {{\n{}}})();\n", PROGRAM.concat())
}

/// What a policy allows a text by: the base64 of its SHA-256 (CSP Level 3 §2.3.1).
fn source_hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

fn data_block(id: &str, value: &impl Serialize) -> serde_json::Result<String> {
    let json = escaped_json(&serde_json::to_string(value)?);
    Ok(format!("<script type=\"application/json\" id=\"{id}\">{json}</script>\n"))
}

/// JSON that is text to an HTML parser whatever is in it: what could end the element or begin a comment, and the
/// separators that older scripts took for line ends, stand as `\uXXXX`. Outside of strings JSON has none of them.
pub(super) fn escaped_json(json: &str) -> String {
    let mut text = String::with_capacity(json.len() + json.len() / 64);
    for letter in json.chars() {
        match letter {
            '<' => text.push_str("\\u003c"),
            '>' => text.push_str("\\u003e"),
            '&' => text.push_str("\\u0026"),
            '\u{2028}' => text.push_str("\\u2028"),
            '\u{2029}' => text.push_str("\\u2029"),
            _ => text.push(letter),
        }
    }
    text
}

fn escaped_text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The shell with each `{{mark}}` replaced; what is put in is not looked through again.
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
