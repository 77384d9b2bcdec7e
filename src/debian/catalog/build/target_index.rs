//! Indices of one target in memory: the libraries in its Contents, the packages in its Packages, and their relations.
//!
//! The newest version of each package among the suites is kept (Debian Policy §5.6.12), as apt would choose it.

use std::io::Read;

use debversion::Version;
use jiff::Timestamp;

use super::declarations::Declarations;
use super::detail::Detail;
use super::error::BuildError;
use super::interner::Interner;
use crate::debian::archive::contents::{ContentsStatistics, read_contents};
use crate::debian::archive::packages::{PackageStanza, PackagesStatistics, read_packages};
use crate::debian::archive::{IndexFile, IndexOrigin, IndexSet};
use crate::debian::catalog::library_paths::{LIBRARY_MARK, LibraryPaths};
use crate::debian::catalog::package::looks_like_a_soname;
use crate::debian::catalog::{IndexSource, SubstitutedPaths, is_development};
use crate::debian::inclusions::may_be_named;
use crate::vocabulary::{PackageName, Sha256Digest, Target};

/// Indices of one target, as far as a catalog needs them.
pub struct TargetIndex {
    pub(super) target: Target,
    pub(super) origin: Option<IndexOrigin>,
    pub(super) date: Option<Timestamp>,
    pub(super) is_unverified: bool,
    pub(super) sources: Vec<IndexSource>,
    pub(super) libraries: Vec<FoundLibrary>,
    pub(super) directories: Interner,
    pub(super) names: Interner,
    /// Packages by the number of their names.
    pub(super) packages: Vec<FoundPackage>,
    pub(super) declarations: Declarations,
    pub(super) substituted: Option<SubstitutedPaths>,
    malformed: u64,
    pub(super) paths: LibraryPaths,
}

/// Library in a Contents file: its file name, and the numbers of its directory and its package.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FoundLibrary {
    pub(super) name: Vec<u8>,
    pub(super) directory: u32,
    pub(super) package: u32,
}

/// Facts about a package in the indices.
#[derive(Default)]
pub(super) struct FoundPackage {
    /// True if it has a library.
    pub(super) has_library: bool,
    /// True if one of its libraries is in a default directory of the dynamic linker.
    pub(super) in_default_directory: bool,
    /// True if its digest is needed because a library index has its .deb ([`TargetIndex::require_debs`]).
    is_required: bool,
    /// Newest stanza; none if no Packages file has the package.
    pub(super) newest: Option<NewestStanza>,
}

/// Newest stanza of a package.
pub(super) struct NewestStanza {
    pub(super) order: Version,
    pub(super) version: String,
    pub(super) suite: String,
    pub(super) source: String,
    pub(super) for_all: bool,
    pub(super) section: String,
    pub(super) filename: String,
    pub(super) sha256: Option<Sha256Digest>,
    pub(super) size_bytes: u64,
    pub(super) installed_size_kib: u64,
    pub(super) provides_sonames: Vec<String>,
}

impl TargetIndex {
    /// Creates an index without any file.
    pub fn new(target: Target) -> Self {
        Self {
            paths: LibraryPaths::new(target.architecture),
            target,
            origin: None,
            date: None,
            is_unverified: false,
            sources: Vec::new(),
            libraries: Vec::new(),
            directories: Interner::default(),
            names: Interner::default(),
            packages: Vec::new(),
            declarations: Declarations::default(),
            substituted: None,
            malformed: 0,
        }
    }

    /// Records a file that the index is made from. One that does not match the signed Release makes the whole index
    /// unverified.
    pub fn add_source(&mut self, source: IndexSource) {
        self.date = self.date.max(Some(source.date));
        self.is_unverified |= !source.verified;
        self.sources.push(source);
    }

    /// Adds the libraries of a decompressed Contents.
    ///
    /// # Errors
    /// If `reader` fails.
    pub fn add_contents(&mut self, reader: impl Read) -> std::io::Result<ContentsStatistics> {
        let Self { paths, libraries, directories, names, packages, .. } = self;
        read_contents(
            reader,
            LIBRARY_MARK,
            |line, has_mark| has_mark || paths.begins_in_default_directory(line),
            |line| {
                let Some((directory, name)) = paths.split_library(line.path) else { return };
                let is_default = paths.is_default_directory(directory);
                let directory = directories.number(&paths.mark(directory));
                for location in line.locations() {
                    if is_left_out(location.section, location.package, is_default) {
                        continue;
                    }
                    let package = names.number(location.package.as_bytes());
                    packages.resize_with(names.names.len(), FoundPackage::default);
                    let found = &mut packages[package as usize];
                    found.has_library = true;
                    found.in_default_directory |= is_default;
                    libraries.push(FoundLibrary { name: paths.mark(name), directory, package });
                }
            },
        )
    }

    /// Adds the packages of a decompressed Packages file, and their relations.
    ///
    /// # Errors
    /// If `reader` fails.
    pub fn add_packages(&mut self, suite: &str, reader: impl Read) -> std::io::Result<PackagesStatistics> {
        let Self { names, packages, declarations, target, .. } = self;
        let mut additions = Vec::new();
        let statistics = read_packages(reader, |stanza| {
            if ![target.architecture.name(), "all"].contains(&stanza.architecture) {
                return;
            }
            declarations.add(&stanza);
            additions
                .extend(NewestStanza::new(suite, &stanza).map(|newest| (stanza.name.to_owned(), newest)));
        })?;
        for (name, stanza) in additions {
            let number = names.number(name.as_bytes());
            packages.resize_with(names.names.len(), FoundPackage::default);
            let newest = &mut packages[number as usize].newest;
            if newest.as_ref().is_none_or(|newest| newest.order < stanza.order) {
                *newest = Some(stanza);
            }
        }
        Ok(statistics)
    }

