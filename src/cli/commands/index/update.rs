//! `sodeb index update`.

use super::show;
use super::targets::targets;
use crate::cli::arguments::IndexUpdateArguments;
use crate::cli::config::archive_settings;
use crate::cli::failure::{Exit, Failure};
use crate::cli::session::Session;
use crate::debian::archive::ArchiveSettings;
use crate::debian::catalog::{FileCatalog, fetch_catalog};
use crate::debian::library_index::IndexedLibraries;
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
    let libraries = IndexedLibraries::new(archive.cache_dir.clone());
    let (catalog, notes) = fetch_catalog(archive, target, Some(&libraries), &session.progress)?;
    session.print_notes(&notes);
    Ok(catalog)
}
