//! What is different between two Plans, for whoever decides whether a lock still holds.
//!
//! Only what ends up in the image, and what it is for, counts. That an index is of a newer date, that a .deb can
//! be had elsewhere, how many objects ask for a library and what decided for a package explain a Plan; they are
//! no difference.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{Plan, PlannedPackage, TakenFile, TakenKind};
use crate::app::AppKind;
use crate::solve::resolve::Problem;
use crate::vocabulary::{PackageName, RootedPath, Sha256Digest, Soname, Target, named};

named! {
    /// In which of two Plans something is.
    Presence("presence") {
        /// Only in the new one.
        Gained = "gained",
        /// Only in the old one.
        Lost = "lost",
    }
}

/// One difference between an old Plan and a new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The release or architecture.
    Target {
        /// The old one.
        old: Target,
        /// The new one.
        new: Target,
    },
    /// The moment of the archive's past that is asked for.
    Snapshot {
        /// The old one, if one was asked for.
        old: Option<String>,
        /// The new one, if one is asked for.
        new: Option<String>,
    },
    /// What the packages are put on.
    Base {
        /// The old one's digest, if there was one.
        old: Option<Sha256Digest>,
        /// The new one's digest, if there is one.
        new: Option<Sha256Digest>,
    },
    /// A tree; one that is of another kind than before is lost and gained.
    App {
        /// Which of the Plans has it.
        presence: Presence,
        /// Where it is mounted.
        at: RootedPath,
        /// What it is.
        kind: AppKind,
    },
    /// A library.
    Library {
        /// Which of the Plans has it.
        presence: Presence,
        /// What is asked for.
        soname: Soname,
        /// Who has it, and where.
        place: Place,
    },
    /// A library that is in another package or at another path.
    Moved {
        /// What is asked for.
        soname: Soname,
        /// Where it was.
        old: Place,
        /// Where it is.
        new: Place,
    },
    /// A package with all that is taken from it.
    Package {
        /// Which of the Plans has it.
        presence: Presence,
        /// Its name.
        name: PackageName,
        /// Its version.
        version: String,
        /// How many files and links are taken from it.
        files: usize,
    },
    /// The version of a package.
    Version {
        /// The package.
        package: PackageName,
        /// The old one.
        old: String,
        /// The new one.
        new: String,
    },
    /// The .deb of a package whose version is the same: the archive contradicts itself, or it is another
    /// archive's.
    Deb {
        /// The package.
        package: PackageName,
        /// The version.
        version: String,
        /// The old .deb's digest.
        old: Option<Sha256Digest>,
        /// The new .deb's digest.
        new: Option<Sha256Digest>,
    },
    /// A file or link of a package that both have.
    File {
        /// Which of the Plans has it.
        presence: Presence,
        /// The package.
        package: PackageName,
        /// The file.
        path: RootedPath,
    },
    /// What a path has: other content, other permissions, another target, a link for a file.
    Content {
        /// The package.
        package: PackageName,
        /// The file.
        path: RootedPath,
        /// What it was.
        old: TakenKind,
        /// What it is.
        new: TakenKind,
    },
    /// Something that keeps an object from loading.
    Problem {
        /// Which of the Plans has it.
        presence: Presence,
        /// What it is.
        problem: Problem,
    },
}

/// Who has a library, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The package that has it.
    pub package: PackageName,
    /// Where the linker finds it.
    pub path: RootedPath,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} in {}", self.path, self.package)
    }
}

