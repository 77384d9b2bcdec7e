//! A catalog as a file: what `sodeb index` writes, what is compiled into the program, and what the cache
//! holds. It is written once (by [`super::builder`]) and read in place.
//!
//! | section | holds |
//! |---|---|
//! | `metadata` | JSON: the targets with their provenance, and the words that records refer to |
//! | `directories` | table: directory → nothing; its rank is its number |
//! | `libraries` | table: file name → places, each a directory, a package and the targets where it is so |
//! | `packages` | table: package → for each set of targets that agree, version, section, pool path, .debs |
//! | `digests` | the SHA-256 of the .debs, 32 bytes each |
//! | `dependencies` | table: name of a package, real or virtual → for each set of targets that agree, Depends and who provides it |
//!
//! In directories and file names a control character stands for the architecture's triplet, so that the
//! architectures of a release share their entries.

use std::borrow::Cow;
use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use bstr::BString;
use jiff::Timestamp;

use super::bytes::Malformed;
use super::container::Directory;
use super::paths::LibraryPaths;
use super::record::{Declared, Place, Pool, Record};
use super::table::Table;
use super::{
    Catalog, CatalogError, Dependencies, DependencyIndex, IndexKind, IndexSource, Library, Package,
    Provenance, pool,
};
use crate::vocabulary::{PackageName, Release, RootedPath, Sha256Digest, Target};

pub(super) const METADATA: &str = "metadata";
pub(super) const DIRECTORIES: &str = "folders";
pub(super) const LIBRARIES: &str = "libraries";
pub(super) const PACKAGES: &str = "packages";
pub(super) const DIGESTS: &str = "digests";
/// Files that an older version wrote do not have it.
pub(super) const DEPENDENCIES: &str = "dependencies";

/// The length of an entry of `digests`.
pub(super) const DIGEST_BYTES: usize = 32;

/// Sets of targets are masks of this many bits.
pub(super) const TARGET_LIMIT: usize = 64;

#[derive(serde::Serialize, serde::Deserialize)]
pub(super) struct Metadata {
    pub(super) targets: Vec<TargetMetadata>,
    pub(super) words: Vec<String>,
}

#[derive(serde::Serialize, serde::Deserialize)]
pub(super) struct TargetMetadata {
    pub(super) distribution: String,
    pub(super) release: String,
    pub(super) architecture: String,
    pub(super) date: Option<Timestamp>,
    #[serde(rename = "hint")]
    pub(super) is_unverified: bool,
    pub(super) libraries: u64,
    pub(super) packages: u64,
    pub(super) sources: Vec<IndexSource>,
}

/// A catalog file in memory.
pub struct CatalogFile {
    name: String,
    bytes: Cow<'static, [u8]>,
    metadata: Metadata,
    directories: Table,
    libraries: Table,
    packages: Table,
    digests: Range<usize>,
    dependencies: Option<Table>,
}

impl CatalogFile {
    /// Takes the bytes of a file; `name` is what errors call it.
    ///
    /// # Errors
    /// When they are not a catalog of the format that this version reads.
    pub fn open(name: impl Into<String>, bytes: impl Into<Cow<'static, [u8]>>) -> Result<Self, CatalogError> {
        let (name, bytes) = (name.into(), bytes.into());
        Self::read(&name, bytes).map_err(|Malformed(cause)| broken(&name, cause))
    }

    fn read(name: &str, bytes: Cow<'static, [u8]>) -> Result<Self, Malformed> {
        let directory = Directory::read(&bytes)?;
        let metadata: Metadata = serde_json::from_slice(&bytes[directory.section(METADATA)?])
            .map_err(|_| Malformed("its metadata is not of the form"))?;
        if metadata.targets.len() > TARGET_LIMIT {
            return Err(Malformed("it has too many targets"));
        }
        Ok(Self {
            directories: Table::open(&bytes, directory.section(DIRECTORIES)?)?,
            libraries: Table::open(&bytes, directory.section(LIBRARIES)?)?,
            packages: Table::open(&bytes, directory.section(PACKAGES)?)?,
            digests: directory.section(DIGESTS)?,
            dependencies: directory
                .later_section(DEPENDENCIES)
                .map(|section| Table::open(&bytes, section))
                .transpose()?,
            name: name.to_owned(),
            metadata,
            bytes,
        })
    }

