//! Where the search stands: what is chosen, what counts, what conflicts have ruled out, and how to go back.

use super::problem::{Opt, Problem};

/// One step of the search, so that it can be taken back.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// A requirement came to count.
    Counts(usize),
    /// A requirement took an option.
    Took(usize, usize),
    /// A package was chosen for a requirement.
    Chose(usize, usize),
    /// A requirement came to cost nothing.
    Free(usize),
    /// A package was ruled out.
    RuledOut(usize),
}

/// A requirement has no option left.
#[derive(Clone, Copy, Debug)]
pub(super) struct DeadEnd(pub(super) usize);

/// Where the search stands.
pub(super) struct State<'problem, 'instance> {
    pub(super) problem: &'problem Problem<'instance>,
    /// For each option of each requirement whether it can be taken at all, conflicts aside.
    alive: Vec<Vec<bool>>,
    chosen: Vec<bool>,
    /// With how many chosen packages each package conflicts, and how often it was ruled out besides.
    against: Vec<usize>,
    counts: Vec<bool>,
    /// For each requirement whether it costs nothing that it counts: it does already; or its only option, of rank
    /// 0, is of a chosen package and needs only what is free as well.
    is_free: Vec<bool>,
    /// For each requirement with one option of rank 0 how much is missing until it is free: its package, and needs.
    missing: Vec<usize>,
    trail: Vec<Step>,
}

impl<'problem, 'instance> State<'problem, 'instance> {
    /// The start: nothing is chosen.
    pub(super) fn new(problem: &'problem Problem<'instance>, without: Option<usize>) -> Self {
        Self {
            problem,
            alive: alive(problem, without).0,
            chosen: vec![false; problem.packages.len()],
            against: vec![0; problem.packages.len()],
            counts: vec![false; problem.requirements.len()],
            is_free: vec![false; problem.requirements.len()],
            missing: problem.requirements.iter().map(|required| required.missing()).collect(),
            trail: Vec::new(),
        }
    }

    /// Whether a package is chosen.
    pub(super) fn is_chosen(&self, package: usize) -> bool {
        self.chosen[package]
    }

    /// Whether a requirement counts.
    pub(super) fn counts(&self, requirement: usize) -> bool {
        self.counts[requirement]
    }

    /// What an option needs that it may cost something to meet.
    pub(super) fn costly_needs(&self, option: &'problem Opt) -> impl Iterator<Item = usize> {
        option.needs.iter().copied().filter(|need| !self.is_free[*need])
    }

