//! One answer for each soname, and the packages that they name.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use super::edges::{Need, versions_needed};
use super::{Alternative, ChosenPackage, SonameAnswer, Status};
use crate::app::{InputTrees, LinkedApps};
use crate::debian::catalog::{
    Catalog, CatalogError, LibraryCandidate, Package, SonameLookup, Visibility, host_provider, look_up,
};
use crate::elf::{ElfFacts, Machine};
use crate::loader::configured_directories;
use crate::tree::root::{NodeId, Root};
use crate::vocabulary::{PackageName, RootedPath, Soname};

/// Answers every need, and collects the packages. Each look-up decodes blocks of the catalog, so that they are
/// made on every core.
pub(super) fn answer(
    root: &Root<'_>,
    sources: &InputTrees,
    linked: &LinkedApps<'_>,
    needs: &[(&Soname, Need)],
    catalog: &dyn Catalog,
    others: &[&dyn Catalog],
) -> Result<(Vec<SonameAnswer>, Vec<ChosenPackage>), CatalogError> {
    let answerer = Answerer { root, sources, linked, strays: Strays::new(root, linked), catalog, others };
    let answered: Vec<(SonameAnswer, Option<Package>)> =
        needs.par_iter().map(|(soname, need)| answerer.answer(soname, need)).collect::<Result<_, _>>()?;
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

/// All that an answer is made from.
struct Answerer<'answer, 'root> {
    root: &'answer Root<'root>,
    sources: &'answer InputTrees,
    linked: &'answer LinkedApps<'root>,
    strays: Strays,
    catalog: &'answer dyn Catalog,
    others: &'answer [&'answer dyn Catalog],
}

impl Answerer<'_, '_> {
    /// What becomes of a soname, and the package that answers it.
    fn answer(&self, soname: &Soname, need: &Need) -> Result<(SonameAnswer, Option<Package>), CatalogError> {
        let mut answer = self.outline(soname, need);
        let package = if need.missing.is_empty() {
            self.place_found(need, &mut answer);
            None
        } else {
            self.place_missing(soname, need, &mut answer)?
        };
        Ok((answer, package))
    }

    /// Who asks, without what becomes of it.
    fn outline(&self, soname: &Soname, need: &Need) -> SonameAnswer {
        let asking = self.asking(need);
        let direct = asking.iter().any(|(_, is_apps)| *is_apps);
        let mut needed_by: Vec<RootedPath> = asking
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
        SonameAnswer { direct, needed_by, hidden_by, ..SonameAnswer::of(soname) }
    }

    /// The objects that ask in vain, or, where it is found, all that ask; and whether each is one of the trees'.
    fn asking(&self, need: &Need) -> Vec<(NodeId, bool)> {
        if need.missing.is_empty() {
            return need.needed_by.iter().map(|(node, is_apps)| (*node, *is_apps)).collect();
        }
        let mut nodes: Vec<_> =
            need.missing.iter().map(|(start, by)| self.linked.starts[*start].map.objects[*by].node).collect();
        nodes.sort_unstable();
        nodes.dedup();
        nodes.into_iter().map(|node| (node, need.needed_by.get(&node).copied().unwrap_or_default())).collect()
    }

    fn place_found(&self, need: &Need, answer: &mut SonameAnswer) {
        let Some(node) = need.found else { return };
        let is_apps = self.sources.start_mounts().any(|(mount, _)| mount == self.root.mount_of(node));
        answer.status = if is_apps { Status::App } else { Status::Base };
        answer.path = Some(self.root.path(node));
    }

    /// Looks for a missing soname off the path, with the drivers and in the catalog; returns the package that
    /// answers it.
    fn place_missing(
        &self,
        soname: &Soname,
        need: &Need,
        answer: &mut SonameAnswer,
    ) -> Result<Option<Package>, CatalogError> {
        let machine =
            need.missing.first().map(|(start, _)| self.linked.starts[*start].map.start().facts.machine);
        answer.path = machine.and_then(|machine| self.strays.find(self.root, soname, machine));
        answer.host = host_provider(soname.as_bytes());
        answer.searched = self.linked.searched_directories(&need.missing);
        // One object asks in many processes.
        let mut asking: Vec<(NodeId, &ElfFacts)> = need
            .missing
            .iter()
            .map(|(start, by)| &self.linked.starts[*start].map.objects[*by])
            .map(|object| (object.node, object.facts))
            .collect();
        asking.sort_unstable_by_key(|(node, _)| *node);
        asking.dedup_by_key(|(node, _)| *node);
        for (_, facts) in asking {
            for version in versions_needed(facts, soname) {
                // Most need the same few.
                if !answer.versions.contains(version) {
                    answer.versions.insert(version.clone());
                }
            }
        }
        let SonameLookup { candidates, reason, development, near, elsewhere } =
            look_up(self.catalog, soname, &answer.searched, self.others)?;
        let mut candidates = candidates.into_iter().peekable();
        if answer.path.is_some() || answer.host.is_some() {
            answer.status = if answer.path.is_some() { Status::OffPath } else { Status::Host };
            answer.alternatives = candidates.map(alternative).collect();
            return Ok(None);
        }
        answer.development = development;
        answer.near = near;
        answer.elsewhere = elsewhere;
        let best = candidates.next_if(|candidate| candidate.visibility != Visibility::OffPath);
        answer.alternatives = candidates.map(alternative).collect();
        let (Some(best), Some(reason)) = (best, reason) else { return Ok(None) };
        answer.status = Status::Package;
        answer.path = Some(best.path);
        answer.visibility = Some(best.visibility);
        answer.package = Some((best.package.name.clone(), reason));
        Ok(Some(best.package))
    }
}

fn alternative(candidate: LibraryCandidate) -> Alternative {
    Alternative { package: candidate.package.name, path: candidate.path, visibility: candidate.visibility }
}

/// The objects of the trees by file name and soname: where a library lies that no search finds.
struct Strays {
    by_name: HashMap<Vec<u8>, Vec<(NodeId, Machine)>>,
    configured: Vec<RootedPath>,
}

impl Strays {
    fn new(root: &Root<'_>, linked: &LinkedApps<'_>) -> Self {
        let mut by_name: HashMap<Vec<u8>, Vec<(NodeId, Machine)>> = HashMap::new();
        for object in &linked.objects {
            let place = (object.node, object.facts.machine);
            let file_name = root.name(object.node);
            by_name.entry(file_name.to_vec()).or_default().push(place);
            if let Some(soname) = object.facts.soname.as_ref().filter(|soname| soname.as_bytes() != file_name)
            {
                by_name.entry(soname.as_bytes().to_vec()).or_default().push(place);
            }
        }
        Self { by_name, configured: configured_directories(root) }
    }

    /// Where a library of this name lies in the trees, or in a directory of the base's ld.so.conf that its
    /// ld.so.cache does not know.
    fn find(&self, root: &Root<'_>, soname: &Soname, machine: Machine) -> Option<RootedPath> {
        let name = soname.file_name();
        let in_trees = self.by_name.get(name).and_then(|places| {
            places.iter().filter(|(_, its)| *its == machine).map(|(node, _)| root.path(*node)).min()
        });
        in_trees.or_else(|| {
            self.configured
                .iter()
                .map(|directory| directory.join(name))
                .find(|path| root.resolve(root.top(), path.as_bytes()).is_ok())
        })
    }
}
