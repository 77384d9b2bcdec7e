//! The packages that the solver chose.

use std::collections::BTreeSet;

use super::encode::Encoding;
use super::state::ClosureState;
use crate::debian::catalog::Visibility;
use crate::solve::solver::{self, RequirementId, Selection, Unsolvable};
use crate::vocabulary::PackageName;

/// Selection of the solver, with the encoding that its ids refer to.
pub(super) struct Choice {
    pub(super) selection: Selection,
    pub(super) encoding: Encoding,
}

impl Choice {
    /// Chooses the best packages by what is known so far.
    pub(super) fn make(state: &ClosureState<'_>) -> Result<Self, Unsolvable> {
        let encoding = Encoding::of(state, false);
        match solver::solve(&encoding.instance) {
            Ok(selection) => Ok(Self { selection, encoding }),
            // Nothing else is left than to mix versions of one source.
            Err(_) => {
                let encoding = Encoding::of(state, true);
                let selection = solver::solve(&encoding.instance)?;
                Ok(Self { selection, encoding })
            }
        }
    }

    /// Returns the names of the packages that meet a requirement, sorted.
    pub(super) fn packages(&self) -> Vec<&PackageName> {
        let requirements = self.encoding.instance.requirements.iter().take(self.encoding.usable.len());
        let chosen = requirements.enumerate().filter_map(|(index, requirement)| {
            let option = self.selection.met_by.get(&RequirementId(index))?;
            Some(self.encoding.name(requirement.options.get(*option)?.package))
        });
        chosen.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Returns the candidates of the requirements that are met which are compared by what only their .debs tell: the
    /// symbols that they export, if any are required, and the priority with which update-alternatives links them.
    pub(super) fn compared<'state>(
        &self,
        state: &'state ClosureState<'_>,
    ) -> impl Iterator<Item = &'state PackageName> {
        let requirements = self.encoding.usable.iter().zip(&state.requirements.all).enumerate();
        let active = requirements.filter(|(id, (usable, requirement))| {
            let is_alternative = |index: &usize| {
                requirement.candidates[*index].candidate.visibility == Visibility::ViaAlternatives
            };
            usable.indices.len() > 1
                && self.meets(RequirementId(*id))
                && (!requirement.symbols.is_empty() || usable.indices.iter().any(is_alternative))
        });
        active.flat_map(|(_, (usable, requirement))| {
            usable.indices.iter().map(|index| requirement.candidates[*index].name())
        })
    }

    /// Returns true if the choice meets a requirement.
    pub(super) fn meets(&self, id: RequirementId) -> bool {
        self.selection.met_by.contains_key(&id)
    }

    /// Returns the chosen packages whose .debs could not be read.
    pub(super) fn unread(&self, state: &ClosureState<'_>) -> Vec<PackageName> {
        self.packages().into_iter().filter(|name| state.unread.contains_key(*name)).cloned().collect()
    }
}
