//! Catalog of one target in a catalog file.

use std::ops::ControlFlow;
use std::sync::Arc;

use bstr::BString;

use super::format::bytes::Malformed;
use super::format::dependency_record::DependencyRecord;
use super::format::location::Location;
use super::format::package_record::{PackageRecord, PoolLocation};
use super::format::pool;
use super::format::table::Table;
use super::library_paths::LibraryPaths;
use super::provenance::own_origin;
use super::{
    Catalog, CatalogError, CatalogFile, Dependencies, DependencyIndex, IndexKind, Library, Package,
    Provenance, SubstitutedPaths,
};
use crate::vocabulary::{PackageName, Release, RootedPath, Target};

impl CatalogFile {
    /// Returns a catalog for each target of the file, in the file's order.
    ///
    /// # Errors
    /// If the file names a distribution or an architecture that this version does not know.
    pub fn catalogs(self: &Arc<Self>, index: IndexKind) -> Result<Vec<FileCatalog>, CatalogError> {
        let targets = self.metadata.targets.iter().enumerate();
        targets
            .map(|(number, metadata)| {
                let unknown = |_| self.broken(Malformed("its distribution or architecture is unknown"));
                let target = Target {
                    distribution: metadata.distribution.parse().map_err(unknown)?,
                    release: Release::new(&metadata.release),
                    architecture: metadata.architecture.parse().map_err(unknown)?,
                };
                Ok(FileCatalog {
                    file: Arc::clone(self),
                    number: number as u32,
                    paths: LibraryPaths::new(target.architecture),
                    provenance: Provenance {
                        origin: match (&metadata.origin, index) {
                            (None, IndexKind::Embedded) => Some(own_origin(&target)),
                            (origin, _) => origin.clone(),
                        },
                        target,
                        index,
                        date: metadata.date,
                        verified: !metadata.is_unverified,
                        sources: metadata.sources.clone(),
                    },
                })
            })
            .collect()
    }
}

/// Catalog of one target in a [`CatalogFile`].
pub struct FileCatalog {
    file: Arc<CatalogFile>,
    number: u32,
    paths: LibraryPaths,
    provenance: Provenance,
}

impl FileCatalog {
    /// Returns the number of locations of libraries and the number of packages.
    pub fn counts(&self) -> (u64, u64) {
        let metadata = &self.file.metadata.targets[self.number as usize];
        (metadata.libraries, metadata.packages)
    }

    /// Returns the numbers of packages whose paths are not from Contents; none if no Contents file is left out.
    pub fn substituted(&self) -> Option<SubstitutedPaths> {
        self.file.metadata.targets[self.number as usize].substituted
    }

    /// Returns the size of the whole file in bytes; other targets may share it.
    pub fn file_size_bytes(&self) -> u64 {
        self.file.size_bytes()
    }

    /// Calls `visit` for every library in the order of file names, until it breaks.
    ///
    /// # Errors
    /// If the catalog's data is broken.
    pub fn for_each_library(
        &self,
        mut visit: impl FnMut(Library) -> ControlFlow<()>,
    ) -> Result<(), CatalogError> {
        let mut outcome = Ok(());
        self.file
            .libraries
            .scan_from(&self.file.bytes, b"", |name, value| match self.locations(name, value) {
                Ok(libraries) => libraries.into_iter().try_for_each(&mut visit),
                Err(malformed) => {
                    outcome = Err(malformed);
                    ControlFlow::Break(())
                }
            })
            .and(outcome)
            .map_err(|malformed| self.broken(malformed))
    }

    fn broken(&self, malformed: Malformed) -> CatalogError {
        self.file.broken(malformed)
    }

    /// Locations of this target in a value of the table `libraries`.
    fn locations(&self, name: &[u8], value: &[u8]) -> Result<Vec<Library>, Malformed> {
        let mut libraries = Vec::new();
        for location in Location::read_all(value)? {
            if location.targets & (1 << self.number) == 0 {
                continue;
            }
            let directory = self.file.directories.key_at(&self.file.bytes, location.directory)?;
            let package = self.package_name(&self.file.packages, location.package)?;
            let path = RootedPath::new(self.paths.unmark(directory)).join(self.paths.unmark(name));
            libraries.push(Library { path, package });
        }
        libraries.sort();
        Ok(libraries)
    }

    /// Name with this rank in a table.
    fn package_name(&self, table: &Table, rank: u64) -> Result<PackageName, Malformed> {
        let name = table.key_at(&self.file.bytes, rank)?;
        let name = std::str::from_utf8(name).map_err(|_| Malformed("a package's name is not UTF-8"))?;
        Ok(PackageName::new(name))
    }

    fn has_location(&self, value: &[u8]) -> Result<bool, Malformed> {
        Ok(Location::read_all(value)?.iter().any(|location| location.targets & (1 << self.number) != 0))
    }

    fn read_libraries(&self, file_name: &[u8]) -> Result<Vec<Library>, Malformed> {
        let key = self.paths.mark(file_name);
        match self.file.libraries.get(&self.file.bytes, &key)? {
            Some(value) => self.locations(&key, value),
            None => Ok(Vec::new()),
        }
    }

