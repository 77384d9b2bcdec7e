//! What library indices know of a target, for the commands that look into them.

use std::collections::BTreeSet;

use crate::cli::failure::Failure;
use crate::cli::library_index::default_directories;
use crate::cli::session::Session;
use crate::debian::catalog::{Catalog, FileCatalog};
use crate::debian::library_index::{Coverage, IndexedPackage, LibraryIndex, indexed_packages};
use crate::vocabulary::Target;

/// Shows `look` what the indices know of each package of a catalog's target, in the order of names. Tells how many packages
/// with libraries they don't know, and says so where there are any.
pub(super) fn each_known(
    catalog: &FileCatalog,
    indices: &[LibraryIndex],
    session: &Session,
    mut look: impl FnMut(&IndexedPackage) -> Result<(), Failure>,
) -> Result<usize, Failure> {
    let target = &catalog.provenance().target;
    if !indices.iter().any(|index| index.covers(target)) {
        return Err(not_known(target));
    }
    let mut names = BTreeSet::new();
    for known in indexed_packages(indices, catalog) {
        let known = known?;
        look(&known)?;
        names.insert(known.package.name);
    }
    let coverage = Coverage::of(&names, catalog, &default_directories(target))?;
    if coverage.unknown > 0 {
        let all = coverage.unknown + coverage.known;
        session.printer.note(&format!(
            "{} of {all} packages of {target} are left out: no library index has the index's versions of them",
            coverage.unknown
        ));
    }
    Ok(coverage.unknown)
}

/// That the libraries of a target are not known, and how that is fixed.
fn not_known(target: &Target) -> Failure {
    let Target { release, architecture, .. } = target;
    Failure::question(anyhow::anyhow!(
        "cannot look into the libraries of {target}: no library index has them"
    ))
    .hint(format!("`sodeb index build --from-debs --release {release} --arch {architecture}` makes it"))
}
