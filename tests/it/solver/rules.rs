//! Single rules, by cases that a reader knows.

use sodeb::solve::solver::{PackageId, decisions, solve, verify};
use sodeb::vocabulary::ChoiceReason;

use super::build::{Build, met, names};

/// Solves, verifies, and gives the names of what was chosen.
fn chosen(build: &Build) -> Vec<String> {
    let selection = solve(&build.instance).expect("there is a solution");
    assert_eq!(verify(&build.instance, &selection), Ok(()));
    names(&selection).into_iter().map(str::to_owned).collect()
}

/// What the only choice of an instance was decided by.
fn criterion(build: &Build) -> ChoiceReason {
    let selection = solve(&build.instance).expect("there is a solution");
    let decisions = decisions(&build.instance, &selection);
    assert_eq!(decisions.len(), 1, "{decisions:?}");
    decisions[0].reason
}

#[test]
fn nothing_wanted_needs_nothing() {
    let build = Build::default().packages(&[("libc6", 12_000)]);
    assert_eq!(chosen(&build), [""; 0]);
}

/// numpy on Debian: libopenblas0-pthread has both libblas.so.3 and liblapack.so.3, the reference
/// implementations are two packages and come first in Debian's order.
#[test]
fn two_packages_that_are_preferred_beat_one_for_both() {
    let build = Build::default()
        .packages(&[("libblas3", 300), ("liblapack3", 7_000), ("libopenblas0-pthread", 90_000)])
        .wants("libblas.so.3", &["libblas3", "libopenblas0-pthread"])
        .wants("liblapack.so.3", &["liblapack3", "libopenblas0-pthread"]);
    assert_eq!(chosen(&build), ["libblas3", "liblapack3"]);

    let selection = solve(&build.instance).expect("there is a solution");
    let decisions = decisions(&build.instance, &selection);
    assert_eq!(decisions.len(), 2);
    for reason in decisions {
        assert_eq!(reason.reason, ChoiceReason::DebiansPreference);
        let without = reason.without.expect("another implementation");
        assert!(without.names.iter().any(|name| name.as_str() == "libopenblas0-pthread"), "{without:?}");
    }
}

#[test]
fn a_cycle_is_met_when_both_are_chosen() {
    let build = Build::default()
        .packages(&[("liba1", 1), ("libb1", 1), ("libc1", 1)])
        .option("liba.so.1", "liba1", 0, &["libb.so.1"])
        .option("libb.so.1", "libb1", 0, &["liba.so.1"])
        .wants("liba.so.1", &[]);
    assert_eq!(chosen(&build), ["liba1", "libb1"]);
}

#[test]
fn a_conflict_pushes_to_the_second_best_whichever_side_states_it() {
    let build = Build::default()
        .packages(&[("best", 1), ("second", 2), ("wanted", 1)])
        .wants("libchoice.so.1", &["best", "second"])
        .wants("libwanted.so.1", &["wanted"]);
    assert_eq!(chosen(&build), ["best", "wanted"]);
    assert_eq!(criterion(&build), ChoiceReason::DebiansPreference);
    let Build { instance } = build;
    for (one, other) in [("best", "wanted"), ("wanted", "best")] {
        let build = Build { instance: instance.clone() }.conflict(one, other);
        assert_eq!(chosen(&build), ["second", "wanted"]);
        assert_eq!(criterion(&build), ChoiceReason::Only);
    }
}

/// Debian packages conflict with a virtual package that they provide themselves: that never counts (Debian
/// Policy 7.6.2).
#[test]
fn a_package_does_not_conflict_with_itself() {
    let build = Build::default()
        .packages(&[("mail-transport", 1)])
        .conflict("mail-transport", "mail-transport")
        .wants("libmail.so.1", &["mail-transport"]);
    assert_eq!(chosen(&build), ["mail-transport"]);
}

#[test]
fn rank_counts_more_than_packages_and_a_package_less_more_than_any_size() {
    let build = Build::default()
        .packages(&[("big", 1 << 50), ("small", 1), ("helper", 1)])
        .option("libx.so.1", "small", 0, &["libhelper.so.1"])
        .option("libhelper.so.1", "helper", 0, &[])
        .wants("libx.so.1", &[]);
    let Build { instance } = build;
    let with_big = |rank: u32| Build { instance: instance.clone() }.option("libx.so.1", "big", rank, &[]);
    let (equal, preferred) = (with_big(0), with_big(9));
    assert_eq!((chosen(&equal), criterion(&equal)), (vec!["big".to_owned()], ChoiceReason::FewestPackages));
    assert_eq!(chosen(&preferred), ["helper", "small"]);
    assert_eq!(criterion(&preferred), ChoiceReason::DebiansPreference);
}

