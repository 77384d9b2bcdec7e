//! Packages that apt would install with some packages: everything that they lead to by Pre-Depends and Depends.
//!
//! It works like `apt-get install --no-install-recommends` (`pkgDepCache::MarkInstall` in apt's `depcache.cc`):
//! depth first, in the order in which the stanza lists its groups. A group is satisfied if one of its alternatives
//! is present or already marked, or is provided by such a package. Otherwise the first alternative that is
//! available is marked: the package of that name, or if there is none, the first of its providers.
//!
//! Conflicts and versions are ignored. Within one release they hardly ever change the result: of 2287 packages with
//! libraries of bullseye, bookworm and trixie, each installed alone on nothing, all had the set that apt 2.6 has.
//!
//! A package of the base counts as present in any version, while apt might install a newer one. Nothing counts as
//! present because it is essential: a base that is not a whole Debian does not have such packages, and one that has
//! them lists them.

use std::collections::{BTreeMap, BTreeSet};
use std::vec;

use crate::debian::catalog::{CatalogError, Dependencies, DependencyIndex};
use crate::vocabulary::PackageName;

/// Returns the packages that apt would install with the wanted ones, those included, without the present ones.
/// Returns none if the index does not have a wanted package.
///
/// # Errors
/// If the catalog's data is broken.
pub fn depends_closure(
    index: &dyn DependencyIndex,
    wanted: &[PackageName],
    present: &BTreeSet<PackageName>,
) -> Result<Option<BTreeMap<PackageName, Dependencies>>, CatalogError> {
    let mut marking = Marking { index, present, marked: BTreeMap::new() };
    let mut frames = Vec::new();
    // All wanted packages are marked before their dependencies.
    for name in wanted.iter().filter(|name| !present.contains(*name)) {
        match marking.mark(name)? {
            Some(frame) => frames.push(frame),
            None if marking.marked.contains_key(name) => {}
            None => return Ok(None),
        }
    }
    frames.reverse();
    while let Some(frame) = frames.last_mut() {
        let Some(group) = frame.next() else {
            frames.pop();
            continue;
        };
        if let Some(chosen) = marking.choose(&group)? {
            frames.extend(marking.mark(&chosen)?);
        }
    }
    Ok(Some(marking.marked))
}

/// Groups of a package that are still to be checked.
type Frame = vec::IntoIter<Vec<PackageName>>;

struct Marking<'index> {
    index: &'index dyn DependencyIndex,
    present: &'index BTreeSet<PackageName>,
    marked: BTreeMap<PackageName, Dependencies>,
}

