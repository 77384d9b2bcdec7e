//! What keeps objects from loading, as a part of JSON documents.

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
    problems
        .iter()
        .map(|Problem { kind, object, detail }| ProblemRow { kind: kind.name(), object, detail })
        .collect()
}