impl Change {
    /// What it is a change of, in the word that JSON has for it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Target { .. } => "target",
            Self::Snapshot { .. } => "snapshot",
            Self::Base { .. } => "base",
            Self::App { .. } => "app",
            Self::Library { .. } => "library",
            Self::Moved { .. } => "library-moved",
            Self::Package { .. } => "package",
            Self::Version { .. } => "version",
            Self::Deb { .. } => "deb",
            Self::File { .. } => "file",
            Self::Content { .. } => "content",
            Self::Problem { .. } => "problem",
        }
    }

    /// Whether it is something that only one of the Plans has, and which.
    pub fn presence(&self) -> Option<Presence> {
        match self {
            Self::App { presence, .. }
            | Self::Library { presence, .. }
            | Self::Package { presence, .. }
            | Self::File { presence, .. }
            | Self::Problem { presence, .. } => Some(*presence),
            _ => None,
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Target { old, new } => write!(formatter, "target: {old} → {new}"),
            Self::Snapshot { old, new } => {
                write!(formatter, "snapshot: {} → {}", or_none(old), or_none(new))
            }
            Self::Base { old, new } => write!(formatter, "base: {} → {}", or_none(old), or_none(new)),
            Self::App { presence, at, kind } => write!(formatter, "tree {presence}: {at} ({kind})"),
            Self::Library { presence, soname, place } => {
                write!(formatter, "library {presence}: {soname} ({place})")
            }
            Self::Moved { soname, old, new } => {
                write!(formatter, "library {soname}: {old} → {new}")
            }
            Self::Package { presence, name, version, files } => {
                let ending = if *files == 1 { "" } else { "s" };
                write!(formatter, "package {presence}: {name} {version} ({files} file{ending})")
            }
            Self::Version { package, old, new } => write!(formatter, "package {package}: {old} → {new}"),
            Self::Deb { package, version, old, new } => write!(
                formatter,
                "package {package} {version}: other bytes for the same version: sha256 {} → {}",
                or_none(old),
                or_none(new)
            ),
            Self::File { presence, package, path } => {
                write!(formatter, "file {presence}: {path} of {package}")
            }
            Self::Content { package, path, old, new } => {
                write!(formatter, "file {path} of {package}: {} → {}", content(old), content(new))
            }
            Self::Problem { presence, problem } => {
                let Problem { kind, object, detail } = problem;
                write!(formatter, "problem {presence}: {kind} {object}: {detail}")
            }
        }
    }
}

fn or_none<T: fmt::Display>(value: &Option<T>) -> String {
    value.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string)
}

fn content(kind: &TakenKind) -> String {
    match kind {
        TakenKind::File { sha256, size_bytes, mode } => {
            format!("sha256 {sha256}, {size_bytes} bytes, mode {mode:04o}")
        }
        TakenKind::Link { target, origin } => format!("link to {target} (made by {origin})"),
    }
}

/// What is different, in the order in which a Plan is read.
pub fn difference(old: &Plan, new: &Plan) -> Vec<Change> {
    let mut changes = Vec::new();
    let (old_target, new_target) = (&old.provenance.target, &new.provenance.target);
    if old_target != new_target {
        changes.push(Change::Target { old: old_target.clone(), new: new_target.clone() });
    }
    if old.snapshot != new.snapshot {
        changes.push(Change::Snapshot { old: old.snapshot.clone(), new: new.snapshot.clone() });
    }
    let digest = |plan: &Plan| plan.base.as_ref().map(|base| base.digest);
    if digest(old) != digest(new) {
        changes.push(Change::Base { old: digest(old), new: digest(new) });
    }
    let apps = |plan: &Plan| plan.apps.iter().map(|app| (app.at.clone(), app.kind)).collect();
    changes.extend(one_sided(apps(old), apps(new)).into_iter().map(|((at, kind), presence)| Change::App {
        presence,
        at,
        kind,
    }));
    libraries(old, new, &mut changes);
    packages(old, new, &mut changes);
    let problems = |plan: &Plan| plan.problems.iter().cloned().collect();
    changes.extend(
        one_sided(problems(old), problems(new))
            .into_iter()
            .map(|(problem, presence)| Change::Problem { presence, problem }),
    );
    changes
}

/// What only one of two sets has, sorted.
fn one_sided<T: Ord + Clone>(old: BTreeSet<T>, new: BTreeSet<T>) -> Vec<(T, Presence)> {
    let presence = |item: &T| if old.contains(item) { Presence::Lost } else { Presence::Gained };
    old.symmetric_difference(&new).map(|item| (item.clone(), presence(item))).collect()
}