    /// Reads every index of a set.
    ///
    /// # Errors
    /// If one of them cannot be read.
    pub fn read(set: &IndexSet) -> Result<Self, BuildError> {
        let mut index = Self { origin: set.origin(), ..Self::new(set.target.clone()) };
        for file in set.contents.iter().chain(&set.packages) {
            index.add_source(IndexSource {
                suite: file.suite.clone(),
                file: file.file.clone(),
                date: file.date,
                sha256: file.sha256.to_string(),
                verified: file.verified,
            });
        }
        let failed = |file: &IndexFile| {
            let (suite, file) = (file.suite.clone(), file.file.clone());
            |source| BuildError::ReadIndex { suite, file, source }
        };
        for file in &set.contents {
            let statistics = index.add_contents(file.open()?).map_err(failed(file))?;
            index.malformed += statistics.malformed;
        }
        for file in &set.packages {
            let statistics = index.add_packages(&file.suite, file.open()?).map_err(failed(file))?;
            index.malformed += statistics.malformed;
        }
        Ok(index)
    }

    /// Returns the number of malformed lines and stanzas, which are left out.
    pub fn malformed(&self) -> u64 {
        self.malformed
    }

    /// Returns the names of the packages that may provide a soname or are included by name.
    pub(super) fn runtime_packages(&self) -> impl Iterator<Item = &[u8]> {
        let named = self.packages.iter().zip(&self.names.names);
        named
            .filter(|(package, name)| package.is_runtime(&String::from_utf8_lossy(name)))
            .map(|(_, name)| &**name)
    }

    /// Returns true if the table of packages records the .deb of a package.
    pub(super) fn records_deb(&self, name: &[u8], detail: Detail) -> bool {
        let found = self.names.find(name).map(|number| &self.packages[number as usize]);
        found.is_some_and(|package| package.records_deb(&String::from_utf8_lossy(name), detail))
    }

    /// Makes a compact catalog record the .debs of these packages, whether they have libraries or not.
    pub fn require_debs(&mut self, names: impl IntoIterator<Item = PackageName>) {
        for name in names {
            if let Some(number) = self.names.find(name.as_str().as_bytes()) {
                self.packages[number as usize].is_required = true;
            }
        }
    }

    /// Returns the number of packages with libraries in Contents that no Packages file has, which are left out.
    pub fn vanished(&self) -> usize {
        self.packages.iter().filter(|package| package.has_library && package.newest.is_none()).count()
    }
}

impl FoundPackage {
    /// Returns true if a catalog records the package. A compact one has packages with libraries, those that provide a
    /// library by update-alternatives, those that are included by name, and required ones.
    pub(super) fn is_recorded(&self, name: &str, detail: Detail) -> bool {
        self.newest.as_ref().is_some_and(|stanza| {
            detail == Detail::Complete
                || self.has_library
                || self.is_required
                || !stanza.provides_sonames.is_empty()
                || may_be_named(name)
        })
    }

    /// Returns true if a catalog records its .deb.
    pub(super) fn records_deb(&self, name: &str, detail: Detail) -> bool {
        let has_digest = self.newest.as_ref().is_some_and(|stanza| stanza.sha256.is_some());
        has_digest && (detail == Detail::Complete || self.is_runtime(name))
    }

    /// Returns true if the package may provide a soname or is included by name, so that a compact catalog has its
    /// .deb's digest.
    pub(super) fn is_runtime(&self, name: &str) -> bool {
        self.newest.as_ref().is_some_and(|stanza| {
            !is_development(name, &stanza.section)
                && (self.in_default_directory
                    || self.is_required
                    || !stanza.provides_sonames.is_empty()
                    || may_be_named(name))
        })
    }
}

impl NewestStanza {
    /// Copies a stanza; none if its version is malformed, so that it cannot be compared.
    fn new(suite: &str, stanza: &PackageStanza<'_>) -> Option<Self> {
        Some(Self {
            order: stanza.version.parse().ok()?,
            version: stanza.version.to_owned(),
            suite: suite.to_owned(),
            source: stanza.source.to_owned(),
            for_all: stanza.architecture == "all",
            section: stanza.section.to_owned(),
            filename: stanza.filename.to_owned(),
            sha256: stanza.sha256,
            size_bytes: stanza.size_bytes,
            installed_size_kib: stanza.installed_size_kib,
            provides_sonames: stanza
                .provides()
                .iter()
                .filter(|name| looks_like_a_soname(name))
                .map(|&name| name.to_owned())
                .collect(),
        })
    }
}

/// Returns true for files that no program uses at run time: detached debug data, libraries of another architecture,
/// those of the installer, and those of -dev packages outside the default directories.
pub(super) fn is_left_out(section: &str, package: &str, is_default_directory: bool) -> bool {
    let is_installer = section.ends_with("debian-installer");
    let is_link_to_build_with = section.ends_with("libdevel") || package.ends_with("-dev");
    is_installer || is_development(package, section) && !(is_link_to_build_with && is_default_directory)
}