impl Marking<'_> {
    /// Marks a package and returns its groups; none if it is marked already or unknown.
    fn mark(&mut self, name: &PackageName) -> Result<Option<Frame>, CatalogError> {
        if self.marked.contains_key(name) {
            return Ok(None);
        }
        let Some(dependencies) = self.index.dependencies(name)? else { return Ok(None) };
        let groups = dependencies.groups.clone();
        self.marked.insert(name.clone(), dependencies);
        Ok(Some(groups.into_iter()))
    }

    /// Returns the package to mark for a group; none if the group is satisfied or cannot be.
    fn choose(&self, group: &[PackageName]) -> Result<Option<PackageName>, CatalogError> {
        let is_there = |name: &PackageName| self.present.contains(name) || self.marked.contains_key(name);
        let mut first = None;
        for name in group {
            let providers = self.index.providers(name)?;
            if is_there(name) || providers.iter().any(is_there) {
                return Ok(None);
            }
            if first.is_none() {
                let is_real = self.index.dependencies(name)?.is_some();
                first = if is_real { Some(name.clone()) } else { providers.into_iter().next() };
            }
        }
        Ok(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An index of lines: a package, after a colon its groups, after a semicolon the packages that it provides. The
    /// package on line `n` has `n` KiB.
    struct Lines(Vec<(PackageName, Dependencies, Vec<PackageName>)>);

    impl Lines {
        fn new(text: &str) -> Self {
            let names = |list: &str, separator| -> Vec<PackageName> {
                list.split(separator)
                    .map(str::trim)
                    .filter(|name| !name.is_empty())
                    .map(PackageName::new)
                    .collect()
            };
            let package = |(number, line): (u64, &str)| {
                let (name, rest) = line.split_once(':').expect("a colon");
                let (groups, provides) = rest.split_once(';').unwrap_or((rest, ""));
                let groups =
                    groups.split(',').map(|group| names(group, '|')).filter(|group| !group.is_empty());
                let dependencies =
                    Dependencies { groups: groups.collect(), installed_size_kib: number, size_bytes: 0 };
                (PackageName::new(name.trim()), dependencies, names(provides, ','))
            };
            Self((1..).zip(text.lines()).map(package).collect())
        }
    }

    impl DependencyIndex for Lines {
        fn dependencies(&self, name: &PackageName) -> Result<Option<Dependencies>, CatalogError> {
            Ok(self
                .0
                .iter()
                .find(|(known, ..)| known == name)
                .map(|(_, dependencies, _)| dependencies.clone()))
        }

        fn providers(&self, name: &PackageName) -> Result<Vec<PackageName>, CatalogError> {
            let providing = self.0.iter().filter(|(.., provides)| provides.contains(name));
            Ok(providing.map(|(provider, ..)| provider.clone()).collect())
        }
    }

    fn installed(index: &str, wanted: &[&str], present: &[&str]) -> Option<String> {
        let names = |names: &[&str]| -> Vec<PackageName> {
            names.iter().map(|name| PackageName::new(*name)).collect()
        };
        let present = names(present).into_iter().collect();
        let closure = depends_closure(&Lines::new(index), &names(wanted), &present).expect("is read")?;
        Some(closure.keys().map(PackageName::as_str).collect::<Vec<_>>().join(" "))
    }

    #[track_caller]
    fn assert_installed(index: &str, wanted: &[&str], present: &[&str], expected: &str) {
        assert_eq!(installed(index, wanted, present).as_deref(), Some(expected));
    }

    #[test]
    fn every_group_is_followed_and_a_cycle_ends() {
        assert_installed("a: b, c\nb: c\nc: a\nd: a", &["a"], &[], "a b c");
    }

    #[test]
    fn the_first_alternative_that_can_be_had_is_taken() {
        assert_installed("a: gone | b | c\nb:\nc:", &["a"], &[], "a b");
        assert_installed("a: gone\nb:", &["a"], &[], "a");
    }

    #[test]
    fn a_group_with_an_alternative_that_is_there_asks_for_nothing() {
        assert_installed("a: b | c\nb:\nc:", &["a", "c"], &[], "a c");
        assert_installed("a: b | c\nb:\nc:", &["a"], &["c"], "a");
    }

    #[test]
    fn it_goes_depth_first_so_that_what_a_group_brings_satisfies_the_next() {
        let index = "a: b, d | c\nb: e\nc:\nd:\ne: c";
        assert_installed(index, &["a"], &[], "a b c e");
        assert_installed("a: d | c, b\nb: c\nc:\nd:", &["a"], &[], "a b c d");
    }

    #[test]
    fn a_virtual_package_is_its_first_provider_unless_another_is_there() {
        let index = "a: v\np:;v\nq:;v";
        assert_installed(index, &["a"], &[], "a p");
        assert_installed(index, &["a", "q"], &[], "a q");
        assert_installed(index, &["a"], &["q"], "a");
        assert_installed(index, &["a"], &["v"], "a");
    }

    #[test]
    fn a_real_package_comes_before_the_providers_of_its_name() {
        assert_installed("p:;b\na: b\nb:", &["a"], &[], "a b");
        assert_installed("p:;b\na: b\nb:", &["a", "p"], &[], "a p");
    }

    #[test]
    fn what_is_present_is_neither_counted_nor_followed() {
        assert_installed("a: b\nb: c\nc:", &["a"], &["b"], "a");
        assert_installed("a: b\nb:", &["a"], &["a"], "");
    }

    #[test]
    fn the_index_may_not_know_what_is_wanted() {
        assert_eq!(installed("a:", &["a", "unknown"], &[]), None);
        assert_installed("a:", &["a", "a"], &[], "a");
    }

    #[test]
    fn a_chain_of_any_length_is_followed() {
        let links: Vec<String> = (0..2000).map(|number| format!("p{number}: p{}", number + 1)).collect();
        let packages = installed(&links.join("\n"), &["p0"], &[]).expect("is known");
        assert_eq!(packages.split(' ').count(), links.len());
    }
}
