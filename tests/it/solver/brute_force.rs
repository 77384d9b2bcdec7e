//! The definition, followed to the letter: every set of packages with every way to meet what counts.

use std::collections::BTreeMap;

use sodeb::solve::solver::{Cost, Instance, PackageId, RequirementId};

type MetBy = BTreeMap<RequirementId, usize>;

/// The cost of the best solution, where there is one.
pub(crate) fn best_cost(instance: &Instance) -> Option<Cost> {
    let mut best: Option<Cost> = None;
    for set in 0..1_usize << instance.packages.len() {
        let is_chosen = |package: PackageId| set >> package.0 & 1 == 1;
        if !has_conflict(instance, is_chosen) {
            let agenda = instance.wanted.clone();
            every_way(instance, &is_chosen, agenda, MetBy::new(), &mut |met_by| {
                let cost = cost(instance, is_chosen, met_by);
                if best.as_ref().is_none_or(|best| cost < *best) {
                    best = Some(cost);
                }
            });
        }
    }
    best
}

fn has_conflict(instance: &Instance, is_chosen: impl Fn(PackageId) -> bool) -> bool {
    instance.packages.iter().enumerate().any(|(id, candidate)| {
        let is_against = |other: &PackageId| other.0 != id && is_chosen(*other);
        is_chosen(PackageId(id)) && candidate.conflicts.iter().any(is_against)
    })
}

fn every_way(
    instance: &Instance,
    is_chosen: &impl Fn(PackageId) -> bool,
    mut agenda: Vec<RequirementId>,
    met_by: MetBy,
    found: &mut impl FnMut(&MetBy),
) {
    agenda.retain(|requirement| !met_by.contains_key(requirement));
    let Some(requirement) = agenda.pop() else { return found(&met_by) };
    for (index, option) in instance.requirements[requirement.0].options.iter().enumerate() {
        if is_chosen(option.package) {
            let mut met_by = met_by.clone();
            met_by.insert(requirement, index);
            let agenda = agenda.iter().chain(&option.needs).copied().collect();
            every_way(instance, is_chosen, agenda, met_by, found);
        }
    }
}

fn cost(instance: &Instance, is_chosen: impl Fn(PackageId) -> bool, met_by: &MetBy) -> Cost {
    let chosen: Vec<_> = (0..instance.packages.len())
        .filter(|id| is_chosen(PackageId(*id)))
        .map(|id| &instance.packages[id])
        .collect();
    let mut names: Vec<_> = chosen.iter().map(|candidate| candidate.name.clone()).collect();
    names.sort();
    Cost {
        packages: chosen.len(),
        installed_size_kib: chosen.iter().map(|candidate| candidate.installed_size_kib).sum(),
        rank: met_by
            .iter()
            .map(|(requirement, &option)| {
                u64::from(instance.requirements[requirement.0].options[option].rank)
            })
            .sum(),
        names,
    }
}
