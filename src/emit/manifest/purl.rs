//! Package URLs of type deb (<https://github.com/package-url/purl-spec>, types/deb-definition).
//!
//! Percent-encoding follows the specification: letters, digits, `.`, `-`, `_`, `~` and `:` stand as they are, so that
//! an epoch's colon does and the `+` of a binary rebuild does not. Qualifiers are in the order of their names.
//! `distro` is what scanners look vulnerabilities up by, and `upstream` names the source package.

use std::fmt::Write as _;

use crate::debian::distributions::version_of;
use crate::solve::plan::{Plan, PlannedPackage};

/// The purl of a binary package.
pub(super) fn of_package(plan: &Plan, planned: &PlannedPackage) -> String {
    let package = &planned.package;
    let mut purl = begin(plan, package.name.as_str());
    let _ = write!(purl, "@{}?arch={}", encoded(&package.version), encoded(&package.architecture));
    purl += &distro(plan);
    if planned.source != package.name.as_str() {
        let _ = write!(purl, "&upstream={}", encoded(&planned.source));
    }
    purl
}

/// The purl of a source package, whose version a Plan does not know.
pub(super) fn of_source(plan: &Plan, source: &str) -> String {
    begin(plan, source) + "?arch=source" + &distro(plan)
}

fn begin(plan: &Plan, name: &str) -> String {
    format!("pkg:deb/{}/{}", plan.provenance.target.distribution, encoded(name))
}

/// The distribution with the number of the release, `debian-12`; its codename alone where it has none.
fn distro(plan: &Plan) -> String {
    let target = &plan.provenance.target;
    match version_of(target.distribution, &target.release) {
        Some(number) => format!("&distro={}-{number}", target.distribution),
        None => format!("&distro={}", encoded(target.release.as_str())),
    }
}

fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b".-_~:".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String can't fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::manifest::sample::plan;
    use crate::vocabulary::{PackageName, Release};

    #[test]
    fn colons_and_tildes_stand_and_pluses_do_not() {
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
