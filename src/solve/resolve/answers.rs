//! One answer for each soname, and the packages that the answers name.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::needs::{SonameNeed, required_versions};
use super::off_path::OffPathLibraries;
use super::resolution::{ChosenPackage, SonameAnswer, Status};
use super::symbols::RequiredSymbols;
use crate::app::{InputTrees, LinkedApps, VendoredFamilies};
use crate::debian::catalog::{
    Catalog, CatalogError, Package, SonameLookup, Visibility, host_provider, look_up,
};
use crate::elf::ElfFacts;
use crate::tree::root::{NodeId, Root};
use crate::vocabulary::{PackageName, RootedPath, Soname};

/// Everything that an answer is made from.
pub(super) struct Answerer<'answer, 'root> {
    pub(super) root: &'answer Root<'root>,
    pub(super) trees: &'answer InputTrees,
    pub(super) linked: &'answer LinkedApps<'root>,
    pub(super) off_path: &'answer OffPathLibraries,
    pub(super) families: &'answer VendoredFamilies<'answer>,
    pub(super) catalog: &'answer dyn Catalog,
    pub(super) others: &'answer [&'answer dyn Catalog],
}

impl Answerer<'_, '_> {
    /// Answers every need, and collects the packages. Look-ups run on every core, as each decodes blocks of the catalog.
    pub(super) fn answer_all(
        &self,
        needs: &[(&Soname, SonameNeed)],
    ) -> Result<(Vec<SonameAnswer>, Vec<ChosenPackage>), CatalogError> {
        let answered: Vec<(SonameAnswer, Option<Package>)> =
            needs.par_iter().map(|(soname, need)| self.answer(soname, need)).collect::<Result<_, _>>()?;
        let mut chosen: BTreeMap<PackageName, ChosenPackage> = BTreeMap::new();
        let mut answers = Vec::with_capacity(answered.len());
        for (answer, package) in answered {
            if let Some(package) = package {
                let choice = ChosenPackage { package, direct: answer.direct };
                chosen
                    .entry(choice.package.name.clone())
                    .and_modify(|known| known.direct |= choice.direct)
                    .or_insert(choice);
            }
            answers.push(answer);
        }
        Ok((answers, chosen.into_values().collect()))
    }

    /// Answers one soname, and returns the package that provides it.
    fn answer(
        &self,
        soname: &Soname,
        need: &SonameNeed,
    ) -> Result<(SonameAnswer, Option<Package>), CatalogError> {
        let mut answer = self.without_status(soname, need);
        let package = if need.missing.is_empty() {
            self.resolve_found(need, &mut answer);
            None
        } else {
            self.resolve_missing(soname, need, &mut answer)?
        };
        Ok((answer, package))
    }

    /// Creates an answer with the objects that need the soname, without a status.
    fn without_status(&self, soname: &Soname, need: &SonameNeed) -> SonameAnswer {
        let needing = self.needing_objects(need);
        let direct = needing.iter().any(|(_, is_apps)| *is_apps);
        let mut needed_by: Vec<RootedPath> = needing
            .iter()
            .filter(|(_, is_apps)| *is_apps == direct)
            .map(|(node, _)| self.root.path(*node))
            .collect();
        needed_by.sort();
        let mut hidden_by: Vec<RootedPath> = Vec::new();
        if !need.missing.is_empty() {
            hidden_by.extend(
                need.loaded_by
                    .iter()
                    .map(|start| self.root.path(self.linked.starts[*start].map.start().node)),
            );
        }
        SonameAnswer { direct, needed_by, hidden_by, ..SonameAnswer::new(soname) }
    }

    /// Returns the objects that miss the soname, or if it is found, all that need it; each with true if it is an app's.
    fn needing_objects(&self, need: &SonameNeed) -> Vec<(NodeId, bool)> {
        if need.missing.is_empty() {
            return need.needed_by.iter().map(|(node, is_apps)| (*node, *is_apps)).collect();
        }
        let mut nodes: Vec<_> =
            need.missing.iter().map(|(start, by)| self.linked.starts[*start].map.objects[*by].node).collect();
        nodes.sort_unstable();
        nodes.dedup();
        nodes.into_iter().map(|node| (node, need.needed_by.get(&node).copied().unwrap_or_default())).collect()
    }

    fn resolve_found(&self, need: &SonameNeed, answer: &mut SonameAnswer) {
        let Some(node) = need.found else { return };
        let is_apps = self.trees.start_mounts().any(|(mount, _)| mount == self.root.mount_of(node));
        answer.status = if is_apps { Status::App } else { Status::Base };
        answer.path = Some(self.root.path(node));
    }

    /// Looks for a missing soname off the path, among the drivers and in the catalog; returns the package that
    /// provides it.
    fn resolve_missing(
        &self,
        soname: &Soname,
        need: &SonameNeed,
        answer: &mut SonameAnswer,
    ) -> Result<Option<Package>, CatalogError> {
        let machine =
            need.missing.first().map(|(start, _)| self.linked.starts[*start].map.start().facts.machine);
        answer.path = machine.and_then(|machine| self.off_path.find(self.root, soname, machine));
        answer.host = host_provider(soname.as_bytes());
        answer.searched = self.linked.searched_directories(&need.missing);
        // One object occurs in many processes.
        let mut needing: Vec<(NodeId, &ElfFacts)> = need
            .missing
            .iter()
            .map(|(start, by)| &self.linked.starts[*start].map.objects[*by])
            .map(|object| (object.node, object.facts))
            .collect();
        needing.sort_unstable_by_key(|(node, _)| *node);
        needing.dedup_by_key(|(node, _)| *node);
        for (_, facts) in &needing {
            for version in required_versions(facts, soname) {
                // Most objects need the same few versions.
                if !answer.versions.contains(version) {
                    answer.versions.insert(version.clone());
                }
            }
        }
        answer.family = self.families.of_missing(soname).filter(|_| answer.path.is_none()).cloned();
        if answer.family.is_some() {
            return Ok(None);
        }
        let SonameLookup { candidates, reason, development, near, elsewhere } =
            look_up(self.catalog, soname, &answer.searched, self.others)?;
        let on_path = candidates.iter().filter(|candidate| candidate.visibility != Visibility::OffPath);
        if on_path.count() > 1 {
            for (node, facts) in needing {
                let required = RequiredSymbols::of_object(self.root, self.trees, node, facts, soname);
                answer.symbols.extend(&required);
            }
        }
        answer.candidates = candidates;
        if answer.path.is_some() || answer.host.is_some() {
            answer.status = if answer.path.is_some() { Status::OffPath } else { Status::Host };
            return Ok(None);
        }
        answer.development = development;
        answer.near = near;
        answer.elsewhere = elsewhere;
        let best = answer.candidates.first().filter(|best| best.visibility != Visibility::OffPath).cloned();
        let (Some(best), Some(reason)) = (best, reason) else { return Ok(None) };
        answer.status = Status::Package;
        answer.path = Some(best.path);
        answer.visibility = Some(best.visibility);
        answer.package = Some((best.package.name.clone(), reason));
        Ok(Some(best.package))
    }
}