/// A soname may be found at several places; as many as are gone on one side and new on the other have moved.
fn libraries(old: &Plan, new: &Plan, changes: &mut Vec<Change>) {
    let (old, new) = (places(old), places(new));
    let sonames: BTreeSet<&Soname> = old.keys().chain(new.keys()).copied().collect();
    let nowhere = BTreeSet::new();
    for soname in sonames {
        let before = old.get(soname).unwrap_or(&nowhere);
        let after = new.get(soname).unwrap_or(&nowhere);
        let mut gone = before.difference(after).cloned();
        let mut come = after.difference(before).cloned();
        loop {
            let soname = soname.clone();
            changes.push(match (gone.next(), come.next()) {
                (Some(old), Some(new)) => Change::Moved { soname, old, new },
                (Some(place), None) => Change::Library { presence: Presence::Lost, soname, place },
                (None, Some(place)) => Change::Library { presence: Presence::Gained, soname, place },
                (None, None) => break,
            });
        }
    }
}

fn places(plan: &Plan) -> BTreeMap<&Soname, BTreeSet<Place>> {
    let mut places: BTreeMap<&Soname, BTreeSet<Place>> = BTreeMap::new();
    for library in &plan.libraries {
        let place = Place { package: library.package.clone(), path: library.path.clone() };
        places.entry(&library.soname).or_default().insert(place);
    }
    places
}

fn packages(old: &Plan, new: &Plan, changes: &mut Vec<Change>) {
    for (_, sides) in paired(&old.packages, &new.packages, |planned| &planned.package.name) {
        match sides {
            (Some(old), Some(new)) => package(old, new, changes),
            (Some(lost), None) => changes.push(whole(lost, Presence::Lost)),
            (None, Some(gained)) => changes.push(whole(gained, Presence::Gained)),
            (None, None) => {}
        }
    }
}

fn whole(planned: &PlannedPackage, presence: Presence) -> Change {
    Change::Package {
        presence,
        name: planned.package.name.clone(),
        version: planned.package.version.clone(),
        files: planned.files.len(),
    }
}

fn package(old: &PlannedPackage, new: &PlannedPackage, changes: &mut Vec<Change>) {
    let name = &new.package.name;
    if old.package.version != new.package.version {
        changes.push(Change::Version {
            package: name.clone(),
            old: old.package.version.clone(),
            new: new.package.version.clone(),
        });
    } else if old.package.sha256 != new.package.sha256 {
        changes.push(Change::Deb {
            package: name.clone(),
            version: new.package.version.clone(),
            old: old.package.sha256,
            new: new.package.sha256,
        });
    }
    for (path, sides) in paired(&old.files, &new.files, |file: &TakenFile| &file.path) {
        let (package, path) = (name.clone(), path.clone());
        match sides {
            (Some(old), Some(new)) if old.kind != new.kind => {
                let (old, new) = (old.kind.clone(), new.kind.clone());
                changes.push(Change::Content { package, path, old, new });
            }
            (Some(_), None) => changes.push(Change::File { presence: Presence::Lost, package, path }),
            (None, Some(_)) => changes.push(Change::File { presence: Presence::Gained, package, path }),
            _ => {}
        }
    }
}

/// What each of two lists has for each key.
type Paired<'plan, K, T> = BTreeMap<&'plan K, (Option<&'plan T>, Option<&'plan T>)>;

