//! What a resolution tells of a closed gap: every soname that is asked for then, of the packages' files too, and the
//! packages that have it. It is what the Plan has, without the files that are taken.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::asks::Asked;
use super::planned::lacking;
use super::{CloseError, ClosureSolver, Settled};
use crate::debian::catalog::Package;
use crate::solve::graph::Graph;
use crate::solve::resolve::{
    Alternative, ChosenPackage, Closure, LackingVersion, Need, SonameAnswer, Status, Unread,
};
use crate::tree::root::NodeId;
use crate::vocabulary::{ChoiceReason, PackageName, RootedPath, Soname};

/// A closed gap, as far as a resolution tells of it.
#[derive(Debug)]
pub struct ClosedGap {
    /// What is known beyond the names that the trees ask for.
    pub closure: Closure,
    /// Symbol versions that no chosen library defines; they are not among the closure's problems yet.
    pub lacking: Vec<LackingVersion>,
    /// Who loads what, the packages' files among them; none where it is not wanted.
    pub graph: Option<Graph>,
}

impl ClosureSolver<'_> {
    pub(super) fn closed_gap(
        &self,
        settled: &Settled<'_, '_>,
        wants_graph: bool,
    ) -> Result<ClosedGap, CloseError> {
        let starts = settled.starts(self.scene);
        let unread = self.unread_of(settled.choice);
        let answers =
            settled.needs.par_iter().map(|(soname, need)| self.answer(settled, soname, need, &unread));
        let mut sonames: Vec<SonameAnswer> = answers.collect();
        // Of several names that will do another one may be missing now.
        let told = |answer: &&SonameAnswer| {
            settled.needs.binary_search_by(|(soname, _)| (*soname).cmp(&answer.soname)).is_ok()
        };
        sonames.extend(self.resolution.sonames.iter().filter(|answer| !told(answer)).cloned());
        sonames.sort_by(|left, right| left.soname.cmp(&right.soname));
        let direct = sonames.iter().filter(|answer| answer.direct);
        let direct: BTreeSet<PackageName> =
            direct.filter_map(|answer| Some(answer.package.as_ref()?.0.clone())).collect();
        let names = settled.choice.packages();
        let packages: Vec<Package> = names.into_iter().filter_map(|name| self.asks.package(name)).collect();
        let graph = match wants_graph {
            true => Some(self.graph(packages.clone(), settled.laid, &starts, &unread)?),
            false => None,
        };
        let chosen = packages
            .into_iter()
            .map(|package| ChosenPackage { direct: direct.contains(&package.name), package });
        let packages = chosen.collect();
        let lacking = lacking(settled.laid, &starts);
        let problems = self.problems(settled, &unread);
        let cause = |name: &PackageName| self.unread.get(name).cloned().unwrap_or_default();
        let unread = unread.into_iter().map(|package| Unread { cause: cause(&package), package }).collect();
        Ok(ClosedGap { closure: Closure { sonames, packages, problems, unread }, lacking, graph })
    }

    /// What becomes of a soname with the packages that were chosen, of which some could not be read.
    fn answer(
        &self,
        settled: &Settled<'_, '_>,
        soname: &Soname,
        need: &Need,
        unread: &[PackageName],
    ) -> SonameAnswer {
        let open = self.resolution.sonames.binary_search_by(|answer| answer.soname.cmp(soname));
        let open = open.ok().and_then(|place| self.resolution.sonames.get(place));
        let root = &settled.laid.root;
        let asked = || self.asks.all.iter().filter(|asked| asked.ask.soname == *soname);
        let origin = need.found.and_then(|node| settled.laid.origin(node));
        let package = origin.map(|(known, _)| &known.package.name).or_else(|| {
            let mut answers = asked().flat_map(|asked| &asked.answers).map(|answer| answer.name());
            answers.find(|name| need.found.is_none() && unread.contains(name))
        });
        let mut answer = match (open, package) {
            (Some(open), None) => return open.clone(),
            (Some(open), Some(_)) => open.clone(),
            (None, _) => new_answer(soname, need, |node| root.path(node)),
        };
        let Some(package) = package else {
            let found = need.found.filter(|_| need.missing.is_empty());
            let is_apps =
                |node: NodeId| self.sources.start_mounts().any(|(mount, _)| mount == root.mount_of(node));
            answer.path = found.map(|node| root.path(node));
            answer.status = match found {
                Some(node) if is_apps(node) => Status::App,
                Some(_) => Status::Base,
                None => Status::Unresolved,
            };
            return answer;
        };
        answer.status = Status::Package;
        match asked().find_map(|asked| Some((asked, asked.place_of(package)?))) {
            Some((asked, place)) => self.choose_answer(&mut answer, asked, place),
            // Whoever asks finds it beside itself, or where what loaded it looks.
            None => {
                answer.path = need.found.map(|node| root.path(node));
                answer.package = Some((package.clone(), ChoiceReason::Only));
            }
        }
        answer
    }

    fn choose_answer(&self, answer: &mut SonameAnswer, asked: &Asked, place: usize) {
        let candidate = &asked.answers[place].candidate;
        let name = &candidate.package.name;
        let reason = match asked.reason {
            _ if self.terms.prefer.contains(name) && asked.answers.len() > 1 => ChoiceReason::Preferred,
            Some(reason) if place == 0 => reason,
            _ => ChoiceReason::SmallestSet,
        };
        let is_off_path =
            |other: &Alternative| !asked.answers.iter().any(|answer| answer.name() == &other.package);
        let off_path: Vec<Alternative> = answer.alternatives.drain(..).filter(is_off_path).collect();
        let others = asked.answers.iter().filter(|other| other.name() != name).map(|other| Alternative {
            package: other.name().clone(),
            path: other.candidate.path.clone(),
            visibility: other.candidate.visibility,
        });
        answer.alternatives = others.chain(off_path).collect();
        answer.path = Some(candidate.path.clone());
        answer.visibility = Some(candidate.visibility);
        answer.package = Some((name.clone(), reason));
    }
}

/// An answer to a soname that nothing asked for before, without what becomes of it.
fn new_answer(soname: &Soname, need: &Need, path: impl Fn(NodeId) -> RootedPath) -> SonameAnswer {
    let mut needed_by: Vec<RootedPath> = need.needed_by.keys().map(|node| path(*node)).collect();
    needed_by.sort();
    SonameAnswer {
        needed_by,
        direct: need.needed_by.values().any(|is_apps| *is_apps),
        ..SonameAnswer::of(soname)
    }
}