    /// An option of a requirement.
    pub(super) fn option(&self, requirement: usize, option: usize) -> &'problem Opt {
        &self.problem.requirements[requirement].options[option]
    }

    /// Whether an option can be taken at all, conflicts aside.
    pub(super) fn is_alive(&self, requirement: usize, option: usize) -> bool {
        self.alive[requirement][option]
    }

    /// The options of a requirement that can still be part of a best solution, in their order.
    ///
    /// They end with the first that adds nothing. Whoever takes a later one can take this instead: no more
    /// packages, a rank that is no higher, and no further requirement counts that has several options.
    pub(super) fn options(&self, requirement: usize) -> impl Iterator<Item = usize> {
        let mut is_over = false;
        self.problem.requirements[requirement].options.iter().enumerate().filter_map(
            move |(index, option)| {
                if is_over || !self.alive[requirement][index] || self.against[option.package] > 0 {
                    return None;
                }
                let is_met = |need: &usize| self.counts[*need] || *need == requirement;
                is_over = self.chosen[option.package] && option.needs.iter().all(is_met);
                Some(index)
            },
        )
    }

    /// The first package of those chosen that a package conflicts with, and the requirement it was chosen for.
    pub(super) fn opponent(&self, package: usize) -> Option<(usize, usize)> {
        self.trail.iter().find_map(|step| match *step {
            Step::Chose(chosen, requirement)
                if self.problem.packages[package].conflicts.binary_search(&chosen).is_ok() =>
            {
                Some((chosen, requirement))
            }
            _ => None,
        })
    }

    /// The requirement whose option made one count, the one that made that count, and so on to one that is wanted.
    pub(super) fn needed_for(&self, requirement: usize) -> Vec<usize> {
        let mut chain = Vec::new();
        let mut taken = None;
        let mut counted_by = vec![None; self.counts.len()];
        for step in &self.trail {
            match *step {
                Step::Took(user, _) => taken = Some(user),
                Step::Counts(need) => counted_by[need] = taken,
                _ => {}
            }
        }
        let mut next = counted_by[requirement];
        while let Some(user) = next {
            chain.push(user);
            next = counted_by[user];
        }
        chain
    }

    /// Lets requirements count; those that did not yet are added to the agenda.
    pub(super) fn require(&mut self, requirements: &[usize], agenda: &mut Vec<usize>) {
        for &requirement in requirements {
            if !std::mem::replace(&mut self.counts[requirement], true) {
                self.trail.push(Step::Counts(requirement));
                agenda.push(requirement);
                self.free(vec![requirement]);
            }
        }
    }

    /// Requirements came to cost nothing, and with them those that missed only them.
    fn free(&mut self, mut requirements: Vec<usize>) {
        while let Some(requirement) = requirements.pop() {
            if !std::mem::replace(&mut self.is_free[requirement], true) {
                self.trail.push(Step::Free(requirement));
                self.found(&self.problem.requirements[requirement].missed_by, &mut requirements);
            }
        }
    }

    /// Some requirements miss one thing less; those that miss nothing more are added to the free ones.
    fn found(&mut self, missed_by: &[usize], free: &mut Vec<usize>) {
        for &user in missed_by {
            self.missing[user] -= 1;
            if self.missing[user] == 0 {
                free.push(user);
            }
        }
    }

    /// Takes an option; what it needs is added to the agenda.
    pub(super) fn take(&mut self, requirement: usize, option: usize, agenda: &mut Vec<usize>) {
        let taken = self.option(requirement, option);
        self.trail.push(Step::Took(requirement, option));
        if !std::mem::replace(&mut self.chosen[taken.package], true) {
            self.trail.push(Step::Chose(taken.package, requirement));
            for &other in &self.problem.packages[taken.package].conflicts {
                self.against[other] += 1;
            }
            let mut free = Vec::new();
            self.found(&self.problem.packages[taken.package].missed_by, &mut free);
            self.free(free);
        }
        self.require(&taken.needs, agenda);
    }

    /// Rules a package out.
    pub(super) fn rule_out(&mut self, package: usize) {
        self.against[package] += 1;
        self.trail.push(Step::RuledOut(package));
    }

    /// Takes the option of each requirement of the agenda that has only one, until all that are left have more.
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

    /// A point to go back to.
    pub(super) fn mark(&self) -> usize {
        self.trail.len()
    }

    /// The steps since a point.
    pub(super) fn since(&self, mark: usize) -> &[Step] {
        &self.trail[mark..]
    }

    /// Goes back to a point.
    pub(super) fn undo(&mut self, mark: usize) {
        let problem = self.problem;
        for step in self.trail.drain(mark..) {
            match step {
                Step::Counts(requirement) => self.counts[requirement] = false,
                Step::Took(..) => {}
                Step::RuledOut(package) => self.against[package] -= 1,
                Step::Chose(package, _) => {
                    self.chosen[package] = false;
                    for &other in &problem.packages[package].conflicts {
                        self.against[other] -= 1;
                    }
                    for &user in &problem.packages[package].missed_by {
                        self.missing[user] += 1;
                    }
                }
                Step::Free(requirement) => {
                    self.is_free[requirement] = false;
                    for &user in &problem.requirements[requirement].missed_by {
                        self.missing[user] += 1;
                    }
                }
            }
        }
    }
}

/// For each option of each requirement whether it can be taken at all, conflicts aside; and the requirements
/// that can't be met, each after those for which its options fail.
pub(super) fn alive(problem: &Problem<'_>, without: Option<usize>) -> (Vec<Vec<bool>>, Vec<usize>) {
    let mut needed_by = vec![Vec::new(); problem.requirements.len()];
    let mut alive = Vec::with_capacity(problem.requirements.len());
    let mut left = Vec::with_capacity(problem.requirements.len());
    let mut dead = Vec::new();
    for (requirement, required) in problem.requirements.iter().enumerate() {
        let usable: Vec<bool> =
            required.options.iter().map(|option| Some(option.package) != without).collect();
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
