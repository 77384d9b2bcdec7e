//! Reads the indices of one target into memory: the libraries of its Contents and, of its Packages, the packages and
//! what they declare of each other.
//!
//! Of each package the newest version among the suites stays (Debian Policy §5.6.12), as apt would take it.

use std::io::Read;

use debversion::Version;
use hashbrown::HashMap;
use jiff::Timestamp;

use super::builder::Detail;
use super::declared::Declarations;
use super::paths::{LIBRARY_MARK, LibraryPaths};
use super::{BuildError, IndexSource, is_development, looks_like_a_soname};
use crate::debian::archive::contents::{ContentsStatistics, read_contents};
use crate::debian::archive::packages::{PackageStanza, PackagesStatistics, read_packages};
use crate::debian::archive::{IndexFile, IndexSet};
use crate::debian::inclusions::may_be_named;
use crate::vocabulary::{PackageName, Sha256Digest, Target};

/// The indices of one target, as far as a catalog needs them.
pub struct TargetIndex {
    pub(super) target: Target,
    pub(super) date: Option<Timestamp>,
    pub(super) is_unverified: bool,
    pub(super) sources: Vec<IndexSource>,
    pub(super) libraries: Vec<FoundLibrary>,
    pub(super) directories: Interner,
    pub(super) names: Interner,
    /// By the number of the package's name.
    pub(super) packages: Vec<FoundPackage>,
    pub(super) declarations: Declarations,
    malformed: u64,
    paths: LibraryPaths,
}

/// A library of a Contents index: its file name, and the numbers of its directory and its package.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FoundLibrary {
    pub(super) name: Vec<u8>,
    pub(super) directory: u32,
    pub(super) package: u32,
}

/// What the indices say of a package.
#[derive(Default)]
pub(super) struct FoundPackage {
    /// Whether it has a library.
    has_library: bool,
    /// Whether the dynamic linker would find one of its libraries without being told.
    pub(super) in_default_directory: bool,
    /// Whether what its .deb has is known from elsewhere, so that its digest is asked for ([`TargetIndex::want`]).
    is_wanted: bool,
    /// The newest stanza; none where no Packages has the package.
    pub(super) newest: Option<NewestStanza>,
}

/// A stanza, on its own.
pub(super) struct NewestStanza {
    order: Version,
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
    /// An index of nothing yet.
    pub fn new(target: Target) -> Self {
        Self {
            paths: LibraryPaths::new(target.architecture),
            target,
            date: None,
            is_unverified: false,
            sources: Vec::new(),
            libraries: Vec::new(),
            directories: Interner::default(),
            names: Interner::default(),
            packages: Vec::new(),
            declarations: Declarations::default(),
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

    /// Takes the libraries out of a decompressed Contents.
    ///
    /// # Errors
    /// When `reader` fails.
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

    /// Takes from a decompressed Packages what it says of the packages and what they depend on.
    ///
    /// # Errors
    /// When `reader` fails.
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
    /// When one of them cannot be read.
    pub fn read(set: &IndexSet) -> Result<Self, BuildError> {
        let mut index = Self::new(set.target.clone());
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

    /// How many lines and stanzas were not of the form and are left out.
    pub fn malformed(&self) -> u64 {
        self.malformed
    }

    /// The names of the packages that can be the answer for a soname or are included by name.
    pub(super) fn runtime_packages(&self) -> impl Iterator<Item = &[u8]> {
        let named = self.packages.iter().zip(&self.names.names);
        named
            .filter(|(package, name)| package.is_runtime(&String::from_utf8_lossy(name)))
            .map(|(_, name)| &**name)
    }

    /// Whether a catalog tells the .deb of a package among the packages that have libraries.
    pub(super) fn tells_deb(&self, name: &[u8], detail: Detail) -> bool {
        let found = self.names.find(name).map(|number| &self.packages[number as usize]);
        found.is_some_and(|package| package.tells_deb(&String::from_utf8_lossy(name), detail))
    }

    /// Counts packages among those whose .debs a small catalog tells, whatever it knows of their libraries itself.
    pub fn want(&mut self, names: impl IntoIterator<Item = PackageName>) {
        for name in names {
            if let Some(number) = self.names.find(name.as_str().as_bytes()) {
                self.packages[number as usize].is_wanted = true;
            }
        }
    }

    /// How many packages of Contents no Packages has any more; they are left out.
    pub fn vanished(&self) -> usize {
        self.packages.iter().filter(|package| package.has_library && package.newest.is_none()).count()
    }
}

impl FoundPackage {
    /// Whether a catalog has it: a small one knows packages with libraries, those that provide one by
    /// update-alternatives, those that are included by name, and those that are asked for.
    pub(super) fn is_kept(&self, name: &str, detail: Detail) -> bool {
        self.newest.as_ref().is_some_and(|stanza| {
            detail == Detail::Complete
                || self.has_library
                || self.is_wanted
                || !stanza.provides_sonames.is_empty()
                || may_be_named(name)
        })
    }

    /// Whether a catalog tells its .deb.
    pub(super) fn tells_deb(&self, name: &str, detail: Detail) -> bool {
        let has_digest = self.newest.as_ref().is_some_and(|stanza| stanza.sha256.is_some());
        has_digest && (detail == Detail::Complete || self.is_runtime(name))
    }

    /// Whether the package can be the answer for a soname or is included by name, so that its .deb's digest is
    /// worth its bytes in a catalog that has to be small.
    pub(super) fn is_runtime(&self, name: &str) -> bool {
        self.newest.as_ref().is_some_and(|stanza| {
            !is_development(name, &stanza.section)
                && (self.in_default_directory
                    || self.is_wanted
                    || !stanza.provides_sonames.is_empty()
                    || may_be_named(name))
        })
    }
}

impl NewestStanza {
    /// None where the version is none, so that nothing can be said about its age.
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

/// What no program uses at run time: detached debug data, the libraries of
/// another architecture, the installer's, and what a -dev package has where no linker looks by itself.
fn is_left_out(section: &str, package: &str, is_default_directory: bool) -> bool {
    let is_installer = section.ends_with("debian-installer");
    let is_link_to_build_with = section.ends_with("libdevel") || package.ends_with("-dev");
    is_installer || is_development(package, section) && !(is_link_to_build_with && is_default_directory)
}

/// Gives each distinct name a number, in the order of first sight.
#[derive(Default)]
pub(super) struct Interner {
    ids: HashMap<Box<[u8]>, u32>,
    pub(super) names: Vec<Box<[u8]>>,
}

impl Interner {
    /// The number that a name was given.
    pub(super) fn find(&self, name: &[u8]) -> Option<u32> {
        self.ids.get(name).copied()
    }

    pub(super) fn number(&mut self, name: &[u8]) -> u32 {
        if let Some(&number) = self.ids.get(name) {
            return number;
        }
        let number = self.names.len() as u32;
        self.ids.insert(name.into(), number);
        self.names.push(name.into());
        number
    }
}
