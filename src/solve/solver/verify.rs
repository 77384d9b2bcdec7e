//! Check of a selection without the solver: only the rules of the module docs are used, on the instance as it was
//! given.
//!
//! The search proves that no other solution is better; this proves that the selection is a solution, and that no
//! package can be removed from it.

use std::collections::{BTreeMap, BTreeSet};

use super::cost::Cost;
use super::instance::{Instance, MAX_SIZE_KIB, PackageId, RequirementId, SolverOption};
use super::solve::Selection;
use crate::vocabulary::PackageName;

/// Error: a selection is not a solution, or its cost is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// The packages are not sorted, or one is listed twice.
    #[error("cannot accept the selection: its packages are not sorted, each once")]
    NotSorted,
    /// A package that the instance does not list.
    #[error("cannot accept the selection: package {0:?} is not listed")]
    UnlistedPackage(PackageId),
    /// A requirement is active and the selection does not meet it.
    #[error("cannot accept the selection: nothing meets {label}")]
    Unmet {
        /// The requirement.
        requirement: RequirementId,
        /// Label of the requirement.
        label: String,
    },
    /// A requirement is met by an option that it does not have.
    #[error("cannot accept the selection: {label} has no option {option}")]
    NoSuchOption {
        /// Label of the requirement.
        label: String,
        /// Index of the option.
        option: usize,
    },
    /// A requirement is met by an option whose package is not chosen.
    #[error("cannot accept the selection: {label} is met by {package:?}, which is not chosen")]
    NotChosen {
        /// Label of the requirement.
        label: String,
        /// The package.
        package: PackageId,
    },
    /// The selection meets a requirement that is not active.
    #[error("cannot accept the selection: {0:?} is not active")]
    NotActive(RequirementId),
    /// Two chosen packages conflict.
    #[error("cannot accept the selection: {0} conflicts with {1}")]
    Conflict(PackageName, PackageName),
    /// Everything that is wanted could be met as well without a package.
    #[error("cannot accept the selection: {0} is not needed")]
    NotNeeded(PackageName),
    /// The stated cost is wrong.
    #[error("cannot accept the selection: its cost is {counted:?}, not {stated:?}")]
    Cost {
        /// Cost in the selection.
        stated: Cost,
        /// Cost as counted here.
        counted: Cost,
    },
}

/// Checks a selection: each active requirement is met by a chosen package, no other requirement is listed, no two
/// chosen packages conflict, each package is needed, and the cost is right.
///
/// # Errors
/// The first violation.
pub fn verify(instance: &Instance, selection: &Selection) -> Result<(), Violation> {
    if !selection.packages.is_sorted_by(|one, next| one < next) {
        return Err(Violation::NotSorted);
    }
    if let Some(unlisted) = selection.packages.iter().find(|package| package.0 >= instance.packages.len()) {
        return Err(Violation::UnlistedPackage(*unlisted));
    }
    let active = active(instance, selection)?;
    if let Some(idle) = selection.met_by.keys().find(|requirement| !active.contains_key(*requirement)) {
        return Err(Violation::NotActive(*idle));
    }
    no_conflict(instance, selection)?;
    all_are_needed(instance, selection)?;
    let counted = cost(instance, selection, &active);
    if selection.cost != counted {
        return Err(Violation::Cost { stated: selection.cost.clone(), counted });
    }
    Ok(())
}

/// Returns the active requirements, each with the option that meets it.
fn active<'instance>(
    instance: &'instance Instance,
    selection: &Selection,
) -> Result<BTreeMap<RequirementId, &'instance SolverOption>, Violation> {
    let mut active = BTreeMap::new();
    let mut agenda = instance.wanted.clone();
    while let Some(requirement) = agenda.pop() {
        if active.contains_key(&requirement) {
            continue;
        }
        let listed = instance.requirements.get(requirement.0);
        let label = || listed.map_or_else(|| format!("{requirement:?}"), |listed| listed.label.clone());
        let Some(&index) = selection.met_by.get(&requirement) else {
            return Err(Violation::Unmet { requirement, label: label() });
        };
        let Some(option) = listed.and_then(|listed| listed.options.get(index)) else {
            return Err(Violation::NoSuchOption { label: label(), option: index });
        };
        if selection.packages.binary_search(&option.package).is_err() {
            return Err(Violation::NotChosen { label: label(), package: option.package });
        }
        active.insert(requirement, option);
        agenda.extend(&option.needs);
    }
    Ok(active)
}

