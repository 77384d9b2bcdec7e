//! The packages that provide what the linked apps are missing.
//!
//! Every soname that the apps' objects reach has a [`Status`]: the app or the base has it, a package provides it,
//! a driver of the host does, the app has it where ld.so does not look, or nothing provides it. A soname
//! that is found for one object and missing for another is missing.

mod answers;
mod loads;
mod needs;
mod off_path;
mod optional;
mod problem;
mod problems;
mod releases;
mod resolution;
mod smaller;
mod symbols;

pub use crate::app::TargetAbi;
pub use needs::{SonameNeed, gather_needs, requested_soname, required_versions};
pub use optional::OptionalNeed;
pub use problem::{PackageProblem, Problem, ProblemKind};
pub use releases::{ReleaseResolution, ReleaseVerdict, UndefinedVersion};
pub use resolution::{AppSummary, ChosenPackage, Resolution, SonameAnswer, Status, UnreadPackage};
pub use smaller::SmallerChoice;
pub use symbols::RequiredSymbols;

use crate::app::{InputTrees, LinkedApps, VendoredFamilies};
use crate::debian::catalog::{Catalog, CatalogError};
use crate::tree::root::Root;
use answers::Answerer;

/// Resolves everything that the linked apps need. `others` are catalogs of other releases, which are searched for
/// what `catalog` does not have. Without a target, as for apps without objects, nothing is needed.
///
/// # Errors
/// If a catalog's data is broken.
pub fn resolve(
    root: &Root<'_>,
    trees: &InputTrees,
    linked: &LinkedApps<'_>,
    target: Option<TargetAbi>,
    catalog: &dyn Catalog,
    others: &[&dyn Catalog],
) -> Result<Resolution, CatalogError> {
    let needs = gather_needs(root, trees, linked, target, catalog)?;
    let families = VendoredFamilies::of(root, linked);
    let off_path = off_path::OffPathLibraries::new(root, linked);
    let (sonames, packages) =
        Answerer { root, trees, linked, off_path: &off_path, families: &families, catalog, others }
            .answer_all(&needs)?;
    let optional = optional::optional_needs(root, linked, target, &needs, &off_path, &families, catalog)?;
    let of_versions = problems::version_problems(root, linked, target);
    let mut problems = [of_versions, problems::soname_problems(&sonames)].concat();
    problems.sort();
    let mut resolution = Resolution {
        provenance: catalog.provenance().clone(),
        apps: AppSummary::of_all(trees, linked),
        base: trees.base.as_ref().map(|base| base.host_path.clone()),
        sonames,
        packages,
        optional,
        problems,
        loads: loads::reported(root, linked, target),
        unverified: Vec::new(),
        smaller: None,
        unread: None,
    };
    let unverified = resolution.packages.iter().map(|chosen| chosen.package.name.clone()).collect();
    resolution.set_unverified(unverified);
    Ok(resolution)
}
