//! Building the library index of a release from its .debs: choice of the packages, and of their recorded files.
//!
//! Packages that are read: those with a library in a default directory of ld.so, those that provide a library which
//! such a library needs from elsewhere, those with data files that libraries need, and those with the copyright files
//! of others. Files that are recorded: libraries and the links to them, those data files and the copyright files. Of
//! the control data only the fields and scripts are recorded that choosing packages needs.
//!
//! The contents of each .deb are cached by its digest, so that an interrupted run continues where it stopped, and a
//! point release costs only its new packages.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use bstr::{BString, ByteSlice};

use super::build_error::BuildError;
use super::coverage::{is_for_run_time, packages_with_libraries_in};
use super::dependents::Dependents;
use super::providers::{Contested, Providers};
use super::{IndexedDeb, SonameTable};
use crate::debian::catalog::{Catalog, FileCatalog, Package};
use crate::debian::debs::{Availability, DebFacts, DebStore, DebStoreError, UnavailableDeb};
use crate::debian::debs::{SHLIBS, SYMBOLS, symbols_heads};
use crate::debian::inclusions::{FileSet, Pattern, data_rules};
use crate::debian::maintainer_scripts::Actions;
use crate::support::progress::Progress;
use crate::tree::inventory::{Content, Deb, Entry, EntryKind};
use crate::vocabulary::{PackageName, RootedPath};

/// Number of .debs in a chunk.
const CHUNK: usize = 48;

/// Number of chunks that are processed at once: one is downloaded while the other is read.
const WORKERS: usize = 2;

/// Number of attempts to download a chunk.
const ATTEMPTS: usize = 3;

/// Control fields that choosing packages needs.
const FIELDS: [&str; 9] = [
    "Package",
    "Version",
    "Architecture",
    "Source",
    "Pre-Depends",
    "Depends",
    "Conflicts",
    "Breaks",
    "Provides",
];

/// Maintainer scripts that install alternatives and diversions.
const SCRIPTS: [&str; 2] = ["preinst", "postinst"];

/// Commands that make a script worth recording.
const COMMANDS: [&str; 2] = ["update-alternatives", "dpkg-divert"];

/// Reads the library packages of a release, and returns the facts to index in the order of the packages' names, with
/// what is known of the names that several of them provide. `directories` are the default directories of ld.so, without
/// links.
///
/// # Errors
/// If a .deb cannot be obtained after some attempts or cannot be read: nothing is silently left out.
pub fn gather_packages(
    store: &DebStore<'_>,
    catalog: &FileCatalog,
    dependents: &Dependents,
    directories: &[RootedPath],
    progress: &dyn Progress,
) -> Result<(Vec<IndexedDeb>, SonameTable), BuildError> {
    let mut gatherer = Gatherer { release: Release { store, catalog, directories }, read: BTreeMap::new() };
    let mut wanted = gatherer.first_packages()?;
    while !wanted.is_empty() {
        gatherer.read(wanted, progress)?;
        wanted = gatherer.further_packages()?;
    }
    let providers = Providers::of(&gatherer.read, directories);
    let table = providers.table(&gatherer.read, dependents, catalog)?;
    let contested = providers.contested(&gatherer.read);
    Ok((gatherer.finish(&contested), table))
}

/// Merges the gathered packages of several targets: sorted by package name, and a .deb that targets share only once.
pub fn merge_targets(mut debs: Vec<IndexedDeb>) -> Vec<IndexedDeb> {
    debs.sort_by_cached_key(|deb| (deb.package(), deb.sha256));
    debs.dedup_by(|later, first| {
        let is_same = later.sha256 == first.sha256;
        if is_same {
            merge_symbols(&mut first.facts, &later.facts);
        }
        is_same
    });
    debs
}

/// Adds the symbols of a .deb that matter in another target.
fn merge_symbols(facts: &mut DebFacts, other: &DebFacts) {
    facts.inventory.each_object_mut(|path, object| {
        let entry = other.inventory.get(path);
        let Some(Content::Object(same)) = entry.and_then(|entry| entry.content()) else { return };
        match (&mut object.symbols, &same.symbols) {
            (Some(symbols), Some(further)) => {
                symbols.exported.extend(&further.exported);
                symbols.undefined.extend(&further.undefined);
                symbols.sort();
            }
            (symbols @ None, further) => *symbols = further.clone(),
            (Some(_), None) => {}
        }
    });
}

