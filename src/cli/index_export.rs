//! `sodeb index export`.

use super::arguments::IndexExportArguments;
use super::catalogs::cache_dir;
use super::config::Config;
use super::index::{at_hand, targets};
use super::interrupt::removed_when_interrupted;
use super::known_libraries::each_known;
use super::printer::Printer;
use super::{Exit, Failure, library_index};
use crate::debian::catalog::Catalog;
use crate::debian::library_index::export::{Export, ExportError};

pub(super) fn run(
    arguments: &IndexExportArguments,
    config: &Config,
    printer: &Printer,
) -> Result<Exit, Failure> {
    let mut export = removed_when_interrupted(|| {
        let export = Export::begin(&arguments.output, arguments.format)?;
        let staging = export.staging().to_owned();
        Ok((export, staging))
    })?;
    let indices = library_index::available(&cache_dir(&arguments.cache, config)?, printer);
    for target in targets(&arguments.targets, config)? {
        let catalog = at_hand(&arguments.cache, config, &target)?;
        let target = &catalog.provenance().target;
        each_known(&catalog, &indices, printer, |known| Ok(export.add(target, known)?))?;
    }
    for table in export.keep()? {
        printer.note(&format!("{}: {} rows", arguments.output.join(&table.file).display(), table.rows));
    }
    Ok(Exit::Fine)
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Refused { .. } => {
                Self::question(error).hint("name a directory that is not there, or is empty")
            }
            ExportError::Write { .. } => Self::outside(error),
        }
    }
}
