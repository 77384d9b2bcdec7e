//! `sodeb index update`.

use super::show;
use super::targets::targets;
use crate::cli::arguments::IndexUpdateArguments;
use crate::cli::config::archive_settings;
use crate::cli::failure::{Exit, Failure};
use crate::cli::session::Session;
use crate::debian::archive::ArchiveSettings;
use crate::debian::catalog::{FileCatalog, fetch_catalog};
use crate::vocabulary::Target;

pub(super) fn run(arguments: &IndexUpdateArguments, session: &Session) -> Result<Exit, Failure> {
    let archive = archive_settings(&arguments.archive, session)?;
    let (mut catalogs, mut exit) = (Vec::new(), Exit::Fine);
    let targets = targets(&arguments.targets, session)?;
    for target in &targets {
        match update(&archive, target, session) {
            Ok(catalog) => catalogs.push(catalog),
            Err(failure) if targets.len() == 1 => return Err(failure),
            // The others are still updated.
            Err(failure) => {
                exit = exit.max(session.printer.failure(&failure.context(format!("cannot update {target}"))))
            }
        }
    }
    Ok(exit.max(show::show(&catalogs, &arguments.output, session)?))
}

fn update(archive: &ArchiveSettings, target: &Target, session: &Session) -> Result<FileCatalog, Failure> {
    let (catalog, diagnostics) = fetch_catalog(archive, target, &session.progress)?;
    diagnostics.iter().for_each(|diagnostic| session.printer.warning(&diagnostic.to_string()));
    Ok(catalog)
}
