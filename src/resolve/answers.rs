//! One answer for each soname, and the packages that they name.

use std::collections::{BTreeMap, HashMap};

use bstr::BString;

use super::edges::Need;
use super::{Alternative, ChosenPackage, SonameAnswer, Status};
use crate::app::{Linked, Sources};
use crate::catalog::{Answer, Candidate, Catalog, CatalogError, Package, Standing, host_provider, look_up};
use crate::elf::Machine;
use crate::loader::configured_folders;
use crate::root::{NodeId, Root};
use crate::vocabulary::{PackageName, RootedPath, Soname};

/// Answers every need, and collects the packages.
pub(super) fn answer(
    root: &Root<'_>,
    sources: &Sources,
    linked: &mut Linked<'_>,
    needs: &BTreeMap<&Soname, Need>,
    catalog: &dyn Catalog,
    others: &[&dyn Catalog],
) -> Result<(Vec<SonameAnswer>, Vec<ChosenPackage>), CatalogError> {
    let strays = Strays::new(root, linked);
    let mut chosen: BTreeMap<PackageName, ChosenPackage> = BTreeMap::new();
    let mut answers = Vec::with_capacity(needs.len());
    for (soname, need) in needs {
        let mut answer = outline(root, linked, soname, need);
        if need.missing.is_empty() {
            place_found(root, sources, need, &mut answer);
        } else {
            let package = place_missing(root, linked, &strays, need, catalog, others, &mut answer)?;
            if let Some(package) = package {
                let direct = answer.direct;
                chosen
                    .entry(package.name.clone())
                    .and_modify(|known| known.direct |= direct)
                    .or_insert(ChosenPackage { package, direct });
            }
        }
        answers.push(answer);
    }
    Ok((answers, chosen.into_values().collect()))
}

/// Who asks, without what becomes of it.
fn outline(root: &Root<'_>, linked: &Linked<'_>, soname: &Soname, need: &Need) -> SonameAnswer {
    let asking = asking(linked, need);
    let direct = asking.values().any(|is_apps| *is_apps);
    let mut needed_by: Vec<RootedPath> =
        asking.iter().filter(|(_, is_apps)| **is_apps == direct).map(|(node, _)| root.path(*node)).collect();
    needed_by.sort();
    let mut hidden_by: Vec<RootedPath> = Vec::new();
    if !need.missing.is_empty() {
        hidden_by
            .extend(need.loaded_by.iter().map(|start| root.path(linked.starts[*start].map.start().node)));
    }
    SonameAnswer {
        soname: soname.clone(),
        status: Status::Unresolved,
        path: None,
        package: None,
        alternatives: Vec::new(),
        standing: None,
        host: None,
        direct,
        needed_by,
        hidden_by,
        development: Vec::new(),
        near: Vec::new(),
        elsewhere: Vec::new(),
    }
}

/// The objects that ask in vain, or, where it is found, all that ask; and whether each is one of the trees'.
fn asking(linked: &Linked<'_>, need: &Need) -> HashMap<NodeId, bool> {
    if need.missing.is_empty() {
        return need.needed_by.clone();
    }
    let nodes = need.missing.iter().map(|(start, by)| linked.starts[*start].map.objects[*by].node);
    nodes.map(|node| (node, need.needed_by.get(&node).copied().unwrap_or_default())).collect()
}

fn place_found(root: &Root<'_>, sources: &Sources, need: &Need, answer: &mut SonameAnswer) {
    let Some(node) = need.found else { return };
    let is_apps = sources.app_mounts().any(|(mount, _)| mount == root.mount_of(node));
    answer.status = if is_apps { Status::App } else { Status::Base };
    answer.path = Some(root.path(node));
}

/// Looks for a missing soname off the path, with the drivers and in the catalog; returns the package that
/// answers it.
fn place_missing(
    root: &Root<'_>,
    linked: &mut Linked<'_>,
    strays: &Strays,
    need: &Need,
    catalog: &dyn Catalog,
    others: &[&dyn Catalog],
    answer: &mut SonameAnswer,
) -> Result<Option<Package>, CatalogError> {
    let machine = need.missing.first().map(|(start, _)| linked.starts[*start].map.start().facts.machine);
    answer.path = machine.and_then(|machine| strays.find(root, &answer.soname, machine));
    answer.host = host_provider(answer.soname.as_bytes());
    let folders = common_folders(root, linked, need);
    let Answer { candidates, reason, development, near, elsewhere } =
        look_up(catalog, &answer.soname, &folders, others)?;
    let mut candidates = candidates.into_iter().peekable();
    if answer.path.is_some() || answer.host.is_some() {
        answer.status = if answer.path.is_some() { Status::OffPath } else { Status::Host };
        answer.alternatives = candidates.map(alternative).collect();
        return Ok(None);
    }
    answer.development = development;
    answer.near = near;
    answer.elsewhere = elsewhere;
    let best = candidates.next_if(|candidate| candidate.standing != Standing::OffPath);
    answer.alternatives = candidates.map(alternative).collect();
    let (Some(best), Some(reason)) = (best, reason) else { return Ok(None) };
    answer.status = Status::Package;
    answer.path = Some(best.path);
    answer.standing = Some(best.standing);
    answer.package = Some((best.package.name.clone(), reason));
    Ok(Some(best.package))
}

fn alternative(candidate: Candidate) -> Alternative {
    Alternative { package: candidate.package.name, path: candidate.path, standing: candidate.standing }
}

/// The folders that every search that missed the soname went through, where the root's links lead.
fn common_folders(root: &Root<'_>, linked: &mut Linked<'_>, need: &Need) -> Vec<RootedPath> {
    let resolved = |folder: &BString| match root.resolve(root.top(), folder) {
        Ok(node) => root.path(node),
        Err(_) => RootedPath::new(folder),
    };
    linked.common_folders(&need.missing).iter().map(resolved).collect()
}

/// The objects of the trees by file name and soname: where a library lies that no search finds.
struct Strays {
    by_name: HashMap<Vec<u8>, Vec<(NodeId, Machine)>>,
    configured: Vec<RootedPath>,
}

impl Strays {
    fn new(root: &Root<'_>, linked: &Linked<'_>) -> Self {
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
        Self { by_name, configured: configured_folders(root) }
    }

    /// Where a library of this name lies in the trees, or in a folder of the base's ld.so.conf that its
    /// ld.so.cache does not know.
    fn find(&self, root: &Root<'_>, soname: &Soname, machine: Machine) -> Option<RootedPath> {
        let name = soname.file_name();
        let in_trees = self.by_name.get(name).and_then(|places| {
            places.iter().filter(|(_, its)| *its == machine).map(|(node, _)| root.path(*node)).min()
        });
        in_trees.or_else(|| {
            self.configured
                .iter()
                .map(|folder| folder.join(name))
                .find(|path| root.resolve(root.top(), path.as_bytes()).is_ok())
        })
    }
}
