//! Library paths of packages that were read, in the place of a Contents file that is left out.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use debversion::Version;

use super::target_index::{FoundLibrary, TargetIndex, is_left_out};
use crate::debian::catalog::{
    Catalog, CatalogError, FileCatalog, Library, ReadLibraries, ReadPackage, SubstitutedPaths,
};
use crate::vocabulary::{PackageName, RootedPath};

/// Sections of packages that exist for their libraries.
const LIBRARY_SECTIONS: [&str; 2] = ["libs", "oldlibs"];

/// Returns true if a catalog knows the name of a package, from the package itself or from the dependencies of others.
fn is_named(catalog: &FileCatalog, name: &PackageName) -> Result<bool, CatalogError> {
    let is_declared = match catalog.dependency_index() {
        Some(index) => index.dependencies(name)?.is_some(),
        None => false,
    };
    Ok(is_declared || catalog.package(name)?.is_some())
}

/// Paths for one package: those of its very .deb, or of the newest older version.
struct Substitute {
    is_exact: bool,
    version: Version,
    paths: Vec<RootedPath>,
}

impl TargetIndex {
    /// Adds the libraries of packages that were read, for those without any path. A package that is newer has the paths of
    /// its older version, which its .deb confirms or refutes once it is read.
    ///
    /// # Errors
    /// If the embedded catalog is broken.
    pub fn substitute_contents(
        &mut self,
        read: &dyn ReadLibraries,
        embedded: Option<&FileCatalog>,
    ) -> Result<(), CatalogError> {
        let mut substitutes: BTreeMap<PackageName, Substitute> = BTreeMap::new();
        read.visit(&mut |package| {
            let Some(substitute) = self.substitute(&package) else { return };
            let best = substitutes.get(&package.name);
            let is_better = best.is_none_or(|best| {
                (best.is_exact, &best.version) < (substitute.is_exact, &substitute.version)
            });
            if is_better {
                substitutes.insert(package.name, substitute);
            }
        });
        let mut counts = SubstitutedPaths::default();
        for (name, substitute) in substitutes {
            *(if substitute.is_exact { &mut counts.exact } else { &mut counts.older }) += 1;
            self.add_paths(&name, &substitute.paths);
        }
        if let Some(embedded) = embedded {
            self.add_paths_of(embedded)?;
        }
        counts.unknown = self.unknown_packages(embedded)?;
        self.substituted = Some(counts);
        self.is_unverified = true;
        Ok(())
    }

    /// Adds the libraries that a catalog of the same target has, for packages that were not read: such as those with private
    /// libraries only.
    fn add_paths_of(&mut self, catalog: &FileCatalog) -> Result<(), CatalogError> {
        let mut paths: BTreeMap<PackageName, Vec<RootedPath>> = BTreeMap::new();
        catalog.for_each_library(|Library { path, package }| {
            paths.entry(package).or_default().push(path);
            ControlFlow::Continue(())
        })?;
        for (name, paths) in paths {
            let number = self.names.find(name.as_str().as_bytes());
            if number.is_some_and(|number| !self.packages[number as usize].has_library) {
                self.add_paths(&name, &paths);
            }
        }
        Ok(())
    }

    /// Counts the packages of libraries that were not read and that no earlier catalog has.
    fn unknown_packages(&self, embedded: Option<&FileCatalog>) -> Result<u64, CatalogError> {
        let mut unknown = 0;
        for (package, name) in self.packages.iter().zip(&self.names.names) {
            let Some(newest) = package.newest.as_ref().filter(|_| !package.has_library) else { continue };
            let section = newest.section.rsplit('/').next().unwrap_or_default();
            if !LIBRARY_SECTIONS.contains(&section) {
                continue;
            }
            let name = PackageName::new(String::from_utf8_lossy(name));
            let is_known = match embedded {
                Some(embedded) => is_named(embedded, &name)?,
                None => false,
            };
            unknown += u64::from(!is_known);
        }
        Ok(unknown)
    }

    /// Paths of a package that was read, if it is one of the target without any path.
    fn substitute(&self, package: &ReadPackage) -> Option<Substitute> {
        let number = self.names.find(package.name.as_str().as_bytes())?;
        let found = &self.packages[number as usize];
        let newest = found.newest.as_ref().filter(|_| !found.has_library)?;
        let is_of_target = [self.target.architecture.name(), "all"].contains(&package.architecture.as_str());
        let version: Version = package.version.parse().ok()?;
        let is_exact = newest.sha256 == Some(package.sha256);
        let is_usable = is_of_target && (is_exact || version <= newest.order) && !package.paths.is_empty();
        is_usable.then(|| Substitute { is_exact, version, paths: package.paths.clone() })
    }

    fn add_paths(&mut self, name: &PackageName, paths: &[RootedPath]) {
        let Self { paths: library_paths, libraries, directories, names, packages, .. } = self;
        let Some(package) = names.find(name.as_str().as_bytes()) else { return };
        let found = &mut packages[package as usize];
        let section = found.newest.as_ref().map_or("", |newest| newest.section.as_str());
        for path in paths {
            let Some((directory, file_name)) = library_paths.split_library(&path.as_bytes()[1..]) else {
                continue;
            };
            let is_default = library_paths.is_default_directory(directory);
            if is_left_out(section, name.as_str(), is_default) {
                continue;
            }
            found.has_library = true;
            found.in_default_directory |= is_default;
            let directory = directories.number(&library_paths.mark(directory));
            libraries.push(FoundLibrary { name: library_paths.mark(file_name), directory, package });
        }
    }
}
