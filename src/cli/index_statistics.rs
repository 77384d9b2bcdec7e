//! `sodeb index stats`.

use super::arguments::{Format, IndexStatsArguments};
use super::catalogs::cache_dir;
use super::config::Config;
use super::index::{at_hand, targets};
use super::known_libraries::each_known;
use super::printer::Printer;
use super::{Exit, Failure, library_index};
use crate::debian::catalog::Catalog;
use crate::debian::library_index::StatisticsBuilder;
use crate::emit::{self, StatisticsAnswer};

pub(super) fn run(
    arguments: &IndexStatsArguments,
    config: &Config,
    printer: &Printer,
) -> Result<Exit, Failure> {
    let indices = library_index::available(&cache_dir(&arguments.cache, config)?, printer);
    let mut answers = Vec::new();
    for target in targets(&arguments.targets, config)? {
        let catalog = at_hand(&arguments.cache, config, &target)?;
        let mut builder = StatisticsBuilder::default();
        let unknown_packages = each_known(&catalog, &indices, printer, |known| {
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
    printer.answer(text, arguments.answer.output.as_deref())?;
    Ok(Exit::Fine)
}
