//! Problems that keep objects from loading, as lines of text.

use super::escape::printable;
use super::humanize::{counted, shortened};
use super::lines::Lines;
use super::style::{BAD, DIM, paint};
use crate::solve::resolve::Problem;
use crate::vocabulary::RootedPath;

/// Writes a blank line and the problems: first those that count, then the objects that are for other systems. More than
/// `limit` of the latter are only counted. Writes nothing if there are none.
pub(super) fn problem_lines<'answer>(
    text: &mut Lines,
    problems: impl Iterator<Item = &'answer Problem>,
    tops: &[&RootedPath],
    limit: usize,
) {
    let (bad, foreign): (Vec<_>, Vec<_>) = problems.partition(|problem| problem.kind.is_fatal());
    if !(bad.is_empty() && foreign.is_empty()) {
        text.blank();
    }
    let object = |problem: &Problem| printable(shortened(&problem.object, tops.iter().copied()));
    for problem in bad {
        let detail = printable(&problem.detail);
        text.line(format_args!("{} {}: {detail}", paint(BAD, problem.kind), object(problem)));
    }
    if foreign.len() > limit {
        let objects = counted(foreign.len(), "object");
        text.line(paint(DIM, format_args!("{objects} for other systems, not resolved (-v lists them)")));
        return;
    }
    for problem in foreign {
        let detail = printable(&problem.detail);
        text.line(paint(DIM, format_args!("not resolved: {}: {detail}", object(problem))));
    }
}
