//! `sodeb audit --format junit`: the XML that continuous integration shows as tests, in the form of
//! Jenkins' junit-10.xsd: an image is a suite, a rule that finds nothing a test that passes, and a finding a test of
//! its own, which fails from the level on that makes the exit status 1.

use std::fmt::Write as _;

use super::{evidence, fixes};
use crate::audit::rules;
use crate::audit::{FindingStatus, JudgedFinding, ReportedImage, Severity, UnreadImage};
use crate::emit::xml::xml_text;

/// The findings of all images; those of `least` and above are failures.
pub fn audit_junit(images: &[ReportedImage], unread: &[UnreadImage], least: Option<Severity>) -> String {
    let suites: Vec<Suite> =
        images.iter().map(|image| suite(image, least)).chain(unread.iter().map(unread_suite)).collect();
    let total = |count: fn(&Suite) -> usize| -> usize { suites.iter().map(count).sum() };
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a String can't fail.
    let _ = writeln!(
        text,
        "<testsuites name=\"sodeb audit\" tests=\"{}\" failures=\"{}\" errors=\"{}\">",
        total(|suite| suite.cases.len()),
        total(|suite| suite.failures),
        total(|suite| suite.errors),
    );
    for suite in &suites {
        let Suite { name, cases, failures, errors, skipped } = suite;
        let _ = writeln!(
            text,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\">",
            xml_text(name),
            cases.len(),
        );
        text.extend(cases.iter().map(String::as_str));
        text.push_str("  </testsuite>\n");
    }
    text.push_str("</testsuites>\n");
    text
}

#[derive(Default)]
struct Suite {
    name: String,
    /// Each as its element.
    cases: Vec<String>,
    failures: usize,
    errors: usize,
    skipped: usize,
}

fn suite(image: &ReportedImage, least: Option<Severity>) -> Suite {
    let mut suite = Suite { name: image.name.clone(), ..Suite::default() };
    for rule in rules::all() {
        let mut of_rule =
            image.judged.iter().filter(|judged| judged.finding.rule.code == rule.code).peekable();
        if of_rule.peek().is_none() {
            let case =
                format!("    <testcase classname=\"{}\" name=\"{}\"/>\n", xml_text(&image.name), rule.code);
            suite.cases.push(case);
        }
        for judged in of_rule {
            let body = match &judged.status {
                FindingStatus::Active if least.is_some_and(|least| judged.finding.severity >= least) => {
                    suite.failures += 1;
                    failure(image, judged)
                }
                FindingStatus::Active => {
                    format!("      <system-out>{}</system-out>\n", details(image, judged))
                }
                FindingStatus::Known => {
                    suite.skipped += 1;
                    "      <skipped message=\"known before\"/>\n".to_owned()
                }
                FindingStatus::Ignored { reason, .. } => {
                    suite.skipped += 1;
                    format!("      <skipped message=\"ignored: {}\"/>\n", xml_text(reason))
                }
            };
            let finding = &judged.finding;
            let name = xml_text(format_args!("{}: {}: {}", rule.code, finding.path, finding.subject));
            let class = xml_text(&image.name);
            suite.cases.push(format!(
                "    <testcase classname=\"{class}\" name=\"{name}\">\n{body}    </testcase>\n"
            ));
        }
    }
    suite
}

fn failure(image: &ReportedImage, judged: &JudgedFinding) -> String {
    let finding = &judged.finding;
    let (message, kind) = (xml_text(&finding.message), finding.rule.code);
    format!("      <failure message=\"{message}\" type=\"{kind}\">{}</failure>\n", details(image, judged))
}

/// Where, why and how to fix it, a line each.
fn details(image: &ReportedImage, judged: &JudgedFinding) -> String {
    let finding = &judged.finding;
    let mut lines = vec![format!("{}: {}: {}", finding.severity, finding.path, finding.message)];
    lines.extend(evidence(image, finding));
    lines.extend(fixes(image, finding).into_iter().map(|fix| format!("fix: {fix}")));
    lines.iter().map(xml_text).collect::<Vec<_>>().join("\n")
}

fn unread_suite(unread: &UnreadImage) -> Suite {
    let (name, cause) = (xml_text(&unread.name), xml_text(&unread.cause));
    let case = format!(
        "    <testcase classname=\"{name}\" name=\"read\">\n      <error message=\"{cause}\" type=\"unread\"/>\n    </testcase>\n"
    );
    Suite { name: unread.name.clone(), cases: vec![case], errors: 1, ..Suite::default() }
}
