//! The library index of a release, out of its .debs: which packages are read, and what of them is kept.
//!
//! Read are the packages that have a library where ld.so looks by default, those that have one which such a library
//! asks for and finds elsewhere, those that have the data that libraries are of no use without, and those that have
//! the copyright files of others. Cacheable are libraries and the links to them, that data and the copyright files; of the
//! rest of a .deb what choosing packages needs.
//!
//! What was read of a .deb is kept in the cache by its digest, so that a run that was broken off goes on where it was, and
//! a point release costs what is new in it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

use bstr::{BString, ByteSlice};

use super::{DebStore, DebStoreError};
use crate::debian::catalog::{Catalog, CatalogError, FileCatalog, Package, is_development};
use crate::debian::inclusions::{FileSet, Pattern, data_rules};
use crate::debian::maintainer_scripts::Actions;
use crate::support::progress::Progress;
use crate::tree::inventory::{Content, Deb, Entry, EntryKind};
use crate::vocabulary::{PackageName, RootedPath, Sha256Digest};

/// How many .debs are fetched while those before them are read.
const CHUNK: usize = 48;

/// How many chunks are under way: one is fetched while the other is read.
const WORKERS: usize = 2;

/// How often .debs that can't be had are asked for.
const ATTEMPTS: usize = 3;

/// The fields of a stanza by which packages are chosen.
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

/// The scripts in which alternatives and diversions are made.
const SCRIPTS: [&str; 2] = ["preinst", "postinst"];

/// What a script does that is looked for in it.
const ACTIONS: [&str; 2] = ["update-alternatives", "dpkg-divert"];

/// A library index could not be gathered.
#[derive(Debug, thiserror::Error)]
pub enum GatherError {
    /// The archive, the network or the cache failed.
    #[error(transparent)]
    DebStore(#[from] DebStoreError),
    /// The catalog's data is broken.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// .debs that are signed for can't be read.
    #[error("cannot read {} of the packages: {}", .0.len(), told(.0))]
    Unread(Vec<(PackageName, String)>),
}

fn told(unread: &[(PackageName, String)]) -> String {
    let each = unread.iter().map(|(name, cause)| format!("{name}: {cause}"));
    each.collect::<Vec<_>>().join("; ")
}

/// What is kept of the .debs of a release, in the order of the packages' names. `directories` are those in which ld.so looks
/// by default, without links.
///
/// # Errors
/// When a .deb can't be had after some attempts or can't be read: nothing is silently left out.
pub fn gather(
    depot: &DebStore<'_>,
    catalog: &FileCatalog,
    directories: &[RootedPath],
    progress: &dyn Progress,
) -> Result<Vec<(PackageName, Sha256Digest, Deb)>, GatherError> {
    let mut gathering = Gathering { from: Archive { depot, catalog, directories }, read: BTreeMap::new() };
    let mut wanted = gathering.first()?;
    while !wanted.is_empty() {
        gathering.read(wanted, progress)?;
        wanted = gathering.further()?;
    }
    Ok(gathering.kept())
}

/// Packages that are to be read, by their names.
type Wanted = BTreeMap<PackageName, Package>;

/// Whether a package may be an answer: those for development have links for compilers where libraries lie, and never are.
pub(super) fn is_of_use(name: &PackageName, package: &Package) -> bool {
    !is_development(name.as_str(), &package.section)
}

/// The packages that have a library in one of these directories.
pub(super) fn having_libraries_in(
    directories: &[RootedPath],
    catalog: &FileCatalog,
) -> Result<BTreeSet<PackageName>, CatalogError> {
    let mut names = BTreeSet::new();
    catalog.for_each_library(|library| {
        if directories.contains(&library.path.parent()) {
            names.insert(library.package);
        }
        ControlFlow::Continue(())
    })?;
    Ok(names)
}

/// What is gathered from.
#[derive(Clone, Copy)]
struct Archive<'run> {
    depot: &'run DebStore<'run>,
    catalog: &'run FileCatalog,
    directories: &'run [RootedPath],
}

struct Gathering<'run> {
    from: Archive<'run>,
    /// What may have to be kept of each package.
    read: BTreeMap<PackageName, (Sha256Digest, Deb)>,
}

