//! `sodeb index export`.

use crate::cli::arguments::IndexExportArguments;
use crate::cli::commands::index::targets::{at_hand, targets};
use crate::cli::failure::{Exit, Failure};
use crate::cli::known_libraries::each_known;
use crate::cli::library_index;
use crate::cli::session::Session;
use crate::debian::catalog::Catalog;
use crate::debian::library_index::export::Export;

pub(super) fn run(arguments: &IndexExportArguments, session: &Session) -> Result<Exit, Failure> {
    let mut export = session.interrupts.removed_when_interrupted(|| {
        let export = Export::begin(&arguments.output, arguments.format)?;
        let staging = export.staging().to_owned();
        Ok((export, staging))
    })?;
    let indices = library_index::available(session)?;
    for target in targets(&arguments.targets, session)? {
        let catalog = at_hand(&target, session)?;
        let target = &catalog.provenance().target;
        each_known(&catalog, &indices, session, |known| Ok(export.add(target, known)?))?;
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
