//! Names of packages in options: one that no catalog has would have no effect.

use std::cmp::Reverse;

use crate::cli::failure::Failure;
use crate::debian::catalog::{Catalog, CatalogError};
use crate::debian::distributions::edits;
use crate::solve::closure::ClosureOptions;
use crate::vocabulary::PackageName;

/// Maximum number of edits by which a suggestion differs.
const MAX_EDITS: usize = 3;

/// Maximum number of suggestions.
const MAX_SUGGESTIONS: usize = 3;

/// Checks the packages of `--prefer` and `--avoid`: one of the catalogs has each of them, and none is in both.
pub(super) fn check_choice<'catalog>(
    options: &ClosureOptions,
    catalogs: impl Iterator<Item = &'catalog dyn Catalog> + Clone,
) -> Result<(), Failure> {
    if let Some(both) = options.prefer.iter().find(|name| options.avoid.contains(*name)) {
        let error = anyhow::anyhow!("cannot prefer {both}: it is also to be avoided");
        return Err(Failure::input(error).hint("leave it out of --prefer or of --avoid"));
    }
    let preferred = options.prefer.iter().map(|name| ("prefer", name));
    for (verb, name) in preferred.chain(options.avoid.iter().map(|name| ("avoid", name))) {
        let mut is_known = false;
        for catalog in catalogs.clone() {
            is_known = is_known || has(catalog, name)?;
        }
        if !is_known {
            return Err(unknown(verb, name, catalogs)?);
        }
    }
    Ok(())
}

/// Returns true if a catalog has a package, or knows what it depends on.
fn has(catalog: &dyn Catalog, name: &PackageName) -> Result<bool, CatalogError> {
    let is_declared = match catalog.dependency_index() {
        Some(index) => index.dependencies(name)?.is_some(),
        None => false,
    };
    Ok(is_declared || catalog.package(name)?.is_some())
}

fn unknown<'catalog>(
    verb: &str,
    name: &PackageName,
    catalogs: impl Iterator<Item = &'catalog dyn Catalog>,
) -> Result<Failure, CatalogError> {
    let (mut targets, mut similar) = (Vec::new(), Vec::new());
    for catalog in catalogs {
        targets.push(catalog.provenance().target.to_string());
        if let Some(index) = catalog.dependency_index() {
            // A virtual package is none that can be chosen.
            similar.extend(index.providers(name)?.into_iter().map(|provider| (0, Reverse(0), provider)));
        }
        for known in catalog.package_names()? {
            let (known_bytes, bytes) = (known.as_str().as_bytes(), name.as_str().as_bytes());
            let edits = edits(known_bytes, bytes);
            if edits <= MAX_EDITS {
                let prefix = known_bytes.iter().zip(bytes).take_while(|(left, right)| left == right).count();
                similar.push((edits, Reverse(prefix), known));
            }
        }
    }
    similar.sort();
    similar.dedup();
    let names: Vec<&str> = similar.iter().take(MAX_SUGGESTIONS).map(|(_, _, name)| name.as_str()).collect();
    let error = anyhow::anyhow!(
        "cannot {verb} {}: no such package in {}",
        name.as_str().escape_debug(),
        targets.join(", ")
    );
    Ok(Failure::input(error).hint(match names.split_last() {
        None => "`sodeb index find --package 'NAME*'` lists the packages with libraries".to_owned(),
        Some((only, [])) => format!("did you mean {only}?"),
        Some((last, others)) => format!("did you mean {} or {last}?", others.join(", ")),
    }))
}
