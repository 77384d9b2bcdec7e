//! Problems that remain with the chosen packages.

use std::collections::BTreeSet;

use super::closed_root::ClosedRoot;
use super::requirements::CandidateFacts;
use super::state::ClosureState;
use crate::solve::resolve::{Problem, ProblemKind, object_problems};
use crate::vocabulary::{PackageName, RootedPath, Soname};

impl ClosureState<'_> {
    /// Returns the problems that keep objects from loading even with the chosen packages.
    pub(super) fn problems(&self, closed: &ClosedRoot<'_, '_>) -> Vec<Problem> {
        let ClosedRoot { overlaid, linked, needs, unread, .. } = closed;
        let is_of_soname =
            |problem: &&Problem| matches!(problem.kind, ProblemKind::Unresolved | ProblemKind::OffPath);
        let mut problems: Vec<Problem> =
            self.inputs.resolution.problems.iter().filter(is_of_soname).cloned().collect();
        let target = Some(self.inputs.target);
        let of_objects = object_problems(&overlaid.root, self.inputs.trees, linked, target);
        problems.extend(of_objects.into_iter().filter(|problem| problem.kind != ProblemKind::Version));
        let unprovided = self.unprovided();
        for (soname, need) in *needs {
            if unprovided.contains(soname) || !unread.is_empty() && self.may_be_in_unread_package(soname) {
                continue;
            }
            let missing = need.missing.iter();
            let nodes = missing.map(|(start, by)| linked.starts[*start].map.objects[*by].node);
            let objects: BTreeSet<RootedPath> = nodes.map(|node| overlaid.root.path(node)).collect();
            problems.extend(objects.into_iter().map(|object| Problem {
                kind: ProblemKind::Unresolved,
                object,
                detail: self.cause_of_missing(soname),
            }));
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
            Problem { kind: ProblemKind::Unread, object, detail }
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
