//! `sodeb index stats`.

use crate::cli::arguments::{Format, IndexStatsArguments};
use crate::cli::commands::index::targets::{at_hand, targets};
use crate::cli::failure::{Exit, Failure};
use crate::cli::known_libraries::each_known;
use crate::cli::library_index;
use crate::cli::session::Session;
use crate::debian::catalog::Catalog;
use crate::debian::library_index::StatisticsBuilder;
use crate::emit::{self, StatisticsAnswer};

pub(super) fn run(arguments: &IndexStatsArguments, session: &Session) -> Result<Exit, Failure> {
    let indices = library_index::available(session)?;
    let mut answers = Vec::new();
    for target in targets(&arguments.targets, session)? {
        let catalog = at_hand(&target, session)?;
        let mut builder = StatisticsBuilder::default();
        let unknown_packages = each_known(&catalog, &indices, session, |known| {
            builder.add(known);
            Ok(())
        })?;
        let (provenance, statistics) = (catalog.provenance().clone(), builder.finish());
        answers.push(StatisticsAnswer { provenance, statistics, unknown_packages });
    }
    let text = match arguments.answer.format {
        Format::Json => emit::index_stats_json(&answers).map_err(Failure::outside)?,
        Format::Text => emit::index_stats_text(&answers),
    };
    session.printer.answer(text, arguments.answer.output.as_deref())?;
    Ok(Exit::Fine)
}
