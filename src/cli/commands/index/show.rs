//! `sodeb index show`.

use crate::cli::arguments::{Format, IndexShowArguments, OutputArguments};
use crate::cli::failure::{Exit, Failure};
use crate::cli::session::Session;
use crate::debian::catalog::{FileCatalog, cached_files, embedded_catalogs};
use crate::emit;

pub(super) fn run(arguments: &IndexShowArguments, session: &Session) -> Result<Exit, Failure> {
    let mut catalogs = Vec::new();
    for file in cached_files(&session.cache_dir()?)? {
        match file.catalogs {
            Ok(found) => catalogs.extend(found),
            Err(error) => session.printer.warning(&format!("{error}; `sodeb index update` replaces it")),
        }
    }
    catalogs.extend(embedded_catalogs()?);
    show(&catalogs, &arguments.output, session)
}

pub(super) fn show(
    catalogs: &[FileCatalog],
    output: &OutputArguments,
    session: &Session,
) -> Result<Exit, Failure> {
    let text = match output.format {
        Format::Json => emit::index_show_json(catalogs).map_err(Failure::external)?,
        Format::Text => emit::index_show_text(catalogs, session.printer.verbose),
    };
    session.printer.print_or_write(text, output.output.as_deref())?;
    Ok(Exit::Fine)
}
