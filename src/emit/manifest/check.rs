//! Validation of the names in a Plan. A Plan that was read from a lock is already valid; one from elsewhere may not be.

use super::fault::ManifestFault;
use crate::solve::plan::{Plan, is_codename, is_package_name, is_suite, is_version};

/// Checks that names, versions and suites contain only valid characters: they are written unquoted into lines of text,
/// labels and commands.
pub(super) fn check_names(plan: &Plan) -> Result<(), ManifestFault> {
    let target = &plan.provenance.target;
    check(target.release.as_str(), "codename", is_codename)?;
    for planned in &plan.packages {
        let package = &planned.package;
        let names = planned.needs.iter().chain([&package.name]).map(|name| name.as_str());
        for name in names.chain([planned.source.as_str()]) {
            check(name, "package name", is_package_name)?;
        }
        check(&package.version, "version", is_version)?;
        check(&package.suite, "suite", is_suite)?;
        let is_architecture = [target.architecture.name(), "all"].contains(&package.architecture.as_str());
        if !is_architecture {
            return Err(invalid_name("architecture of the target", &package.architecture));
        }
    }
    Ok(())
}

fn check(word: &str, kind: &'static str, is_valid: fn(&str) -> bool) -> Result<(), ManifestFault> {
    if is_valid(word) { Ok(()) } else { Err(invalid_name(kind, word)) }
}

/// Creates the fault for an invalid name.
pub(super) fn invalid_name(kind: &'static str, word: &str) -> ManifestFault {
    ManifestFault::InvalidName { kind, word: word.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::manifest::sample::plan;
    use crate::vocabulary::{PackageName, Release};

    #[test]
    fn harmful_names_are_rejected() {
        let rejected = |change: fn(&mut Plan)| {
            let mut plan = plan();
            change(&mut plan);
            check_names(&plan).expect_err("is rejected").to_string()
        };
        assert_eq!(check_names(&plan()), Ok(()));
        assert_eq!(
            rejected(|plan| plan.packages[0].package.name = PackageName::new("a\nRUN id")),
            "'a\\nRUN id' is not a valid package name"
        );
        assert_eq!(
            rejected(|plan| plan.packages[0].package.version = "1 b".to_owned()),
            "'1 b' is not a valid version"
        );
        assert_eq!(
            rejected(|plan| plan.packages[0].needs = vec![PackageName::new("$(id)")]),
            "'$(id)' is not a valid package name"
        );
        assert_eq!(
            rejected(|plan| plan.packages[0].package.suite = "\"".to_owned()),
            "'\\\"' is not a valid suite"
        );
        assert_eq!(
            rejected(|plan| plan.packages[0].package.architecture = "i386".to_owned()),
            "'i386' is not a valid architecture of the target"
        );
        assert_eq!(
            rejected(|plan| plan.provenance.target.release = Release::new("x AS y")),
            "'x AS y' is not a valid codename"
        );
    }
}