fn paired<'plan, K: Ord, T>(
    old: &'plan [T],
    new: &'plan [T],
    key: impl Fn(&'plan T) -> &'plan K,
) -> Paired<'plan, K, T> {
    let mut paired: Paired<'plan, K, T> = BTreeMap::new();
    for item in old {
        paired.entry(key(item)).or_default().0 = Some(item);
    }
    for item in new {
        paired.entry(key(item)).or_default().1 = Some(item);
    }
    paired
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solve::plan::sample::{digest, file, package, sample_plan};

    /// The lines of the difference between the sample and what a change makes of it.
    fn lines(change: impl FnOnce(&mut Plan)) -> Vec<String> {
        let mut new = sample_plan();
        change(&mut new);
        difference(&sample_plan(), &new).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_plan_does_not_differ_from_itself() {
        assert!(lines(|_| {}).is_empty());
    }

    #[test]
    fn dates_urls_and_reasons_are_no_difference() {
        let changes = lines(|plan| {
            plan.provenance.date = None;
            plan.provenance.sources.clear();
            plan.packages[0].urls.clear();
            plan.packages[0].reason.instead_of.clear();
            plan.packages[0].package.suite = "bookworm-updates".to_owned();
        });
        assert!(changes.is_empty(), "{changes:?}");
    }

    #[test]
    fn target_snapshot_base_and_trees_come_first() {
        let changes = lines(|plan| {
            plan.provenance.target.release = crate::vocabulary::Release::new("trixie");
            plan.snapshot = None;
            plan.base = None;
            plan.apps[0].kind = AppKind::Plain;
            plan.problems.clear();
        });
        let starts: Vec<_> = changes.iter().filter_map(|line| line.split(':').next()).collect();
        assert_eq!(starts, ["target", "snapshot", "base", "tree lost", "tree gained", "problem lost"]);
        assert_eq!(changes[0], "target: debian bookworm amd64 → debian trixie amd64");
        assert_eq!(changes[1], "snapshot: 20260818T205150Z → none");
    }

    #[test]
    fn a_changed_soname_is_one_gained_and_one_lost() {
        let changes = lines(|plan| plan.libraries[0].soname = Soname::new("libgmp.so.11"));
        let place = "/usr/lib/x86_64-linux-gnu/libgmp.so.10 in libgmp10";
        assert_eq!(
            changes,
            [
                format!("library lost: libgmp.so.10 ({place})"),
                format!("library gained: libgmp.so.11 ({place})")
            ]
        );
    }

    #[test]
    fn a_library_in_another_package_has_moved() {
        let changes = lines(|plan| plan.libraries[0].package = PackageName::new("libmpfr6"));
        let path = "/usr/lib/x86_64-linux-gnu/libgmp.so.10";
        assert_eq!(changes, [format!("library libgmp.so.10: {path} in libgmp10 → {path} in libmpfr6")]);
    }

    #[test]
    fn a_new_version_is_told_and_its_files_after_it() {
        let changes = lines(|plan| {
            plan.packages[0].package.version = "2:6.3.0-1".to_owned();
            plan.packages[0].package.sha256 = Some(digest(11));
            plan.packages[0].files[0] = file("/usr/lib/x86_64-linux-gnu/libgmp.so.10", 12);
            plan.packages[1].files.remove(0);
        });
        assert_eq!(changes.len(), 3, "{changes:?}");
        assert_eq!(changes[0], "package libgmp10: 2:6.2.1+dfsg1-1.1 → 2:6.3.0-1");
        assert!(changes[1].starts_with("file /usr/lib/x86_64-linux-gnu/libgmp.so.10 of libgmp10: sha256 02"));
        assert_eq!(changes[2], "file lost: /usr/lib/x86_64-linux-gnu/libmpfr.so.6 of libmpfr6");
    }

    #[test]
    fn other_bytes_for_one_version_are_told() {
        let changes = lines(|plan| plan.packages[0].package.sha256 = Some(digest(11)));
        let start = "package libgmp10 2:6.2.1+dfsg1-1.1: other bytes for the same version: sha256 01";
        assert!(changes[0].starts_with(start), "{changes:?}");
    }

    #[test]
    fn a_package_that_comes_or_goes_is_one_line() {
        let changes = lines(|plan| plan.packages[1] = package("libz1", "1.3", 5, true));
        assert_eq!(
            changes,
            ["package lost: libmpfr6 4.2.0-1 (2 files)", "package gained: libz1 1.3 (0 files)"]
        );
    }
}
