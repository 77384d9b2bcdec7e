//! An audit rule as data: its code, its severity and the texts that explain it.

use crate::vocabulary::{Severity, named};

named! {
    /// Subjects that a rule applies to.
    RuleScope("scope") {
        /// Images, and the root of every plan: the rule judges what packages do not fix.
        Everywhere = "everywhere",
        /// Images only: packages fix it, or it is no fault of a plan.
        Images = "images",
    }
}

/// A rule of the audit. Its check is registered in [`super::rules`].
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Stable name in kebab-case.
    pub code: &'static str,
    /// Subjects that it applies to.
    pub scope: RuleScope,
    /// Severity of its findings where they are certain. Unreached objects are graded one level lower.
    pub severity: Severity,
    /// Short description of the defect.
    pub title: &'static str,
    /// Meaning of the defect, and when it is reported.
    pub explanation: &'static str,
    /// Advice on fixing it.
    pub fix: &'static str,
}
