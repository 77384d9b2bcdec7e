//! Open requirements that depend on each other, and what they cost at the least.

use super::search::Numbers;
use super::state::State;

/// Open requirements whose choices can touch each other, and no others.
#[derive(Debug, Default)]
pub(super) struct Component {
    /// The requirements that count and are open, sorted.
    pub(super) open: Vec<usize>,
    /// Those, and whatever their options can make count, sorted.
    reach: Vec<usize>,
}

/// Splits what is open into components, in the order of their first open requirements.
pub(super) fn components(state: &State<'_, '_>, open: &[usize]) -> Vec<Component> {
    let requirements = state.problem.requirements.len();
    let mut groups = Groups::new(requirements + state.problem.packages.len());
    let mut is_reached = vec![false; requirements];
    let mut could_be_chosen = Vec::new();
    let mut reach = open.to_vec();
    for &requirement in open {
        is_reached[requirement] = true;
    }
    let mut next = 0;
    while let Some(&requirement) = reach.get(next) {
        next += 1;
        for index in state.options(requirement) {
            let option = state.option(requirement, index);
            if !state.is_chosen(option.package) {
                could_be_chosen.push(option.package);
                groups.join(requirement, requirements + option.package);
            }
            // What counts already is met whatever is chosen here.
            for &need in option.needs.iter().filter(|need| !state.counts(**need)) {
                groups.join(requirement, need);
                if !std::mem::replace(&mut is_reached[need], true) {
                    reach.push(need);
                }
            }
        }
    }
    could_be_chosen.sort_unstable();
    could_be_chosen.dedup();
    for &package in &could_be_chosen {
        for &other in &state.problem.packages[package].conflicts {
            if could_be_chosen.binary_search(&other).is_ok() {
                groups.join(requirements + package, requirements + other);
            }
        }
    }
    gather(&mut groups, open, reach)
}

fn gather(groups: &mut Groups, open: &[usize], mut reach: Vec<usize>) -> Vec<Component> {
    let mut components: Vec<Component> = Vec::new();
    let mut component_of = vec![None; groups.parents.len()];
    for &requirement in open {
        let place = *component_of[groups.root(requirement)].get_or_insert_with(|| {
            components.push(Component::default());
            components.len() - 1
        });
        components[place].open.push(requirement);
    }
    reach.sort_unstable();
    for requirement in reach {
        // Whatever is reached is reached from something open.
        if let Some(place) = component_of[groups.root(requirement)] {
            components[place].reach.push(requirement);
        }
    }
    components
}

impl Component {
    /// What meeting it costs at the least.
    ///
    /// Requirements that no chosen package has an option for, and no two of which share a package, need a package
    /// each. Those with few options are tried first, as they leave more room for others.
    pub(super) fn bound(&self, state: &State<'_, '_>) -> Numbers {
        let mut bound = Numbers::default();
        let mut unmet: Vec<(usize, usize)> = Vec::new();
        for &requirement in &self.open {
            let mut options = 0;
            let mut needs_package = true;
            let mut lowest_rank = u64::MAX;
            for index in state.options(requirement) {
                let option = state.option(requirement, index);
                options += 1;
                needs_package &= !state.is_chosen(option.package);
                lowest_rank = lowest_rank.min(option.rank);
            }
            if options > 0 {
                bound.rank += lowest_rank;
            }
            if needs_package {
                unmet.push((options, requirement));
            }
        }
        unmet.sort_unstable();
        let mut is_used = vec![false; state.problem.packages.len()];
        for (_, requirement) in unmet {
            let packages: Vec<usize> =
                state.options(requirement).map(|index| state.option(requirement, index).package).collect();
            if packages.iter().any(|&package| is_used[package]) {
                continue;
            }
            bound.packages += 1;
            bound.size_kib +=
                packages.iter().map(|&package| state.problem.packages[package].size_kib).min().unwrap_or(0);
            for package in packages {
                is_used[package] = true;
            }
        }
        bound
    }

    /// All that its best solution depends on, as words: equal keys, equal solutions.
    pub(super) fn key(&self, state: &State<'_, '_>) -> Vec<usize> {
        let mut key = Vec::new();
        for &requirement in &self.reach {
            key.extend([requirement, state.counts(requirement).into()]);
            for index in state.options(requirement) {
                let option = state.option(requirement, index);
                key.extend([index, state.is_chosen(option.package).into()]);
                key.extend(option.needs.iter().filter(|need| !state.counts(**need)));
                // Longer than any index: the end of a list.
                key.push(usize::MAX);
            }
            key.push(usize::MAX);
        }
        key
    }
}

/// Sets that are joined: each thing knows one other of its set, the root of the set itself.
struct Groups {
    parents: Vec<usize>,
}

impl Groups {
    fn new(len: usize) -> Self {
        Self { parents: (0..len).collect() }
    }

    fn root(&mut self, mut thing: usize) -> usize {
        while self.parents[thing] != thing {
            self.parents[thing] = self.parents[self.parents[thing]];
            thing = self.parents[thing];
        }
        thing
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        self.parents[one.max(other)] = one.min(other);
    }
}
