//! Archives and suites of the packages of a Plan.

use std::collections::{BTreeMap, BTreeSet};

use super::ManifestFault;
use super::check::invalid_name;
use crate::solve::plan::{Plan, PlannedPackage, is_codename};
use crate::vocabulary::Sha256Digest;

/// Packages of one suite with the same archives.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Source<'plan> {
    /// Suite, such as `bookworm-security`.
    pub(super) suite: &'plan str,
    /// Base URLs of the archives, the preferred one first. A pool path is relative to them.
    pub(super) bases: Vec<&'plan str>,
    /// Components of the packages, sorted.
    pub(super) components: BTreeSet<&'plan str>,
    /// Packages, sorted by name.
    pub(super) packages: Vec<&'plan PlannedPackage>,
}

/// Returns the sources of a Plan: those of the release itself first, the others sorted by suite. A suite whose packages
/// have different archives has a source for each.
pub(super) fn sources(plan: &Plan) -> Result<Vec<Source<'_>>, ManifestFault> {
    let release = plan.provenance.target.release.as_str();
    let mut sources: BTreeMap<_, Source<'_>> = BTreeMap::new();
    for planned in &plan.packages {
        let suite = planned.package.suite.as_str();
        let bases = bases(plan, planned)?;
        let key = (suite != release, suite, bases.clone());
        let source = sources.entry(key).or_insert_with(|| Source {
            suite,
            bases,
            components: BTreeSet::new(),
            packages: Vec::new(),
        });
        source.components.insert(component(planned)?);
        source.packages.push(planned);
    }
    Ok(sources.into_values().collect())
}

/// Returns the sources of a Plan for formats that allow one source for each suite.
pub(super) fn sources_by_suite(plan: &Plan) -> Result<Vec<Source<'_>>, ManifestFault> {
    let sources = sources(plan)?;
    match sources.windows(2).find(|pair| pair[0].suite == pair[1].suite) {
        None => Ok(sources),
        Some(pair) => Err(ManifestFault::Scattered { suite: pair[0].suite.to_owned() }),
    }
}

/// Returns the path of a package relative to an archive's base.
pub(super) fn pool_path<'plan>(
    plan: &Plan,
    planned: &'plan PlannedPackage,
) -> Result<&'plan str, ManifestFault> {
    let package = &planned.package;
    if package.filename.is_empty() {
        let index = plan.provenance.index;
        return Err(ManifestFault::NoPoolPath { package: package.name.clone(), index });
    }
    Ok(&package.filename)
}

/// Returns the digest of a package's .deb.
pub(super) fn digest(plan: &Plan, planned: &PlannedPackage) -> Result<Sha256Digest, ManifestFault> {
    let index = plan.provenance.index;
    let missing = || ManifestFault::NoDigest { package: planned.package.name.clone(), index };
    planned.package.sha256.ok_or_else(missing)
}

/// Returns the URLs of a package's .deb, the preferred one first; never empty.
pub(super) fn urls(planned: &PlannedPackage) -> Result<&[String], ManifestFault> {
    if planned.urls.is_empty() {
        return Err(ManifestFault::NoUrl(planned.package.name.clone()));
    }
    Ok(&planned.urls)
}

fn bases<'plan>(plan: &Plan, planned: &'plan PlannedPackage) -> Result<Vec<&'plan str>, ManifestFault> {
    let filename = pool_path(plan, planned)?;
    let base = |url: &'plan String| url.strip_suffix(filename)?.strip_suffix('/');
    let bases: Vec<&str> = urls(planned)?.iter().filter_map(base).collect();
    if bases.is_empty() {
        let package = planned.package.name.clone();
        return Err(ManifestFault::NoArchive { package, filename: filename.to_owned() });
    }
    Ok(bases)
}

/// Returns the component, which the section contains unless it is main (Debian Policy §2.4).
fn component(planned: &PlannedPackage) -> Result<&str, ManifestFault> {
    let component = planned.package.section.split_once('/').map_or("main", |(area, _)| area);
    if is_codename(component) { Ok(component) } else { Err(invalid_name("component", component)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::debian::catalog::IndexKind;
    use crate::emit::manifest::sample::{SECURITY, SNAPSHOT, plan};

    #[test]
    fn suites_have_their_archives_and_components() {
        let mut plan = plan();
        plan.packages[0].package.section = "non-free/libs".to_owned();
        let sources = sources_by_suite(&plan).expect("valid sources");
        let suites: Vec<_> = sources.iter().map(|source| (source.suite, &source.bases[..])).collect();
        assert_eq!(suites, [("bookworm", &[SNAPSHOT][..]), ("bookworm-security", &[SECURITY][..])]);
        assert_eq!(sources[0].components, BTreeSet::from(["main", "non-free"]));
        assert_eq!(sources[1].packages[0].package.name.as_str(), "libssl3");
    }

    #[test]
    fn packages_of_one_suite_may_have_different_archives() {
        let mut plan = plan();
        plan.packages[0].urls =
            vec![format!("https://mirror.example/debian/{}", plan.packages[0].package.filename)];
        assert_eq!(sources(&plan).expect("valid sources").len(), 3);
        let error = sources_by_suite(&plan).expect_err("is rejected");
        assert_eq!(error, ManifestFault::Scattered { suite: "bookworm".to_owned() });
    }

    #[test]
    fn missing_facts_are_errors() {
        let mut plan = plan();
        let name = plan.packages[0].package.name.clone();
        plan.packages[0].urls = vec!["https://mirror.example/other.deb".to_owned()];
        assert!(matches!(sources(&plan), Err(ManifestFault::NoArchive { .. })));
        plan.packages[0].urls.clear();
        assert_eq!(sources(&plan), Err(ManifestFault::NoUrl(name.clone())));
        plan.provenance.index = IndexKind::Installed;
        plan.packages[0].package.filename.clear();
        plan.packages[0].package.sha256 = None;
        let index = IndexKind::Installed;
        assert_eq!(sources(&plan), Err(ManifestFault::NoPoolPath { package: name.clone(), index }));
        assert_eq!(digest(&plan, &plan.packages[0]), Err(ManifestFault::NoDigest { package: name, index }));
    }

    #[test]
    fn an_invalid_component_is_rejected() {
        let mut plan = plan();
        plan.packages[0].package.section = "main \"/libs".to_owned();
        assert!(matches!(sources(&plan), Err(ManifestFault::InvalidName { kind: "component", .. })));
    }
}
