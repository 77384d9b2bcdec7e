//! Libraries of a target, read from library indices.

use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::debian::catalog::{Catalog, FileCatalog};
use crate::debian::library_index::{IndexedPackage, LibraryIndex};
use crate::pipeline::visit_indexed_packages;

/// Calls `visit` with each package of the catalog's target that the indices know, in the order of the names. Returns the
/// number of library packages that they do not know, and prints a note about them.
pub(super) fn visit_packages(
    catalog: &FileCatalog,
    indices: &[LibraryIndex],
    session: &Session,
    visit: impl FnMut(&IndexedPackage) -> Result<(), Failure>,
) -> Result<usize, Failure> {
    let coverage = visit_indexed_packages(catalog, indices, visit)?;
    if coverage.unknown > 0 {
        let (unknown, all) = (coverage.unknown, coverage.unknown + coverage.known);
        let target = &catalog.provenance().target;
        session.printer.note(&format!(
            "{unknown} of {all} packages of {target} are left out: no library index has these versions"
        ));
    }
    Ok(coverage.unknown)
}
