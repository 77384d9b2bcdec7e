//! `sodeb index check`.

use std::collections::BTreeMap;

use super::arguments::{Format, IndexStatsArguments};
use super::catalogs::cache_dir;
use super::config::Config;
use super::index::{at_hand, targets};
use super::known_libraries::each_known;
use super::printer::Printer;
use super::{Exit, Failure, library_index};
use crate::debian::catalog::Catalog;
use crate::emit::{self, CheckAnswer};
use crate::loader::Platform;
use crate::solve::closure::check_release;

pub(super) fn run(
    arguments: &IndexStatsArguments,
    config: &Config,
    printer: &Printer,
) -> Result<Exit, Failure> {
    let indices = library_index::available(&cache_dir(&arguments.cache, config)?, printer);
    let mut answers = Vec::new();
    for target in targets(&arguments.targets, config)? {
        let catalog = at_hand(&arguments.cache, config, &target)?;
        let cannot = || anyhow::anyhow!("cannot check {target}: its dynamic linker is not known");
        let platform = Platform::of_triplet(target.architecture.triplet());
        let platform = platform.ok_or_else(|| Failure::question(cannot()))?;
        let mut packages = BTreeMap::new();
        each_known(&catalog, &indices, printer, |known| {
            packages.insert(known.package.name.clone(), known.facts.clone());
            Ok(())
        })?;
        let check = check_release(&packages, platform.machine()).map_err(Failure::question)?;
        answers.push(CheckAnswer { provenance: catalog.provenance().clone(), check });
    }
    let text = match arguments.answer.format {
        Format::Json => emit::index_check_json(&answers).map_err(Failure::outside)?,
        Format::Text => emit::index_check_text(&answers, printer.verbose),
    };
    printer.answer(text, arguments.answer.output.as_deref())?;
    Ok(Exit::Fine)
}
