//! Branch and bound, on each component separately.

use std::cmp::{Ordering, Reverse};

use hashbrown::HashMap;

use super::bound::bound;
use super::component::{Component, components};
use super::cost::CostSum;
use super::ordered::OrderedInstance;
use super::state::{SearchState, Step};

/// Largest number of words in the solutions of components that are remembered: 32 MiB. After that none is added, which
/// takes time but changes no answer.
const MAX_REMEMBERED_WORDS: usize = 4 << 20;

/// Solution of a part of the instance.
#[derive(Clone, Debug, Default)]
pub(super) struct PartialSolution {
    pub(super) cost: CostSum,
    /// Name ranks of the packages that it adds, sorted.
    names: Vec<usize>,
    /// Options taken, by requirement; only where there is a choice, as the others follow.
    pub(super) taken: Vec<(usize, usize)>,
}

impl PartialSolution {
    /// Collects the options and packages of some steps.
    fn of_steps(instance: &OrderedInstance<'_>, steps: &[Step]) -> Self {
        let mut found = Self::default();
        for step in steps {
            match *step {
                Step::Activated(_) | Step::Free(_) | Step::Excluded(_) => {}
                Step::Took(requirement, option) => {
                    let required = &instance.requirements[requirement];
                    found.cost.rank += required.options[option].rank;
                    if required.is_choice() {
                        found.taken.push((requirement, option));
                    }
                }
                Step::Chose(package, _) => {
                    found.cost.packages += 1;
                    found.cost.size_kib += instance.packages[package].size_kib;
                    found.names.push(instance.packages[package].name_order);
                }
            }
        }
        found.names.sort_unstable();
        found.taken.sort_unstable();
        found
    }

    /// Joins two parts, which have no package and no requirement in common.
    fn with(mut self, other: &Self) -> Self {
        self.cost = self.cost + other.cost;
        self.names.extend(&other.names);
        self.names.sort_unstable();
        self.taken.extend(&other.taken);
        self.taken.sort_unstable();
        self
    }

    fn is_better_than(&self, other: &Self) -> bool {
        let cost = self.cost.cmp(&other.cost);
        let names = || self.names.cmp(&other.names);
        cost.then_with(names).then_with(|| compare_taken(&self.taken, &other.taken)).is_lt()
    }
}

/// Compares by the first requirement that is met differently; not active is least.
fn compare_taken(one: &[(usize, usize)], other: &[(usize, usize)]) -> Ordering {
    let differ = one.iter().zip(other).find(|(one, other)| one != other);
    match differ {
        None => one.len().cmp(&other.len()),
        // The solution with the lesser requirement is the one in which that is active.
        Some((one, other)) => other.0.cmp(&one.0).then(one.1.cmp(&other.1)),
    }
}

/// Result of the search for a part of the instance.
#[derive(Clone, Debug)]
pub(super) enum SearchResult {
    /// The best solution.
    Best(PartialSolution),
    /// No solution.
    Impossible,
    /// No solution that is as good as the best one known.
    TooExpensive,
}

/// Cost of the best known solution of the whole instance; none yet.
type Limit = Option<CostSum>;

/// Returns true if a solution with this lower bound can still be as good as the best one known.
fn is_within(cost: CostSum, limit: Limit) -> bool {
    limit.is_none_or(|limit| cost <= limit)
}

/// Search for the best solution.
pub(super) struct Search<'ordered, 'instance> {
    state: SearchState<'ordered, 'instance>,
    /// Best solutions of earlier components; none if there is no solution.
    remembered: HashMap<Vec<usize>, Option<PartialSolution>>,
    remembered_words: usize,
    explored: u64,
}

impl<'ordered, 'instance> Search<'ordered, 'instance> {
    /// Starts a search that may choose every package but one.
    pub(super) fn new(instance: &'ordered OrderedInstance<'instance>, excluded: Option<usize>) -> Self {
        Self {
            state: SearchState::new(instance, excluded),
            remembered: HashMap::new(),
            remembered_words: 0,
            explored: 0,
        }
    }

    /// Returns the number of options that were tried.
    pub(super) fn explored(&self) -> u64 {
        self.explored
    }

    /// Finds the best solution that meets some requirements.
    pub(super) fn run(&mut self, wanted: &[usize]) -> SearchResult {
        let mark = self.state.mark();
        let mut agenda = Vec::new();
        self.state.require(wanted, &mut agenda);
        let answer = self.settle(mark, agenda, CostSum::default(), None);
        self.state.undo(mark);
        answer
    }

    /// Finds the best way to meet the agenda, together with the steps since the mark. `offset` is a lower bound of
    /// the cost of everything else.
    fn settle(&mut self, mark: usize, mut agenda: Vec<usize>, offset: CostSum, limit: Limit) -> SearchResult {
        if self.state.propagate(&mut agenda).is_err() {
            return SearchResult::Impossible;
        }
        let settled = PartialSolution::of_steps(self.state.instance, self.state.since(mark));
        let offset = offset + settled.cost;
        if !is_within(offset, limit) {
            return SearchResult::TooExpensive;
        }
        match self.parts(&components(&self.state, &agenda), offset, limit) {
            SearchResult::Best(found) => SearchResult::Best(settled.with(&found)),
            other => other,
        }
    }

