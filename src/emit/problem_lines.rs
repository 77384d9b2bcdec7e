//! Problems as lines of text.

use std::collections::BTreeMap;

use super::escape::printable;
use super::humanize::{counted, shortened};
use super::lines::Lines;
use super::style::{BAD, DIM, GOOD, WARNING, paint};
use crate::audit::rules;
use crate::solve::resolve::{Problem, ProblemKind};
use crate::vocabulary::{RootedPath, Severity};

/// Writes a blank line and the problems: errors, warnings, then notes. More than `limit` warnings of one kind are
/// counted, more than `limit` notes only counted. Writes nothing if there are none.
pub(super) fn problem_lines<'answer>(
    text: &mut Lines,
    problems: impl Iterator<Item = &'answer Problem>,
    tops: &[&RootedPath],
    limit: usize,
) {
    let mut by_grade: BTreeMap<Severity, BTreeMap<&ProblemKind, Vec<&Problem>>> = BTreeMap::new();
    for problem in problems {
        by_grade.entry(problem.grade).or_default().entry(&problem.kind).or_default().push(problem);
    }
    if !by_grade.is_empty() {
        text.blank();
    }
    for (grade, kinds) in by_grade.into_iter().rev() {
        for (kind, problems) in kinds {
            if grade == Severity::Note && problems.len() > limit {
                let title = rules::by_code(kind.name()).map_or(kind.name(), |rule| rule.title);
                let files = counted(problems.len(), "file");
                text.line(paint(DIM, format_args!("{files}: {title} (-v lists them)")));
                continue;
            }
            // Errors are all shown.
            let shown = if grade == Severity::Warning { limit } else { usize::MAX };
            problems.iter().take(shown).for_each(|problem| write(text, problem, tops));
            if problems.len() > shown {
                let count = counted(problems.len() - shown, "more warning");
                text.line(paint(DIM, format_args!("and {count} of {kind} (-v lists them)")));
            }
        }
    }
}

fn write(text: &mut Lines, problem: &Problem, tops: &[&RootedPath]) {
    let Problem { kind, object, detail, grade, fix } = problem;
    let object = printable(shortened(object, tops.iter().copied()));
    let detail = printable(detail);
    match grade {
        Severity::Error => text.line(format_args!("{} {object}: {detail}", paint(BAD, kind))),
        Severity::Warning => {
            text.line(format_args!("{} {object}: {detail}", paint(WARNING, format_args!("warning: {kind}"))));
        }
        Severity::Note => text.line(paint(DIM, format_args!("note: {object}: {detail}"))),
    }
    if let Some(fix) = fix.first().filter(|_| *grade > Severity::Note) {
        text.line(format_args!("  {} {}", paint(GOOD, "fix:"), printable(fix)));
    }
}
