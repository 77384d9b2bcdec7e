//! Open requirements, split into parts that do not depend on each other.

use super::state::SearchState;

/// Open requirements whose choices can affect each other, and no others.
#[derive(Debug, Default)]
pub(super) struct Component {
    /// Requirements that are active and open, sorted.
    pub(super) open: Vec<usize>,
    /// Open requirements, and every requirement that their options can activate, sorted.
    reach: Vec<usize>,
}

/// Splits open requirements into components, in the order of their first requirements.
pub(super) fn components(state: &SearchState<'_, '_>, open: &[usize]) -> Vec<Component> {
    let requirements = state.instance.requirements.len();
    let mut sets = DisjointSets::new(requirements + state.instance.packages.len());
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
                sets.union(requirement, requirements + option.package);
            }
            for need in state.costly_needs(option) {
                sets.union(requirement, need);
                if !std::mem::replace(&mut is_reached[need], true) {
                    reach.push(need);
                }
            }
        }
    }
    could_be_chosen.sort_unstable();
    could_be_chosen.dedup();
    for &package in &could_be_chosen {
        for &other in &state.instance.packages[package].conflicts {
            if could_be_chosen.binary_search(&other).is_ok() {
                sets.union(requirements + package, requirements + other);
            }
        }
    }
    gather(&mut sets, open, reach)
}

fn gather(sets: &mut DisjointSets, open: &[usize], mut reach: Vec<usize>) -> Vec<Component> {
    let mut components: Vec<Component> = Vec::new();
    let mut component_of = vec![None; sets.parents.len()];
    for &requirement in open {
        let place = *component_of[sets.find(requirement)].get_or_insert_with(|| {
            components.push(Component::default());
            components.len() - 1
        });
        components[place].open.push(requirement);
    }
    reach.sort_unstable();
    for requirement in reach {
        // Every reached requirement is reached from an open one.
        if let Some(place) = component_of[sets.find(requirement)] {
            components[place].reach.push(requirement);
        }
    }
    components
}

impl Component {
    /// Returns everything that its best solution depends on: equal keys, equal solutions.
    pub(super) fn key(&self, state: &SearchState<'_, '_>) -> Vec<usize> {
        let mut key = Vec::new();
        for &requirement in &self.reach {
            key.extend([requirement, state.is_active(requirement).into()]);
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

/// Disjoint sets (union-find): each member has a parent in its set, the root itself.
struct DisjointSets {
    parents: Vec<usize>,
}

impl DisjointSets {
    fn new(len: usize) -> Self {
        Self { parents: (0..len).collect() }
    }

    fn find(&mut self, mut member: usize) -> usize {
        while self.parents[member] != member {
            self.parents[member] = self.parents[self.parents[member]];
            member = self.parents[member];
        }
        member
    }

    fn union(&mut self, one: usize, other: usize) {
        let (one, other) = (self.find(one), self.find(other));
        self.parents[one.max(other)] = one.min(other);
    }
}
