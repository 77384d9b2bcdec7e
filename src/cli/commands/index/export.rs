//! `sodeb index export`.

use super::libraries::visit_packages;
use super::targets::{catalog_of, targets};
use crate::cli::arguments::IndexExportArguments;
use crate::cli::debs::library_indices;
use crate::cli::failure::{Exit, Failure};
use crate::cli::session::Session;
use crate::debian::catalog::Catalog;
use crate::debian::library_index::export::Export;

pub(super) fn run(arguments: &IndexExportArguments, session: &Session) -> Result<Exit, Failure> {
    let mut export = session.interrupts.removed_when_interrupted(|| {
        let export = Export::begin(&arguments.output, arguments.format)?;
        let staging = export.staging().to_owned();
        Ok((export, staging))
    })?;
    let indices = library_indices(session)?;
    for target in targets(&arguments.targets, session)? {
        let catalog = catalog_of(&target, &arguments.scope, session)?;
        let target = &catalog.provenance().target;
        visit_packages(&catalog, &indices, session, |package| Ok(export.add(target, package)?))?;
    }
    for table in export.keep()? {
        session.printer.note(&format!(
            "{}: {} rows",
            arguments.output.join(&table.file).display(),
            table.rows
        ));
    }
    Ok(Exit::Fine)
}