/// Package with the facts that may have to be recorded, or the reason why its .deb is not available.
type PackageFacts<'packages> = (&'packages Package, Result<DebFacts, UnavailableDeb>);

/// Packages to read, by name.
type Wanted = BTreeMap<PackageName, Package>;

/// Release that is indexed.
#[derive(Clone, Copy)]
struct Release<'run> {
    store: &'run DebStore<'run>,
    catalog: &'run FileCatalog,
    directories: &'run [RootedPath],
}

struct Gatherer<'run> {
    release: Release<'run>,
    /// Packages that were read, with every file that may have to be recorded.
    read: BTreeMap<PackageName, IndexedDeb>,
}

impl Gatherer<'_> {
    /// Packages with a library in the default directories, and those that the rules on data files name.
    fn first_packages(&self) -> Result<Wanted, BuildError> {
        let names = packages_with_libraries_in(self.release.directories, self.release.catalog)?;
        let mut wanted = self.packages(names)?;
        wanted.retain(|name, package| is_for_run_time(name, package));
        let own = PackageName::new("");
        let of_rules = data_rules().iter().map(|rule| rule.inclusion(&own).package);
        wanted.extend(self.packages(of_rules.filter(|name| *name != own).collect())?);
        Ok(wanted)
    }

    /// Packages that provide the libraries which the packages read so far need and do not have, and holders of their
    /// copyright files.
    fn further_packages(&self) -> Result<Wanted, BuildError> {
        let mut names = BTreeSet::new();
        for soname in self.needed_from_elsewhere() {
            let libraries = self.release.catalog.libraries(&soname)?;
            names.extend(libraries.into_iter().map(|library| library.package));
        }
        let mut wanted = self.packages(names)?;
        wanted.retain(|name, package| is_for_run_time(name, package));
        let mut holders = BTreeSet::new();
        for (name, deb) in &self.read {
            // Debian Policy §12.5: a link in place of the directory leads to the copyright file of another package.
            if let Some(Entry { kind: EntryKind::Symlink(target), .. }) =
                deb.facts.inventory.get(format!("usr/share/doc/{name}"))
                && let Some(Ok(holder)) = target.rsplit_str("/").next().map(<[u8]>::to_str)
            {
                holders.insert(PackageName::new(holder));
            }
        }
        wanted.extend(self.packages(holders)?);
        Ok(wanted)
    }

    /// Packages of these names that were not read yet. Virtual packages, and those of other architectures, have no
    /// .deb.
    fn packages(&self, names: BTreeSet<PackageName>) -> Result<Wanted, BuildError> {
        let mut packages = Wanted::new();
        for name in names.into_iter().filter(|name| !self.read.contains_key(name)) {
            if let Some(package) = self.release.catalog.package(&name)? {
                packages.insert(name, package);
            }
        }
        Ok(packages)
    }

    /// Names that recorded libraries need and no default directory has.
    fn needed_from_elsewhere(&self) -> BTreeSet<BString> {
        let entries = || self.read.values().flat_map(|deb| deb.facts.inventory.entries());
        let in_default_directories: BTreeSet<&[u8]> =
            entries().filter(|entry| self.release.is_in_default_directory(entry)).map(file_name).collect();
        let mut needed: BTreeSet<BString> = BTreeSet::new();
        // A library that is recorded because it is needed has needs of its own.
        loop {
            let known = needed.len();
            let recorded = entries().filter(|entry| {
                self.release.is_library(entry) || needed.contains(file_name(entry).as_bstr())
            });
            let sonames = recorded.filter_map(|entry| match entry.content() {
                Some(Content::Object(facts)) => Some(&facts.needed),
                _ => None,
            });
            let names = sonames.flatten().map(|soname| soname.file_name());
            let new: BTreeSet<BString> =
                names.filter(|name| !in_default_directories.contains(name)).map(BString::from).collect();
            needed.extend(new);
            if needed.len() == known {
                return needed;
            }
        }
    }

    /// Downloads and reads packages.
    fn read(&mut self, wanted: Wanted, progress: &dyn Progress) -> Result<(), BuildError> {
        let packages: Vec<Package> = wanted.into_values().collect();
        let target = &self.release.catalog.provenance().target;
        let bytes = packages.iter().map(|package| package.size_bytes).sum();
        let task = progress.task(&format!("{target}: {} packages", packages.len()), Some(bytes));
        let mut unavailable = BTreeMap::new();
        let index = self.release.catalog.provenance().index;
        self.release.each_package(&packages, |package, facts| {
            task.advance(package.size_bytes);
            let outcome = facts.and_then(|facts| match package.sha256 {
                Some(sha256) => Ok(IndexedDeb { sha256, facts }),
                None => Err(UnavailableDeb::NoDigest(index)),
            });
            match outcome {
                Ok(deb) => _ = self.read.insert(package.name.clone(), deb),
                Err(cause) => _ = unavailable.insert(package.name.clone(), cause),
            }
        })?;
        if unavailable.is_empty() {
            Ok(())
        } else {
            Err(BuildError::Unavailable(unavailable.into_iter().collect()))
        }
    }

    /// Reduces the packages to the recorded files: libraries in the default directories, or below them under a
    /// versioned name, and those that are needed by name and found nowhere else.
    fn finish(self, contested: &Contested) -> Vec<IndexedDeb> {
        let needed = self.needed_from_elsewhere();
        let release = self.release;
        let recorded = self.read.into_iter().map(|(name, IndexedDeb { sha256, facts })| {
            let files = further_files(&name);
            let keeps = |entry: &&Entry| {
                release.is_library(entry)
                    || needed.contains(file_name(entry).as_bstr())
                    || files.iter().any(|pattern| pattern.matches(&entry.path))
            };
            let kept = facts.inventory.entries().iter().filter(keeps).map(|entry| entry.path.clone());
            let kept = with_targets(&facts, kept.collect());
            let is_script = |member: &str, _: &[u8]| SCRIPTS.contains(&member);
            let mut facts = facts.reduced(&FIELDS, is_script, |entry| kept.contains(&entry.path));
            facts.inventory.each_object_mut(|_, object| {
                object.symbols = contested.of_object(&name, object).map(Box::new);
            });
            IndexedDeb { sha256, facts }
        });
        recorded.collect()
    }
}

