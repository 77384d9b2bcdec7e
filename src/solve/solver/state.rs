//! State of the search: chosen packages, active requirements, packages excluded by conflicts, and how to undo.

use super::ordered::{OrderedInstance, OrderedOption};

/// One step of the search, which can be undone.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// A requirement became active.
    Activated(usize),
    /// A requirement took an option.
    Took(usize, usize),
    /// A package was chosen for a requirement.
    Chose(usize, usize),
    /// A requirement came to cost nothing.
    Free(usize),
    /// A package was excluded.
    Excluded(usize),
}

/// Error: a requirement has no option left.
#[derive(Clone, Copy, Debug)]
pub(super) struct DeadEnd(pub(super) usize);

/// State of the search.
pub(super) struct SearchState<'ordered, 'instance> {
    pub(super) instance: &'ordered OrderedInstance<'instance>,
    /// For each option of each requirement: can it be taken at all, conflicts aside?
    alive: Vec<Vec<bool>>,
    chosen: Vec<bool>,
    /// For each package: the number of chosen packages that it conflicts with, and of explicit exclusions.
    blocked_by: Vec<usize>,
    active: Vec<bool>,
    /// For each requirement: does it cost nothing if it is active? Either it is active already, or its only option,
    /// of rank 0, is of a chosen package and needs only free requirements.
    is_free: Vec<bool>,
    /// For each requirement with one option of rank 0: the number of things missing until it is free, its package
    /// and needs.
    missing: Vec<usize>,
    trail: Vec<Step>,
}

impl<'ordered, 'instance> SearchState<'ordered, 'instance> {
    /// Creates the initial state, in which nothing is chosen.
    pub(super) fn new(instance: &'ordered OrderedInstance<'instance>, excluded: Option<usize>) -> Self {
        Self {
            instance,
            alive: alive(instance, excluded).0,
            chosen: vec![false; instance.packages.len()],
            blocked_by: vec![0; instance.packages.len()],
            active: vec![false; instance.requirements.len()],
            is_free: vec![false; instance.requirements.len()],
            missing: instance.requirements.iter().map(|required| required.missing()).collect(),
            trail: Vec::new(),
        }
    }

    /// Returns true if a package is chosen.
    pub(super) fn is_chosen(&self, package: usize) -> bool {
        self.chosen[package]
    }

    /// Returns true if a requirement is active.
    pub(super) fn is_active(&self, requirement: usize) -> bool {
        self.active[requirement]
    }

    /// Returns the needs of an option that may cost something.
    pub(super) fn costly_needs(&self, option: &'ordered OrderedOption) -> impl Iterator<Item = usize> {
        option.needs.iter().copied().filter(|need| !self.is_free[*need])
    }

