//! Relations between the packages of one target in memory, collected stanza by stanza.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use debversion::Version;

use super::interner::Interner;
use crate::debian::archive::packages::PackageStanza;
use crate::debian::catalog::relation::relation_names;

/// Relations that the packages of one target declare.
#[derive(Default)]
pub(crate) struct Declarations {
    /// Names of real and virtual packages, and names that no package has.
    names: Interner,
    /// Declarations by the number of the package's name; none if there is no such package.
    packages: Vec<Option<Declaration>>,
    /// Buffer for the alternatives of a stanza.
    scratch: Vec<Alternative>,
}

/// Relations of one package, and the properties by which apt chooses providers.
pub(crate) struct Declaration {
    version: String,
    is_essential: bool,
    priority: u8,
    /// Names in Pre-Depends, then in Depends.
    pub(super) alternatives: Box<[Alternative]>,
    provides: Box<[u32]>,
    pub(crate) installed_size_kib: u64,
    pub(crate) size_bytes: u64,
}

/// Name in a group of alternatives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Alternative {
    pub(super) name: u32,
    /// True for the last one of its group.
    pub(super) is_last: bool,
}

/// Providers of each virtual package by number, in the order in which apt would choose them.
pub(crate) type Providers = BTreeMap<u32, Vec<u32>>;

impl Declarations {
    /// Adds a stanza, unless a newer one of its package is known.
    pub(crate) fn add(&mut self, stanza: &PackageStanza<'_>) {
        let number = self.number(stanza.name);
        let known = self.packages[number as usize].as_ref();
        if known.is_some_and(|known| !is_newer(stanza.version, &known.version)) {
            return;
        }
        let mut alternatives = std::mem::take(&mut self.scratch);
        alternatives.clear();
        for group in relation_names(&stanza.pre_depends).chain(relation_names(&stanza.depends)) {
            let first = alternatives.len();
            alternatives.extend(group.map(|name| Alternative { name: self.number(name), is_last: false }));
            if let Some(last) = alternatives[first..].last_mut() {
                last.is_last = true;
            }
        }
        let provided = stanza.provides().iter().filter(|name| **name != stanza.name);
        let provides = provided.map(|name| self.number(name)).collect();
        self.packages[number as usize] = Some(Declaration {
            version: stanza.version.to_owned(),
            is_essential: stanza.is_essential,
            priority: priority(stanza.priority),
            alternatives: alternatives.as_slice().into(),
            provides,
            installed_size_kib: stanza.installed_size_kib,
            size_bytes: stanza.size_bytes,
        });
        self.scratch = alternatives;
    }

    fn number(&mut self, name: &str) -> u32 {
        let number = self.names.number(name.as_bytes());
        self.packages.resize_with(self.names.names.len(), || None);
        number
    }

    /// Returns the number of a name.
    pub(crate) fn find(&self, name: &[u8]) -> Option<u32> {
        self.names.find(name)
    }

    /// Returns the name with a number.
    pub(crate) fn name(&self, number: u32) -> &[u8] {
        &self.names.names[number as usize]
    }

    /// Returns the relations of the package with this number.
    pub(crate) fn package(&self, number: u32) -> Option<&Declaration> {
        self.packages.get(number as usize)?.as_ref()
    }

    /// Returns the providers of all virtual packages. Their order is apt's (`CompareProviders` in its `depcache.cc`):
    /// an essential package first, then the higher priority. Between equals apt chooses the one whose name entered
    /// its cache last, which is mostly the last by name; here it always is, so that the order of an index does not
    /// matter.
    pub(crate) fn providers(&self) -> Providers {
        let mut providers = Providers::new();
        for (number, package) in (0..).zip(&self.packages) {
            for provided in package.iter().flat_map(|package| &package.provides) {
                providers.entry(*provided).or_default().push(number);
            }
        }
        for of_one in providers.values_mut() {
            of_one.sort_by_key(|number| {
                let weight = self.package(*number).map(|package| (!package.is_essential, package.priority));
                (weight, Reverse(self.name(*number)))
            });
            of_one.dedup();
        }
        providers
    }

