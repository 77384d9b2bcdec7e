//! The smallest choice whatever Debian prefers, to be named beside the answer.

use std::collections::BTreeSet;

use super::choice::Choice;
use super::state::ClosureState;
use crate::debian::catalog::Package;
use crate::solve::resolve::SmallerChoice;
use crate::solve::solver::{self, PackageId, RequirementId, Selection};
use crate::vocabulary::PackageName;

impl Choice {
    /// Returns the smallest selection, if it is smaller than the chosen one.
    fn smallest(&self) -> Option<Selection> {
        let mut instance = self.encoding.instance.clone();
        let mut options: Vec<_> = instance.requirements.iter_mut().flat_map(|one| &mut one.options).collect();
        if options.iter().all(|option| option.rank == 0) {
            return None;
        }
        options.iter_mut().for_each(|option| option.rank = 0);
        let smallest = solver::solve(&instance).ok()?;
        let size = |selection: &Selection| (selection.cost.packages, selection.cost.installed_size_kib);
        (size(&smallest) < size(&self.selection)).then_some(smallest)
    }

    /// Returns the packages of the smallest selection that were not read and may be known without a download.
    pub(super) fn unread_of_smallest(&self, state: &ClosureState<'_>) -> Vec<Package> {
        let smallest = self.smallest();
        let names = smallest.iter().flat_map(|selection| self.names_of(selection));
        let unread =
            names.filter(|name| !state.packages.contains_key(*name) && !state.unknown.contains(*name));
        unread.filter_map(|name| state.requirements.package(name).cloned()).collect()
    }

    /// Describes the smallest selection, if it is smaller than the chosen one and all its needs are known.
    pub(super) fn smaller(&self, state: &ClosureState<'_>) -> Option<SmallerChoice> {
        let smallest = self.smallest()?;
        let names: BTreeSet<&PackageName> = self.names_of(&smallest).collect();
        if names.iter().any(|name| !state.packages.contains_key(*name)) {
            return None;
        }
        let chosen = self.names_of(&self.selection);
        let instead_of = chosen.filter(|name| !names.contains(name)).cloned().collect();
        let package_of = |selection: &Selection, id: &RequirementId| -> Option<PackageId> {
            let option = *selection.met_by.get(id)?;
            Some(self.encoding.instance.requirements.get(id.0)?.options.get(option)?.package)
        };
        let differing = smallest.met_by.keys().filter_map(|id| {
            let (other, taken) = (package_of(&smallest, id)?, package_of(&self.selection, id)?);
            (other != taken).then(|| self.encoding.name(other).clone())
        });
        let prefer: BTreeSet<PackageName> = differing.collect();
        let (cost, chosen) = (&smallest.cost, &self.selection.cost);
        let kib = |size: u64| i64::try_from(size).unwrap_or(i64::MAX);
        Some(SmallerChoice {
            prefer: prefer.into_iter().collect(),
            instead_of,
            saved_packages: chosen.packages.saturating_sub(cost.packages),
            saved_kib: kib(chosen.installed_size_kib).saturating_sub(kib(cost.installed_size_kib)),
        })
    }

    /// Names of a selection's packages, sorted.
    fn names_of<'choice>(
        &'choice self,
        selection: &'choice Selection,
    ) -> impl Iterator<Item = &'choice PackageName> {
        selection.packages.iter().map(|package| self.encoding.name(*package))
    }
}
