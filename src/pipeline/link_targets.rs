//! Fixes of links that are included without their targets: the dependency of their package that has the target.

use std::collections::BTreeSet;

use bstr::ByteSlice;

use super::debs::Debs;
use crate::debian::catalog::{Catalog, CatalogError, Package, parse_relations};
use crate::debian::debs::Availability;
use crate::solve::closure::IncludedPackage;
use crate::solve::resolve::Problem;
use crate::tree::inventory::EntryKind;
use crate::vocabulary::{PackageName, RootedPath};

/// Code of the rule on links that lead nowhere.
const DANGLING_LINK: &str = "dangling-link";

/// Adds to each problem of an included link the `--include` that adds its target.
///
/// # Errors
/// If the catalog's data is broken or `debs` fails.
pub(super) fn add_link_targets<Error: From<CatalogError>>(
    problems: &mut [Problem],
    included: &[IncludedPackage],
    catalog: &dyn Catalog,
    debs: &impl Debs<Error = Error>,
) -> Result<(), Error> {
    for problem in problems.iter_mut().filter(|problem| problem.kind.name() == DANGLING_LINK) {
        let of_package = included.iter().find_map(|one| Some((one, target_of(one, &problem.object)?)));
        let Some((package, target)) = of_package else { continue };
        let dependencies = dependencies(package, catalog)?;
        let read = debs.debs(catalog.provenance(), &dependencies)?;
        let has_target = |deb: &Availability<crate::tree::inventory::Deb>| match deb {
            Availability::Available(deb) => {
                target.below(&RootedPath::root()).is_some_and(|path| deb.inventory.get(path).is_some())
            }
            Availability::Unavailable(_) => false,
        };
        let found = dependencies.iter().zip(&read).find(|(_, deb)| has_target(deb));
        if let Some((package, _)) = found {
            problem.fix.insert(0, format!("--include {}:{target}", package.name));
        }
    }
    Ok(())
}

/// Returns the path that a link of a package leads to, if the package has the link.
fn target_of(package: &IncludedPackage, link: &RootedPath) -> Option<RootedPath> {
    let entry = package.deb.inventory.get(link.below(&RootedPath::root())?)?;
    match &entry.kind {
        EntryKind::Symlink(target) if target.starts_with(b"/") => Some(RootedPath::new(target.as_bytes())),
        EntryKind::Symlink(target) => Some(link.parent().join(target.as_bytes())),
        _ => None,
    }
}

/// Returns the packages that a package depends on or recommends, all alternatives included.
fn dependencies(package: &IncludedPackage, catalog: &dyn Catalog) -> Result<Vec<Package>, CatalogError> {
    let architecture = catalog.provenance().target.architecture;
    let fields = ["Pre-Depends", "Depends", "Recommends"];
    let fields = fields.iter().filter_map(|field| package.deb.field(field));
    let groups = fields.flat_map(|field| parse_relations(field, architecture));
    let names: BTreeSet<PackageName> = groups
        .flat_map(|group| group.0)
        .map(|relation| PackageName::new(relation.name.to_string()))
        .collect();
    let packages = names.iter().map(|name| catalog.package(name)).collect::<Result<Vec<_>, _>>()?;
    Ok(packages.into_iter().flatten().collect())
}