impl Release<'_> {
    /// Calls `visit` for each package with the facts that may have to be recorded. Some .debs are read while others are
    /// downloaded.
    fn each_package(
        self,
        packages: &[Package],
        mut visit: impl FnMut(&Package, Result<DebFacts, UnavailableDeb>),
    ) -> Result<(), DebStoreError> {
        let chunks: Vec<&[Package]> = packages.chunks(CHUNK).collect();
        let (next, has_failed) = (AtomicUsize::new(0), AtomicBool::new(false));
        let (sender, receiver) = mpsc::channel();
        thread::scope(|scope| {
            for _ in 0..WORKERS {
                let sender = sender.clone();
                let (chunks, next, has_failed) = (&chunks, &next, &has_failed);
                scope.spawn(move || {
                    while let Some(chunk) = chunks.get(next.fetch_add(1, Ordering::Relaxed))
                        && !has_failed.load(Ordering::Relaxed)
                    {
                        // The receiver is dropped after a failure.
                        if sender.send(self.read_chunk(chunk)).is_err() {
                            break;
                        }
                    }
                });
            }
            drop(sender);
            for read in receiver {
                let read = read.inspect_err(|_| has_failed.store(true, Ordering::Relaxed))?;
                read.into_iter().for_each(|(package, facts)| visit(package, facts));
            }
            Ok(())
        })
    }

    /// Reads the .debs of a chunk, and reduces them to the facts that may have to be recorded.
    fn read_chunk<'packages>(
        &self,
        packages: &'packages [Package],
    ) -> Result<Vec<PackageFacts<'packages>>, DebStoreError> {
        let debs = self.debs_after_retries(packages)?;
        let facts = packages.iter().zip(debs).map(|(package, deb)| {
            let facts = deb.required().map(|deb| self.candidate_facts(&package.name, deb));
            (package, facts)
        });
        Ok(facts.collect())
    }

    /// Requests .debs again after a failure of the mirror.
    fn debs_after_retries(&self, packages: &[Package]) -> Result<Vec<Availability<Deb>>, DebStoreError> {
        let mut attempt = 1;
        loop {
            match self.store.debs(self.catalog.provenance(), packages) {
                Err(DebStoreError::Archive(_)) if attempt < ATTEMPTS => attempt += 1,
                outcome => return outcome,
            }
        }
    }

    /// Reduces a .deb to the facts that may have to be recorded: every library in any directory, and the files that are
    /// recorded in any case.
    fn candidate_facts(&self, name: &PackageName, deb: Arc<Deb>) -> DebFacts {
        let files = further_files(name);
        let keeps_entry = |entry: &Entry| {
            let is_named_for_library =
                || self.is_in_default_directory(entry) || file_name(entry).contains_str(".so");
            let is_library = match &entry.kind {
                EntryKind::Symlink(_) => is_named_for_library(),
                EntryKind::File(_) => {
                    matches!(entry.content(), Some(Content::Object(_))) && is_named_for_library()
                }
                EntryKind::Directory(_) | EntryKind::Special => false,
            };
            is_library || !entry.is_directory() && files.iter().any(|pattern| pattern.matches(&entry.path))
        };
        let keeps_member = |name: &str, content: &[u8]| {
            let is_used = || COMMANDS.iter().any(|command| content.contains_str(command));
            [SHLIBS, SYMBOLS].contains(&name) || SCRIPTS.contains(&name) && is_used()
        };
        let mut facts = DebFacts::from(deb).reduced(&FIELDS, keeps_member, keeps_entry);
        if let Some(symbols) = facts.scripts.get_mut(SYMBOLS) {
            *symbols = symbols_heads(symbols);
        }
        facts
    }

    /// Returns true if an entry is recorded as a library in any case: it is in a default directory, or below one
    /// under a versioned name, like the files that alternatives and search paths lead to.
    fn is_library(&self, entry: &Entry) -> bool {
        let path = RootedPath::new(&entry.path);
        let is_below = || self.directories.iter().any(|directory| path.below(directory).is_some());
        self.is_in_default_directory(entry) || file_name(entry).contains_str(".so.") && is_below()
    }

    fn is_in_default_directory(&self, entry: &Entry) -> bool {
        self.directories.contains(&RootedPath::new(&entry.path).parent())
    }
}

