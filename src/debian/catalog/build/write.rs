//! Writer of catalog files: numbers the names and words that targets share, and lays out the sections.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;

use super::dependency_table::write_dependencies;
use super::detail::Detail;
use super::error::BuildError;
use super::target_index::{FoundPackage, NewestStanza, TargetIndex};
use crate::debian::archive::IndexOrigin;
use crate::debian::catalog::format::location::Location;
use crate::debian::catalog::format::metadata::{
    DEPENDENCIES, DIGEST_BYTES, DIGESTS, DIRECTORIES, LIBRARIES, METADATA, Metadata, PACKAGES, TARGET_LIMIT,
    TargetMetadata,
};
use crate::debian::catalog::format::package_record::{DebSizes, PackageRecord, PoolLocation};
use crate::debian::catalog::format::table::TableWriter;
use crate::debian::catalog::format::{container, pool};
use crate::vocabulary::Sha256Digest;

/// Returns the bytes of a catalog file of these targets.
///
/// The result depends only on the arguments.
///
/// # Errors
/// If there are too many targets or the compressor fails.
pub fn write_catalog(targets: &[TargetIndex], detail: Detail) -> Result<Vec<u8>, BuildError> {
    if targets.len() > TARGET_LIMIT {
        return Err(BuildError::TooManyTargets { count: targets.len() });
    }
    let level = detail.compression_level();
    let names = Names::of(targets, detail);
    let mut words = Words::default();
    let (packages, digests) = write_packages(targets, &names, detail, &mut words)?;
    let (libraries, counts) = write_libraries(targets, &names, level)?;
    let mut directories = TableWriter::new(level);
    for directory in names.directories.keys() {
        directories.push(directory, b"")?;
    }
    let metadata = Metadata { targets: describe(targets, &counts, detail), words: words.words };
    let metadata = serde_json::to_vec(&metadata).map_err(std::io::Error::from)?;
    Ok(container::write(&[
        (METADATA, metadata),
        (DIRECTORIES, directories.finish()?),
        (LIBRARIES, libraries),
        (PACKAGES, packages),
        (DIGESTS, digests),
        (DEPENDENCIES, write_dependencies(targets, detail)?),
    ]))
}

/// Ranks of the directories and packages that are recorded.
struct Names<'a> {
    directories: BTreeMap<&'a [u8], u64>,
    packages: BTreeMap<&'a [u8], u64>,
}

impl<'a> Names<'a> {
    fn of(targets: &'a [TargetIndex], detail: Detail) -> Self {
        let mut directories = BTreeSet::new();
        let mut packages = BTreeSet::new();
        for target in targets {
            let named = target.packages.iter().zip(target.names.names.iter().map(|name| &**name));
            let kept =
                named.filter(|(package, name)| package.is_recorded(&String::from_utf8_lossy(name), detail));
            packages.extend(kept.map(|(_, name)| name));
            let used = target.libraries.iter().filter(|library| target.is_known(library.package));
            let used: BTreeSet<u32> = used.map(|library| library.directory).collect();
            directories.extend(used.iter().map(|&directory| &*target.directories.names[directory as usize]));
        }
        Self {
            directories: directories.into_iter().zip(0..).collect(),
            packages: packages.into_iter().zip(0..).collect(),
        }
    }
}

impl TargetIndex {
    /// Returns true if a Packages file has the package with this number.
    fn is_known(&self, package: u32) -> bool {
        self.packages[package as usize].newest.is_some()
    }
}

/// Returns the table of libraries, and the number of locations of each target.
fn write_libraries(
    targets: &[TargetIndex],
    names: &Names<'_>,
    level: i32,
) -> Result<(Vec<u8>, Vec<u64>), std::io::Error> {
    let mut locations = Vec::new();
    for (number, target) in targets.iter().enumerate() {
        let ranks = |known: &BTreeMap<&[u8], u64>, names: &[Box<[u8]>]| -> Vec<u64> {
            names.iter().map(|name| known.get(&**name).copied().unwrap_or_default()).collect()
        };
        let directories = ranks(&names.directories, &target.directories.names);
        let packages = ranks(&names.packages, &target.names.names);
        for library in target.libraries.iter().filter(|library| target.is_known(library.package)) {
            let (directory, package) =
                (directories[library.directory as usize], packages[library.package as usize]);
            locations.push((library.name.as_slice(), Location { directory, package, targets: 1 << number }));
        }
    }
    locations.sort_unstable();
    let mut counts = vec![0; targets.len()];
    let mut table = TableWriter::new(level);
    let mut value = Vec::new();
    for of_name in locations.chunk_by(|left, right| left.0 == right.0) {
        value.clear();
        let spot = |location: &Location| (location.directory, location.package);
        for of_spot in of_name.chunk_by(|left, right| spot(&left.1) == spot(&right.1)) {
            let targets = of_spot.iter().fold(0, |targets, (_, location)| targets | location.targets);
            Location { targets, ..of_spot[0].1 }.write(&mut value);
            for (number, count) in counts.iter_mut().enumerate() {
                *count += (targets >> number) & 1;
            }
        }
        table.push(of_name[0].0, &value)?;
    }
    Ok((table.finish()?, counts))
}

