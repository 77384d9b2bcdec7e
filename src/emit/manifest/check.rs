//! That the words of a Plan are what they stand for. A Plan that was read from a lock keeps this already; one that
//! was made otherwise need not.

use super::ManifestFault;
use crate::solve::plan::{Plan, is_codename, is_package_name, is_suite, is_version};

/// That names, versions and suites have only the characters that they can have: they go as they are into lines of
/// text, labels and commands.
pub(super) fn words(plan: &Plan) -> Result<(), ManifestFault> {
    let target = &plan.provenance.target;
    word(target.release.as_str(), "codename of a release", is_codename)?;
    for planned in &plan.packages {
        let package = &planned.package;
        let names = planned.needs.iter().chain([&package.name]).map(|name| name.as_str());
        for name in names.chain([planned.source.as_str()]) {
            word(name, "name of a package", is_package_name)?;
        }
        word(&package.version, "version", is_version)?;
        word(&package.suite, "suite", is_suite)?;
        let is_architecture = [target.architecture.name(), "all"].contains(&package.architecture.as_str());
        if !is_architecture {
            return Err(not_a("architecture of the target", &package.architecture));
        }
    }
    Ok(())
}

fn word(word: &str, kind: &'static str, is_one: fn(&str) -> bool) -> Result<(), ManifestFault> {
    if is_one(word) { Ok(()) } else { Err(not_a(kind, word)) }
}

/// The fault of a word that is not what it stands for.
pub(super) fn not_a(kind: &'static str, word: &str) -> ManifestFault {
    ManifestFault::NotA { kind, word: word.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::manifest::sample::plan;
    use crate::vocabulary::{PackageName, Release};

    #[test]
    fn words_that_would_do_harm_are_refused() {
        let refused = |change: fn(&mut Plan)| {
            let mut plan = plan();
            change(&mut plan);
            words(&plan).expect_err("is refused").to_string()
        };
        assert_eq!(words(&plan()), Ok(()));
        assert_eq!(
            refused(|plan| plan.packages[0].package.name = PackageName::new("a\nRUN id")),
            "'a\\nRUN id' is no name of a package"
        );
        assert_eq!(
            refused(|plan| plan.packages[0].package.version = "1 b".to_owned()),
            "'1 b' is no version"
        );
        assert_eq!(
            refused(|plan| plan.packages[0].needs = vec![PackageName::new("$(id)")]),
            "'$(id)' is no name of a package"
        );
        assert_eq!(refused(|plan| plan.packages[0].package.suite = "\"".to_owned()), "'\\\"' is no suite");
        assert_eq!(
            refused(|plan| plan.packages[0].package.architecture = "i386".to_owned()),
            "'i386' is no architecture of the target"
        );
        assert_eq!(
            refused(|plan| plan.provenance.target.release = Release::new("x AS y")),
            "'x AS y' is no codename of a release"
        );
    }
}
