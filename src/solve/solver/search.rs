//! Branch and bound, each component by itself.

use std::cmp::{Ordering, Reverse};
use std::ops::Add;

use hashbrown::HashMap;

use super::bound::bound;
use super::component::{Component, components};
use super::problem::Problem;
use super::state::{State, Step};

/// How many words the components that are remembered may take together: 32 MiB. After that none is added, which
/// takes time but changes no answer.
const MAX_REMEMBERED_WORDS: usize = 4 << 20;

/// The part of a cost that is added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Numbers {
    pub(super) packages: usize,
    pub(super) size_kib: u64,
    pub(super) rank: u64,
}

impl Add for Numbers {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            packages: self.packages + other.packages,
            size_kib: self.size_kib + other.size_kib,
            rank: self.rank + other.rank,
        }
    }
}

/// A solution of a part of the problem.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    pub(super) numbers: Numbers,
    /// The orders of the names of the packages that it adds, sorted.
    names: Vec<usize>,
    /// The options taken, by requirement; of those only that are a choice, as the others follow.
    pub(super) taken: Vec<(usize, usize)>,
}

impl Found {
    /// What was taken and chosen in some steps.
    fn of_steps(problem: &Problem<'_>, steps: &[Step]) -> Self {
        let mut found = Self::default();
        for step in steps {
            match *step {
                Step::Counts(_) | Step::Free(_) | Step::RuledOut(_) => {}
                Step::Took(requirement, option) => {
                    let required = &problem.requirements[requirement];
                    found.numbers.rank += required.options[option].rank;
                    if required.is_choice() {
                        found.taken.push((requirement, option));
                    }
                }
                Step::Chose(package, _) => {
                    found.numbers.packages += 1;
                    found.numbers.size_kib += problem.packages[package].size_kib;
                    found.names.push(problem.packages[package].name_order);
                }
            }
        }
        found.names.sort_unstable();
        found.taken.sort_unstable();
        found
    }

    /// Both parts together. They have no package and no requirement in common.
    fn with(mut self, other: &Self) -> Self {
        self.numbers = self.numbers + other.numbers;
        self.names.extend(&other.names);
        self.names.sort_unstable();
        self.taken.extend(&other.taken);
        self.taken.sort_unstable();
        self
    }

    fn is_better_than(&self, other: &Self) -> bool {
        let numbers = self.numbers.cmp(&other.numbers);
        let names = || self.names.cmp(&other.names);
        numbers.then_with(names).then_with(|| compare_taken(&self.taken, &other.taken)).is_lt()
    }
}

/// The first requirement that two solutions meet differently decides; not to count is least.
fn compare_taken(one: &[(usize, usize)], other: &[(usize, usize)]) -> Ordering {
    let differ = one.iter().zip(other).find(|(one, other)| one != other);
    match differ {
        None => one.len().cmp(&other.len()),
        // Whoever has the lesser requirement is the one for whom it counts.
        Some((one, other)) => other.0.cmp(&one.0).then(one.1.cmp(&other.1)),
    }
}

/// What came of the search for a part of the problem.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    /// The best solution.
    Best(Found),
    /// There is none.
    Impossible,
    /// There is none that is as good as the best solution known.
    TooDear,
}

/// The numbers of the best solution known of the whole problem; none yet.
type Limit = Option<Numbers>;

/// Whether a solution that costs this at the least can still be as good as the best one known.
fn is_within(numbers: Numbers, limit: Limit) -> bool {
    limit.is_none_or(|limit| numbers <= limit)
}

/// The search for the best solution.
pub(super) struct Search<'problem, 'instance> {
    state: State<'problem, 'instance>,
    /// Best solutions of components that were met; none where there is no solution.
    remembered: HashMap<Vec<usize>, Option<Found>>,
    remembered_words: usize,
    explored: u64,
}

impl<'problem, 'instance> Search<'problem, 'instance> {
    /// A search that may choose every package but one.
    pub(super) fn new(problem: &'problem Problem<'instance>, without: Option<usize>) -> Self {
        Self {
            state: State::new(problem, without),
            remembered: HashMap::new(),
            remembered_words: 0,
            explored: 0,
        }
    }

    /// How many options were tried.
    pub(super) fn explored(&self) -> u64 {
        self.explored
    }

    /// The best solution that meets what is wanted.
    pub(super) fn run(&mut self, wanted: &[usize]) -> Answer {
        let mark = self.state.mark();
        let mut agenda = Vec::new();
        self.state.require(wanted, &mut agenda);
        let answer = self.settle(mark, agenda, Numbers::default(), None);
        self.state.undo(mark);
        answer
    }

