//! Consistency check of the choice among several packages with one library: every object of a release that needs such a
//! library gets a provider that defines all of its symbols that any provider defines.

use std::collections::BTreeMap;

use bstr::ByteSlice;

use crate::debian::catalog::{Catalog, CatalogError, OrderedProvider};
use crate::debian::debs::DebFacts;
use crate::elf::{ElfFacts, SymbolHash};
use crate::solve::resolve::RequiredSymbols;
use crate::tree::inventory::Content;
use crate::tree::root::Root;
use crate::vocabulary::{PackageName, RootedPath, Soname};

/// Name of a library that several packages provide, with the choice for each object that needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedName {
    /// File name.
    pub name: Soname,
    /// Packages that provide it with the places that Debian's order gives them, the preferred one first.
    pub providers: Vec<(PackageName, u32)>,
    /// Number of objects of packages that need it.
    pub objects: usize,
    /// Objects for which Debian's choice does not define all symbols that are required.
    pub exceptions: Vec<ProviderException>,
}

/// Object of a package for which another provider than Debian's choice is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderException {
    /// Package.
    pub package: PackageName,
    /// Path of the object.
    pub object: RootedPath,
    /// Provider that lacks the fewest symbols.
    pub provider: PackageName,
    /// Number of required symbols that it lacks and another provider defines.
    pub undefined: usize,
}

/// Checks the choice for every object of some packages. `names` are the names with their providers, by the path of the
/// library in each.
///
/// # Errors
/// If the catalog's data is broken.
pub fn check_shared_names<'names>(
    packages: &BTreeMap<PackageName, DebFacts>,
    catalog: &dyn Catalog,
    names: impl Iterator<Item = &'names [u8]>,
) -> Result<Vec<SharedName>, CatalogError> {
    let mut shared = SharedNames::new();
    for name in names {
        let Some(order) = catalog.provider_order(name)? else { continue };
        let libraries = catalog.libraries(name)?;
        let mut providers = Vec::new();
        for OrderedProvider { package, rank, .. } in &order.providers {
            let library = libraries.iter().find(|library| library.package == *package);
            if let Some((library, deb)) = library.zip(packages.get(package)) {
                let exports = exports(deb, &library.path);
                providers.push(Provider { package: package.clone(), rank: *rank, exports });
            }
        }
        if providers.len() > 1 {
            shared.insert(Soname::new(name), providers);
        }
    }
    Ok(shared.keys().map(|name| SharedName::new(name, &shared, packages)).collect())
}

/// Names that several packages provide, with the providers of each in Debian's order.
type SharedNames = BTreeMap<Soname, Vec<Provider>>;

/// Package that provides a shared name.
struct Provider {
    package: PackageName,
    rank: u32,
    /// Recorded symbols that its library exports, sorted.
    exports: Vec<SymbolHash>,
}

impl Provider {
    fn has(&self, symbol: SymbolHash) -> bool {
        self.exports.binary_search(&symbol).is_ok()
    }
}

impl SharedName {
    fn new(name: &Soname, names: &SharedNames, packages: &BTreeMap<PackageName, DebFacts>) -> Self {
        let providers = &names[name];
        let mut shared = Self {
            name: name.clone(),
            providers: providers.iter().map(|provider| (provider.package.clone(), provider.rank)).collect(),
            objects: 0,
            exceptions: Vec::new(),
        };
        for (package, deb) in packages {
            for (path, facts) in deb.inventory.objects().filter(|(_, facts)| facts.needed.contains(name)) {
                shared.objects += 1;
                let required = required(facts, name, names);
                let lacking =
                    |provider: &&Provider| required.iter().filter(|symbol| !provider.has(**symbol)).count();
                // Of providers that lack equally many the first one counts.
                let best = providers.iter().min_by_key(lacking);
                if let Some(best) = best.filter(|best| best.rank > 0 || lacking(best) > 0) {
                    shared.exceptions.push(ProviderException {
                        package: package.clone(),
                        object: RootedPath::new(path),
                        provider: best.package.clone(),
                        undefined: lacking(&best),
                    });
                }
            }
        }
        shared
    }
}

/// Returns the symbols that an object requires of a shared name: those that a provider of it exports, and no provider of
/// another name that the object needs.
fn required(facts: &ElfFacts, name: &Soname, names: &SharedNames) -> Vec<SymbolHash> {
    let is_provided = |name: &Soname, symbol: SymbolHash| {
        names.get(name).is_some_and(|providers| providers.iter().any(|provider| provider.has(symbol)))
    };
    let required = RequiredSymbols::of_facts(facts, name);
    let own = required.iter().filter(|(symbol, others)| {
        is_provided(name, *symbol) && !others.iter().any(|other| is_provided(other, *symbol))
    });
    own.map(|(symbol, _)| symbol).collect()
}

/// Returns the recorded symbols that a package's library and the others that it needs of the same package export, sorted.
fn exports(deb: &DebFacts, path: &RootedPath) -> Vec<SymbolHash> {
    let mut root = Root::new();
    root.install(&deb.inventory, |_| true);
    let library = root.resolve(root.top(), path.as_bytes()).ok().and_then(|node| root.content(node));
    let Some(Content::Object(library)) = library else { return Vec::new() };
    let is_needed = |path: &[u8]| {
        let file_name = path.rsplit_str("/").next().unwrap_or_default();
        library.needed.iter().any(|needed| file_name.starts_with(needed.as_bytes()))
    };
    let others = deb.inventory.objects().filter(|(path, _)| is_needed(path)).map(|(_, facts)| facts);
    let symbols = [&**library].into_iter().chain(others).filter_map(|facts| facts.symbols.as_ref());
    let mut exports: Vec<SymbolHash> = symbols.flat_map(|symbols| &symbols.exported).copied().collect();
    exports.sort_unstable();
    exports.dedup();
    exports
}
