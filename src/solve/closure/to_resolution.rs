//! From a closed root to a resolution: every needed soname, those of the packages' files included, and the packages that
//! provide them.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::choice::Choice;
use super::closed_root::ClosedRoot;
use super::error::ClosureError;
use super::requirements::LibraryRequirement;
use super::result::ClosedResolution;
use super::state::ClosureState;
use crate::debian::catalog::{LibraryCandidate, Package};
use crate::solve::resolve::{ChosenPackage, Resolution, SonameAnswer, SonameNeed, Status, UnreadPackage};
use crate::solve::solver::RequirementId;
use crate::tree::root::NodeId;
use crate::vocabulary::{ChoiceReason, PackageName, RootedPath, Soname};

impl ClosureState<'_> {
    /// Makes the resolution of a closed root, and the graph if it is requested.
    pub(super) fn resolution(
        &self,
        closed: &ClosedRoot<'_, '_>,
        with_graph: bool,
    ) -> Result<ClosedResolution, ClosureError> {
        let sonames = self.answers(closed);
        let direct = sonames.iter().filter(|answer| answer.direct);
        let direct: BTreeSet<&PackageName> =
            direct.filter_map(|answer| Some(&answer.package.as_ref()?.0)).collect();
        let names = closed.choice.packages();
        let packages: Vec<Package> =
            names.into_iter().filter_map(|name| self.requirements.package(name).cloned()).collect();
        let graph = match with_graph {
            true => Some(self.graph(packages.clone(), closed)?),
            false => None,
        };
        let chosen = packages
            .into_iter()
            .map(|package| ChosenPackage { direct: direct.contains(&package.name), package });
        let packages = chosen.collect();
        let cause = |name: &PackageName| self.unread.get(name).cloned().unwrap_or_default();
        let unread = closed.unread.iter();
        let unread = unread.map(|package| UnreadPackage { package: package.clone(), cause: cause(package) });
        let open = self.inputs.resolution;
        let mut resolution = Resolution {
            provenance: self.catalog.provenance().clone(),
            apps: open.apps.clone(),
            base: open.base.clone(),
            sonames,
            optional: open.optional.clone(),
            packages,
            problems: self.problems(closed, (self.inputs.judge)(&closed.overlaid.root, closed.linked)),
            loads: open.loads.clone(),
            unverified: Vec::new(),
            smaller: closed.choice.smaller(self),
            unread: Some(unread.collect()),
        };
        // Everything else was read out of .debs with signed digests.
        resolution.set_unverified(closed.unread.to_vec());
        Ok(ClosedResolution { resolution, undefined_versions: closed.undefined_versions(), graph })
    }

    /// Answers every soname, sorted.
    fn answers(&self, closed: &ClosedRoot<'_, '_>) -> Vec<SonameAnswer> {
        let answers = closed.needs.par_iter().map(|(soname, need)| self.answer(closed, soname, need));
        let mut sonames: Vec<SonameAnswer> = answers.collect();
        // Of several alternative names another one may be missing now.
        let is_answered = |answer: &&SonameAnswer| {
            closed.needs.binary_search_by(|(soname, _)| (*soname).cmp(&answer.soname)).is_ok()
        };
        let open = self.inputs.resolution.sonames.iter();
        sonames.extend(open.filter(|answer| !is_answered(answer)).cloned());
        sonames.sort_by(|left, right| left.soname.cmp(&right.soname));
        sonames
    }

    /// Answers a soname with the chosen packages, of which some could not be read.
    fn answer(&self, closed: &ClosedRoot<'_, '_>, soname: &Soname, need: &SonameNeed) -> SonameAnswer {
        let answers = &self.inputs.resolution.sonames;
        let open = answers.binary_search_by(|answer| answer.soname.cmp(soname)).ok();
        let open = open.and_then(|position| answers.get(position));
        let root = &closed.overlaid.root;
        let loaded = need.found.and_then(|node| closed.overlaid.package_of(node));
        let package = loaded.map(|read| read.name()).or_else(|| {
            let mut names = self.requirements.candidates_for(soname).map(|candidate| candidate.name());
            names.find(|name| need.found.is_none() && closed.unread.contains(name))
        });
        let Some(package) = package else {
            return open.cloned().unwrap_or_else(|| self.answer_without_package(closed, soname, need));
        };
        let mut answer = match open {
            Some(open) => open.clone(),
            None => new_answer(soname, need, |node| root.path(node)),
        };
        answer.status = Status::Package;
        let requirements = self.requirements.for_soname(soname);
        let with_package = requirements.filter_map(|(id, one)| Some(((id, one), one.index_of(package)?)));
        // Of several requirements of one soname, those that the choice does not meet say nothing about it.
        match with_package.min_by_key(|((id, _), _)| !closed.choice.meets(*id)) {
            Some((requirement, index)) => self.choose(closed.choice, &mut answer, requirement, index),
            // The object finds it in a directory of its own search path, or of one that it inherits.
            None => {
                answer.candidates = answer.alternatives().cloned().collect();
                answer.path = need.found.map(|node| root.path(node));
                answer.package = Some((package.clone(), ChoiceReason::Only));
            }
        }
        answer
    }

    /// Answers a soname that only the chosen packages need, and that none of them provides.
    fn answer_without_package(
        &self,
        closed: &ClosedRoot<'_, '_>,
        soname: &Soname,
        need: &SonameNeed,
    ) -> SonameAnswer {
        let root = &closed.overlaid.root;
        let found = need.found.filter(|_| need.missing.is_empty());
        let is_apps =
            |node: NodeId| self.inputs.trees.start_mounts().any(|(mount, _)| mount == root.mount_of(node));
        let status = match found {
            Some(node) if is_apps(node) => Status::App,
            Some(_) => Status::Base,
            None => Status::Unresolved,
        };
        let path = found.map(|node| root.path(node));
        SonameAnswer { status, path, ..new_answer(soname, need, |node| root.path(node)) }
    }

    /// Enters the chosen candidate of a requirement into an answer.
    fn choose(
        &self,
        choice: &Choice,
        answer: &mut SonameAnswer,
        (id, requirement): (RequirementId, &LibraryRequirement),
        index: usize,
    ) {
        let chosen = &requirement.candidates[index].candidate;
        let name = &chosen.package.name;
        let reason = self.reason_for(&choice.encoding.usable[id.0], requirement, index);
        let is_other = |other: &&LibraryCandidate| requirement.index_of(&other.package.name).is_none();
        let others: Vec<LibraryCandidate> = answer.alternatives().filter(is_other).cloned().collect();
        let candidates = requirement.candidates.iter().map(|candidate| candidate.candidate.clone());
        answer.candidates = candidates.chain(others).collect();
        answer.path = Some(chosen.path.clone());
        answer.visibility = Some(chosen.visibility);
        answer.package = Some((name.clone(), reason));
    }
}

/// Creates an answer for a soname that the apps themselves do not need, without a status.
fn new_answer(soname: &Soname, need: &SonameNeed, path: impl Fn(NodeId) -> RootedPath) -> SonameAnswer {
    let mut needed_by: Vec<RootedPath> = need.needed_by.keys().map(|node| path(*node)).collect();
    needed_by.sort();
    SonameAnswer {
        needed_by,
        direct: need.needed_by.values().any(|is_apps| *is_apps),
        ..SonameAnswer::new(soname)
    }
}