/// Returns the table of packages, and the digests that it refers to.
fn write_packages(
    targets: &[TargetIndex],
    names: &Names<'_>,
    detail: Detail,
    words: &mut Words,
) -> Result<(Vec<u8>, Vec<u8>), std::io::Error> {
    let mut by_name: BTreeMap<&[u8], Vec<(usize, &FoundPackage)>> = BTreeMap::new();
    for (number, target) in targets.iter().enumerate() {
        for (package, name) in target.packages.iter().zip(&target.names.names) {
            by_name.entry(name).or_default().push((number, package));
        }
    }
    let mut table = TableWriter::new(detail.compression_level());
    let mut digests = Vec::new();
    let mut value = Vec::new();
    for name in names.packages.keys() {
        value.clear();
        let name = String::from_utf8_lossy(name);
        let found = by_name.remove(name.as_bytes()).unwrap_or_default();
        for record in records(&name, &found, targets, detail, words, &mut digests) {
            record.write(&mut value);
        }
        table.push(name.as_bytes(), &value)?;
    }
    Ok((table.finish()?, digests))
}

/// Targets that agree on a package.
struct Agreement<'a> {
    /// Shared record, still without its targets and .debs.
    record: PackageRecord,
    /// True if the file records their .debs.
    records_debs: bool,
    members: Vec<(usize, &'a NewestStanza)>,
}

/// Returns the records of one package: targets that agree share one.
fn records(
    name: &str,
    found: &[(usize, &FoundPackage)],
    targets: &[TargetIndex],
    detail: Detail,
    words: &mut Words,
    digests: &mut Vec<u8>,
) -> Vec<PackageRecord> {
    let mut agreements: Vec<Agreement<'_>> = Vec::new();
    for &(number, package) in found {
        let Some(stanza) = &package.newest else { continue };
        let architecture = targets[number].target.architecture.name();
        let records_debs = package.records_deb(name, detail);
        let record = PackageRecord {
            targets: 0,
            version: stanza.version.clone(),
            for_all: stanza.for_all,
            section: words.number(&stanza.section),
            suite: words.number(&stanza.suite),
            pool: if records_debs {
                pool_of(name, architecture, stanza, words)
            } else {
                PoolLocation::Path(String::new())
            },
            provides_sonames: stanza.provides_sonames.clone(),
            debs: Vec::new(),
            first_digest: 0,
        };
        let same = agreements.iter_mut().find(|known| {
            let has_same_deb = !stanza.for_all || known.members[0].1.sha256 == stanza.sha256;
            known.record == record && known.records_debs == records_debs && has_same_deb
        });
        match same {
            Some(known) => known.members.push((number, stanza)),
            None => agreements.push(Agreement { record, records_debs, members: vec![(number, stanza)] }),
        }
    }
    agreements.into_iter().map(|agreement| agreement.into_record(digests)).collect()
}

impl Agreement<'_> {
    fn into_record(self, digests: &mut Vec<u8>) -> PackageRecord {
        let mut record = self.record;
        if self.records_debs {
            record.first_digest = (digests.len() / DIGEST_BYTES) as u64;
        }
        for (number, stanza) in self.members {
            record.targets |= 1 << number;
            let is_recorded = !self.records_debs || (record.for_all && !record.debs.is_empty());
            if let Some(Sha256Digest(digest)) = stanza.sha256.filter(|_| !is_recorded) {
                record.debs.push(DebSizes {
                    size_bytes: stanza.size_bytes,
                    installed_size_kib: stanza.installed_size_kib,
                });
                digests.extend_from_slice(&digest);
            }
        }
        record
    }
}

/// Returns the shortest form of a pool path: most follow from the names and the version.
fn pool_of(name: &str, architecture: &str, stanza: &NewestStanza, words: &mut Words) -> PoolLocation {
    let architecture = if stanza.for_all { "all" } else { architecture };
    let derived = pool::base(&stanza.filename).filter(|base| {
        pool::path(base, &stanza.source, name, &stanza.version, architecture) == stanza.filename
    });
    match derived {
        Some(base) => PoolLocation::Derived {
            base: words.number(base),
            source: if stanza.source == name { String::new() } else { stanza.source.clone() },
        },
        None => PoolLocation::Path(stanza.filename.clone()),
    }
}

/// Describes the targets. A compact file is published, so that it does not name the mirror of the machine that made it.
fn describe(targets: &[TargetIndex], libraries: &[u64], detail: Detail) -> Vec<TargetMetadata> {
    let origin = |index: &TargetIndex| {
        let origin = index.origin.clone()?;
        let is_named = detail == Detail::Complete;
        Some(IndexOrigin {
            mirror: origin.mirror.filter(|_| is_named),
            is_given_mirror: origin.is_given_mirror && is_named,
            ..origin
        })
    };
    targets
        .iter()
        .zip(libraries)
        .map(|(index, &libraries)| TargetMetadata {
            distribution: index.target.distribution.to_string(),
            release: index.target.release.to_string(),
            architecture: index.target.architecture.to_string(),
            origin: origin(index),
            date: index.date,
            is_unverified: index.is_unverified,
            libraries,
            packages: (index.packages.len() - index.vanished()) as u64,
            sources: index.sources.clone(),
            substituted: index.substituted,
        })
        .collect()
}

/// Words that many records share, numbered in the order of first use.
#[derive(Default)]
struct Words {
    words: Vec<String>,
    numbers: HashMap<String, u64>,
}

impl Words {
    fn number(&mut self, word: &str) -> u64 {
        if let Some(&number) = self.numbers.get(word) {
            return number;
        }
        let number = self.words.len() as u64;
        self.words.push(word.to_owned());
        self.numbers.insert(word.to_owned(), number);
        number
    }
}