    /// Returns the numbers of the packages that can be reached from some by any alternative and any provider, and of
    /// those themselves, sorted.
    pub(super) fn reachable<'names>(
        &self,
        from: impl Iterator<Item = &'names [u8]>,
        providers: &Providers,
    ) -> Vec<u32> {
        let mut is_reached = vec![false; self.packages.len()];
        let mut agenda: Vec<u32> = from.filter_map(|name| self.find(name)).collect();
        while let Some(number) = agenda.pop() {
            let Some(package) = self.package(number) else { continue };
            if std::mem::replace(&mut is_reached[number as usize], true) {
                continue;
            }
            for alternative in &package.alternatives {
                agenda.push(alternative.name);
                agenda.extend(providers.get(&alternative.name).into_iter().flatten());
            }
        }
        (0..).zip(is_reached).filter(|(_, is_reached)| *is_reached).map(|(number, _)| number).collect()
    }
}

/// Returns true if a version is newer than a known one. A malformed version is older than any.
fn is_newer(version: &str, known: &str) -> bool {
    let (version, known) = (version.parse::<Version>().ok(), known.parse().ok());
    version > known
}

/// Number of a priority in apt, the highest first; an unknown word is the lowest.
fn priority(word: &str) -> u8 {
    let known = ["", "required", "important", "standard", "optional"];
    known.iter().position(|known| *known == word).unwrap_or(known.len()) as u8
}

impl Declaration {
    /// Returns the groups of alternatives, reduced to the names that `is_available` accepts, each group once.
    pub(crate) fn groups(&self, is_available: impl Fn(u32) -> bool) -> Vec<Vec<u32>> {
        let mut groups: Vec<Vec<u32>> = Vec::new();
        for group in self.alternatives.split_inclusive(|alternative| alternative.is_last) {
            let names = group.iter().map(|alternative| alternative.name);
            let group: Vec<u32> = names.filter(|number| is_available(*number)).collect();
            if !group.is_empty() && !groups.contains(&group) {
                groups.push(group);
            }
        }
        groups
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::debian::archive::packages::read_packages;

    fn declared(stanzas: &str) -> Declarations {
        let mut declarations = Declarations::default();
        read_packages(stanzas.as_bytes(), |stanza| declarations.add(&stanza)).expect("memory reads");
        declarations
    }

    fn stanza(name: &str, version: &str, fields: &str) -> String {
        format!("Package: {name}\nVersion: {version}\nArchitecture: amd64\n{fields}\n")
    }

    #[test]
    fn the_newest_version_counts_whichever_comes_first() {
        let (old, new) = (stanza("a", "1.9", "Depends: b\n"), stanza("a", "1.10", "Depends: c\n"));
        for stanzas in [format!("{old}{new}"), format!("{new}{old}"), format!("{new}{new}{old}")] {
            let declarations = declared(&stanzas);
            let package = declarations.find(b"a").and_then(|number| declarations.package(number));
            let groups = package.expect("exists").groups(|_| true);
            assert_eq!(groups, [[declarations.find(b"c").expect("is named")]]);
        }
    }

    #[test]
    fn every_alternative_and_provider_is_reached_and_a_cycle_ends() {
        let stanzas = [
            stanza("a", "1", "Pre-Depends: b | v\nDepends: gone\n"),
            stanza("b", "1", "Depends: a\n"),
            stanza("p", "1", "Provides: v\nDepends: q\n"),
            stanza("q", "1", ""),
            stanza("r", "1", "Depends: a\n"),
        ];
        let declarations = declared(&stanzas.concat());
        let reached = declarations.reachable([&b"a"[..], b"unknown"].into_iter(), &declarations.providers());
        let mut names: Vec<&[u8]> = reached.into_iter().map(|number| declarations.name(number)).collect();
        names.sort_unstable();
        assert_eq!(names, [b"a", b"b", b"p", b"q"]);
    }
}
