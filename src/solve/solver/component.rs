//! What is open, split into parts that don't depend on each other.

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
            for need in state.costly_needs(option) {
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
    /// All that its best solution depends on, as words: equal keys, equal solutions.
    pub(super) fn key(&self, state: &State<'_, '_>) -> Vec<usize> {
        let mut key = Vec::new();
        for &requirement in &self.reach {
            key.extend([requirement, state.counts(requirement).into()]);
            for index in state.options(requirement) {
                let option = state.option(requirement, index);
                key.extend([index, state.is_chosen(option.package).into()]);
                key.extend(state.costly_needs(option));
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
