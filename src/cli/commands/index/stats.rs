//! `sodeb index stats`.

use super::libraries::visit_packages;
use super::targets::{catalog_of, targets};
use crate::cli::arguments::{Format, IndexReportArguments};
use crate::cli::debs::library_indices;
use crate::cli::failure::{Exit, Failure};
use crate::cli::session::Session;
use crate::debian::catalog::Catalog;
use crate::debian::library_index::StatisticsBuilder;
use crate::emit::{self, StatisticsAnswer};

pub(super) fn run(arguments: &IndexReportArguments, session: &Session) -> Result<Exit, Failure> {
    let indices = library_indices(session)?;
    let mut results = Vec::new();
    for target in targets(&arguments.targets, session)? {
        let catalog = catalog_of(&target, &arguments.scope, session)?;
        let mut builder = StatisticsBuilder::default();
        let unknown_packages = visit_packages(&catalog, &indices, session, |package| {
            builder.add(package);
            Ok(())
        })?;
        let (provenance, statistics) = (catalog.provenance().clone(), builder.finish());
        results.push(StatisticsAnswer { provenance, statistics, unknown_packages });
    }
    let text = match arguments.output.format {
        Format::Json => emit::index_stats_json(&results).map_err(Failure::external)?,
        Format::Text => emit::index_stats_text(&results),
    };
    session.printer.print_or_write(text, arguments.output.output.as_deref())?;
    Ok(Exit::Fine)
}