    /// The size of the file.
    pub fn size_bytes(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// A catalog for each target of the file, in the file's order.
    ///
    /// # Errors
    /// When the file names a distribution or an architecture that this version does not know.
    pub fn catalogs(self: &Arc<Self>, index: IndexKind) -> Result<Vec<FileCatalog>, CatalogError> {
        let targets = self.metadata.targets.iter().enumerate();
        targets
            .map(|(number, metadata)| {
                let unknown = |_| broken(&self.name, "it has a target of an unknown kind");
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

    fn word(&self, number: u64) -> Result<&str, Malformed> {
        let word = usize::try_from(number).ok().and_then(|number| self.metadata.words.get(number));
        word.map(String::as_str).ok_or(Malformed("a word is not there"))
    }

    fn digest(&self, number: u64) -> Result<Sha256Digest, Malformed> {
        let digests = self.bytes[self.digests.clone()].chunks_exact(DIGEST_BYTES);
        let digest = usize::try_from(number).ok().and_then(|number| digests.clone().nth(number));
        let digest = digest.and_then(|bytes| bytes.try_into().ok());
        digest.map(Sha256Digest).ok_or(Malformed("a digest is not there"))
    }
}

fn broken(name: &str, cause: &str) -> CatalogError {
    CatalogError::Broken { catalog: name.to_owned(), cause: cause.to_owned() }
}

/// One target of a [`CatalogFile`].
pub struct FileCatalog {
    file: Arc<CatalogFile>,
    number: u32,
    paths: LibraryPaths,
    provenance: Provenance,
}

impl FileCatalog {
    /// How many places of libraries and how many packages the catalog has.
    pub fn counts(&self) -> (u64, u64) {
        let metadata = &self.file.metadata.targets[self.number as usize];
        (metadata.libraries, metadata.packages)
    }

    /// The size of the whole file, which other targets may share.
    pub fn file_size_bytes(&self) -> u64 {
        self.file.size_bytes()
    }

    /// Shows `visit` every library, in the order of file name, until it breaks.
    ///
    /// # Errors
    /// When the catalog's data is broken.
    pub fn for_each_library(
        &self,
        mut visit: impl FnMut(Library) -> ControlFlow<()>,
    ) -> Result<(), CatalogError> {
        let mut outcome = Ok(());
        self.file
            .libraries
            .scan_from(&self.file.bytes, b"", |name, value| match self.places(name, value) {
                Ok(libraries) => libraries.into_iter().try_for_each(&mut visit),
                Err(malformed) => {
                    outcome = Err(malformed);
                    ControlFlow::Break(())
                }
            })
            .and(outcome)
            .map_err(|malformed| self.broken(malformed))
    }

    fn broken(&self, Malformed(cause): Malformed) -> CatalogError {
        broken(&self.file.name, cause)
    }

    /// The places in a value of the libraries' table that are this target's.
    fn places(&self, name: &[u8], value: &[u8]) -> Result<Vec<Library>, Malformed> {
        let mut libraries = Vec::new();
        for place in Place::read_all(value)? {
            if place.targets & (1 << self.number) == 0 {
                continue;
            }
            let directory = self.file.directories.key_at(&self.file.bytes, place.directory)?;
            let package = self.package_name(&self.file.packages, place.package)?;
            let path = RootedPath::new(self.paths.unmark(directory)).join(self.paths.unmark(name));
            libraries.push(Library { path, package });
        }
        libraries.sort();
        Ok(libraries)
    }

    /// The name that has this rank in a table.
    fn package_name(&self, table: &Table, rank: u64) -> Result<PackageName, Malformed> {
        let name = table.key_at(&self.file.bytes, rank)?;
        let name = std::str::from_utf8(name).map_err(|_| Malformed("a package's name is not UTF-8"))?;
        Ok(PackageName::new(name))
    }

    fn has_place(&self, value: &[u8]) -> Result<bool, Malformed> {
        Ok(Place::read_all(value)?.iter().any(|place| place.targets & (1 << self.number) != 0))
    }

    fn read_libraries(&self, file_name: &[u8]) -> Result<Vec<Library>, Malformed> {
        let key = self.paths.mark(file_name);
        match self.file.libraries.get(&self.file.bytes, &key)? {
            Some(value) => self.places(&key, value),
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
            match self.has_place(value) {
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
        // The mark sorts before the triplet that it stands for.
        names.sort();
        Ok(names)
    }

    fn read_package(&self, name: &PackageName) -> Result<Option<Package>, Malformed> {
        let Some(value) = self.file.packages.get(&self.file.bytes, name.as_str().as_bytes())? else {
            return Ok(None);
        };
        let Some(record) = Record::of_target(value, self.number)? else { return Ok(None) };
        let architecture = if record.for_all { "all" } else { self.provenance.target.architecture.name() };
        let filename = match &record.pool {
            Pool::Path(path) => path.clone(),
            Pool::Derived { base, source } => {
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

    fn dependency_index(&self) -> Option<&dyn DependencyIndex> {
        self.file.dependencies.is_some().then_some(self)
    }
}

impl FileCatalog {
    /// What this target says of a name in relations, and the table that it refers to.
    fn declared(&self, name: &PackageName) -> Result<Option<(&Table, Declared)>, Malformed> {
        let Some(table) = &self.file.dependencies else { return Ok(None) };
        let Some(value) = table.get(&self.file.bytes, name.as_str().as_bytes())? else { return Ok(None) };
        Ok(Declared::of_target(value, self.number)?.map(|declared| (table, declared)))
    }

    fn read_dependencies(&self, name: &PackageName) -> Result<Option<Dependencies>, Malformed> {
        let Some((table, Declared { package: Some(package), .. })) = self.declared(name)? else {
            return Ok(None);
        };
        let group = |ranks: &Vec<u64>| ranks.iter().map(|rank| self.package_name(table, *rank)).collect();
        let groups = package.groups.iter().map(group).collect::<Result<_, _>>()?;
        let (size_bytes, installed_size_kib) = match package.deb {
            Some(deb) => (deb.size_bytes, deb.installed_size_kib),
            None => {
                let package = self.read_package(name)?.ok_or(Malformed("a package's sizes are not there"))?;
                (package.size_bytes, package.installed_size_kib)
            }
        };
        Ok(Some(Dependencies { groups, installed_size_kib, size_bytes }))
    }

    fn read_providers(&self, name: &PackageName) -> Result<Vec<PackageName>, Malformed> {
        let Some((table, declared)) = self.declared(name)? else { return Ok(Vec::new()) };
        declared.providers.iter().map(|rank| self.package_name(table, *rank)).collect()
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
