//! Differences between two Plans: do they make the same image?
//!
//! Only what ends up in the image, and what it is for, counts. Newer dates of an index, another content of the base, other
//! URLs of a .deb, the objects that need a library and the reason for a package explain a Plan; they are no difference.

use std::collections::{BTreeMap, BTreeSet};

use super::change::{Change, LibraryLocation, Presence};
use super::planned::{Plan, PlannedBase, PlannedPackage};
use super::taken::TakenFile;
use crate::vocabulary::Soname;

/// Returns the changes from one Plan to another, in the order of a Plan's fields.
pub fn difference(old: &Plan, new: &Plan) -> Vec<Change> {
    let mut changes = Vec::new();
    let (old_target, new_target) = (&old.provenance.target, &new.provenance.target);
    if old_target != new_target {
        changes.push(Change::Target { old: old_target.clone(), new: new_target.clone() });
    }
    if old.snapshot != new.snapshot {
        changes.push(Change::Snapshot { old: old.snapshot.clone(), new: new.snapshot.clone() });
    }
    changes.extend(other_base(old.base.as_ref(), new.base.as_ref()));
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

/// Returns the change to another base. Other content of the same base is drift.
fn other_base(old: Option<&PlannedBase>, new: Option<&PlannedBase>) -> Option<Change> {
    let is_same = match (old, new) {
        (Some(old), Some(new)) => old.name == new.name || old.digest == new.digest,
        (None, None) => true,
        _ => false,
    };
    let name = |base: Option<&PlannedBase>| base.map(|base| base.name.clone());
    (!is_same).then(|| Change::Base { old: name(old), new: name(new) })
}

/// Returns the items that only one of two sets has, sorted.
fn one_sided<T: Ord + Clone>(old: BTreeSet<T>, new: BTreeSet<T>) -> Vec<(T, Presence)> {
    let presence = |item: &T| if old.contains(item) { Presence::Removed } else { Presence::Added };
    old.symmetric_difference(&new).map(|item| (item.clone(), presence(item))).collect()
}

/// Compares the locations of each soname. A soname may be found at several; removed and added ones are paired as
/// moves.
fn libraries(old: &Plan, new: &Plan, changes: &mut Vec<Change>) {
    let (old, new) = (locations(old), locations(new));
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
                (Some(location), None) => Change::Library { presence: Presence::Removed, soname, location },
                (None, Some(location)) => Change::Library { presence: Presence::Added, soname, location },
                (None, None) => break,
            });
        }
    }
}

fn locations(plan: &Plan) -> BTreeMap<&Soname, BTreeSet<LibraryLocation>> {
    let mut locations: BTreeMap<&Soname, BTreeSet<LibraryLocation>> = BTreeMap::new();
    for library in &plan.libraries {
        let location = LibraryLocation { package: library.package.clone(), path: library.path.clone() };
        locations.entry(&library.soname).or_default().insert(location);
    }
    locations
}

fn packages(old: &Plan, new: &Plan, changes: &mut Vec<Change>) {
    for (_, sides) in paired(&old.packages, &new.packages, |planned| &planned.package.name) {
        match sides {
            (Some(old), Some(new)) => package(old, new, changes),
            (Some(removed), None) => changes.push(whole(removed, Presence::Removed)),
            (None, Some(added)) => changes.push(whole(added, Presence::Added)),
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
            (Some(_), None) => changes.push(Change::File { presence: Presence::Removed, package, path }),
            (None, Some(_)) => changes.push(Change::File { presence: Presence::Added, package, path }),
            _ => {}
        }
    }
}

/// The items of two lists by key.
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
    use crate::app::AppKind;
    use crate::solve::plan::sample::{digest, file, package, sample_plan};
    use crate::vocabulary::PackageName;

    /// Returns the lines of the difference between the sample and a changed sample.
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
            plan.packages[0].choice.instead_of.clear();
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
        assert_eq!(starts, ["target", "snapshot", "base", "tree removed", "tree added", "problem removed"]);
        assert_eq!(changes[0], "target: debian bookworm amd64 → debian trixie amd64");
        assert_eq!(changes[1], "snapshot: 20260818T205150Z → none");
    }

    #[test]
    fn a_changed_soname_is_one_added_and_one_removed() {
        let changes = lines(|plan| plan.libraries[0].soname = Soname::new("libgmp.so.11"));
        let location = "/usr/lib/x86_64-linux-gnu/libgmp.so.10 in libgmp10";
        assert_eq!(
            changes,
            [
                format!("library removed: libgmp.so.10 ({location})"),
                format!("library added: libgmp.so.11 ({location})")
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
    fn a_new_version_comes_before_its_files() {
        let changes = lines(|plan| {
            plan.packages[0].package.version = "2:6.3.0-1".to_owned();
            plan.packages[0].package.sha256 = Some(digest(11));
            plan.packages[0].files[0] = file("/usr/lib/x86_64-linux-gnu/libgmp.so.10", 12);
            plan.packages[1].files.remove(0);
        });
        assert_eq!(changes.len(), 3, "{changes:?}");
        assert_eq!(changes[0], "package libgmp10: 2:6.2.1+dfsg1-1.1 → 2:6.3.0-1");
        assert!(changes[1].starts_with("file /usr/lib/x86_64-linux-gnu/libgmp.so.10 of libgmp10: sha256 02"));
        assert_eq!(changes[2], "file removed: /usr/lib/x86_64-linux-gnu/libmpfr.so.6 of libmpfr6");
    }

    #[test]
    fn other_bytes_for_one_version_are_a_change() {
        let changes = lines(|plan| plan.packages[0].package.sha256 = Some(digest(11)));
        let start = "package libgmp10 2:6.2.1+dfsg1-1.1: other bytes for the same version: sha256 01";
        assert!(changes[0].starts_with(start), "{changes:?}");
    }

    #[test]
    fn a_package_that_comes_or_goes_is_one_line() {
        let changes = lines(|plan| plan.packages[1] = package("libz1", "1.3", 5, true));
        assert_eq!(
            changes,
            ["package removed: libmpfr6 4.2.0-1 (2 files)", "package added: libz1 1.3 (0 files)"]
        );
    }
}
