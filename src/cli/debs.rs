//! Source of the packages' .debs.

use std::collections::HashMap;

use crate::cli::arguments::ArchiveArguments;
use crate::cli::config::archive_settings;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::debian::archive::ArchiveSettings;
use crate::debian::debs::DebStore;
use crate::debian::library_index::{IndexedDebs, LibraryIndex, available_indices};
use crate::oci::layer::PlannedDeb;
use crate::pipeline::{Downloads, IndexedSource, locked_urls, package_files};
use crate::solve::plan::Plan;

/// Opens the source of .debs. `earlier` is a lock, whose URLs are tried first.
pub(super) fn deb_source<'run>(
    arguments: &ArchiveArguments,
    downloads: Downloads,
    earlier: Option<&Plan>,
    session: &'run Session,
) -> Result<IndexedSource<'run, Failure>, Failure> {
    let store = deb_store(archive_settings(arguments, session)?, earlier, session);
    Ok(IndexedSource::new(IndexedDebs::new(store, library_indices(session)?), downloads))
}

/// Opens the store of whole .debs.
pub(super) fn deb_store<'run>(
    settings: ArchiveSettings,
    earlier: Option<&Plan>,
    session: &'run Session,
) -> DebStore<'run> {
    DebStore::new(settings, earlier.map_or_else(HashMap::new, locked_urls), &session.progress)
}

/// Downloads and reads the .debs of a Plan's packages.
pub(super) fn planned_debs(
    arguments: &ArchiveArguments,
    plan: &Plan,
    session: &Session,
) -> Result<Vec<PlannedDeb>, Failure> {
    let store = deb_store(archive_settings(arguments, session)?, Some(plan), session);
    Ok(package_files(&store, plan)?)
}

/// Opens the library indices, with a warning for each one that cannot be read.
pub(super) fn library_indices(session: &Session) -> Result<Vec<LibraryIndex>, Failure> {
    let (indices, unreadable) = available_indices(&session.cache_dir()?);
    for index in unreadable {
        session.printer.warning(&format!("{index}; `sodeb index build --from-debs` replaces it"));
    }
    Ok(indices)
}
