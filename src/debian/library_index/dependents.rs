//! Packages of a release that depend on others: which of several providers of a library Debian itself uses.

use std::collections::BTreeMap;

use super::build_error::BuildError;
use crate::debian::archive::IndexSet;
use crate::debian::archive::packages::read_packages;
use crate::debian::catalog::{parse_relations, source_and_version};
use crate::vocabulary::PackageName;

/// Dependencies between the packages of a release.
#[derive(Debug, Default)]
pub struct Dependents {
    packages: BTreeMap<PackageName, Declared>,
    /// Number of packages of other sources that name a package first in a dependency.
    of_packages: BTreeMap<PackageName, usize>,
    /// Number of packages of other sources that name a package of a source first in a dependency.
    of_sources: BTreeMap<String, usize>,
}

/// Source and dependencies of a package.
#[derive(Debug)]
struct Declared {
    source: String,
    /// Alternatives of each dependency, in their order.
    dependencies: Vec<Vec<PackageName>>,
}

impl Dependents {
    /// Reads the Packages files of a release.
    ///
    /// # Errors
    /// If one of them cannot be read.
    pub fn read(set: &IndexSet) -> Result<Self, BuildError> {
        let architecture = set.target.architecture;
        let mut packages = BTreeMap::new();
        for file in &set.packages {
            let read = read_packages(file.open()?, |stanza| {
                if ![architecture.name(), "all"].contains(&stanza.architecture) {
                    return;
                }
                let groups = [&stanza.pre_depends, &stanza.depends].into_iter();
                let groups = groups.flat_map(|field| parse_relations(field, architecture));
                let dependencies =
                    groups.map(|group| group.0.into_iter().map(|relation| relation.name).collect()).collect();
                let declared = Declared { source: stanza.source.to_owned(), dependencies };
                packages.insert(PackageName::new(stanza.name), declared);
            });
            read.map_err(|source| BuildError::ReadIndex { file: file.file.clone(), source })?;
        }
        Ok(Self::count(packages))
    }

    fn count(packages: BTreeMap<PackageName, Declared>) -> Self {
        let (mut of_packages, mut of_sources) = (BTreeMap::new(), BTreeMap::new());
        for declared in packages.values() {
            for first in declared.dependencies.iter().filter_map(|group| group.first()) {
                // Another version of the source depends on its own default only for want of its own libraries.
                let is_other = |named: &&Declared| stem(&named.source) != stem(&declared.source);
                if let Some(named) = packages.get(first).filter(is_other) {
                    *of_packages.entry(first.clone()).or_default() += 1;
                    *of_sources.entry(named.source.clone()).or_default() += 1;
                }
            }
        }
        Self { packages, of_packages, of_sources }
    }

    /// Returns the number of packages of other sources that name a package first in a dependency, and the number of those
    /// that name any package of its source.
    pub(super) fn counts(&self, package: &PackageName) -> (usize, usize) {
        let of_package = self.of_packages.get(package).copied().unwrap_or_default();
        let source = self.packages.get(package).and_then(|declared| self.of_sources.get(&declared.source));
        (of_package, source.copied().unwrap_or_default())
    }

    /// Returns the alternatives of a package's dependencies, in their order: for a package that only depends on the one
    /// that is the default.
    pub(super) fn alternatives(&self, package: &PackageName) -> impl Iterator<Item = &PackageName> {
        let declared = self.packages.get(package).into_iter();
        declared.flat_map(|declared| &declared.dependencies).flatten()
    }
}

/// Name of a source without the version at its end.
fn stem(source: &str) -> &str {
    source_and_version(source).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_packages_of_other_sources_count() {
        let declared = |source: &str, groups: &[&[&str]]| Declared {
            source: source.to_owned(),
            dependencies: groups
                .iter()
                .map(|group| group.iter().map(|name| PackageName::new(*name)).collect())
                .collect(),
        };
        let packages = [
            ("libc++1-14", declared("llvm-14", &[&["libc++abi1-14"]])),
            ("libc++abi1-14", declared("llvm-14", &[])),
            ("libc++1-13", declared("llvm-13", &[])),
            ("libc++1", declared("llvm-defaults", &[&["libc++1-14", "libc++1-13"]])),
            ("libc++-22-dev", declared("llvm-22", &[&["libc++1-13"]])),
        ];
        let packages = packages.into_iter().map(|(name, declared)| (PackageName::new(name), declared));
        let dependents = Dependents::count(packages.collect());
        assert_eq!(dependents.counts(&PackageName::new("libc++1-14")), (1, 1));
        assert_eq!(dependents.counts(&PackageName::new("libc++abi1-14")), (0, 1));
        assert_eq!(dependents.counts(&PackageName::new("libc++1-13")), (0, 0));
    }
}
