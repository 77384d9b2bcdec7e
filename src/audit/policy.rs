//! A project's policy on findings: levels of rules, findings ignored for a reason until a date, and a baseline.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::baseline::Baseline;
use super::finding::Finding;
use crate::debian::inclusions::Pattern;
use crate::vocabulary::{Severity, named};

named! {
    /// Level that a project sets a rule to.
    RuleLevel("level") {
        /// Disabled.
        Off = "off",
        /// Findings are notes.
        Note = "note",
        /// Findings are warnings.
        Warning = "warning",
        /// Findings are errors.
        Error = "error",
    }
}

impl RuleLevel {
    fn severity(self) -> Option<Severity> {
        match self {
            Self::Off => None,
            Self::Note => Some(Severity::Note),
            Self::Warning => Some(Severity::Warning),
            Self::Error => Some(Severity::Error),
        }
    }
}

/// Pattern of findings that a project ignores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignore {
    /// Code of the rule.
    pub rule: String,
    /// Pattern of paths; any path if none.
    pub path: Option<Pattern>,
    /// Subject; any subject if none.
    pub subject: Option<String>,
    /// Pattern of image names; any image if none.
    pub image: Option<Pattern>,
    /// Reason.
    pub reason: String,
    /// Last day on which it applies; forever if none.
    pub until: Option<Date>,
}

/// A project's policy on findings.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Levels of rules, by code.
    pub levels: BTreeMap<String, RuleLevel>,
    /// Patterns of ignored findings.
    pub ignores: Vec<Ignore>,
    /// Known findings.
    pub baseline: Option<Baseline>,
}

/// Status of a finding under a project's policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FindingStatus {
    /// Counts towards the exit status.
    Active,
    /// Contained in the baseline.
    Known,
    /// Ignored by the project.
    Ignored {
        /// Reason.
        reason: String,
        /// Last day on which it is ignored; forever if none.
        until: Option<Date>,
    },
}

impl FindingStatus {
    /// Returns the word for the status in reports: `active`, `known` or `ignored`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Known => "known",
            Self::Ignored { .. } => "ignored",
        }
    }
}

/// A finding with its status.
#[derive(Clone, Debug)]
pub struct JudgedFinding {
    /// Finding, at the level that its rule is set to.
    pub finding: Finding,
    /// Status under the policy.
    pub status: FindingStatus,
}

impl Policy {
    /// Judges the findings of an image on a date and drops those of disabled rules. An expired [`Ignore`] has no
    /// effect.
    pub fn judge(&self, image: &str, findings: Vec<Finding>, today: Date) -> Vec<JudgedFinding> {
        findings.into_iter().filter_map(|finding| self.judge_one(image, finding, today)).collect()
    }

    fn judge_one(&self, image: &str, mut finding: Finding, today: Date) -> Option<JudgedFinding> {
        if let Some(level) = self.levels.get(finding.rule.code) {
            let level = level.severity()?;
            // A finding that was graded lower for being unreached stays below the level of its rule.
            finding.severity = if finding.severity < finding.rule.severity { level.lower() } else { level };
        }
        let ignore = self.ignores.iter().find(|ignore| {
            ignore.until.is_none_or(|until| today <= until) && ignore.matches(image, &finding)
        });
        let is_known = || self.baseline.as_ref().is_some_and(|baseline| baseline.contains(&finding));
        let status = match ignore {
            Some(ignore) => FindingStatus::Ignored { reason: ignore.reason.clone(), until: ignore.until },
            None if is_known() => FindingStatus::Known,
            None => FindingStatus::Active,
        };
        Some(JudgedFinding { finding, status })
    }

    /// Returns the expired [`Ignore`]s.
    pub fn expired(&self, today: Date) -> impl Iterator<Item = &Ignore> {
        self.ignores.iter().filter(move |ignore| ignore.until.is_some_and(|until| until < today))
    }
}

impl Ignore {
    fn matches(&self, image: &str, finding: &Finding) -> bool {
        self.rule == finding.rule.code
            && self.path.as_ref().is_none_or(|path| path.matches(&finding.path.as_bytes()[1..]))
            && self.subject.as_ref().is_none_or(|subject| *subject == finding.subject)
            && self.image.as_ref().is_none_or(|pattern| pattern.matches(image.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::finding::Reach;
    use crate::audit::rules;
    use crate::vocabulary::RootedPath;

    fn finding(path: &str, severity: Severity) -> Finding {
        Finding {
            rule: rules::by_code("missing-library").expect("the rule exists"),
            severity,
            path: RootedPath::new(path),
            subject: "libgmp.so.10".to_owned(),
            message: String::new(),
            layer: None,
            owner: None,
            reach: Reach::Entrypoint,
            chain: Vec::new(),
            evidence: Vec::new(),
            fix: Vec::new(),
            reclaimable_bytes: 0,
        }
    }

    fn ignore(until: Option<&str>) -> Ignore {
        Ignore {
            rule: "missing-library".to_owned(),
            path: Some(Pattern::new("/venv/*").expect("a valid pattern")),
            subject: None,
            image: None,
            reason: "not used".to_owned(),
            until: until.map(|day| day.parse().expect("a valid date")),
        }
    }

    #[test]
    fn an_ignore_applies_until_its_last_day() {
        let today: Date = "2026-11-27".parse().expect("a valid date");
        let status = |until, path| {
            let policy = Policy { ignores: vec![ignore(until)], ..Policy::default() };
            policy.judge("x", vec![finding(path, Severity::Error)], today).remove(0).status
        };
        assert!(matches!(status(None, "/venv/x.so"), FindingStatus::Ignored { .. }));
        assert!(matches!(status(Some("2026-11-27"), "/venv/x.so"), FindingStatus::Ignored { .. }));
        assert_eq!(status(Some("2026-11-26"), "/venv/x.so"), FindingStatus::Active);
        assert_eq!(status(None, "/usr/x.so"), FindingStatus::Active);
    }

    #[test]
    fn levels_move_unreached_findings_with_them() {
        let today: Date = "2026-11-27".parse().expect("a valid date");
        let severities = |level| {
            let policy =
                Policy { levels: [("missing-library".to_owned(), level)].into(), ..Policy::default() };
            let findings = vec![finding("/a", Severity::Error), finding("/b", Severity::Warning)];
            let judged = policy.judge("x", findings, today).into_iter();
            judged.map(|judged| judged.finding.severity).collect::<Vec<_>>()
        };
        assert_eq!(severities(RuleLevel::Warning), [Severity::Warning, Severity::Note]);
        assert!(severities(RuleLevel::Off).is_empty());
    }
}
