//! What holds for any instance, on random small ones: judged by brute force.

use proptest::collection::vec;
use proptest::prelude::*;
use sodeb::solve::solver::{
    Instance, PackageId, Requirement, RequirementId, Solvable, SolverOption, decisions, solve, verify,
};
use sodeb::vocabulary::{ChoiceReason, PackageName};

use super::brute_force::best_cost;
use super::build::met;

const MAX_PACKAGES: usize = 9;
const MAX_REQUIREMENTS: usize = 8;

/// Few sizes and ranks, so that ties are common; needs go anywhere, so that there are cycles; a requirement may
/// have no option. Where `has_equal_names`, some packages share a name.
fn instance(has_equal_names: bool) -> impl Strategy<Value = Instance> {
    (1..=MAX_PACKAGES, 1..=MAX_REQUIREMENTS).prop_flat_map(move |(packages, requirements)| {
        let size = prop_oneof![3 => Just(1_u64), 1 => 0..4_u64];
        let conflicts = prop_oneof![4 => Just(Vec::new()), 1 => vec(0..packages, 1..3)];
        let needs = prop_oneof![2 => Just(Vec::new()), 1 => vec(0..requirements, 1..3)];
        let option = (0..packages, needs, prop_oneof![Just(0_u32), 0..3_u32]);
        let options = prop_oneof![1 => vec(option.clone(), 0..2), 6 => vec(option, 1..4)];
        (
            vec((size, conflicts, 0..4_usize), packages),
            vec(options, requirements),
            vec(0..requirements, 1..=requirements),
        )
            .prop_map(move |(packages, requirements, wanted)| Instance {
                packages: packages
                    .into_iter()
                    .enumerate()
                    .map(|(id, (installed_size_kib, conflicts, name))| Solvable {
                        // Names in another order than ids.
                        name: PackageName::new(match has_equal_names {
                            true => format!("lib{name}"),
                            false => format!("lib{}", id * 5 % 11),
                        }),
                        installed_size_kib,
                        conflicts: conflicts.into_iter().map(PackageId).collect(),
                    })
                    .collect(),
                requirements: requirements
                    .into_iter()
                    .enumerate()
                    .map(|(id, options)| Requirement {
                        label: format!("so{}", id * 5 % 11),
                        options: options.into_iter().map(choice).collect(),
                    })
                    .collect(),
                wanted: wanted.into_iter().map(RequirementId).collect(),
            })
    })
}

fn choice((package, needs, rank): (usize, Vec<usize>, u32)) -> SolverOption {
    SolverOption { package: PackageId(package), needs: needs.into_iter().map(RequirementId).collect(), rank }
}

/// The same instance with everything in another order: as long as lists are turned around and rotated.
fn permuted(instance: &Instance, by: usize) -> Instance {
    let (packages, requirements) = (instance.packages.len(), instance.requirements.len());
    let package = |id: &PackageId| PackageId((packages - 1 - id.0 + by) % packages);
    let requirement = |id: &RequirementId| RequirementId((requirements - 1 - id.0 + by) % requirements);
    let mut other = instance.clone();
    for (id, candidate) in instance.packages.iter().enumerate() {
        let conflicts = candidate.conflicts.iter().rev().map(package).collect();
        other.packages[package(&PackageId(id)).0] = Solvable { conflicts, ..candidate.clone() };
    }
    for (id, required) in instance.requirements.iter().enumerate() {
        let options = required.options.iter().rev().map(|option| SolverOption {
            package: package(&option.package),
            needs: option.needs.iter().rev().map(requirement).collect(),
            rank: option.rank,
        });
        other.requirements[requirement(&RequirementId(id)).0] =
            Requirement { label: required.label.clone(), options: options.collect() };
    }
    other.wanted = instance.wanted.iter().rev().map(requirement).collect();
    other
}