fn no_conflict(instance: &Instance, selection: &Selection) -> Result<(), Violation> {
    for &package in &selection.packages {
        let candidate = &instance.packages[package.0];
        let is_against =
            |other: &&PackageId| **other != package && selection.packages.binary_search(other).is_ok();
        if let Some(other) = candidate.conflicts.iter().find(is_against) {
            let other = &instance.packages[other.0];
            return Err(Violation::Conflict(candidate.name.clone(), other.name.clone()));
        }
    }
    Ok(())
}

/// Checks for each chosen package that the others cannot meet everything that is wanted as well: with options of no higher
/// rank than the chosen ones.
fn all_are_needed(instance: &Instance, selection: &Selection) -> Result<(), Violation> {
    let chosen: BTreeSet<PackageId> = selection.packages.iter().copied().collect();
    let needed_by = needed_by(instance);
    for &package in &selection.packages {
        let mut others = chosen.clone();
        others.remove(&package);
        if are_met_by(instance, selection, &others, &needed_by) {
            return Err(Violation::NotNeeded(instance.packages[package.0].name.clone()));
        }
    }
    Ok(())
}

/// Returns for each requirement the options that need it, each with the requirement that it belongs to.
fn needed_by(instance: &Instance) -> Vec<Vec<(usize, usize)>> {
    let mut needed_by = vec![Vec::new(); instance.requirements.len()];
    for (id, requirement) in instance.requirements.iter().enumerate() {
        for (index, option) in requirement.options.iter().enumerate() {
            for need in &option.needs {
                if let Some(users) = needed_by.get_mut(need.0) {
                    users.push((id, index));
                }
            }
        }
    }
    needed_by
}

/// Returns true if some packages can meet everything that is wanted, with no option of a higher rank than the one that the
/// selection has for the requirement, or than 0 where it has none. Cycles support themselves, so requirements without an
/// option of these packages are removed first, then those whose options all need a removed one, and so on; the rest can
/// be met.
fn are_met_by(
    instance: &Instance,
    selection: &Selection,
    packages: &BTreeSet<PackageId>,
    needed_by: &[Vec<(usize, usize)>],
) -> bool {
    let is_listed = |need: &RequirementId| need.0 < instance.requirements.len();
    let mut usable: Vec<Vec<bool>> = instance
        .requirements
        .iter()
        .enumerate()
        .map(|(id, requirement)| {
            let taken = selection.met_by.get(&RequirementId(id));
            let rank = taken.and_then(|index| requirement.options.get(*index)).map_or(0, |taken| taken.rank);
            let is_usable = |option: &SolverOption| {
                option.rank <= rank
                    && packages.contains(&option.package)
                    && option.needs.iter().all(is_listed)
            };
            requirement.options.iter().map(is_usable).collect()
        })
        .collect();
    let mut failing: Vec<usize> = (0..usable.len()).filter(|id| !usable[*id].contains(&true)).collect();
    while let Some(failed) = failing.pop() {
        for &(user, option) in &needed_by[failed] {
            if std::mem::replace(&mut usable[user][option], false) && !usable[user].contains(&true) {
                failing.push(user);
            }
        }
    }
    instance.wanted.iter().all(|wanted| usable.get(wanted.0).is_some_and(|options| options.contains(&true)))
}

fn cost(instance: &Instance, selection: &Selection, active: &BTreeMap<RequirementId, &SolverOption>) -> Cost {
    let chosen: Vec<_> = selection.packages.iter().map(|package| &instance.packages[package.0]).collect();
    let mut names: Vec<PackageName> = chosen.iter().map(|candidate| candidate.name.clone()).collect();
    names.sort();
    Cost {
        packages: chosen.len(),
        installed_size_kib: chosen
            .iter()
            .map(|candidate| candidate.installed_size_kib.min(MAX_SIZE_KIB))
            .sum(),
        rank: active.values().map(|option| u64::from(option.rank)).sum(),
        names,
    }
}
