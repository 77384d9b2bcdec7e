//! Source of the catalogs.

use super::archive::archive_settings;
use super::file::Config;
use crate::cli::arguments::CatalogArguments;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::debian::catalog::{CatalogChoice, CatalogSource};
use crate::debian::library_index::IndexedLibraries;
use crate::vocabulary::Release;

/// Returns the source of the catalogs that the arguments or `sodeb.toml` name.
pub(crate) fn catalog_source<'run>(
    arguments: &CatalogArguments,
    session: &'run Session,
) -> Result<CatalogSource<'run>, Failure> {
    let archive = archive_settings(&arguments.archive, session)?;
    if arguments.refresh && archive.offline {
        return Err(Failure::input(anyhow::anyhow!("cannot refresh the catalog offline")).hint(
            "leave out --refresh to use the cache, or allow the network: --offline, SODEB_OFFLINE or offline in sodeb.toml",
        ));
    }
    let choice = match (arguments.refresh, &arguments.catalog) {
        (true, given) => given.clone(),
        (false, None) => session.config.catalog()?,
        (false, given) => given.clone(),
    };
    let hint = "leave out --catalog to use the index of the mirror";
    match &choice {
        Some(CatalogChoice::Embedded) => {
            session.reject_options(&["mirror"], "with the embedded catalog", hint)?
        }
        Some(CatalogChoice::Installed(_)) => session.reject_options(
            &["mirror", "snapshot", "component", "backports", "keyring", "allow_unverified_contents"],
            "with the catalog of an installed root",
            "leave out --catalog to use the index of an archive",
        )?,
        _ => {}
    }
    Ok(CatalogSource {
        choice,
        refresh: arguments.refresh,
        libraries: Box::new(IndexedLibraries::new(archive.cache_dir.clone())),
        archive,
        progress: &session.progress,
    })
}

/// Returns the release that the arguments or `sodeb.toml` name.
pub(crate) fn requested_release(
    arguments: &CatalogArguments,
    config: &Config,
) -> Result<Option<Release>, Failure> {
    arguments.release.clone().map_or_else(|| config.release(), |given| Ok(Some(given)))
}