#[test]
fn a_tie_is_settled_by_rank_then_size_then_name() {
    let tie = |sizes: [u64; 2], ranks: [u32; 2]| {
        Build::default()
            .packages(&[("libb1", sizes[0]), ("liba1", sizes[1])])
            .option("libx.so.1", "libb1", ranks[0], &[])
            .option("libx.so.1", "liba1", ranks[1], &[])
            .wants("libx.so.1", &[])
    };
    let smaller = tie([1, 2], [0, 0]);
    assert_eq!(
        (chosen(&smaller), criterion(&smaller)),
        (vec!["libb1".to_owned()], ChoiceReason::FewestBytes)
    );
    let preferred = tie([2, 1], [2, 3]);
    let by_rank = ChoiceReason::DebiansPreference;
    assert_eq!((chosen(&preferred), criterion(&preferred)), (vec!["libb1".to_owned()], by_rank));
    let named = tie([1, 1], [0, 0]);
    assert_eq!((chosen(&named), criterion(&named)), (vec!["liba1".to_owned()], ChoiceReason::Name));
}

/// Both packages are there anyway; the option of the lower rank meets it.
#[test]
fn of_two_chosen_packages_the_preferred_one_meets_it() {
    let build = Build::default()
        .packages(&[("liba1", 1), ("libb1", 1)])
        .wants("liba.so.1", &["liba1"])
        .wants("libb.so.1", &["libb1"])
        .wants("libboth.so.1", &["libb1", "liba1"]);
    let selection = solve(&build.instance).expect("there is a solution");
    let met = met(&build.instance, &selection);
    assert!(met.contains(&("libboth.so.1".to_owned(), "libb1".to_owned())), "{met:?}");
    assert_eq!(selection.cost.rank, 0);
}

/// The preferred option of a package that is there anyway brings another, which is not preferred itself: the sum decides.
#[test]
fn an_option_is_not_taken_for_its_rank_if_it_brings_a_higher_one() {
    let build = Build::default()
        .packages(&[("liba1", 1), ("libb1", 1), ("libextra1", 1)])
        .wants("liba.so.1", &["liba1"])
        .wants("libb.so.1", &["libb1"])
        .option("libextra.so.1", "libextra1", 2, &[])
        .option("libboth.so.1", "liba1", 0, &["libextra.so.1"])
        .option("libboth.so.1", "libb1", 1, &[])
        .wants("libboth.so.1", &[]);
    assert_eq!(chosen(&build), ["liba1", "libb1"]);
    let selection = solve(&build.instance).expect("there is a solution");
    assert_eq!(selection.cost.rank, 1);
}

#[test]
fn what_nothing_taken_needs_does_not_count() {
    let build = Build::default()
        .packages(&[("liba1", 1), ("libb1", 1)])
        .wants("liba.so.1", &["liba1"])
        .option("libunused.so.1", "libb1", 0, &["libmissing.so.1"]);
    let selection = solve(&build.instance).expect("there is a solution");
    assert_eq!(names(&selection), ["liba1"]);
    assert_eq!(selection.met_by.len(), 1);
}

#[test]
fn an_option_that_names_nothing_listed_is_not_taken() {
    let mut build = Build::default().packages(&[("liba1", 1)]).wants("liba.so.1", &["liba1", "liba1"]);
    build.instance.requirements[0].options[0].package = PackageId(77);
    build.instance.packages[0].conflicts.push(PackageId(usize::MAX));
    assert_eq!(chosen(&build), ["liba1"]);
}

#[test]
fn sizes_beyond_reason_do_not_overflow() {
    let build = Build::default()
        .packages(&[("liba1", u64::MAX), ("libb1", u64::MAX), ("libc1", u64::MAX - 1)])
        .wants("liba.so.1", &["liba1"])
        .wants("libb.so.1", &["libb1", "libc1"]);
    assert_eq!(chosen(&build), ["liba1", "libb1"]);
    assert_eq!(criterion(&build), ChoiceReason::DebiansPreference);
}
