//! Consistency check of the choice among several packages with one library: every object of a release that needs such a
//! library gets a provider that defines all of its symbols that any provider defines.

use std::collections::BTreeMap;

use bstr::ByteSlice;

use crate::debian::catalog::{Catalog, CatalogError};
use crate::debian::debs::DebFacts;
use crate::elf::SymbolHash;
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
    let mut shared = Vec::new();
    for name in names {
        let Some(order) = catalog.provider_order(name)? else { continue };
        let libraries = catalog.libraries(name)?;
        let mut providers: Vec<(PackageName, u32, Vec<SymbolHash>)> = Vec::new();
        for provider in &order.providers {
            let library = libraries.iter().find(|library| library.package == provider.package);
            if let Some((library, deb)) = library.zip(packages.get(&provider.package)) {
                providers.push((provider.package.clone(), provider.rank, exports(deb, &library.path)));
            }
        }
        if providers.len() > 1 {
            shared.push(SharedName::new(Soname::new(name), &providers, packages));
        }
    }
    Ok(shared)
}

impl SharedName {
    fn new(
        name: Soname,
        providers: &[(PackageName, u32, Vec<SymbolHash>)],
        packages: &BTreeMap<PackageName, DebFacts>,
    ) -> Self {
        let mut shared = Self {
            providers: providers.iter().map(|(package, rank, _)| (package.clone(), *rank)).collect(),
            name,
            objects: 0,
            exceptions: Vec::new(),
        };
        for (package, deb) in packages {
            for (path, facts) in deb.inventory.objects() {
                if !facts.needed.contains(&shared.name) {
                    continue;
                }
                shared.objects += 1;
                let required = RequiredSymbols::of_facts(facts, &shared.name);
                let is_exported = |symbol: &SymbolHash| {
                    providers.iter().any(|(_, _, exports)| exports.binary_search(symbol).is_ok())
                };
                let required: Vec<SymbolHash> = required.hashes().filter(is_exported).collect();
                let lacking = |(_, _, exports): &&(PackageName, u32, Vec<SymbolHash>)| {
                    required.iter().filter(|symbol| exports.binary_search(symbol).is_err()).count()
                };
                // Of providers that lack equally many the first one counts.
                let best = providers.iter().min_by_key(lacking);
                if let Some(best) = best.filter(|best| best.1 > 0 || lacking(best) > 0) {
                    shared.exceptions.push(ProviderException {
                        package: package.clone(),
                        object: RootedPath::new(path),
                        provider: best.0.clone(),
                        undefined: lacking(&best),
                    });
                }
            }
        }
        shared
    }
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
