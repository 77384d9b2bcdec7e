//! Providers of each library name in a release, their order, and the symbols in which they differ.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use bstr::BString;

use super::dependents::Dependents;
use super::soname_table::{SonameProvider, SonameRecord, SonameTable};
use super::{DebLibraries, IndexedDeb};
use crate::debian::catalog::{Catalog, CatalogError};
use crate::debian::debs::stated_dependency;
use crate::debian::maintainer_scripts::Actions;
use crate::elf::{ElfFacts, ObjectSymbols, SymbolHash};
use crate::vocabulary::{PackageName, RootedPath};

/// Library of a package under one of its names.
struct Provided {
    /// Path of the object in the package.
    object: RootedPath,
    /// Path that the name stands for in the package: the object, or a link to it.
    path: RootedPath,
    /// Priority of the alternative that makes the link in a default directory; none for a file of the package itself.
    priority: Option<i64>,
}

/// Providers of each file name in the default directories of a release.
pub(super) struct Providers {
    by_name: BTreeMap<BString, BTreeMap<PackageName, Provided>>,
}

impl Providers {
    /// Finds the providers among the packages of a release.
    pub(super) fn of(debs: &BTreeMap<PackageName, IndexedDeb>, directories: &[RootedPath]) -> Self {
        let mut by_name: BTreeMap<BString, BTreeMap<PackageName, Provided>> = BTreeMap::new();
        for (package, deb) in debs {
            let is_default = |path: &RootedPath| directories.contains(&path.parent());
            let libraries = DebLibraries::of(&deb.facts);
            let mut add = |name: &[u8], provided: Provided| {
                let of_name = by_name.entry(name.into()).or_default();
                of_name.entry(package.clone()).or_insert(provided);
            };
            for object in &libraries.objects {
                for path in object.links.iter().chain([&object.path]).filter(|path| is_default(path)) {
                    let (object, path, name) = (object.path.clone(), path.clone(), path.file_name());
                    add(name, Provided { object, path: path.clone(), priority: None });
                }
            }
            let actions = Actions::from_scripts(deb.facts.scripts.values().map(Vec::as_slice));
            for alternative in actions.alternatives {
                for link in alternative.links.into_iter().filter(|link| is_default(&link.link)) {
                    let leads = |path: &RootedPath| *path == link.path;
                    let object = libraries
                        .objects
                        .iter()
                        .find(|object| leads(&object.path) || object.links.iter().any(leads));
                    if let Some(object) = object {
                        let priority = Some(alternative.priority);
                        let provided =
                            Provided { object: object.path.clone(), path: link.path.clone(), priority };
                        add(link.link.file_name(), provided);
                    }
                }
            }
        }
        Self { by_name }
    }

    /// Returns the records that the index keeps: of names that several packages provide, that update-alternatives
    /// links, or that the catalog does not list for a package.
    pub(super) fn table(
        &self,
        debs: &BTreeMap<PackageName, IndexedDeb>,
        dependents: &Dependents,
        catalog: &dyn Catalog,
    ) -> Result<SonameTable, CatalogError> {
        let mut table = SonameTable::new();
        for (name, providers) in &self.by_name {
            let is_listed = || -> Result<bool, CatalogError> {
                let listed = catalog.libraries(name)?;
                let is_of = |package: &PackageName| listed.iter().any(|library| library.package == *package);
                Ok(providers.keys().all(is_of))
            };
            let is_alternative = |provided: &Provided| provided.priority.is_some();
            if providers.len() > 1 || providers.values().any(is_alternative) || !is_listed()? {
                table.push(SonameRecord {
                    name: name.clone(),
                    providers: ordered(name, providers, debs, dependents),
                });
            }
        }
        Ok(table)
    }

    /// Returns the symbols that some providers of a name export and others do not, for each name where they differ.
    pub(super) fn contested(&self, debs: &BTreeMap<PackageName, IndexedDeb>) -> Contested {
        let mut by_name = BTreeMap::new();
        let mut by_package: BTreeMap<PackageName, BTreeSet<SymbolHash>> = BTreeMap::new();
        for (name, providers) in self.by_name.iter().filter(|(_, providers)| providers.len() > 1) {
            let exports = providers.iter().map(|(package, provided)| exports_of(debs, package, provided));
            let symbols = differing(&exports.collect::<Vec<_>>());
            for package in providers.keys() {
                by_package.entry(package.clone()).or_default().extend(&symbols);
            }
            by_name.insert(name.clone(), symbols);
        }
        Contested { by_name, by_package }
    }
}

fn exports_of<'debs>(
    debs: &'debs BTreeMap<PackageName, IndexedDeb>,
    package: &PackageName,
    provided: &Provided,
) -> &'debs [SymbolHash] {
    let object = provided.object.below(&RootedPath::root());
    let entry = debs.get(package).zip(object).and_then(|(deb, path)| deb.facts.inventory.get(path));
    match entry.and_then(|entry| entry.content()) {
        Some(crate::tree::inventory::Content::Object(facts)) => {
            facts.symbols.as_deref().map(|symbols| symbols.exported.as_slice()).unwrap_or_default()
        }
        _ => &[],
    }
}

