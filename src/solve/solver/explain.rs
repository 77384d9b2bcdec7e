//! Explains why an instance has no solution: the fewest wanted requirements that fail together, and the cause for each
//! of their options.

use std::collections::BTreeSet;

use super::explanation::{RejectedOption, RejectionCause, UnmetRequirement, Unsolvable};
use super::ordered::OrderedInstance;
use super::search::{Search, SearchResult};
use super::state::{DeadEnd, SearchState, alive};

/// Largest number of options in an explanation. A real one has a few; a refutation by conflicts can be as long
/// as the search.
const MAX_OPTIONS: usize = 100;

/// Largest depth of an explanation.
const MAX_DEPTH: usize = 50;

/// Explains an instance that has no solution.
pub(super) fn explain(instance: &OrderedInstance<'_>) -> Unsolvable {
    let core = core(instance);
    let wanted = core.iter().map(|&requirement| instance.label(requirement).to_owned()).collect();
    let mut failed_at = vec![None; instance.requirements.len()];
    for (moment, requirement) in alive(instance, None).1.into_iter().enumerate() {
        failed_at[requirement] = Some(moment);
    }
    let failed = core.iter().find(|requirement| failed_at[**requirement].is_some());
    let mut explainer = Explainer {
        state: SearchState::new(instance, None),
        failed_at,
        explained: BTreeSet::new(),
        left: MAX_OPTIONS,
    };
    let unmet = match failed {
        Some(&requirement) => explainer.impossible(requirement, 0),
        None => {
            let mut agenda = Vec::new();
            explainer.state.require(&core, &mut agenda);
            explainer.refute(agenda, 0)
        }
    };
    Unsolvable { wanted, unmet }
}

/// Returns wanted requirements that cannot be met together; without any one of them the others can.
fn core(instance: &OrderedInstance<'_>) -> Vec<usize> {
    let mut search = Search::new(instance, None);
    let mut is_impossible = |wanted: &[usize]| matches!(search.run(wanted), SearchResult::Impossible);
    if let Some(&alone) = instance.wanted.iter().find(|requirement| is_impossible(&[**requirement])) {
        return vec![alone];
    }
    let mut core = instance.wanted.clone();
    for &requirement in &instance.wanted {
        let mut others = core.clone();
        others.retain(|other| *other != requirement);
        if is_impossible(&others) {
            core = others;
        }
    }
    core
}

/// Builder of the tree.
struct Explainer<'ordered, 'instance> {
    state: SearchState<'ordered, 'instance>,
    /// Step at which each requirement was found to be impossible whatever is chosen; later ones follow from earlier ones.
    failed_at: Vec<Option<usize>>,
    /// Impossible requirements whose options are in the tree already.
    explained: BTreeSet<usize>,
    /// Number of options that may still be added.
    left: usize,
}

impl Explainer<'_, '_> {
    /// Explains a requirement that cannot be met whatever is chosen. Each option needs one that failed before it, so
    /// that nothing is explained by itself.
    fn impossible(&mut self, requirement: usize, depth: usize) -> UnmetRequirement {
        self.explained.insert(requirement);
        self.unmet(requirement, |explainer, option| explainer.impossible_option(requirement, option, depth))
    }

    /// Returns the cause why an option cannot be taken whatever is chosen.
    fn impossible_option(&mut self, requirement: usize, option: usize, depth: usize) -> RejectionCause {
        let needs = &self.state.option(requirement, option).needs;
        let failed = needs.iter().copied().filter(|need| self.failed_at[*need].is_some());
        match failed.min_by_key(|need| self.failed_at[*need]) {
            Some(need) if self.explained.contains(&need) => {
                RejectionCause::NeedsAsAbove(self.state.instance.label(need).to_owned())
            }
            Some(need) if depth < MAX_DEPTH => RejectionCause::Needs(self.impossible(need, depth + 1)),
            _ => RejectionCause::NotExplained,
        }
    }

    /// Explains why the agenda cannot be met from the current state.
    fn refute(&mut self, mut agenda: Vec<usize>, depth: usize) -> UnmetRequirement {
        if let Err(DeadEnd(requirement)) = self.state.propagate(&mut agenda) {
            return self
                .unmet(requirement, |explainer, option| explainer.ruled_out(requirement, option, depth));
        }
        let fewest =
            agenda.iter().copied().min_by_key(|requirement| self.state.options(*requirement).count());
        // There is no solution, so something is open.
        let requirement = fewest.unwrap_or(self.state.instance.requirements.len() - 1);
        agenda.retain(|other| *other != requirement);
        let usable: Vec<usize> = self.state.options(requirement).collect();
        self.unmet(requirement, |explainer, option| {
            if !usable.contains(&option) {
                return explainer.ruled_out(requirement, option, depth);
            }
            if depth >= MAX_DEPTH {
                return RejectionCause::NotExplained;
            }
            let mark = explainer.state.mark();
            let mut agenda = agenda.clone();
            explainer.state.take(requirement, option, &mut agenda);
            let unmet = explainer.refute(agenda, depth + 1);
            explainer.state.undo(mark);
            RejectionCause::LeavesUnmet(unmet)
        })
    }

    /// Returns the cause why an option cannot be taken in the current state.
    fn ruled_out(&mut self, requirement: usize, option: usize, depth: usize) -> RejectionCause {
        let instance = self.state.instance;
        if !self.state.is_alive(requirement, option) {
            return self.impossible_option(requirement, option, depth);
        }
        match self.state.opponent(self.state.option(requirement, option).package) {
            Some((with, needed_for)) => RejectionCause::Conflict {
                with: instance.name(with).clone(),
                needed_for: [&[needed_for][..], &self.state.needed_for(needed_for)]
                    .concat()
                    .into_iter()
                    .map(|requirement| instance.label(requirement).to_owned())
                    .collect(),
            },
            // An option before it adds nothing, and fails.
            None => RejectionCause::NotExplained,
        }
    }

    /// Explains a requirement by the cause for each option.
    fn unmet(
        &mut self,
        requirement: usize,
        mut cause: impl FnMut(&mut Self, usize) -> RejectionCause,
    ) -> UnmetRequirement {
        let instance = self.state.instance;
        let needed_for = self.state.needed_for(requirement).into_iter();
        let needed_for = needed_for.map(|user| instance.label(user).to_owned()).collect();
        let mut options = Vec::new();
        for (index, option) in instance.requirements[requirement].options.iter().enumerate() {
            let cause = match self.left.checked_sub(1) {
                None => RejectionCause::NotExplained,
                Some(left) => {
                    self.left = left;
                    cause(self, index)
                }
            };
            let is_end = matches!(cause, RejectionCause::NotExplained) && self.left == 0;
            options.push(RejectedOption { package: instance.name(option.package).clone(), cause });
            if is_end {
                break;
            }
        }
        UnmetRequirement { label: instance.label(requirement).to_owned(), needed_for, options }
    }
}
