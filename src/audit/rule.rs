//! An audit rule as data: its code, its severity and the texts that explain it.

use super::severity::Severity;

/// A rule of the audit. Its check is registered in [`super::rules`].
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Stable name in kebab-case.
    pub code: &'static str,
    /// Severity of its findings where they are certain. Unreached objects are graded one level lower.
    pub severity: Severity,
    /// Short description of the defect.
    pub title: &'static str,
    /// Meaning of the defect, and when it is reported.
    pub explanation: &'static str,
    /// Advice on fixing it.
    pub fix: &'static str,
}