    /// Solves components, one after the other.
    fn parts(&mut self, components: &[Component], offset: CostSum, limit: Limit) -> SearchResult {
        let bounds: Vec<CostSum> =
            components.iter().map(|component| bound(&self.state, &component.open)).collect();
        let mut found = PartialSolution::default();
        for (place, component) in components.iter().enumerate() {
            let later = bounds[place + 1..].iter().fold(CostSum::default(), |sum, bound| sum + *bound);
            let others = offset + found.cost + later;
            if !is_within(others + bounds[place], limit) {
                return SearchResult::TooExpensive;
            }
            match self.component(component, others, limit) {
                SearchResult::Best(part) => found = found.with(&part),
                other => return other,
            }
        }
        SearchResult::Best(found)
    }

    /// Solves a component, or recalls its solution.
    fn component(&mut self, component: &Component, offset: CostSum, limit: Limit) -> SearchResult {
        let key = component.key(&self.state);
        match self.remembered.get(&key) {
            Some(None) => return SearchResult::Impossible,
            Some(Some(found)) if is_within(offset + found.cost, limit) => {
                return SearchResult::Best(found.clone());
            }
            Some(Some(_)) => return SearchResult::TooExpensive,
            None => {}
        }
        let answer = self.branch(component, offset, limit);
        let solution = match &answer {
            SearchResult::Best(found) => Some(found.clone()),
            SearchResult::Impossible => None,
            SearchResult::TooExpensive => return answer,
        };
        let taken = solution.as_ref().map_or(0, |found| found.names.len() + 2 * found.taken.len());
        self.remembered_words += key.len() + taken;
        if self.remembered_words <= MAX_REMEMBERED_WORDS {
            self.remembered.insert(key, solution);
        }
        answer
    }

    /// Tries each option of the requirement that has the fewest.
    fn branch(&mut self, component: &Component, offset: CostSum, mut limit: Limit) -> SearchResult {
        let fewest =
            component.open.iter().min_by_key(|requirement| self.state.options(**requirement).count());
        let Some(&requirement) = fewest else { return SearchResult::Best(PartialSolution::default()) };
        let mut best: Option<PartialSolution> = None;
        let mut is_left_out = false;
        for option in self.by_promise(requirement, &component.open) {
            let dominators = self.dominators(requirement, option);
            if dominators.contains(&self.state.option(requirement, option).package) {
                continue;
            }
            self.explored += 1;
            let mark = self.state.mark();
            for dominator in dominators {
                self.state.exclude(dominator);
            }
            let mut agenda = component.open.clone();
            agenda.retain(|other| *other != requirement);
            self.state.take(requirement, option, &mut agenda);
            let answer = self.settle(mark, agenda, offset, limit);
            self.state.undo(mark);
            match answer {
                SearchResult::Best(found) if best.as_ref().is_none_or(|best| found.is_better_than(best)) => {
                    limit = Some(offset + found.cost);
                    best = Some(found);
                }
                SearchResult::Best(_) | SearchResult::Impossible => {}
                SearchResult::TooExpensive => is_left_out = true,
            }
        }
        match best {
            Some(found) => SearchResult::Best(found),
            None if is_left_out => SearchResult::TooExpensive,
            None => SearchResult::Impossible,
        }
    }

    /// Returns the packages that no best solution contains in which this option is taken: those of options before
    /// it that need nothing further. With such a package chosen that option is better, and its own branch finds the
    /// solution.
    fn dominators(&self, requirement: usize, option: usize) -> Vec<usize> {
        let earlier = self.state.options(requirement).take_while(|index| *index < option);
        let earlier = earlier.map(|index| self.state.option(requirement, index));
        earlier
            .filter(|earlier| self.state.costly_needs(earlier).all(|need| need == requirement))
            .map(|earlier| earlier.package)
            .collect()
    }

    /// Returns the options of a requirement, the most promising first: a good solution early cuts more branches. A
    /// package is more promising if it has options for more open requirements.
    fn by_promise(&self, requirement: usize, open: &[usize]) -> Vec<usize> {
        let mut uses: HashMap<usize, usize> = HashMap::new();
        for &other in open {
            for option in self.state.options(other) {
                *uses.entry(self.state.option(other, option).package).or_default() += 1;
            }
        }
        let mut options: Vec<usize> = self.state.options(requirement).collect();
        options.sort_by_cached_key(|&index| {
            let option = self.state.option(requirement, index);
            let needs = self.state.costly_needs(option).count();
            let package = option.package;
            if self.state.is_chosen(package) {
                return (option.rank, 0, needs, Reverse(0), 0, index);
            }
            let used = uses.get(&package).copied().unwrap_or(0);
            (option.rank, 1, needs, Reverse(used), self.state.instance.packages[package].size_kib, index)
        });
        options
    }
}
