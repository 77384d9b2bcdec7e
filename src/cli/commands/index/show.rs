//! `sodeb index show`.

use crate::cli::arguments::{AnswerArguments, Format, IndexShowArguments};
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
    show(&catalogs, &arguments.answer, session)
}

pub(super) fn show(
    catalogs: &[FileCatalog],
    answer: &AnswerArguments,
    session: &Session,
) -> Result<Exit, Failure> {
    let text = match answer.format {
        Format::Json => emit::index_show_json(catalogs).map_err(Failure::outside)?,
        Format::Text => emit::index_show_text(catalogs, session.printer.verbose),
    };
    session.printer.answer(text, answer.output.as_deref())?;
    Ok(Exit::Fine)
}
