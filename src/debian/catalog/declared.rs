//! What all packages of one target declare of each other, in memory: collected stanza by stanza, and cut down to
//! what the packages with libraries lead to.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use debversion::Version;

use super::CatalogError;
use super::collect::Interner;
use super::depends::{Dependencies, DependencyIndex};
use super::relation::relation_names;
use crate::debian::archive::packages::PackageStanza;
use crate::vocabulary::PackageName;

/// The declarations of one target's packages.
#[derive(Default)]
pub(super) struct Declarations {
    /// Of packages, real and virtual, and of what is named and nowhere to be had.
    names: Interner,
    /// By the number of the package's name; none where there is no such package.
    packages: Vec<Option<Declaration>>,
    /// Where the alternatives of a stanza are gathered.
    scratch: Vec<Alternative>,
}

/// What one package declares, and how apt weighs it.
pub(super) struct Declaration {
    version: String,
    is_essential: bool,
    priority: u8,
    /// Pre-Depends, then Depends.
    pub(super) alternatives: Box<[Alternative]>,
    provides: Box<[u32]>,
    pub(super) installed_size_kib: u64,
    pub(super) size_bytes: u64,
}

/// One of the names of which one is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Alternative {
    pub(super) name: u32,
    /// Whether the group ends with it.
    pub(super) is_last: bool,
}

/// Who provides a virtual package, both by number, in the order in which apt would take them.
pub(super) type Providers = BTreeMap<u32, Vec<u32>>;

impl Declarations {
    /// Takes a stanza in, unless a newer one of its package is there.
    pub(super) fn add(&mut self, stanza: &PackageStanza<'_>) {
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

    /// The number of a name.
    pub(super) fn find(&self, name: &[u8]) -> Option<u32> {
        self.names.find(name)
    }

    /// The name that a number stands for.
    pub(super) fn name(&self, number: u32) -> &[u8] {
        &self.names.names[number as usize]
    }

    /// What the package of this number declares.
    pub(super) fn package(&self, number: u32) -> Option<&Declaration> {
        self.packages.get(number as usize)?.as_ref()
    }

    /// All that is provided. The order among providers is apt's (`CompareProviders` in its `depcache.cc`): an
    /// essential package first, then the higher priority. Between equals apt takes the one whose name its cache met
    /// last, which is mostly the last by name; here it always is, so that the order of an index does not matter.
    pub(super) fn providers(&self) -> Providers {
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

    /// The numbers of the packages that some lead to by any alternative and any provider, and of those themselves,
    /// sorted.
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

/// Whether a version is newer than one that is known; one that is no version is older than any.
fn is_newer(version: &str, known: &str) -> bool {
    let (version, known) = (version.parse::<Version>().ok(), known.parse().ok());
    version > known
}

/// apt's number for a priority, the highest first; a word that it does not know is the lowest.
fn priority(word: &str) -> u8 {
    let known = ["", "required", "important", "standard", "optional"];
    known.iter().position(|known| *known == word).unwrap_or(known.len()) as u8
}

/// The declarations of a target's packages as an index, for a catalog that is no file.
pub(super) struct DeclarationIndex {
    declarations: Declarations,
    providers: Providers,
}

impl DeclarationIndex {
    pub(super) fn new(declarations: Declarations) -> Self {
        Self { providers: declarations.providers(), declarations }
    }

    fn names(&self, numbers: impl Iterator<Item = u32>) -> Vec<PackageName> {
        numbers
            .map(|number| PackageName::new(String::from_utf8_lossy(self.declarations.name(number))))
            .collect()
    }

    fn can_be_had(&self, number: u32) -> bool {
        self.declarations.package(number).is_some() || self.providers.contains_key(&number)
    }
}

impl DependencyIndex for DeclarationIndex {
    fn dependencies(&self, name: &PackageName) -> Result<Option<Dependencies>, CatalogError> {
        let number = self.declarations.find(name.as_str().as_bytes());
        let Some(package) = number.and_then(|number| self.declarations.package(number)) else {
            return Ok(None);
        };
        let groups = package.groups(|number| self.can_be_had(number));
        Ok(Some(Dependencies {
            groups: groups.into_iter().map(|group| self.names(group.into_iter())).collect(),
            installed_size_kib: package.installed_size_kib,
            size_bytes: package.size_bytes,
        }))
    }

    fn providers(&self, name: &PackageName) -> Result<Vec<PackageName>, CatalogError> {
        let number = self.declarations.find(name.as_str().as_bytes());
        let providers = number.and_then(|number| self.providers.get(&number));
        Ok(self.names(providers.into_iter().flatten().copied()))
    }
}

impl Declaration {
    /// The groups of alternatives, of those names alone that can be had, and each group once.
    pub(super) fn groups(&self, can_be_had: impl Fn(u32) -> bool) -> Vec<Vec<u32>> {
        let mut groups: Vec<Vec<u32>> = Vec::new();
        for group in self.alternatives.split_inclusive(|alternative| alternative.is_last) {
            let names = group.iter().map(|alternative| alternative.name);
            let group: Vec<u32> = names.filter(|number| can_be_had(*number)).collect();
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
            let groups = package.expect("is there").groups(|_| true);
            assert_eq!(groups, [[declarations.find(b"c").expect("is named")]]);
        }
    }

    #[test]
    fn providers_come_in_apts_order() {
        let provides =
            |name, fields: &str| stanza(name, "1", &format!("Provides: v, v (= 2), {name}\n{fields}"));
        let stanzas = [
            provides("a", "Priority: optional\n"),
            provides("b", "Priority: optional\n"),
            provides("c", "Priority: extra\n"),
            provides("d", "Priority: important\n"),
            provides("e", "Priority: extra\nEssential: yes\n"),
        ];
        let index = DeclarationIndex::new(declared(&stanzas.concat()));
        let providers = index.providers(&PackageName::new("v")).expect("is in memory");
        assert_eq!(providers, ["e", "d", "b", "a", "c"].map(PackageName::new));
        assert_eq!(index.providers(&PackageName::new("a")).expect("is in memory"), []);
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
