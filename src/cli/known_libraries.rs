//! What library indices know of a target, for the commands that look into them.

use std::collections::BTreeSet;

use super::Failure;
use super::library_index::default_directories;
use super::printer::Printer;
use crate::debian::catalog::{Catalog, FileCatalog};
use crate::debian::depot::{Coverage, KnownDeb, LibraryIndex, LibraryIndexError, known_debs};
use crate::vocabulary::Target;

/// Shows `look` what the graphs know of each package of a catalog's target, in the order of names. Tells how many packages
/// with libraries they don't know, and says so where there are any.
pub(super) fn each_known(
    catalog: &FileCatalog,
    graphs: &[LibraryIndex],
    printer: &Printer,
    mut look: impl FnMut(&KnownDeb) -> Result<(), Failure>,
) -> Result<usize, Failure> {
    let target = &catalog.provenance().target;
    if !graphs.iter().any(|graph| graph.is_of(target)) {
        return Err(not_known(target));
    }
    let mut names = BTreeSet::new();
    for known in known_debs(graphs, catalog) {
        let known = known?;
        look(&known)?;
        names.insert(known.package.name);
    }
    let coverage = Coverage::of(&names, catalog, &default_directories(target))?;
    if coverage.unknown > 0 {
        let all = coverage.unknown + coverage.known;
        printer.note(&format!(
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

impl From<LibraryIndexError> for Failure {
    fn from(error: LibraryIndexError) -> Self {
        match error {
            LibraryIndexError::Catalog(error) => error.into(),
            error @ LibraryIndexError::Graph(_) => {
                Self::outside(error).hint("`sodeb index build --from-debs` makes it anew")
            }
        }
    }
}
