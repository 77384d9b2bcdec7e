//! Row of a problem that keeps an object from loading.

use serde::Serialize;

use crate::solve::resolve::Problem;
use crate::vocabulary::RootedPath;

#[derive(Serialize)]
pub(in crate::emit) struct ProblemRow<'answer> {
    kind: &'static str,
    object: &'answer RootedPath,
    detail: &'answer str,
}

pub(in crate::emit) fn problem_rows(problems: &[Problem]) -> Vec<ProblemRow<'_>> {
    fn row(problem: &Problem) -> ProblemRow<'_> {
        let Problem { kind, object, detail } = problem;
        ProblemRow { kind: kind.name(), object, detail }
    }
    problems.iter().map(row).collect()
}
