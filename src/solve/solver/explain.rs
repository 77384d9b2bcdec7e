//! Why a problem has no solution: the fewest wanted requirements that fail together, and for each option what
//! is wrong with it.

use std::collections::BTreeSet;

use super::problem::Problem;
use super::search::{Answer, Search};
use super::state::{DeadEnd, State, alive};
use super::unsolvable::{Refused, Unmet, Unsolvable, Why};

/// How many options an explanation tells of. A real one tells of a few; a refutation by conflicts can be as long
/// as the search.
const MAX_TOLD: usize = 100;

/// How deep it goes.
const MAX_DEPTH: usize = 50;

/// Explains a problem that has no solution.
pub(super) fn explain(problem: &Problem<'_>) -> Unsolvable {
    let core = core(problem);
    let wanted = core.iter().map(|&requirement| problem.what(requirement).to_owned()).collect();
    let mut failed_at = vec![None; problem.requirements.len()];
    for (moment, requirement) in alive(problem, None).1.into_iter().enumerate() {
        failed_at[requirement] = Some(moment);
    }
    let failed = core.iter().find(|requirement| failed_at[**requirement].is_some());
    let mut teller =
        Teller { state: State::new(problem, None), failed_at, told: BTreeSet::new(), left: MAX_TOLD };
    let unmet = match failed {
        Some(&requirement) => teller.impossible(requirement, 0),
        None => {
            let mut agenda = Vec::new();
            teller.state.require(&core, &mut agenda);
            teller.refute(agenda, 0)
        }
    };
    Unsolvable { wanted, unmet }
}

/// The wanted requirements that can't be met together; any one less, and they can.
fn core(problem: &Problem<'_>) -> Vec<usize> {
    let mut search = Search::new(problem, None);
    let mut is_impossible = |wanted: &[usize]| matches!(search.run(wanted), Answer::Impossible);
    if let Some(&alone) = problem.wanted.iter().find(|requirement| is_impossible(&[**requirement])) {
        return vec![alone];
    }
    let mut core = problem.wanted.clone();
    for &requirement in &problem.wanted {
        let mut others = core.clone();
        others.retain(|other| *other != requirement);
        if is_impossible(&others) {
            core = others;
        }
    }
    core
}

/// Builds the tree.
struct Teller<'problem, 'instance> {
    state: State<'problem, 'instance>,
    /// For each requirement that can't be met whatever is chosen when that was found, those it follows from first.
    failed_at: Vec<Option<usize>>,
    /// The requirements that can't be met whatever is chosen and whose options were told of.
    told: BTreeSet<usize>,
    /// How many options may still be told of.
    left: usize,
}

impl Teller<'_, '_> {
    /// Why a requirement can't be met whatever is chosen. Each option needs one that failed before it, so that
    /// nothing is explained by itself.
    fn impossible(&mut self, requirement: usize, depth: usize) -> Unmet {
        self.told.insert(requirement);
        self.unmet(requirement, |teller, option| teller.hopeless(requirement, option, depth))
    }

    /// Why an option can't be taken whatever is chosen.
    fn hopeless(&mut self, requirement: usize, option: usize, depth: usize) -> Why {
        let needs = &self.state.option(requirement, option).needs;
        let failed = needs.iter().copied().filter(|need| self.failed_at[*need].is_some());
        match failed.min_by_key(|need| self.failed_at[*need]) {
            Some(need) if self.told.contains(&need) => {
                Why::NeedsAsTold(self.state.problem.what(need).to_owned())
            }
            Some(need) if depth < MAX_DEPTH => Why::Needs(self.impossible(need, depth + 1)),
            _ => Why::Untold,
        }
    }

    /// Why what is on the agenda can't be met from where the state stands.
    fn refute(&mut self, mut agenda: Vec<usize>, depth: usize) -> Unmet {
        if let Err(DeadEnd(requirement)) = self.state.propagate(&mut agenda) {
            return self.unmet(requirement, |teller, option| teller.ruled_out(requirement, option, depth));
        }
        let fewest =
            agenda.iter().copied().min_by_key(|requirement| self.state.options(*requirement).count());
        // There is no solution, so something is open.
        let requirement = fewest.unwrap_or(self.state.problem.requirements.len() - 1);
        agenda.retain(|other| *other != requirement);
        let usable: Vec<usize> = self.state.options(requirement).collect();
        self.unmet(requirement, |teller, option| {
            if !usable.contains(&option) {
                return teller.ruled_out(requirement, option, depth);
            }
            if depth >= MAX_DEPTH {
                return Why::Untold;
            }
            let mark = teller.state.mark();
            let mut agenda = agenda.clone();
            teller.state.take(requirement, option, &mut agenda);
            let unmet = teller.refute(agenda, depth + 1);
            teller.state.undo(mark);
            Why::Leads(unmet)
        })
    }

    /// Why an option can't be taken where the state stands.
    fn ruled_out(&mut self, requirement: usize, option: usize, depth: usize) -> Why {
        let problem = self.state.problem;
        if !self.state.is_alive(requirement, option) {
            return self.hopeless(requirement, option, depth);
        }
        match self.state.opponent(self.state.option(requirement, option).package) {
            Some((with, needed_for)) => Why::Conflict {
                with: problem.name(with).clone(),
                needed_for: [&[needed_for][..], &self.state.needed_for(needed_for)]
                    .concat()
                    .into_iter()
                    .map(|requirement| problem.what(requirement).to_owned())
                    .collect(),
            },
            // An option before it adds nothing, and fails.
            None => Why::Untold,
        }
    }

    /// A requirement with what is wrong with each option.
    fn unmet(&mut self, requirement: usize, mut why: impl FnMut(&mut Self, usize) -> Why) -> Unmet {
        let problem = self.state.problem;
        let needed_for = self.state.needed_for(requirement).into_iter();
        let needed_for = needed_for.map(|user| problem.what(user).to_owned()).collect();
        let mut options = Vec::new();
        for (index, option) in problem.requirements[requirement].options.iter().enumerate() {
            let why = match self.left.checked_sub(1) {
                None => Why::Untold,
                Some(left) => {
                    self.left = left;
                    why(self, index)
                }
            };
            let is_end = matches!(why, Why::Untold) && self.left == 0;
            options.push(Refused { package: problem.name(option.package).clone(), why });
            if is_end {
                break;
            }
        }
        Unmet { what: problem.what(requirement).to_owned(), needed_for, options }
    }
}
