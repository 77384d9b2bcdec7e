//! The problems of objects and sonames, one for each object and cause.

use super::problem::{PackageProblem, Problem};
use super::resolution::{SonameAnswer, Status};
use crate::app::{LinkedApps, StartObject, TargetAbi};
use crate::tree::root::Root;

/// Returns a problem for each object that needs a soname that nothing provides, or that lies off the path.
pub(super) fn soname_problems(answers: &[SonameAnswer]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for answer in answers {
        let (kind, detail) = match (answer.status, &answer.path) {
            (Status::Unresolved, _) => {
                (PackageProblem::Unresolved, format!("no package has {}", answer.soname))
            }
            (Status::OffPath, Some(path)) => (
                PackageProblem::OffPath,
                format!("{} is at {path}, where ld.so does not look", answer.soname),
            ),
            _ => continue,
        };
        let objects = answer.needed_by.iter();
        problems.extend(objects.map(|object| Problem::new(kind, object.clone(), detail.clone())));
    }
    problems
}

/// Returns a problem for each needed symbol version that the loaded library does not define, sorted.
pub(super) fn version_problems(
    root: &Root<'_>,
    linked: &LinkedApps<'_>,
    target: Option<TargetAbi>,
) -> Vec<Problem> {
    let is_for_target =
        |start: &&StartObject<'_>| target.is_some_and(|target| target.matches(start.map.start().facts));
    let starts = linked.required().map(|(_, start)| start).filter(is_for_target);
    let mut problems: Vec<Problem> = starts.flat_map(|start| of_start(root, start)).collect();
    problems.sort();
    problems.dedup();
    problems
}

fn of_start(root: &Root<'_>, start: &StartObject<'_>) -> impl Iterator<Item = Problem> {
    let map = &start.map;
    map.missing_versions.iter().filter(|missing| !missing.weak).map(|missing| {
        let provider = root.path(map.objects[missing.provider].node);
        let detail = format!("needs version {} of {provider}, which does not define it", missing.version);
        Problem::new(PackageProblem::Version, root.path(map.objects[missing.by].node), detail)
    })
}