fn without(instance: &Instance, package: PackageId) -> Instance {
    let mut other = instance.clone();
    for requirement in &mut other.requirements {
        requirement.options.retain(|option| option.package != package);
    }
    other
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn the_solution_is_the_best_of_all(instance in any::<bool>().prop_flat_map(instance)) {
        let solved = solve(&instance);
        let cost = solved.as_ref().ok().map(|selection| selection.cost.clone());
        prop_assert_eq!(cost, best_cost(&instance));
        if let Ok(selection) = solved {
            prop_assert_eq!(verify(&instance, &selection), Ok(()));
        }
    }

    #[test]
    fn the_order_of_an_instance_does_not_matter(instance in instance(false), by in 0..9_usize) {
        let other = permuted(&instance, by);
        match (solve(&instance), solve(&other)) {
            (Ok(one), Ok(two)) => {
                prop_assert_eq!(met(&instance, &one), met(&other, &two));
                prop_assert_eq!((one.cost, one.explored), (two.cost, two.explored));
            }
            (Err(one), Err(two)) => prop_assert_eq!(one, two),
            (one, two) => prop_assert!(false, "{one:?} and {two:?}"),
        }
    }

    #[test]
    fn reasons_are_true(instance in instance(false)) {
        let Ok(selection) = solve(&instance) else { return Ok(()) };
        for reason in decisions(&instance, &selection) {
            let options = &instance.requirements[reason.requirement.0].options;
            let taken = &options[selection.met_by[&reason.requirement]];
            prop_assert_eq!(taken.package, reason.package);
            prop_assert!(options.iter().any(|option| option.package != reason.package));

            let other = best_cost(&without(&instance, reason.package));
            prop_assert_eq!(&reason.without, &other);
            let cost = &selection.cost;
            let is_true = match (reason.reason, &other) {
                (ChoiceReason::Only, None) => true,
                (ChoiceReason::DebiansPreference, Some(other)) => cost.rank < other.rank,
                (ChoiceReason::FewestPackages, Some(other)) => {
                    cost.rank == other.rank && cost.packages < other.packages
                }
                (ChoiceReason::FewestBytes, Some(other)) => {
                    (cost.rank, cost.packages) == (other.rank, other.packages)
                        && cost.installed_size_kib < other.installed_size_kib
                }
                (ChoiceReason::Name, Some(other)) => {
                    (cost.packages, cost.installed_size_kib, cost.rank)
                        == (other.packages, other.installed_size_kib, other.rank)
                        && cost.names < other.names
                }
                _ => false,
            };
            prop_assert!(is_true, "{reason:?}");
        }
    }

    #[test]
    fn every_choice_has_its_reason(instance in instance(false)) {
        let Ok(selection) = solve(&instance) else { return Ok(()) };
        let told: Vec<_> = decisions(&instance, &selection).iter().map(|reason| reason.requirement).collect();
        let had_another = |(requirement, option): &(&RequirementId, &usize)| {
            let options = &instance.requirements[requirement.0].options;
            options.iter().any(|other| other.package != options[**option].package)
        };
        let expected: Vec<_> =
            selection.met_by.iter().filter(had_another).map(|(requirement, _)| *requirement).collect();
        prop_assert_eq!(told, expected);
    }

    #[test]
    fn what_fails_together_can_be_met_with_any_one_less(instance in instance(false)) {
        let Err(unsolvable) = solve(&instance) else { return Ok(()) };
        let id = |what: &String| {
            let place = instance.requirements.iter().position(|requirement| requirement.label == *what);
            RequirementId(place.expect("a requirement of the instance"))
        };
        let core: Vec<RequirementId> = unsolvable.wanted.iter().map(id).collect();
        let wanting = |wanted: Vec<RequirementId>| best_cost(&Instance { wanted, ..instance.clone() });
        prop_assert_eq!(wanting(core.clone()), None);
        for one in &core {
            let others = core.iter().copied().filter(|other| other != one).collect();
            prop_assert!(wanting(others).is_some());
        }
        prop_assert!(!unsolvable.to_string().is_empty());
    }
}
