//! Lock of rules_distroless up to 0.8, version 1 (`apt/private/lockfile.bzl` there), byte for byte as
//! `bazel run @…//:lock` writes it: fields sorted by name, indented by tabs, no newline at the end.

use serde::Serialize;

use super::ManifestFault;
use super::closure::needed_by;
use super::encode::tab_indented;
use super::sources::{digest, urls};
use crate::solve::plan::{Plan, PlannedPackage};
use crate::vocabulary::{PackageName, Sha256Digest};

/// Lock, with the fields sorted by name as Bazel's encoder does.
#[derive(Serialize)]
struct Lock<'plan> {
    packages: Vec<PackageRow<'plan>>,
    version: u32,
}

#[derive(Serialize)]
struct PackageRow<'plan> {
    /// Architecture of the target, also for a package for every architecture.
    arch: &'static str,
    /// Direct and transitive dependencies: Bazel installs no others with the package.
    dependencies: Vec<DependencyRow<'plan>>,
    key: String,
    name: &'plan PackageName,
    sha256: Sha256Digest,
    urls: &'plan [String],
    version: &'plan str,
}

#[derive(Serialize)]
struct DependencyRow<'plan> {
    key: String,
    name: &'plan PackageName,
    version: &'plan str,
}

pub(super) fn emit(plan: &Plan) -> Result<String, ManifestFault> {
    let packages = plan.packages.iter().map(|planned| row(plan, planned)).collect::<Result<_, _>>()?;
    tab_indented(&Lock { packages, version: 1 })
}

fn row<'plan>(plan: &'plan Plan, planned: &'plan PlannedPackage) -> Result<PackageRow<'plan>, ManifestFault> {
    let dependency = |needed: &'plan PlannedPackage| DependencyRow {
        key: key(plan, needed),
        name: &needed.package.name,
        version: &needed.package.version,
    };
    Ok(PackageRow {
        arch: plan.provenance.target.architecture.name(),
        dependencies: needed_by(plan, planned).into_iter().map(dependency).collect(),
        key: key(plan, planned),
        name: &planned.package.name,
        sha256: digest(plan, planned)?,
        urls: urls(planned)?,
        version: &planned.package.version,
    })
}

/// Returns name, version and architecture, with the characters replaced that a repository's name cannot contain.
fn key(plan: &Plan, planned: &PlannedPackage) -> String {
    let plain = |text: &str| text.replace('+', "-p-").replace(':', "-").replace('~', "_");
    let package = &planned.package;
    let architecture = plan.provenance.target.architecture;
    format!("{}_{}_{architecture}", plain(package.name.as_str()), plain(&package.version))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::manifest::sample::plan;

    #[test]
    fn keys_equal_those_of_the_rules() {
        let mut plan = plan();
        let mut keyed = |name: &str, version: &str| {
            plan.packages[0].package.name = PackageName::new(name);
            plan.packages[0].package.version = version.to_owned();
            plan.packages[0].package.architecture = "all".to_owned();
            key(&plan, &plan.packages[0])
        };
        // Keys from locks that rules_distroless wrote.
        assert_eq!(keyed("libstdc++6", "12.2.0-14+deb12u1"), "libstdc-p--p-6_12.2.0-14-p-deb12u1_amd64");
        assert_eq!(keyed("libcrypt1", "1:4.4.18-4"), "libcrypt1_1-4.4.18-4_amd64");
        assert_eq!(keyed("ca-certificates", "20250419~deb12u1"), "ca-certificates_20250419_deb12u1_amd64");
    }
}
