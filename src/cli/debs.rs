//! Source of the packages' .debs.

use std::collections::HashMap;
use std::sync::Arc;

use crate::cli::arguments::ArchiveArguments;
use crate::cli::config::archive_settings;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::debian::archive::ArchiveSettings;
use crate::debian::catalog::Catalog;
use crate::debian::debs::DebStore;
use crate::debian::library_index::{IndexedCatalog, IndexedDebs, LibraryIndex, available_indices};
use crate::oci::layer::PlannedDeb;
use crate::pipeline::{Downloads, IndexedSource, confirm, locked_urls, package_files};
use crate::solve::plan::Plan;
use crate::solve::resolve::Resolution;

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

/// Finds the packages of an answer that known .debs confirm. Nothing is opened for a verified answer.
pub(super) fn confirm_packages(
    resolution: &mut Resolution,
    arguments: &ArchiveArguments,
    session: &Session,
) -> Result<(), Failure> {
    if !resolution.unverified.is_empty() {
        confirm(resolution, &deb_source(arguments, Downloads::Newer, None, session)?);
    }
    Ok(())
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

/// Returns the library indices, which are opened once, with a warning for each one that cannot be read.
pub(super) fn library_indices(session: &Session) -> Result<Arc<[LibraryIndex]>, Failure> {
    if let Some(indices) = session.library_indices.get() {
        return Ok(Arc::clone(indices));
    }
    let (indices, unreadable) = available_indices(&session.cache_dir()?);
    for index in unreadable {
        session.printer.warning(&format!("{index}; `sodeb index build --from-debs` replaces it"));
    }
    Ok(Arc::clone(session.library_indices.get_or_init(|| indices.into())))
}

/// Puts the library indices behind a catalog.
pub(super) fn with_library_indices(
    catalog: Box<dyn Catalog>,
    session: &Session,
) -> Result<Box<dyn Catalog>, Failure> {
    Ok(Box::new(IndexedCatalog::new(catalog, library_indices(session)?)))
}
