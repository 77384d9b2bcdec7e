//! Report on one image, without the image itself.

use jiff::civil::Date;

use super::audited::Audited;
use super::finding::Finding;
use super::policy::{FindingStatus, JudgedFinding, Policy};
use super::subject::Subject;
use crate::tree::inventory::ImageFacts;
use crate::vocabulary::Severity;

/// Report on one image.
#[derive(Debug)]
pub struct ReportedImage {
    /// Name as the user gave it.
    pub name: String,
    /// Facts of its configuration; none for a root file system.
    pub image: Option<ImageFacts>,
    /// Result of the audit. Its findings move to [`Self::judged`] when they are judged.
    pub audited: Audited,
    /// Judged findings.
    pub judged: Vec<JudgedFinding>,
    /// Reason for the choice of the release in which packages were looked up.
    pub release_from: String,
}

/// An image that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadImage {
    /// Name as the user gave it.
    pub name: String,
    /// Cause of the failure.
    pub cause: String,
}

impl ReportedImage {
    /// Creates the report on an audited image, whose findings are not judged yet.
    pub fn new(subject: &Subject, audited: Audited, release_from: String) -> Self {
        let (name, image) = (subject.name.clone(), subject.trees.image.clone());
        Self { name, image, audited, judged: Vec::new(), release_from }
    }

    /// Judges the findings by a project's policy.
    #[must_use]
    pub fn judged(mut self, policy: &Policy, today: Date) -> Self {
        let findings = std::mem::take(&mut self.audited.findings);
        self.judged = policy.judge(&self.name, findings, today);
        self
    }

    /// Returns the active findings.
    pub fn active(&self) -> impl Iterator<Item = &Finding> {
        let active = self.judged.iter().filter(|judged| judged.status == FindingStatus::Active);
        active.map(|judged| &judged.finding)
    }

    /// Counts the active findings of this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.active().filter(|finding| finding.severity == severity).count()
    }

    /// True if an active finding has at least this severity.
    pub fn has_at_least(&self, severity: Severity) -> bool {
        self.active().any(|finding| finding.severity >= severity)
    }

    /// Counts the findings that the baseline contains.
    pub fn known(&self) -> usize {
        self.judged.iter().filter(|judged| judged.status == FindingStatus::Known).count()
    }

    /// Counts the findings that the project ignores.
    pub fn ignored(&self) -> usize {
        let is_ignored = |judged: &&JudgedFinding| matches!(judged.status, FindingStatus::Ignored { .. });
        self.judged.iter().filter(is_ignored).count()
    }

    /// Returns the number of bytes that removing the files of all active findings reclaims.
    pub fn reclaimable_bytes(&self) -> u64 {
        self.active().map(|finding| finding.reclaimable_bytes).sum()
    }
}