impl Gathering<'_> {
    /// The packages with a library in the default directories, and those that the rules on data name.
    fn first(&self) -> Result<Wanted, GatherError> {
        let names = having_libraries_in(self.from.directories, self.from.catalog)?;
        let mut wanted = self.packages(names)?;
        wanted.retain(|name, package| is_of_use(name, package));
        let own = PackageName::new("");
        let of_rules = data_rules().iter().map(|rule| rule.inclusion(&own).package);
        wanted.extend(self.packages(of_rules.filter(|name| *name != own).collect())?);
        Ok(wanted)
    }

    /// The packages that have what was read asks for and does not find in itself.
    fn further(&self) -> Result<Wanted, GatherError> {
        let mut names = BTreeSet::new();
        for soname in self.asked_elsewhere() {
            let libraries = self.from.catalog.libraries(&soname)?;
            names.extend(libraries.into_iter().map(|library| library.package));
        }
        let mut wanted = self.packages(names)?;
        wanted.retain(|name, package| is_of_use(name, package));
        let mut holders = BTreeSet::new();
        for (name, (_, deb)) in &self.read {
            // Debian Policy §12.5: a link in the place of the directory leads to the copyright file of another.
            if let Some(Entry { kind: EntryKind::Symlink(target), .. }) =
                deb.inventory.get(format!("usr/share/doc/{name}"))
                && let Some(Ok(holder)) = target.rsplit_str("/").next().map(<[u8]>::to_str)
            {
                holders.insert(PackageName::new(holder));
            }
        }
        wanted.extend(self.packages(holders)?);
        Ok(wanted)
    }

    /// The packages of these names that were not read yet. Virtual names, and those of other architectures, have no .deb.
    fn packages(&self, names: BTreeSet<PackageName>) -> Result<Wanted, GatherError> {
        let mut packages = Wanted::new();
        for name in names.into_iter().filter(|name| !self.read.contains_key(name)) {
            if let Some(package) = self.from.catalog.package(&name)? {
                packages.insert(name, package);
            }
        }
        Ok(packages)
    }

    /// The names that kept libraries ask for and no default directory has.
    fn asked_elsewhere(&self) -> BTreeSet<BString> {
        let mut there: BTreeSet<&[u8]> = BTreeSet::new();
        let mut asked: BTreeSet<BString> = BTreeSet::new();
        let entries = || self.read.values().flat_map(|(_, deb)| deb.inventory.entries());
        for entry in entries().filter(|entry| self.from.is_default(entry)) {
            there.insert(file_name(entry));
        }
        // What is kept because it is asked for asks in turn.
        loop {
            let known = asked.len();
            let kept = entries()
                .filter(|entry| self.from.is_library(entry) || asked.contains(file_name(entry).as_bstr()));
            let needed = kept.filter_map(|entry| match entry.content() {
                Some(Content::Object(facts)) => Some(&facts.needed),
                _ => None,
            });
            let names = needed.flatten().map(|soname| soname.file_name());
            let new: BTreeSet<BString> =
                names.filter(|name| !there.contains(name)).map(BString::from).collect();
            asked.extend(new);
            if asked.len() == known {
                return asked;
            }
        }
    }

    /// Fetches and reads packages, and keeps of each what may have to be kept.
    fn read(&mut self, wanted: Wanted, progress: &dyn Progress) -> Result<(), GatherError> {
        let packages: Vec<Package> = wanted.into_values().collect();
        let target = &self.from.catalog.provenance().target;
        let bytes = packages.iter().map(|package| package.size_bytes).sum();
        let task = progress.task(&format!("{target}: {} packages", packages.len()), Some(bytes));
        let mut unread = BTreeMap::new();
        self.from.each_chunk(&packages, |package, deb| {
            task.advance(package.size_bytes);
            match (deb, package.sha256) {
                (Ok(deb), Some(sha256)) => {
                    self.read.insert(package.name.clone(), (sha256, deb));
                }
                (Err(cause), _) => {
                    unread.insert(package.name.clone(), cause);
                }
                (Ok(_), None) => {
                    unread.insert(package.name.clone(), "it has no digest".to_owned());
                }
            }
        })?;
        if unread.is_empty() { Ok(()) } else { Err(GatherError::Unread(unread.into_iter().collect())) }
    }

    /// What is kept: of libraries those in the default directories or below them under a versioned name, and those that are
    /// asked for by name and are nowhere else.
    fn kept(self) -> Vec<(PackageName, Sha256Digest, Deb)> {
        let asked = self.asked_elsewhere();
        let from = self.from;
        let kept = self.read.into_iter().map(|(name, (sha256, deb))| {
            let files = files_of(&name);
            let keeps = |entry: &&Entry| {
                from.is_library(entry)
                    || asked.contains(file_name(entry).as_bstr())
                    || files.iter().any(|pattern| pattern.takes(&entry.path))
            };
            let kept = deb.inventory.entries().iter().filter(keeps).map(|entry| entry.path.clone());
            let kept = with_targets(&deb, kept.collect());
            (name, sha256, deb.reduced(&FIELDS, |_, _| true, |entry| kept.contains(&entry.path)))
        });
        kept.collect()
    }
}