    fn read_file_names(&self, prefix: &[u8], limit: usize) -> Result<Vec<BString>, Malformed> {
        let prefix = self.paths.mark(prefix);
        let mut names = Vec::new();
        let mut outcome = Ok(());
        self.file.libraries.scan_from(&self.file.bytes, &prefix, |name, value| {
            if !name.starts_with(&prefix) || names.len() >= limit {
                return ControlFlow::Break(());
            }
            match self.has_location(value) {
                Ok(true) => names.push(BString::from(self.paths.unmark(name))),
                Ok(false) => {}
                Err(malformed) => {
                    outcome = Err(malformed);
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(())
        })?;
        outcome?;
        // The mark sorts before the triplet that it replaces.
        names.sort();
        Ok(names)
    }

    fn read_package_names(&self) -> Result<Vec<PackageName>, Malformed> {
        let (mut names, mut outcome) = (Vec::new(), Ok(()));
        self.file.packages.scan_from(&self.file.bytes, b"", |name, value| {
            match PackageRecord::of_target(value, self.number) {
                Ok(record) => names.extend(record.map(|_| PackageName::new(String::from_utf8_lossy(name)))),
                Err(malformed) => {
                    outcome = Err(malformed);
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(())
        })?;
        outcome.map(|()| names)
    }

    fn read_package(&self, name: &PackageName) -> Result<Option<Package>, Malformed> {
        let Some(value) = self.file.packages.get(&self.file.bytes, name.as_str().as_bytes())? else {
            return Ok(None);
        };
        let Some(record) = PackageRecord::of_target(value, self.number)? else { return Ok(None) };
        let architecture = if record.for_all { "all" } else { self.provenance.target.architecture.name() };
        let filename = match &record.pool {
            PoolLocation::Path(path) => path.clone(),
            PoolLocation::Derived { base, source } => {
                let source = if source.is_empty() { name.as_str() } else { source };
                pool::path(self.file.word(*base)?, source, name.as_str(), &record.version, architecture)
            }
        };
        let deb = record.deb(self.number);
        Ok(Some(Package {
            name: name.clone(),
            architecture: architecture.to_owned(),
            suite: self.file.word(record.suite)?.to_owned(),
            section: self.file.word(record.section)?.to_owned(),
            filename,
            sha256: deb.map(|(_, digest)| self.file.digest(digest)).transpose()?,
            size_bytes: deb.map_or(0, |(deb, _)| deb.size_bytes),
            installed_size_kib: deb.map_or(0, |(deb, _)| deb.installed_size_kib),
            provides_sonames: record.provides_sonames,
            version: record.version,
        }))
    }
}

impl Catalog for FileCatalog {
    fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    fn libraries(&self, file_name: &[u8]) -> Result<Vec<Library>, CatalogError> {
        self.read_libraries(file_name).map_err(|malformed| self.broken(malformed))
    }

    fn file_names(&self, prefix: &[u8], limit: usize) -> Result<Vec<BString>, CatalogError> {
        self.read_file_names(prefix, limit).map_err(|malformed| self.broken(malformed))
    }

    fn package(&self, name: &PackageName) -> Result<Option<Package>, CatalogError> {
        self.read_package(name).map_err(|malformed| self.broken(malformed))
    }

    fn package_names(&self) -> Result<Vec<PackageName>, CatalogError> {
        self.read_package_names().map_err(|malformed| self.broken(malformed))
    }

    fn dependency_index(&self) -> Option<&dyn DependencyIndex> {
        self.file.dependencies.is_some().then_some(self)
    }
}

impl FileCatalog {
    /// Record of a name in relations for this target, and the table that it refers to.
    fn dependency_record(&self, name: &PackageName) -> Result<Option<(&Table, DependencyRecord)>, Malformed> {
        let Some(table) = &self.file.dependencies else { return Ok(None) };
        let Some(value) = table.get(&self.file.bytes, name.as_str().as_bytes())? else { return Ok(None) };
        Ok(DependencyRecord::of_target(value, self.number)?.map(|record| (table, record)))
    }

    fn read_dependencies(&self, name: &PackageName) -> Result<Option<Dependencies>, Malformed> {
        let Some((table, DependencyRecord { package: Some(package), .. })) = self.dependency_record(name)?
        else {
            return Ok(None);
        };
        let group = |ranks: &Vec<u64>| ranks.iter().map(|rank| self.package_name(table, *rank)).collect();
        let groups = package.groups.iter().map(group).collect::<Result<_, _>>()?;
        let (size_bytes, installed_size_kib) = match package.deb {
            Some(deb) => (deb.size_bytes, deb.installed_size_kib),
            None => {
                let package = self.read_package(name)?.ok_or(Malformed("a package's sizes are missing"))?;
                (package.size_bytes, package.installed_size_kib)
            }
        };
        Ok(Some(Dependencies { groups, installed_size_kib, size_bytes }))
    }

    fn read_providers(&self, name: &PackageName) -> Result<Vec<PackageName>, Malformed> {
        let Some((table, record)) = self.dependency_record(name)? else { return Ok(Vec::new()) };
        record.providers.iter().map(|rank| self.package_name(table, *rank)).collect()
    }
}

impl DependencyIndex for FileCatalog {
    fn dependencies(&self, name: &PackageName) -> Result<Option<Dependencies>, CatalogError> {
        self.read_dependencies(name).map_err(|malformed| self.broken(malformed))
    }

    fn providers(&self, name: &PackageName) -> Result<Vec<PackageName>, CatalogError> {
        self.read_providers(name).map_err(|malformed| self.broken(malformed))
    }
}
