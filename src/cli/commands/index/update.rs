//! `sodeb index update`.

use super::show;
use super::targets::targets;
use crate::cli::arguments::IndexUpdateArguments;
use crate::cli::config::archive_settings;
use crate::cli::failure::{Exit, Failure};
use crate::cli::session::Session;
use crate::debian::catalog::fetch_catalog;

pub(super) fn run(arguments: &IndexUpdateArguments, session: &Session) -> Result<Exit, Failure> {
    let archive = archive_settings(&arguments.archive, session)?;
    let mut catalogs = Vec::new();
    for target in targets(&arguments.targets, session)? {
        let (catalog, diagnostics) = fetch_catalog(&archive, &target, &session.progress)?;
        diagnostics.iter().for_each(|diagnostic| session.printer.warning(&diagnostic.to_string()));
        catalogs.push(catalog);
    }
    show::show(&catalogs, &arguments.output, session)
}
