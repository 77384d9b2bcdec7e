//! Lock of rules_distroless from 0.9 on, version 2 (`apt/private/lockfile.bzl` there), which rejects version 1. Fields and
//! keys are sorted by name as Bazel's encoder does; no newline at the end.

use std::collections::BTreeMap;

use serde::Serialize;

use super::ManifestFault;
use super::closure::needed_by;
use super::encode::tab_indented;
use super::rules_distroless_module::repository;
use super::sources::{digest, pool_path, sources_by_suite};
use crate::solve::plan::{Plan, PlannedPackage};
use crate::vocabulary::{PackageName, Sha256Digest};

#[derive(Serialize)]
struct Lock<'plan> {
    dependency_sets: BTreeMap<String, DependencySet<'plan>>,
    /// Digests of the indices, which Bazel adds when it fetches them.
    facts: BTreeMap<String, String>,
    packages: BTreeMap<String, PackageRow<'plan>>,
    sources: BTreeMap<&'plan str, SourceRow<'plan>>,
    version: u32,
}

#[derive(Serialize)]
struct DependencySet<'plan> {
    /// Short keys and versions of the packages, by architecture.
    sets: BTreeMap<&'static str, BTreeMap<String, &'plan str>>,
}

#[derive(Serialize)]
struct PackageRow<'plan> {
    /// Architecture of the package itself.
    architecture: &'plan str,
    /// Direct and transitive dependencies.
    depends_on: Vec<String>,
    filename: &'plan str,
    name: &'plan PackageName,
    section: &'plan str,
    sha256: Sha256Digest,
    /// Size in bytes.
    size: u64,
    suite: &'plan str,
    version: &'plan str,
}

#[derive(Serialize)]
struct SourceRow<'plan> {
    architectures: [&'static str; 1],
    components: Vec<&'plan str>,
    types: [&'static str; 1],
    uris: Vec<&'plan str>,
}

pub(super) fn emit(plan: &Plan) -> Result<String, ManifestFault> {
    let architecture = plan.provenance.target.architecture.name();
    let row = |planned| Ok((key(plan, planned), row(plan, planned)?));
    let packages = plan.packages.iter().map(row).collect::<Result<_, ManifestFault>>()?;
    let installed: BTreeMap<String, &str> = plan
        .packages
        .iter()
        .map(|planned| (short_key(plan, planned), planned.package.version.as_str()))
        .collect();
    let mut dependency_sets = BTreeMap::new();
    if !installed.is_empty() {
        let sets = BTreeMap::from([(architecture, installed)]);
        dependency_sets.insert(repository(plan), DependencySet { sets });
    }
    let sources = sources_by_suite(plan)?.into_iter().map(|source| {
        let row = SourceRow {
            architectures: [architecture],
            components: source.components.into_iter().collect(),
            types: ["deb"],
            uris: source.bases,
        };
        (source.suite, row)
    });
    let sources = sources.collect();
    tab_indented(&Lock { dependency_sets, facts: BTreeMap::new(), packages, sources, version: 2 })
}

fn row<'plan>(plan: &'plan Plan, planned: &'plan PlannedPackage) -> Result<PackageRow<'plan>, ManifestFault> {
    let package = &planned.package;
    Ok(PackageRow {
        architecture: &package.architecture,
        depends_on: needed_by(plan, planned).into_iter().map(|needed| key(plan, needed)).collect(),
        filename: pool_path(plan, planned)?,
        name: &package.name,
        section: &package.section,
        sha256: digest(plan, planned)?,
        size: package.size_bytes,
        suite: &package.suite,
        version: &package.version,
    })
}

/// Returns the key of a package without its version. The architecture is the target's, also for a package for every
/// architecture.
fn short_key(plan: &Plan, planned: &PlannedPackage) -> String {
    let package = &planned.package;
    format!("/{}/{}:{}", package.suite, package.name, plan.provenance.target.architecture)
}

fn key(plan: &Plan, planned: &PlannedPackage) -> String {
    format!("{}={}", short_key(plan, planned), planned.package.version)
}
