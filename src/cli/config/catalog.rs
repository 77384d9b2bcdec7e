//! Source of the catalogs.

use super::archive::archive_settings;
use super::file::Config;
use crate::cli::arguments::CatalogArguments;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::debian::catalog::CatalogSource;
use crate::vocabulary::Release;

/// Returns the source of the catalogs that the arguments or `sodeb.toml` name.
pub(crate) fn catalog_source<'run>(
    arguments: &CatalogArguments,
    session: &'run Session,
) -> Result<CatalogSource<'run>, Failure> {
    Ok(CatalogSource {
        choice: match (arguments.refresh, &arguments.catalog) {
            (true, given) => given.clone(),
            (false, None) => session.config.catalog()?,
            (false, given) => given.clone(),
        },
        refresh: arguments.refresh,
        archive: archive_settings(&arguments.archive, session)?,
        progress: &session.progress,
    })
}

/// Returns the release that the arguments or `sodeb.toml` name.
pub(crate) fn requested_release(arguments: &CatalogArguments, config: &Config) -> Option<Release> {
    arguments.release.as_ref().or(config.release.as_ref()).map(Release::new)
}
