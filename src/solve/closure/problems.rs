//! Problems that remain with the chosen packages.

use std::collections::BTreeSet;

use super::closed_root::ClosedRoot;
use super::requirements::CandidateFacts;
use super::state::ClosureState;
use crate::solve::resolve::{PackageProblem, Problem};
use crate::vocabulary::{PackageName, RootedPath, Soname};

impl ClosureState<'_> {
    /// Returns the problems that are left with the chosen packages. `judged` are those that packages do not fix.
    pub(super) fn problems(&self, closed: &ClosedRoot<'_, '_>, judged: Vec<Problem>) -> Vec<Problem> {
        let ClosedRoot { overlaid, linked, needs, unread, .. } = closed;
        let open = self.inputs.resolution.problems.iter();
        let open = open.filter(|problem| problem.kind.is_of_soname()).cloned();
        let mut problems: Vec<Problem> = open.chain(judged).collect();
        let unprovided = self.unprovided();
        for (soname, need) in *needs {
            if unprovided.contains(soname) || !unread.is_empty() && self.may_be_in_unread_package(soname) {
                continue;
            }
            let missing = need.missing.iter();
            let nodes = missing.map(|(start, by)| linked.starts[*start].map.objects[*by].node);
            let objects: BTreeSet<RootedPath> = nodes.map(|node| overlaid.root.path(node)).collect();
            let cause = self.cause_of_missing(soname);
            let unresolved = |object| Problem::new(PackageProblem::Unresolved, object, cause.clone());
            problems.extend(objects.into_iter().map(unresolved));
        }
        problems.sort();
        problems.dedup();
        problems
    }

    /// Returns a problem for each package that could not be read.
    pub(super) fn unread_problems(&self, unread: &[PackageName]) -> Vec<Problem> {
        let problem = |name: &PackageName| {
            let cause = self.unread.get(name).map(String::as_str).unwrap_or_default();
            let object = self.requirements.path_of(name).cloned().unwrap_or_else(RootedPath::root);
            let detail = format!("{name} could not be read, so that its own needs are not known: {cause}");
            Problem::new(PackageProblem::Unread, object, detail)
        };
        unread.iter().map(problem).collect()
    }

    fn may_be_in_unread_package(&self, soname: &Soname) -> bool {
        let mut candidates = self.requirements.candidates_for(soname);
        candidates.any(|candidate| self.unread.contains_key(candidate.name()))
    }

    fn cause_of_missing(&self, soname: &Soname) -> String {
        let mut causes =
            self.requirements.candidates_for(soname).filter_map(|candidate| match &candidate.facts {
                Some(CandidateFacts::Unfit(cause)) => Some(cause),
                _ => None,
            });
        match causes.next() {
            Some(cause) => format!("the index names a package for {soname}, but {cause}"),
            None => format!("no package has {soname}"),
        }
    }
}
