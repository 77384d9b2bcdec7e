//! Package URLs of type deb (<https://github.com/package-url/purl-spec>, types/deb-definition).
//!
//! By the specification letters, digits, `.`, `-`, `_`, `~` and `:` are not percent-encoded, so that the colon of an
//! epoch is plain and the `+` of a binary rebuild is not. Qualifiers are sorted by name. Scanners find vulnerabilities by
//! `distro`; `upstream` names the source package.

use crate::debian::distributions::version_of;
use crate::emit::escape::percent_encoded;
use crate::solve::plan::{Plan, PlannedPackage};

/// Returns the purl of a binary package.
pub(super) fn of_package(plan: &Plan, planned: &PlannedPackage) -> String {
    let package = &planned.package;
    let mut purl = begin(plan, package.name.as_str());
    purl += &format!("@{}?arch={}", encoded(&package.version), encoded(&package.architecture));
    purl += &distro(plan);
    if planned.source != package.name.as_str() {
        purl += &format!("&upstream={}", encoded(&planned.source));
    }
    purl
}

/// Returns the purl of a source package, whose version a Plan does not contain.
pub(super) fn of_source(plan: &Plan, source: &str) -> String {
    begin(plan, source) + "?arch=source" + &distro(plan)
}

fn begin(plan: &Plan, name: &str) -> String {
    format!("pkg:deb/{}/{}", plan.provenance.target.distribution, encoded(name))
}

/// Returns the qualifier of the distribution: the number of the release, `debian-12`, or else its codename.
fn distro(plan: &Plan) -> String {
    let target = &plan.provenance.target;
    match version_of(target.distribution, &target.release) {
        Some(number) => format!("&distro={}-{number}", target.distribution),
        None => format!("&distro={}", encoded(target.release.as_str())),
    }
}

fn encoded(text: &str) -> String {
    percent_encoded(text.as_bytes(), b".-_~:")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::manifest::sample::plan;
    use crate::vocabulary::{PackageName, Release};

    #[test]
    fn colons_and_tildes_are_plain_and_pluses_are_not() {
        let mut plan = plan();
        plan.packages[0].package.name = PackageName::new("attr");
        plan.packages[0].package.version = "1:2.4.47-2+b1".to_owned();
        plan.packages[0].source = "attr".to_owned();
        assert_eq!(
            of_package(&plan, &plan.packages[0]),
            "pkg:deb/debian/attr@1:2.4.47-2%2Bb1?arch=amd64&distro=debian-12"
        );
        plan.packages[0].package.name = PackageName::new("libstdc++6");
        plan.packages[0].package.version = "12~x".to_owned();
        plan.packages[0].source = "gcc-12".to_owned();
        plan.provenance.target.release = Release::new("later");
        assert_eq!(
            of_package(&plan, &plan.packages[0]),
            "pkg:deb/debian/libstdc%2B%2B6@12~x?arch=amd64&distro=later&upstream=gcc-12"
        );
        assert_eq!(of_source(&plan, "gcc-12"), "pkg:deb/debian/gcc-12?arch=source&distro=later");
    }
}