/// Adds the entries that kept links lead to, and those that update-alternatives would lead to.
fn with_targets(deb: &DebFacts, mut kept: BTreeSet<BString>) -> BTreeSet<BString> {
    let top = RootedPath::root();
    let inside = |path: RootedPath| Some(BString::from(path.below(&top)?));
    let actions = Actions::from_scripts(deb.scripts.values().map(Vec::as_slice));
    let links = actions.alternatives.into_iter().flat_map(|alternative| alternative.links);
    kept.extend(links.filter_map(|link| inside(link.path)));
    let mut open: Vec<BString> = kept.iter().cloned().collect();
    while let Some(path) = open.pop() {
        let Some(EntryKind::Symlink(target)) = deb.inventory.get(&path).map(|entry| &entry.kind) else {
            continue;
        };
        let target = match target.starts_with(b"/") {
            true => RootedPath::new(target.as_slice()),
            false => RootedPath::new(&path).parent().join(target),
        };
        if let Some(target) = inside(target).filter(|target| kept.insert(target.clone())) {
            open.push(target);
        }
    }
    kept
}

/// Files of a package that are recorded though they are not libraries.
fn further_files(name: &PackageName) -> Vec<Pattern> {
    let documentation = [format!("/usr/share/doc/{name}"), format!("/usr/share/doc/{name}/copyright")];
    let mut files: Vec<Pattern> = documentation.iter().filter_map(|path| Pattern::new(path).ok()).collect();
    for inclusion in data_rules().iter().map(|rule| rule.inclusion(name)).filter(|one| one.package == *name) {
        if let FileSet::Files(patterns) = inclusion.extent {
            files.extend(patterns);
        }
    }
    files
}

fn file_name(entry: &Entry) -> &[u8] {
    entry.path.rsplit_str("/").next().unwrap_or_default()
}
