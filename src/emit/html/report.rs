//! Content of a report, in the form that the page's program reads.

use serde::Serialize;

use super::graph::GraphView;
use super::sizes::SizeView;
use crate::audit::Rule;
use crate::vocabulary::Severity;

/// Content of one page. All texts are printable.
#[derive(Debug)]
pub(in crate::emit) struct Report {
    /// Title of the page.
    pub(in crate::emit) title: String,
    /// Noun for a subject: `image`, `app`.
    pub(in crate::emit) noun: &'static str,
    /// Label of a subject's size: `Size`, `To add`.
    pub(in crate::emit) size_label: &'static str,
    /// Rules of the findings, in the order in which they are shown.
    pub(in crate::emit) rules: Vec<RuleView>,
    /// Limitations of the analysis, one item each.
    pub(in crate::emit) not_checked: Vec<String>,
    /// Subjects that could not be read, by name, each with the cause.
    pub(in crate::emit) unread: Vec<(String, String)>,
    /// Subjects.
    pub(in crate::emit) subjects: Vec<SubjectView>,
}

/// A rule with its texts.
#[derive(Clone, Debug, Serialize)]
pub(in crate::emit) struct RuleView {
    /// Code.
    pub(in crate::emit) code: String,
    /// Short description.
    pub(in crate::emit) title: String,
    /// Meaning.
    pub(in crate::emit) explanation: String,
    /// Advice on fixing it.
    pub(in crate::emit) fix: String,
}

impl RuleView {
    /// Converts a rule.
    pub(in crate::emit) fn new(rule: &Rule) -> Self {
        Self {
            code: rule.code.to_owned(),
            title: rule.title.to_owned(),
            explanation: rule.explanation.to_owned(),
            fix: rule.fix.to_owned(),
        }
    }
}

/// A subject of the report: an image or an app.
#[derive(Debug, Serialize)]
pub(in crate::emit) struct SubjectView {
    /// Name.
    pub(in crate::emit) name: String,
    /// Facts, in the order in which they are shown.
    pub(in crate::emit) facts: Vec<Fact>,
    /// Number of files, if known.
    pub(in crate::emit) files: Option<usize>,
    /// Number of objects that a dynamic linker could load.
    pub(in crate::emit) objects: usize,
    /// Number of bytes that removing unused files reclaims.
    pub(in crate::emit) reclaimable: u64,
    /// Findings.
    pub(in crate::emit) findings: Vec<FindingView>,
    /// Graph of what its objects load; none without objects.
    pub(in crate::emit) graph: Option<GraphView>,
    /// Sizes; none if they are not measured.
    pub(in crate::emit) sizes: Option<SizeView>,
}

/// A fact of a subject.
#[derive(Debug, Serialize)]
pub(in crate::emit) struct Fact {
    /// Label.
    pub(in crate::emit) label: &'static str,
    /// Value.
    pub(in crate::emit) value: String,
    /// True if the value is a digest, a path or a command.
    pub(in crate::emit) code: bool,
}

impl Fact {
    /// Creates a fact whose value is prose.
    pub(in crate::emit) fn words(label: &'static str, value: String) -> Self {
        Self { label, value, code: false }
    }

    /// Creates a fact whose value is a digest, a path or a command.
    pub(in crate::emit) fn code(label: &'static str, value: String) -> Self {
        Self { label, value, code: true }
    }
}

/// A finding of a subject.
#[derive(Debug, Serialize)]
pub(in crate::emit) struct FindingView {
    /// Identity among the findings of all subjects, equal in the next report: links into the page contain it.
    pub(in crate::emit) id: String,
    /// Code of the rule.
    pub(in crate::emit) rule: String,
    /// Severity.
    pub(in crate::emit) level: Severity,
    /// Status: `active`, `known` or `ignored`.
    pub(in crate::emit) status: &'static str,
    /// Reason why it is ignored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::emit) reason: Option<String>,
    /// Detail of the file that is affected.
    pub(in crate::emit) subject: String,
    /// Description of the defect.
    pub(in crate::emit) message: String,
    /// Affected file.
    pub(in crate::emit) path: String,
    /// Package that owns the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::emit) owner: Option<String>,
    /// Layer that contains the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::emit) layer: Option<String>,
    /// Reach of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::emit) reach: Option<String>,
    /// Objects that lead to the file, each loaded by the one before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::emit) chain: Vec<String>,
    /// Evidence.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::emit) evidence: Vec<String>,
    /// Ways to fix it, the best first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::emit) fix: Vec<String>,
    /// Number of bytes that removing the file reclaims.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::emit) reclaimable: Option<u64>,
}

impl FindingView {
    /// Creates an active finding of which only the rule, severity, description and file are known.
    pub(in crate::emit) fn new(
        id: String,
        rule: &str,
        level: Severity,
        message: String,
        path: String,
    ) -> Self {
        Self {
            id,
            rule: rule.to_owned(),
            level,
            status: "active",
            reason: None,
            subject: String::new(),
            message,
            path,
            owner: None,
            layer: None,
            reach: None,
            chain: Vec::new(),
            evidence: Vec::new(),
            fix: Vec::new(),
            reclaimable: None,
        }
    }
}
