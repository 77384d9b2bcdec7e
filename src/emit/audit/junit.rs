//! `sodeb audit --format junit`: the XML in which continuous integration shows tests, in the form of Jenkins'
//! junit-10.xsd.
//!
//! An image is a suite. A rule without findings is a test that passes; a finding is a test of its own, which fails from
//! the severity on that makes the exit status 1.

use super::details::{evidence, fixes};
use crate::audit::{FindingStatus, JudgedFinding, ReportedImage, UnreadImage, rules};
use crate::emit::escape::markup;
use crate::emit::lines::Lines;
use crate::vocabulary::Severity;

/// Writes the findings of all images; those of severity `least` and above are failures.
pub fn audit_junit(images: &[ReportedImage], unread: &[UnreadImage], least: Option<Severity>) -> String {
    let suites: Vec<Suite> =
        images.iter().map(|image| suite(image, least)).chain(unread.iter().map(unread_suite)).collect();
    let total = |count: fn(&Suite) -> usize| -> usize { suites.iter().map(count).sum() };
    let mut text = Lines::default();
    text.line("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    text.line(format_args!(
        "<testsuites name=\"sodeb audit\" tests=\"{}\" failures=\"{}\" errors=\"{}\">",
        total(|suite| suite.cases.len()),
        total(|suite| suite.failures),
        total(|suite| suite.errors),
    ));
    for suite in &suites {
        let Suite { name, cases, failures, errors, skipped } = suite;
        text.line(format_args!(
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\">",
            markup(name),
            cases.len(),
        ));
        text.extend(cases);
        text.line("  </testsuite>");
    }
    text.line("</testsuites>");
    text.into_text()
}

#[derive(Default)]
struct Suite {
    name: String,
    /// Elements of the tests, without the last newline.
    cases: Vec<String>,
    failures: usize,
    errors: usize,
    skipped: usize,
}

fn suite(image: &ReportedImage, least: Option<Severity>) -> Suite {
    let mut suite = Suite { name: image.name.clone(), ..Suite::default() };
    let class = markup(&image.name);
    for rule in rules::all() {
        let of_rule: Vec<_> =
            image.judged.iter().filter(|judged| judged.finding.rule.code == rule.code).collect();
        if of_rule.is_empty() {
            suite.cases.push(format!("    <testcase classname=\"{class}\" name=\"{}\"/>", rule.code));
        }
        for judged in of_rule {
            let finding = &judged.finding;
            let body = suite.result(image, judged, least);
            let name = markup(format_args!("{}: {}: {}", rule.code, finding.path, finding.subject));
            suite.cases.push(format!(
                "    <testcase classname=\"{class}\" name=\"{name}\">\n{body}\n    </testcase>"
            ));
        }
    }
    suite
}

impl Suite {
    /// Counts the result of a finding's test and returns its element.
    fn result(&mut self, image: &ReportedImage, judged: &JudgedFinding, least: Option<Severity>) -> String {
        match &judged.status {
            FindingStatus::Active if least.is_some_and(|least| judged.finding.severity >= least) => {
                self.failures += 1;
                failure(image, judged)
            }
            FindingStatus::Active => format!("      <system-out>{}</system-out>", details(image, judged)),
            FindingStatus::Known => {
                self.skipped += 1;
                "      <skipped message=\"known\"/>".to_owned()
            }
            FindingStatus::Ignored { reason, .. } => {
                self.skipped += 1;
                format!("      <skipped message=\"ignored: {}\"/>", markup(reason))
            }
        }
    }
}

fn failure(image: &ReportedImage, judged: &JudgedFinding) -> String {
    let finding = &judged.finding;
    let (message, kind) = (markup(&finding.message), finding.rule.code);
    format!("      <failure message=\"{message}\" type=\"{kind}\">{}</failure>", details(image, judged))
}

/// Writes the finding, its evidence and its fixes, one item a line.
fn details(image: &ReportedImage, judged: &JudgedFinding) -> String {
    let finding = &judged.finding;
    let mut lines = vec![format!("{}: {}: {}", finding.severity, finding.path, finding.message)];
    lines.extend(evidence(image, finding));
    lines.extend(fixes(image, finding).into_iter().map(|fix| format!("fix: {fix}")));
    lines.iter().map(markup).collect::<Vec<_>>().join("\n")
}

fn unread_suite(unread: &UnreadImage) -> Suite {
    let (name, cause) = (markup(&unread.name), markup(&unread.cause));
    let case = format!(
        "    <testcase classname=\"{name}\" name=\"read\">\n      <error message=\"{cause}\" type=\"unread\"/>\n    </testcase>"
    );
    Suite { name: unread.name.clone(), cases: vec![case], errors: 1, ..Suite::default() }
}