impl Archive<'_> {
    /// Hands each package with what may have to be kept of it to `take`: while some .debs are read others are fetched.
    fn each_chunk(
        self,
        packages: &[Package],
        mut take: impl FnMut(&Package, Result<Deb, String>),
    ) -> Result<(), DebStoreError> {
        let chunks: Vec<&[Package]> = packages.chunks(CHUNK).collect();
        let (next, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
        let (sender, receiver) = mpsc::channel();
        thread::scope(|scope| {
            for _ in 0..WORKERS {
                let sender = sender.clone();
                let (chunks, next, is_over) = (&chunks, &next, &is_over);
                scope.spawn(move || {
                    while let Some(chunk) = chunks.get(next.fetch_add(1, Ordering::Relaxed))
                        && !is_over.load(Ordering::Relaxed)
                    {
                        let read = self.attempt(chunk).map(|debs| {
                            let reduced = chunk.iter().zip(debs).map(|(package, deb)| {
                                (package, deb.map(|deb| self.possible(&package.name, deb)))
                            });
                            reduced.collect::<Vec<_>>()
                        });
                        // Whoever receives goes away when something has failed.
                        if sender.send(read).is_err() {
                            break;
                        }
                    }
                });
            }
            drop(sender);
            for read in receiver {
                let read = read.inspect_err(|_| is_over.store(true, Ordering::Relaxed))?;
                read.into_iter().for_each(|(package, deb)| take(package, deb));
            }
            Ok(())
        })
    }

    /// Some .debs; a mirror that stalls is asked again.
    fn attempt(&self, packages: &[Package]) -> Result<Vec<Result<Arc<Deb>, String>>, DebStoreError> {
        let mut attempt = 1;
        loop {
            match self.depot.debs(self.catalog.provenance(), packages) {
                Err(DebStoreError::Archive(_)) if attempt < ATTEMPTS => attempt += 1,
                outcome => return outcome,
            }
        }
    }

    /// What of a .deb may have to be kept: every library, wherever it lies, and what is kept for sure.
    fn possible(&self, name: &PackageName, deb: Arc<Deb>) -> Deb {
        let files = files_of(name);
        let keeps_entry = |entry: &Entry| {
            let is_library = match &entry.kind {
                EntryKind::Symlink(_) => self.is_default(entry) || file_name(entry).contains_str(".so"),
                EntryKind::File(_) => {
                    let is_object = matches!(entry.content(), Some(Content::Object(_)));
                    is_object && (self.is_default(entry) || file_name(entry).contains_str(".so"))
                }
                EntryKind::Directory(_) | EntryKind::Special => false,
            };
            is_library || !entry.is_directory() && files.iter().any(|pattern| pattern.takes(&entry.path))
        };
        let keeps_member = |name: &str, content: &[u8]| {
            SCRIPTS.contains(&name) && ACTIONS.iter().any(|action| content.contains_str(action))
        };
        Arc::unwrap_or_clone(deb).reduced(&FIELDS, keeps_member, keeps_entry)
    }

    /// Whether an entry is kept as a library for sure: where ld.so looks by default, or below that under a versioned name,
    /// as those are that alternatives and search paths lead to.
    fn is_library(&self, entry: &Entry) -> bool {
        let path = RootedPath::new(&entry.path);
        let is_below = || self.directories.iter().any(|directory| path.below(directory).is_some());
        self.is_default(entry) || file_name(entry).contains_str(".so.") && is_below()
    }

    fn is_default(&self, entry: &Entry) -> bool {
        self.directories.contains(&RootedPath::new(&entry.path).parent())
    }
}

/// Entries of a .deb, with those that they lead to and those that update-alternatives would lead to.
fn with_targets(deb: &Deb, mut kept: BTreeSet<BString>) -> BTreeSet<BString> {
    let top = RootedPath::root();
    let inside = |path: RootedPath| Some(BString::from(path.below(&top)?));
    let actions = Actions::of_scripts(deb.scripts.values().map(Vec::as_slice));
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

/// The files of a package that are kept though they are no libraries.
fn files_of(name: &PackageName) -> Vec<Pattern> {
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
