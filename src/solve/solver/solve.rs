//! Solving an instance: the best selection, or an explanation.

use std::collections::BTreeMap;

use super::cost::Cost;
use super::explain::explain;
use super::explanation::Unsolvable;
use super::instance::{Instance, PackageId, RequirementId};
use super::ordered::OrderedInstance;
use super::search::{PartialSolution, Search, SearchResult};

/// The best solution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Chosen packages, sorted.
    pub packages: Vec<PackageId>,
    /// Option taken for each active requirement, as an index of its
    /// [`options`](super::Requirement::options).
    pub met_by: BTreeMap<RequirementId, usize>,
    /// Cost of the solution.
    pub cost: Cost,
    /// Number of options that were tried until it was proven that no solution is better.
    pub explored: u64,
}

/// Finds the best solution and proves that it is.
///
/// # Errors
/// If there is no solution; the error explains why.
pub fn solve(instance: &Instance) -> Result<Selection, Unsolvable> {
    let ordered = OrderedInstance::new(instance);
    best(&ordered, None).ok_or_else(|| explain(&ordered))
}

/// Returns the best solution, one package excluded, if there is one.
pub(super) fn best(instance: &OrderedInstance<'_>, excluded: Option<usize>) -> Option<Selection> {
    let mut search = Search::new(instance, excluded);
    match search.run(&instance.wanted) {
        SearchResult::Best(solution) => Some(selection(instance, &solution, search.explored())),
        SearchResult::Impossible | SearchResult::TooExpensive => None,
    }
}

/// Translates a solution into the ids of its instance.
fn selection(instance: &OrderedInstance<'_>, solution: &PartialSolution, explored: u64) -> Selection {
    let choices: BTreeMap<usize, usize> = solution.taken.iter().copied().collect();
    let mut met_by = BTreeMap::new();
    let mut chosen = Vec::new();
    let mut agenda = instance.wanted.clone();
    while let Some(requirement) = agenda.pop() {
        let required = &instance.requirements[requirement];
        let option = choices.get(&requirement).copied().unwrap_or(0);
        // What is active in a solution is listed and has that option.
        let (Some(id), Some(taken)) = (required.id, required.options.get(option)) else { continue };
        if met_by.insert(id, taken.index).is_none() {
            chosen.push(taken.package);
            agenda.extend(&taken.needs);
        }
    }
    // An ordered instance has its packages in the order of their names.
    chosen.sort_unstable();
    chosen.dedup();
    let names = chosen.iter().map(|&package| instance.name(package).clone()).collect();
    let mut packages: Vec<_> = chosen.iter().map(|&package| instance.packages[package].id).collect();
    packages.sort_unstable();
    let cost = Cost {
        rank: solution.cost.rank,
        packages: packages.len(),
        installed_size_kib: solution.cost.size_kib,
        names,
    };
    Selection { packages, met_by, cost, explored }
}
