//! What is said where there is no solution, to the letter.

use sodeb::solve::solver::{Instance, RequirementId, solve};

use super::build::Build;

fn explanation(instance: &Instance) -> String {
    solve(instance).expect_err("there is no solution").to_string()
}

#[test]
fn no_package_has_it() {
    let build =
        Build::default().packages(&[("liba1", 1)]).wants("liba.so.1", &["liba1"]).wants("libz.so.9", &[]);
    assert_eq!(explanation(&build.instance), "cannot meet libz.so.9:\n  no package has it");
}

#[test]
fn each_option_needs_what_cannot_be_met() {
    let build = Build::default()
        .packages(&[("liba1", 1), ("liba1-other", 1), ("libb1", 1)])
        .option("liba.so.1", "liba1", 0, &["libb.so.1"])
        .option("liba.so.1", "liba1-other", 1, &["libmissing.so.3"])
        .option("libb.so.1", "libb1", 0, &["libmissing.so.3"])
        .wants("liba.so.1", &[]);
    assert_eq!(
        explanation(&build.instance),
        "\
cannot meet liba.so.1:
  liba1 needs libb.so.1:
    libb1 needs libmissing.so.3:
      no package has it
  liba1-other needs libmissing.so.3, which cannot be met (see above)"
    );
}

/// liba needs libb and libb needs liba; that is not what keeps them from being met.
#[test]
fn a_cycle_is_not_explained_by_itself() {
    let build = Build::default()
        .packages(&[("liba1", 1), ("libb1", 1)])
        .option("liba.so.1", "liba1", 0, &["libb.so.1", "libz.so.9"])
        .option("libb.so.1", "libb1", 0, &["liba.so.1"])
        .wants("liba.so.1", &[]);
    assert_eq!(
        explanation(&build.instance),
        "\
cannot meet liba.so.1:
  liba1 needs libz.so.9:
    no package has it"
    );
}

#[test]
fn two_wanted_things_conflict() {
    let build = Build::default()
        .packages(&[("liba1", 1), ("libb1", 1), ("libb1-other", 1), ("libc1", 1)])
        .conflict("libb1", "liba1")
        .conflict("liba1", "libb1-other")
        .wants("liba.so.1", &["liba1"])
        .wants("libb.so.1", &["libb1", "libb1-other"])
        .wants("libc.so.1", &["libc1"]);
    assert_eq!(
        explanation(&build.instance),
        "\
cannot meet liba.so.1 and libb.so.1 together:
  libb.so.1:
    libb1 conflicts with liba1, which is needed for liba.so.1
    libb1-other conflicts with liba1, which is needed for liba.so.1"
    );
}

/// Neither is wanted itself: it is told what brings them.
#[test]
fn what_conflicts_is_needed_for_something_wanted() {
    let build = Build::default()
        .packages(&[("liba1", 1), ("libb1", 1), ("libx1", 1), ("liby1", 1)])
        .conflict("libx1", "liby1")
        .option("liba.so.1", "liba1", 0, &["libx.so.1"])
        .option("libb.so.1", "libb1", 0, &["liby.so.1"])
        .option("libx.so.1", "libx1", 0, &[])
        .option("liby.so.1", "liby1", 0, &[])
        .wants("liba.so.1", &[])
        .wants("libb.so.1", &[]);
    assert_eq!(
        explanation(&build.instance),
        "\
cannot meet liba.so.1 and libb.so.1 together:
  libx.so.1, for liba.so.1:
    libx1 conflicts with liby1, which is needed for liby.so.1, for libb.so.1"
    );
}

#[test]
fn each_way_to_choose_ends_in_a_conflict() {
    let build = Build::default()
        .packages(&[("liba1", 1), ("liba2", 1), ("libb1", 1), ("libb2", 1)])
        .conflict("liba1", "libb1")
        .conflict("liba1", "libb2")
        .conflict("liba2", "libb1")
        .conflict("liba2", "libb2")
        .wants("liba.so", &["liba1", "liba2"])
        .wants("libb.so", &["libb1", "libb2"]);
    assert_eq!(
        explanation(&build.instance),
        "\
cannot meet liba.so and libb.so together:
  liba.so:
    liba1 leaves no way to meet libb.so:
      libb1 conflicts with liba1, which is needed for liba.so
      libb2 conflicts with liba1, which is needed for liba.so
    liba2 leaves no way to meet libb.so:
      libb1 conflicts with liba2, which is needed for liba.so
      libb2 conflicts with liba2, which is needed for liba.so"
    );
}

#[test]
fn what_is_wanted_is_not_listed() {
    let instance = Instance { wanted: vec![RequirementId(3)], ..Instance::default() };
    assert_eq!(explanation(&instance), "cannot meet a requirement that is not listed:\n  no package has it");
}

/// A refutation can be as long as a search; what is printed is not.
#[test]
fn a_long_explanation_ends() {
    let names: Vec<String> = (0..12).map(|number| format!("lib{number:02}")).collect();
    let holes: Vec<(&str, u64)> = names.iter().map(|name| (name.as_str(), 1)).collect();
    let mut build = Build::default().packages(&holes);
    // Four pigeons, three holes, a package for each pigeon in each hole; those of one hole conflict.
    for (one, name) in names.iter().enumerate() {
        for (other, rival) in names.iter().enumerate().take(one) {
            if one % 3 == other % 3 {
                build = build.conflict(name, rival);
            }
        }
    }
    for pigeon in 0..4 {
        let options: Vec<&str> = names[pigeon * 3..pigeon * 3 + 3].iter().map(String::as_str).collect();
        build = build.wants(&format!("pigeon{pigeon}"), &options);
    }
    let text = explanation(&build.instance);
    assert!(text.starts_with("cannot meet pigeon0, pigeon1, pigeon2 and pigeon3 together:"), "{text}");
    assert!(text.lines().count() < 210, "{text}");
}
