//! Reasons of the differences between two Plans: what needs an added package, and where the libraries of a removed one are
//! now.

use std::collections::BTreeSet;

use super::change::{Change, Presence};
use super::planned::{Plan, PlannedLibrary};
use crate::vocabulary::{PackageName, Soname};

/// Maximum number of libraries that a reason names.
const NAMED_LIBRARIES: usize = 3;

/// A difference, and the reason for it if it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplainedChange {
    /// The difference.
    pub change: Change,
    /// Reason in words.
    pub reason: Option<String>,
}

/// Adds the reasons to the differences between two Plans.
pub fn explained(changes: Vec<Change>, old: &Plan, new: &Plan) -> Vec<ExplainedChange> {
    let explain = |change: Change| ExplainedChange { reason: reason(&change, old, new), change };
    changes.into_iter().map(explain).collect()
}

fn reason(change: &Change, old: &Plan, new: &Plan) -> Option<String> {
    match change {
        Change::Package { presence: Presence::Added, name, .. } => added(name, new),
        Change::Package { presence: Presence::Removed, name, .. } => removed(name, old, new),
        Change::Version { package, .. } => {
            let suite = &new.package(package)?.package.suite;
            let date = new.provenance.date.map(|date| format!(" of {}", date.strftime("%F")));
            Some(format!("{suite} has it in the index{}", date.unwrap_or_default()))
        }
        _ => None,
    }
}

fn added(name: &PackageName, new: &Plan) -> Option<String> {
    let needs = libraries_of(name, new).map(|library| match library.needed_by.first() {
        Some(object) => format!("{object} needs {}", library.soname),
        None => format!("{} is needed", library.soname),
    });
    let mut needs: Vec<String> = needs.collect();
    if let Some(inclusion) = new.included.iter().find(|inclusion| inclusion.package == *name) {
        needs.push(inclusion.reason.clone());
    }
    named(needs)
}

fn removed(name: &PackageName, old: &Plan, new: &Plan) -> Option<String> {
    let sonames: BTreeSet<&Soname> = libraries_of(name, old).map(|library| &library.soname).collect();
    let now = sonames.into_iter().map(|soname| {
        let provider = new.libraries.iter().find(|library| library.soname == *soname);
        match provider {
            Some(library) => format!("{soname} is from {} now", library.package),
            None if is_in_base(soname, new) => format!("the base has {soname} now"),
            None => format!("no object needs {soname} from a package now"),
        }
    });
    named(now.collect())
}

fn libraries_of<'plan>(name: &PackageName, plan: &'plan Plan) -> impl Iterator<Item = &'plan PlannedLibrary> {
    plan.libraries.iter().filter(move |library| library.package == *name)
}

fn is_in_base(soname: &Soname, plan: &Plan) -> bool {
    let objects = plan.base.iter().flat_map(|base| &base.objects);
    // The path is that of the file, whose name begins with the soname.
    objects.map(|object| object.path.file_name()).any(|name| name.starts_with(soname.as_bytes()))
}

fn named(mut reasons: Vec<String>) -> Option<String> {
    let more = reasons.len().saturating_sub(NAMED_LIBRARIES);
    reasons.truncate(NAMED_LIBRARIES);
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    (!reasons.is_empty()).then(|| reasons.join(", ") + &more)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solve::plan::difference;
    use crate::solve::plan::sample::{package, sample_plan};

    fn reasons(old: &Plan, new: &Plan) -> Vec<String> {
        let changes = explained(difference(old, new), old, new).into_iter();
        changes.map(|change| change.reason.unwrap_or_default()).collect()
    }

    #[test]
    fn an_added_package_is_needed_and_a_removed_one_is_replaced() {
        let old = sample_plan();
        let mut new = sample_plan();
        new.packages[0] = package("libgmp-compat", "1", 5, false);
        new.libraries[0].package = PackageName::new("libgmp-compat");
        let reasons = reasons(&old, &new);
        assert!(reasons.contains(&"libgmp.so.10 is from libgmp-compat now".to_owned()), "{reasons:?}");
        let needs = "/usr/lib/x86_64-linux-gnu/libmpfr.so.6.2.0 needs libgmp.so.10".to_owned();
        assert!(reasons.contains(&needs), "{reasons:?}");
    }

    #[test]
    fn a_library_that_the_base_has_now() {
        let old = sample_plan();
        let mut new = sample_plan();
        new.packages.remove(0);
        new.libraries.remove(0);
        let base = new.base.as_mut().expect("has one");
        base.objects[0].path = crate::vocabulary::RootedPath::new("/usr/lib/libgmp.so.10.4.1");
        assert!(reasons(&old, &new).contains(&"the base has libgmp.so.10 now".to_owned()));
    }

    #[test]
    fn a_new_version_names_its_suite() {
        let old = sample_plan();
        let mut new = sample_plan();
        new.packages[0].package.version = "9".to_owned();
        new.packages[0].package.suite = "bookworm-security".to_owned();
        assert_eq!(reasons(&old, &new), ["bookworm-security has it in the index of 2026-08-18"]);
    }
}
