//! Row of a problem that keeps an object from loading.

use serde::Serialize;

use crate::solve::resolve::Problem;
use crate::vocabulary::{RootedPath, Severity};

#[derive(Serialize)]
pub(in crate::emit) struct ProblemRow<'answer> {
    kind: &'answer str,
    object: &'answer RootedPath,
    detail: &'answer str,
    grade: Severity,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    fix: &'answer [String],
}

pub(in crate::emit) fn problem_rows(problems: &[Problem]) -> Vec<ProblemRow<'_>> {
    fn row(problem: &Problem) -> ProblemRow<'_> {
        let Problem { kind, object, detail, grade, fix } = problem;
        ProblemRow { kind: kind.name(), object, detail, grade: *grade, fix }
    }
    problems.iter().map(row).collect()
}
