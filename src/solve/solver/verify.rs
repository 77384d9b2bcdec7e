//! Whether a selection is a solution and costs what it says, found out without the solver: only what the module
//! docs state is used, on the instance as it was given.
//!
//! That no other solution is better is what the search proves; this shows that the solution is one, and that no
//! package can be taken out of it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Choice, Cost, Instance, MAX_SIZE_KIB, PackageId, RequirementId, Selection};
use crate::vocabulary::PackageName;

/// What is wrong with a selection.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// The packages are not sorted, or one is there twice.
    #[error("cannot accept the selection: its packages are not sorted, each once")]
    NotSorted,
    /// A package that the instance does not list.
    #[error("cannot accept the selection: package {0:?} is not listed")]
    UnlistedPackage(PackageId),
    /// A requirement counts and nothing is said of how it is met.
    #[error("cannot accept the selection: nothing meets {what}")]
    Unmet {
        /// The requirement.
        requirement: RequirementId,
        /// What it says it is.
        what: String,
    },
    /// A requirement is met by an option that it does not have.
    #[error("cannot accept the selection: {what} has no option {option}")]
    NoSuchOption {
        /// What the requirement says it is.
        what: String,
        /// The index.
        option: usize,
    },
    /// A requirement is met by an option whose package is not chosen.
    #[error("cannot accept the selection: {what} is met by {package:?}, which is not chosen")]
    NotChosen {
        /// What the requirement says it is.
        what: String,
        /// The package.
        package: PackageId,
    },
    /// It is said how a requirement is met that does not count.
    #[error("cannot accept the selection: {0:?} does not count")]
    DoesNotCount(RequirementId),
    /// Two chosen packages conflict.
    #[error("cannot accept the selection: {0} conflicts with {1}")]
    Conflict(PackageName, PackageName),
    /// What is wanted could be met without a package.
    #[error("cannot accept the selection: {0} is superfluous")]
    Superfluous(PackageName),
    /// The cost is another.
    #[error("cannot accept the selection: its cost is {counted:?}, not {stated:?}")]
    Cost {
        /// What the selection says.
        stated: Cost,
        /// What was counted.
        counted: Cost,
    },
}

/// Checks a selection: whatever counts is met by a chosen package, nothing else is told, no two chosen packages
/// conflict, none is superfluous, and the cost is right.
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
    let counting = counting(instance, selection)?;
    if let Some(idle) = selection.met_by.keys().find(|requirement| !counting.contains_key(*requirement)) {
        return Err(Violation::DoesNotCount(*idle));
    }
    no_conflict(instance, selection)?;
    none_superfluous(instance, selection)?;
    let counted = cost(instance, selection, &counting);
    if selection.cost != counted {
        return Err(Violation::Cost { stated: selection.cost.clone(), counted });
    }
    Ok(())
}

/// The requirements that count, each with the option that meets it.
fn counting<'instance>(
    instance: &'instance Instance,
    selection: &Selection,
) -> Result<BTreeMap<RequirementId, &'instance Choice>, Violation> {
    let mut counting = BTreeMap::new();
    let mut agenda = instance.wanted.clone();
    while let Some(requirement) = agenda.pop() {
        if counting.contains_key(&requirement) {
            continue;
        }
        let listed = instance.requirements.get(requirement.0);
        let what = || listed.map_or_else(|| format!("{requirement:?}"), |listed| listed.what.clone());
        let Some(&option) = selection.met_by.get(&requirement) else {
            return Err(Violation::Unmet { requirement, what: what() });
        };
        let Some(choice) = listed.and_then(|listed| listed.options.get(option)) else {
            return Err(Violation::NoSuchOption { what: what(), option });
        };
        if selection.packages.binary_search(&choice.package).is_err() {
            return Err(Violation::NotChosen { what: what(), package: choice.package });
        }
        counting.insert(requirement, choice);
        agenda.extend(&choice.needs);
    }
    Ok(counting)
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

/// For each chosen package: without it something that is wanted can't be met from the others.
fn none_superfluous(instance: &Instance, selection: &Selection) -> Result<(), Violation> {
    let chosen: BTreeSet<PackageId> = selection.packages.iter().copied().collect();
    let needed_by = needed_by(instance);
    for &package in &selection.packages {
        let mut others = chosen.clone();
        others.remove(&package);
        if are_met_by(instance, &others, &needed_by) {
            return Err(Violation::Superfluous(instance.packages[package.0].name.clone()));
        }
    }
    Ok(())
}

/// For each requirement the options that need it, each with the requirement that it belongs to.
fn needed_by(instance: &Instance) -> Vec<Vec<(usize, usize)>> {
    let mut needed_by = vec![Vec::new(); instance.requirements.len()];
    for (id, requirement) in instance.requirements.iter().enumerate() {
        for (option, choice) in requirement.options.iter().enumerate() {
            for need in &choice.needs {
                if let Some(users) = needed_by.get_mut(need.0) {
                    users.push((id, option));
                }
            }
        }
    }
    needed_by
}

/// Whether some packages can meet all that is wanted. A cycle holds itself up, so what can be met is what is left
/// when whatever has no option of these packages is taken away, then what has only options that need that, and so
/// on.
fn are_met_by(
    instance: &Instance,
    packages: &BTreeSet<PackageId>,
    needed_by: &[Vec<(usize, usize)>],
) -> bool {
    let is_listed = |need: &RequirementId| need.0 < instance.requirements.len();
    let is_usable =
        |choice: &Choice| packages.contains(&choice.package) && choice.needs.iter().all(is_listed);
    let mut usable: Vec<Vec<bool>> = instance
        .requirements
        .iter()
        .map(|requirement| requirement.options.iter().map(is_usable).collect())
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

fn cost(instance: &Instance, selection: &Selection, counting: &BTreeMap<RequirementId, &Choice>) -> Cost {
    let chosen: Vec<_> = selection.packages.iter().map(|package| &instance.packages[package.0]).collect();
    let mut names: Vec<PackageName> = chosen.iter().map(|candidate| candidate.name.clone()).collect();
    names.sort();
    Cost {
        packages: chosen.len(),
        installed_size_kib: chosen
            .iter()
            .map(|candidate| candidate.installed_size_kib.min(MAX_SIZE_KIB))
            .sum(),
        rank: counting.values().map(|choice| u64::from(choice.rank)).sum(),
        names,
    }
}
