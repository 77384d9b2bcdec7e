//! What a project makes of findings: levels of rules, findings that are ignored for a reason until a day, and what was
//! known before.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::baseline::Baseline;
use super::finding::{Finding, Severity};
use crate::debian::inclusions::Pattern;
use crate::vocabulary::named;

named! {
    /// What a rule is set to.
    Level("level") {
        /// It reports nothing.
        Off = "off",
        /// Its findings are notes.
        Note = "note",
        /// Its findings are warnings.
        Warning = "warning",
        /// Its findings are errors.
        Error = "error",
    }
}

impl Level {
    fn severity(self) -> Option<Severity> {
        match self {
            Self::Off => None,
            Self::Note => Some(Severity::Note),
            Self::Warning => Some(Severity::Warning),
            Self::Error => Some(Severity::Error),
        }
    }
}

/// Findings that a project has looked at and lives with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignore {
    /// The rule whose findings are meant.
    pub rule: String,
    /// Which paths; all where none is given.
    pub path: Option<Pattern>,
    /// Which subject; all where none is given.
    pub subject: Option<String>,
    /// Which images, by their names; all where none is given.
    pub image: Option<Pattern>,
    /// Why.
    pub reason: String,
    /// The last day on which it holds.
    pub until: Option<Date>,
}

/// The settings of a project.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// What rules are set to, by their codes.
    pub levels: BTreeMap<String, Level>,
    /// What is ignored.
    pub ignores: Vec<Ignore>,
    /// What was known before.
    pub baseline: Option<Baseline>,
}

/// What becomes of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It counts.
    Counts,
    /// It was in the baseline.
    Known,
    /// The project ignores it.
    Ignored {
        /// Why.
        reason: String,
        /// The last day on which it does.
        until: Option<Date>,
    },
}

/// A finding with what becomes of it.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The finding, at the level that its rule is set to.
    pub finding: Finding,
    /// What becomes of it.
    pub verdict: Verdict,
}

impl Policy {
    /// Judges the findings of an image on a day; those of rules that are off are left out. An `Ignore` whose day is
    /// past ignores nothing.
    pub fn judge(&self, image: &str, findings: Vec<Finding>, today: Date) -> Vec<Judged> {
        findings.into_iter().filter_map(|finding| self.judge_one(image, finding, today)).collect()
    }

    fn judge_one(&self, image: &str, mut finding: Finding, today: Date) -> Option<Judged> {
        if let Some(level) = self.levels.get(finding.rule.code) {
            let set = level.severity()?;
            // What is graded lower for being out of reach stays below what the rule is set to.
            finding.severity = if finding.severity < finding.rule.severity { set.lower() } else { set };
        }
        let ignore = self.ignores.iter().find(|ignore| {
            ignore.until.is_none_or(|until| today <= until) && ignore.is_about(image, &finding)
        });
        let is_known = || self.baseline.as_ref().is_some_and(|baseline| baseline.has(&finding));
        let verdict = match ignore {
            Some(ignore) => Verdict::Ignored { reason: ignore.reason.clone(), until: ignore.until },
            None if is_known() => Verdict::Known,
            None => Verdict::Counts,
        };
        Some(Judged { finding, verdict })
    }

    /// The `Ignore`s whose day is past.
    pub fn expired(&self, today: Date) -> impl Iterator<Item = &Ignore> {
        self.ignores.iter().filter(move |ignore| ignore.until.is_some_and(|until| until < today))
    }
}

impl Ignore {
    fn is_about(&self, image: &str, finding: &Finding) -> bool {
        self.rule == finding.rule.code
            && self.path.as_ref().is_none_or(|path| path.takes(&finding.path.as_bytes()[1..]))
            && self.subject.as_ref().is_none_or(|subject| *subject == finding.subject)
            && self.image.as_ref().is_none_or(|pattern| pattern.takes(image.as_bytes()))
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
            rule: rules::by_code("missing-library").expect("is a rule"),
            severity,
            path: RootedPath::new(path),
            subject: "libgmp.so.10".to_owned(),
            message: String::new(),
            layer: None,
            owner: None,
            reach: Reach::Entrypoint,
            chain: Vec::new(),
            why: Vec::new(),
            fix: Vec::new(),
            saves_bytes: 0,
        }
    }

    fn ignore(until: Option<&str>) -> Ignore {
        Ignore {
            rule: "missing-library".to_owned(),
            path: Some(Pattern::new("/venv/*").expect("is a pattern")),
            subject: None,
            image: None,
            reason: "not used".to_owned(),
            until: until.map(|day| day.parse().expect("is a day")),
        }
    }

    #[test]
    fn an_ignore_holds_to_its_last_day() {
        let today: Date = "2026-11-27".parse().expect("is a day");
        let judged = |until, path| {
            let policy = Policy { ignores: vec![ignore(until)], ..Policy::default() };
            policy.judge("x", vec![finding(path, Severity::Error)], today).remove(0).verdict
        };
        assert!(matches!(judged(None, "/venv/x.so"), Verdict::Ignored { .. }));
        assert!(matches!(judged(Some("2026-11-27"), "/venv/x.so"), Verdict::Ignored { .. }));
        assert_eq!(judged(Some("2026-11-26"), "/venv/x.so"), Verdict::Counts);
        assert_eq!(judged(None, "/usr/x.so"), Verdict::Counts);
    }

    #[test]
    fn levels_move_what_is_out_of_reach_with_them() {
        let today: Date = "2026-11-27".parse().expect("is a day");
        let severities = |level| {
            let policy =
                Policy { levels: [("missing-library".to_owned(), level)].into(), ..Policy::default() };
            let findings = vec![finding("/a", Severity::Error), finding("/b", Severity::Warning)];
            let judged = policy.judge("x", findings, today).into_iter();
            judged.map(|judged| judged.finding.severity).collect::<Vec<_>>()
        };
        assert_eq!(severities(Level::Warning), [Severity::Warning, Severity::Note]);
        assert!(severities(Level::Off).is_empty());
    }
}
