//! The criterion that decided each choice.

use std::collections::BTreeMap;

use super::cost::Cost;
use super::instance::{Instance, PackageId, RequirementId};
use super::ordered::OrderedInstance;
use super::solve::{Selection, best};
use crate::vocabulary::ChoiceReason;

/// Decision for the package that meets a requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The requirement. It is active, and another package has an option for it.
    pub requirement: RequirementId,
    /// Package of the option that was taken.
    pub package: PackageId,
    /// First criterion in which the solution differs from the best one without the package.
    pub reason: ChoiceReason,
    /// Cost of the best solution without the package, with the names of its packages; none if there is none.
    pub without: Option<Cost>,
}

/// Returns the decision for each active requirement that another package has an option for, in the order of the
/// requirements. For each such package the instance is solved again without it.
pub fn decisions(instance: &Instance, selection: &Selection) -> Vec<Decision> {
    let ordered = OrderedInstance::new(instance);
    let mut without: BTreeMap<PackageId, Option<Cost>> = BTreeMap::new();
    let mut decisions = Vec::new();
    for (&requirement, &option) in &selection.met_by {
        let Some(options) = instance.requirements.get(requirement.0).map(|listed| &listed.options) else {
            continue;
        };
        let Some(taken) = options.get(option) else { continue };
        if options.iter().all(|other| other.package == taken.package) {
            continue;
        }
        let without = without.entry(taken.package).or_insert_with(|| {
            best(&ordered, ordered.index_of(taken.package)).map(|selection| selection.cost)
        });
        decisions.push(Decision {
            requirement,
            package: taken.package,
            reason: reason(&selection.cost, without.as_ref()),
            without: without.clone(),
        });
    }
    decisions
}

fn reason(cost: &Cost, without: Option<&Cost>) -> ChoiceReason {
    match without {
        None => ChoiceReason::Only,
        Some(other) if other.rank != cost.rank => ChoiceReason::DebiansPreference,
        Some(other) if other.packages != cost.packages => ChoiceReason::FewestPackages,
        Some(other) if other.installed_size_kib != cost.installed_size_kib => ChoiceReason::FewestBytes,
        Some(_) => ChoiceReason::Name,
    }
}
