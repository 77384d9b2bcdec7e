//! What is reported of one image, with nothing of the image itself.

use jiff::civil::Date;

use super::policy::{Judged, Policy, Verdict};
use super::{Audited, Finding, Severity, Subject};
use crate::tree::inventory::ImageFacts;

/// One image, and what was found in it.
#[derive(Debug)]
pub struct ReportedImage {
    /// What it is called.
    pub name: String,
    /// What is known of it beside its files; none for the directory of a root.
    pub image: Option<ImageFacts>,
    /// What was found; the findings are in [`Self::judged`] as soon as they are judged.
    pub audited: Audited,
    /// The findings, judged.
    pub judged: Vec<Judged>,
    /// Why packages were looked up in that release.
    pub release_from: String,
}

/// An image that could not be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// What it is called.
    pub name: String,
    /// Why.
    pub cause: String,
}

impl ReportedImage {
    /// What was found in an image, not judged yet.
    pub fn new(subject: &Subject, audited: Audited, release_from: String) -> Self {
        let (name, image) = (subject.name.clone(), subject.sources.image.clone());
        Self { name, image, audited, judged: Vec::new(), release_from }
    }

    /// The same with its findings judged.
    pub fn judged(mut self, policy: &Policy, today: Date) -> Self {
        let findings = std::mem::take(&mut self.audited.findings);
        self.judged = policy.judge(&self.name, findings, today);
        self
    }

    /// The findings that count.
    pub fn counting(&self) -> impl Iterator<Item = &Finding> {
        self.judged.iter().filter(|judged| judged.verdict == Verdict::Counts).map(|judged| &judged.finding)
    }

    /// How many findings of this severity count.
    pub fn count(&self, severity: Severity) -> usize {
        self.counting().filter(|finding| finding.severity == severity).count()
    }

    /// Whether a finding counts that is at least as bad.
    pub fn has_at_least(&self, severity: Severity) -> bool {
        self.counting().any(|finding| finding.severity >= severity)
    }
}