    /// Returns an option of a requirement.
    pub(super) fn option(&self, requirement: usize, option: usize) -> &'ordered OrderedOption {
        &self.instance.requirements[requirement].options[option]
    }

    /// Returns true if an option can be taken at all, conflicts aside.
    pub(super) fn is_alive(&self, requirement: usize, option: usize) -> bool {
        self.alive[requirement][option]
    }

    /// Returns the options of a requirement that can still be part of a best solution, in their order.
    ///
    /// They end with the first that adds nothing. A solution with a later one can take this one instead: no more
    /// packages, a rank that is no higher, and no further active requirement with several options.
    pub(super) fn options(&self, requirement: usize) -> impl Iterator<Item = usize> {
        let mut is_over = false;
        self.instance.requirements[requirement].options.iter().enumerate().filter_map(
            move |(index, option)| {
                if is_over || !self.alive[requirement][index] || self.blocked_by[option.package] > 0 {
                    return None;
                }
                let is_met = |need: &usize| self.active[*need] || *need == requirement;
                is_over = self.chosen[option.package] && option.needs.iter().all(is_met);
                Some(index)
            },
        )
    }

    /// Returns the first chosen package that a package conflicts with, and the requirement for which it was chosen.
    pub(super) fn opponent(&self, package: usize) -> Option<(usize, usize)> {
        self.trail.iter().find_map(|step| match *step {
            Step::Chose(chosen, requirement)
                if self.instance.packages[package].conflicts.binary_search(&chosen).is_ok() =>
            {
                Some((chosen, requirement))
            }
            _ => None,
        })
    }

    /// Returns the requirement whose option activated one, the one that activated that, and so on to one that is
    /// wanted.
    pub(super) fn needed_for(&self, requirement: usize) -> Vec<usize> {
        let mut chain = Vec::new();
        let mut taken = None;
        let mut activated_by = vec![None; self.active.len()];
        for step in &self.trail {
            match *step {
                Step::Took(user, _) => taken = Some(user),
                Step::Activated(need) => activated_by[need] = taken,
                _ => {}
            }
        }
        let mut next = activated_by[requirement];
        while let Some(user) = next {
            chain.push(user);
            next = activated_by[user];
        }
        chain
    }

    /// Activates requirements; those that were not active are added to the agenda.
    pub(super) fn require(&mut self, requirements: &[usize], agenda: &mut Vec<usize>) {
        for &requirement in requirements {
            if !std::mem::replace(&mut self.active[requirement], true) {
                self.trail.push(Step::Activated(requirement));
                agenda.push(requirement);
                self.free(vec![requirement]);
            }
        }
    }

    /// Marks requirements as free, and with them those that missed only them.
    fn free(&mut self, mut requirements: Vec<usize>) {
        while let Some(requirement) = requirements.pop() {
            if !std::mem::replace(&mut self.is_free[requirement], true) {
                self.trail.push(Step::Free(requirement));
                self.reduce_missing(&self.instance.requirements[requirement].missed_by, &mut requirements);
            }
        }
    }

    /// Counts down what some requirements miss; those that miss nothing more are added to the free ones.
    fn reduce_missing(&mut self, missed_by: &[usize], free: &mut Vec<usize>) {
        for &user in missed_by {
            self.missing[user] -= 1;
            if self.missing[user] == 0 {
                free.push(user);
            }
        }
    }

    /// Takes an option, and adds its needs to the agenda.
    pub(super) fn take(&mut self, requirement: usize, option: usize, agenda: &mut Vec<usize>) {
        let taken = self.option(requirement, option);
        self.trail.push(Step::Took(requirement, option));
        if !std::mem::replace(&mut self.chosen[taken.package], true) {
            self.trail.push(Step::Chose(taken.package, requirement));
            for &other in &self.instance.packages[taken.package].conflicts {
                self.blocked_by[other] += 1;
            }
            let mut free = Vec::new();
            self.reduce_missing(&self.instance.packages[taken.package].missed_by, &mut free);
            self.free(free);
        }
        self.require(&taken.needs, agenda);
    }

    /// Excludes a package.
    pub(super) fn exclude(&mut self, package: usize) {
        self.blocked_by[package] += 1;
        self.trail.push(Step::Excluded(package));
    }

    /// Takes the option of each requirement of the agenda that has only one, until all remaining ones have more.
    pub(super) fn propagate(&mut self, agenda: &mut Vec<usize>) -> Result<(), DeadEnd> {
        loop {
            let mut open = Vec::new();
            let mut has_taken = false;
            while let Some(requirement) = agenda.pop() {
                let (first, is_only) = {
                    let mut options = self.options(requirement);
                    (options.next(), options.next().is_none())
                };
                match first {
                    None => return Err(DeadEnd(requirement)),
                    Some(option) if is_only => {
                        self.take(requirement, option, agenda);
                        has_taken = true;
                    }
                    Some(_) => open.push(requirement),
                }
            }
            *agenda = open;
            if !has_taken {
                agenda.sort_unstable();
                return Ok(());
            }
        }
    }

    /// Returns a point to go back to.
    pub(super) fn mark(&self) -> usize {
        self.trail.len()
    }

    /// Returns the steps since a point.
    pub(super) fn since(&self, mark: usize) -> &[Step] {
        &self.trail[mark..]
    }

    /// Goes back to a point.
    pub(super) fn undo(&mut self, mark: usize) {
        let instance = self.instance;
        for step in self.trail.drain(mark..) {
            match step {
                Step::Activated(requirement) => self.active[requirement] = false,
                Step::Took(..) => {}
                Step::Excluded(package) => self.blocked_by[package] -= 1,
                Step::Chose(package, _) => {
                    self.chosen[package] = false;
                    for &other in &instance.packages[package].conflicts {
                        self.blocked_by[other] -= 1;
                    }
                    for &user in &instance.packages[package].missed_by {
                        self.missing[user] += 1;
                    }
                }
                Step::Free(requirement) => {
                    self.is_free[requirement] = false;
                    for &user in &instance.requirements[requirement].missed_by {
                        self.missing[user] += 1;
                    }
                }
            }
        }
    }
}

/// Returns for each option of each requirement if it can be taken at all, conflicts aside; and the requirements
/// that cannot be met, each after those for which its options fail.
pub(super) fn alive(instance: &OrderedInstance<'_>, excluded: Option<usize>) -> (Vec<Vec<bool>>, Vec<usize>) {
    let mut needed_by = vec![Vec::new(); instance.requirements.len()];
    let mut alive = Vec::with_capacity(instance.requirements.len());
    let mut left = Vec::with_capacity(instance.requirements.len());
    let mut dead = Vec::new();
    for (requirement, required) in instance.requirements.iter().enumerate() {
        let usable: Vec<bool> =
            required.options.iter().map(|option| Some(option.package) != excluded).collect();
        for (index, option) in required.options.iter().enumerate().filter(|(index, _)| usable[*index]) {
            for &need in &option.needs {
                needed_by[need].push((requirement, index));
            }
        }
        left.push(usable.iter().filter(|usable| **usable).count());
        if left[requirement] == 0 {
            dead.push(requirement);
        }
        alive.push(usable);
    }
    let mut next = 0;
    while let Some(&requirement) = dead.get(next) {
        next += 1;
        for &(user, option) in &needed_by[requirement] {
            if std::mem::replace(&mut alive[user][option], false) {
                left[user] -= 1;
                if left[user] == 0 {
                    dead.push(user);
                }
            }
        }
    }
    (alive, dead)
}