/// Returns the symbols that are in some of the lists and not in all, sorted.
fn differing(exports: &[&[SymbolHash]]) -> Vec<SymbolHash> {
    let mut all: Vec<SymbolHash> = exports.iter().copied().flatten().copied().collect();
    all.sort_unstable();
    let of_symbol = all.chunk_by(|one, other| one == other);
    of_symbol.filter(|same| same.len() < exports.len()).map(|same| same[0]).collect()
}

/// Orders the providers of a name as Debian does: the package that most providers' own symbols and shlibs files name
/// first, the one that most packages of other sources depend on, the position in those files and in the default
/// package that they name, the source that most packages depend on, and the higher priority of the alternative.
fn ordered(
    name: &BString,
    providers: &BTreeMap<PackageName, Provided>,
    debs: &BTreeMap<PackageName, IndexedDeb>,
    dependents: &Dependents,
) -> Vec<SonameProvider> {
    let stated: Vec<Vec<&PackageName>> = providers
        .keys()
        .filter_map(|package| debs.get(package))
        .map(|deb| real_packages(&stated_dependency(&deb.facts, name), providers, dependents))
        .collect();
    let key = |package: &PackageName, provided: &Provided| {
        let named_first = stated.iter().filter(|names| names.first() == Some(&package)).count();
        let positions = stated.iter().filter_map(|names| names.iter().position(|name| *name == package));
        let (of_package, of_source) = dependents.counts(package);
        (
            Reverse(named_first),
            Reverse(of_package),
            positions.min().unwrap_or(usize::MAX),
            Reverse(of_source),
            Reverse(provided.priority),
        )
    };
    let mut keyed: Vec<_> =
        providers.iter().map(|(package, provided)| (key(package, provided), package, provided)).collect();
    keyed.sort_by(|(one, first, _), (other, second, _)| one.cmp(other).then_with(|| first.cmp(second)));
    let mut rank = 0;
    let mut ranked = Vec::new();
    for (position, (key, package, provided)) in keyed.iter().enumerate() {
        if position > 0 && keyed[position - 1].0 != *key {
            rank += 1;
        }
        ranked.push(SonameProvider {
            rank,
            package: package.to_string(),
            path: BString::from(provided.path.as_bytes()),
            is_alternative: provided.priority.is_some(),
        });
    }
    ranked
}

/// Returns the providers that a dependency leads to, in its order: those that it names, and those that a package which
/// provides nothing itself depends on.
fn real_packages<'providers>(
    stated: &[PackageName],
    providers: &'providers BTreeMap<PackageName, Provided>,
    dependents: &Dependents,
) -> Vec<&'providers PackageName> {
    let provider = |name: &PackageName| providers.get_key_value(name).map(|(package, _)| package);
    let mut found: Vec<&PackageName> = Vec::new();
    for name in stated {
        match provider(name) {
            Some(package) => found.push(package),
            None => found.extend(dependents.alternatives(name).filter_map(provider)),
        }
    }
    let mut seen = BTreeSet::new();
    found.retain(|package| seen.insert(*package));
    found
}

/// Symbols in which the providers of names differ.
pub(super) struct Contested {
    by_name: BTreeMap<BString, Vec<SymbolHash>>,
    by_package: BTreeMap<PackageName, BTreeSet<SymbolHash>>,
}

impl Contested {
    /// Reduces an object's symbols to those by which packages are compared; none if the object does not matter to any
    /// comparison.
    pub(super) fn of_object(&self, package: &PackageName, facts: &ElfFacts) -> Option<ObjectSymbols> {
        let symbols = facts.symbols.as_deref()?;
        let of_package = self.by_package.get(package);
        let needed: Vec<(&[u8], &Vec<SymbolHash>)> = facts
            .needed
            .iter()
            .filter_map(|soname| Some((soname.file_name(), self.by_name.get(soname.file_name())?)))
            .collect();
        if of_package.is_none() && needed.is_empty() {
            return None;
        }
        let is_contested = |symbol: &&SymbolHash| of_package.is_some_and(|names| names.contains(symbol));
        let exported = symbols.exported.iter().filter(is_contested).copied().collect();
        let undefined = symbols.undefined.iter().filter(|symbol| {
            let mut of_needed = needed.iter();
            of_needed.any(|(file, names)| {
                facts.may_be_defined_by(symbol, file) && names.binary_search(&symbol.name).is_ok()
            })
        });
        Some(ObjectSymbols { exported, undefined: undefined.copied().collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_that_all_export_do_not_differ() {
        let hashes = |names: &[&str]| {
            let mut hashes: Vec<_> = names.iter().map(|name| SymbolHash::of(name.as_bytes())).collect();
            hashes.sort_unstable();
            hashes
        };
        let (one, other) = (hashes(&["a", "b", "c"]), hashes(&["a", "c", "d"]));
        assert_eq!(differing(&[&one, &other]), hashes(&["b", "d"]));
        assert_eq!(differing(&[&one, &one, &[]]), one);
    }
}