    /// The best way to meet the agenda, together with the steps since the mark. `offset` is what all else costs
    /// at the least.
    fn settle(&mut self, mark: usize, mut agenda: Vec<usize>, offset: Numbers, limit: Limit) -> Answer {
        if self.state.propagate(&mut agenda).is_err() {
            return Answer::Impossible;
        }
        let settled = Found::of_steps(self.state.problem, self.state.since(mark));
        let offset = offset + settled.numbers;
        if !is_within(offset, limit) {
            return Answer::TooDear;
        }
        match self.parts(&components(&self.state, &agenda), offset, limit) {
            Answer::Best(found) => Answer::Best(settled.with(&found)),
            other => other,
        }
    }

    /// The best solutions of components, together.
    fn parts(&mut self, components: &[Component], offset: Numbers, limit: Limit) -> Answer {
        let bounds: Vec<Numbers> =
            components.iter().map(|component| bound(&self.state, &component.open)).collect();
        let mut found = Found::default();
        for (place, component) in components.iter().enumerate() {
            let later = bounds[place + 1..].iter().fold(Numbers::default(), |sum, bound| sum + *bound);
            let others = offset + found.numbers + later;
            if !is_within(others + bounds[place], limit) {
                return Answer::TooDear;
            }
            match self.component(component, others, limit) {
                Answer::Best(part) => found = found.with(&part),
                other => return other,
            }
        }
        Answer::Best(found)
    }

    /// The best solution of a component, remembered or searched for.
    fn component(&mut self, component: &Component, offset: Numbers, limit: Limit) -> Answer {
        let key = component.key(&self.state);
        match self.remembered.get(&key) {
            Some(None) => return Answer::Impossible,
            Some(Some(found)) if is_within(offset + found.numbers, limit) => {
                return Answer::Best(found.clone());
            }
            Some(Some(_)) => return Answer::TooDear,
            None => {}
        }
        let answer = self.branch(component, offset, limit);
        let solution = match &answer {
            Answer::Best(found) => Some(found.clone()),
            Answer::Impossible => None,
            Answer::TooDear => return answer,
        };
        let taken = solution.as_ref().map_or(0, |found| found.names.len() + 2 * found.taken.len());
        self.remembered_words += key.len() + taken;
        if self.remembered_words <= MAX_REMEMBERED_WORDS {
            self.remembered.insert(key, solution);
        }
        answer
    }

    /// Tries each option of the requirement that has the fewest.
    fn branch(&mut self, component: &Component, offset: Numbers, mut limit: Limit) -> Answer {
        let fewest =
            component.open.iter().min_by_key(|requirement| self.state.options(**requirement).count());
        let Some(&requirement) = fewest else { return Answer::Best(Found::default()) };
        let mut best: Option<Found> = None;
        let mut is_left_out = false;
        for option in self.by_promise(requirement, &component.open) {
            let rivals = self.rivals(requirement, option);
            if rivals.contains(&self.state.option(requirement, option).package) {
                continue;
            }
            self.explored += 1;
            let mark = self.state.mark();
            for rival in rivals {
                self.state.rule_out(rival);
            }
            let mut agenda = component.open.clone();
            agenda.retain(|other| *other != requirement);
            self.state.take(requirement, option, &mut agenda);
            let answer = self.settle(mark, agenda, offset, limit);
            self.state.undo(mark);
            match answer {
                Answer::Best(found) if best.as_ref().is_none_or(|best| found.is_better_than(best)) => {
                    limit = Some(offset + found.numbers);
                    best = Some(found);
                }
                Answer::Best(_) | Answer::Impossible => {}
                Answer::TooDear => is_left_out = true,
            }
        }
        match best {
            Some(found) => Answer::Best(found),
            None if is_left_out => Answer::TooDear,
            None => Answer::Impossible,
        }
    }

    /// The packages that no best solution has in which this option is taken: those of options before it that need
    /// nothing further. With such a package chosen that option is better, and the branch of that option has it.
    fn rivals(&self, requirement: usize, option: usize) -> Vec<usize> {
        let earlier = self.state.options(requirement).take_while(|index| *index < option);
        let earlier = earlier.map(|index| self.state.option(requirement, index));
        earlier
            .filter(|earlier| self.state.costly_needs(earlier).all(|need| need == requirement))
            .map(|earlier| earlier.package)
            .collect()
    }

    /// The options of a requirement, those that promise most first: a good solution early leaves more out. A package
    /// promises more if it has options for more of what is open.
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
                return (0, needs, Reverse(0), 0, option.rank, index);
            }
            let used = uses.get(&package).copied().unwrap_or(0);
            (1, needs, Reverse(used), self.state.problem.packages[package].size_kib, option.rank, index)
        });
        options
    }
}
