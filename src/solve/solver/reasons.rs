//! What each choice was decided by.

use std::collections::BTreeMap;

use super::problem::Problem;
use super::{Cost, Instance, PackageId, RequirementId, Selection, best};

/// What decides between the solution and the best one without a package: the first criterion in which they
/// differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Criterion {
    /// There is no solution without the package.
    Only,
    /// Without it more packages are needed.
    FewerPackages,
    /// Without it the packages are larger.
    Smaller,
    /// Without it options that Debian ranks lower are taken.
    Preferred {
        /// The rank of the option that was taken.
        rank: u32,
    },
    /// Nothing but the names: without it they come later.
    Name,
}

/// Why a requirement is met by the package that was chosen for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The requirement. It counts, and another package has an option for it.
    pub requirement: RequirementId,
    /// The package of the option that was taken.
    pub package: PackageId,
    /// What decided for it.
    pub criterion: Criterion,
    /// What the best solution without the package costs, with the names of its packages; none where there is none.
    pub without: Option<Cost>,
}

/// The reason for each requirement that counts and that another package has an option for, in the order of the
/// requirements. For each such package the instance is solved again without it.
pub fn reasons(instance: &Instance, selection: &Selection) -> Vec<Reason> {
    let problem = Problem::new(instance);
    let mut without: BTreeMap<PackageId, Option<Cost>> = BTreeMap::new();
    let mut reasons = Vec::new();
    for (&requirement, &option) in &selection.met_by {
        let Some(options) = instance.requirements.get(requirement.0).map(|listed| &listed.options) else {
            continue;
        };
        let Some(taken) = options.get(option) else { continue };
        if options.iter().all(|other| other.package == taken.package) {
            continue;
        }
        let without = without.entry(taken.package).or_insert_with(|| {
            best(&problem, problem.place_of(taken.package)).map(|selection| selection.cost)
        });
        reasons.push(Reason {
            requirement,
            package: taken.package,
            criterion: criterion(&selection.cost, without.as_ref(), taken.rank),
            without: without.clone(),
        });
    }
    reasons
}

fn criterion(cost: &Cost, without: Option<&Cost>, rank: u32) -> Criterion {
    match without {
        None => Criterion::Only,
        Some(other) if other.packages != cost.packages => Criterion::FewerPackages,
        Some(other) if other.installed_size_kib != cost.installed_size_kib => Criterion::Smaller,
        Some(other) if other.rank != cost.rank => Criterion::Preferred { rank },
        Some(_) => Criterion::Name,
    }
}
