//! What `verify` catches: each kind of violation, planted in a selection that is right.

use sodeb::solve::solver::{PackageId, RequirementId, Selection, Violation, solve, verify};
use sodeb::vocabulary::PackageName;

use super::build::Build;

/// liba1 and libb1 are the solution; libx1 has libb.so.1 too and conflicts with liba1; libspare1 is idle.
fn right() -> (Build, Selection) {
    let build = Build::default()
        .packages(&[("liba1", 10), ("libb1", 20), ("libx1", 30), ("libspare1", 40)])
        .conflict("libx1", "liba1")
        .option("liba.so.1", "liba1", 0, &["libb.so.1"])
        .option("libb.so.1", "libb1", 1, &[])
        .option("libb.so.1", "libx1", 0, &[])
        .option("libspare.so.1", "libspare1", 0, &[])
        .wants("liba.so.1", &[]);
    let selection = solve(&build.instance).expect("there is a solution");
    assert_eq!(selection.packages, [PackageId(0), PackageId(1)]);
    assert_eq!(verify(&build.instance, &selection), Ok(()));
    (build, selection)
}

/// What is found after the selection was tampered with.
fn violation(tamper: impl FnOnce(&mut Build, &mut Selection)) -> Violation {
    let (mut build, mut selection) = right();
    tamper(&mut build, &mut selection);
    verify(&build.instance, &selection).expect_err("the violation is caught")
}

fn name(name: &str) -> PackageName {
    PackageName::new(name)
}

#[test]
fn packages_that_are_not_sorted() {
    assert_eq!(violation(|_, selection| selection.packages.reverse()), Violation::NotSorted);
    let twice = violation(|_, selection| selection.packages.push(PackageId(1)));
    assert_eq!(twice, Violation::NotSorted);
}

#[test]
fn a_package_that_is_not_listed() {
    let found = violation(|_, selection| selection.packages.push(PackageId(99)));
    assert_eq!(found, Violation::UnlistedPackage(PackageId(99)));
}

#[test]
fn a_wanted_requirement_that_is_not_met() {
    let found = violation(|build, selection| {
        selection.met_by.remove(&build.requirement("liba.so.1"));
    });
    assert!(matches!(found, Violation::Unmet { label, .. } if label == "liba.so.1"));
}

#[test]
fn a_need_that_is_not_met() {
    let found = violation(|build, selection| {
        selection.met_by.remove(&build.requirement("libb.so.1"));
    });
    assert!(matches!(found, Violation::Unmet { label, .. } if label == "libb.so.1"));
}

#[test]
fn an_option_that_there_is_not() {
    let found = violation(|build, selection| {
        selection.met_by.insert(build.requirement("libb.so.1"), 2);
    });
    assert_eq!(found, Violation::NoSuchOption { label: "libb.so.1".into(), option: 2 });
}

#[test]
fn an_option_of_a_package_that_is_not_chosen() {
    let found = violation(|build, selection| {
        selection.met_by.insert(build.requirement("libb.so.1"), 1);
    });
    assert_eq!(found, Violation::NotChosen { label: "libb.so.1".into(), package: PackageId(2) });
}

#[test]
fn a_requirement_that_does_not_count() {
    let found = violation(|build, selection| {
        selection.met_by.insert(build.requirement("libspare.so.1"), 0);
    });
    assert_eq!(found, Violation::NotActive(RequirementId(2)));
}

#[test]
fn a_conflict() {
    let found = violation(|build, selection| {
        selection.met_by.insert(build.requirement("libb.so.1"), 1);
        selection.packages = vec![PackageId(0), PackageId(2)];
    });
    assert_eq!(found, Violation::Conflict(name("libx1"), name("liba1")));
}

#[test]
fn a_superfluous_package() {
    let found = violation(|_, selection| selection.packages.push(PackageId(3)));
    assert_eq!(found, Violation::NotNeeded(name("libspare1")));
}

/// It meets something, but what it meets another chosen package could.
#[test]
fn a_package_whose_part_another_chosen_one_could_play() {
    let found = violation(|build, selection| {
        let id = build.requirement("libb.so.1");
        build.instance.requirements[id.0].options[1].package = PackageId(0);
        assert_eq!(selection.met_by[&id], 0);
    });
    assert_eq!(found, Violation::NotNeeded(name("libb1")));
}

#[test]
fn each_part_of_a_cost_that_is_wrong() {
    let is_cost = |tamper: fn(&mut Selection)| {
        matches!(violation(|_, selection| tamper(selection)), Violation::Cost { .. })
    };
    assert!(is_cost(|selection| selection.cost.packages -= 1));
    assert!(is_cost(|selection| selection.cost.installed_size_kib += 1));
    assert!(is_cost(|selection| selection.cost.rank = 0));
    assert!(is_cost(|selection| selection.cost.names.reverse()));
}
