//! `sodeb resolve`, and `sodeb PATH` for short.

use super::arguments::{Format, ResolveArguments};
use super::catalogs::{self, CatalogSet};
use super::config::Config;
use super::printer::Printer;
use super::settings::{linker_settings, read_sources};
use super::tree::say_unread;
use super::{Exit, Failure, release};
use crate::catalog::Catalog;
use crate::loader::Traces;
use crate::pipeline::{Catalogs, resolve};
use crate::resolve::{Resolution, Status};
use crate::{emit, pipeline};

pub(super) fn run(arguments: ResolveArguments, config: &Config, printer: &Printer) -> Result<Exit, Failure> {
    let sources = read_sources(&arguments.sources.paths, &arguments.sources.place, config)?;
    let settings = linker_settings(&arguments.linker, config, Traces::None)?;
    let architecture = arguments.catalog.arch.map_or_else(|| config.arch(), |arch| Ok(Some(arch)))?;
    let chosen = release::choose(arguments.catalog.release.as_deref(), config, &sources);
    let opened = std::cell::OnceCell::<CatalogSet>::new();
    let resolution = resolve(&sources, &settings, architecture, |architecture| {
        let set = catalogs::open(&arguments.catalog, config, &chosen, architecture, printer)?;
        Ok::<_, Failure>(in_pipeline(opened.get_or_init(|| set)))
    })?;
    say_unread(&sources, printer);
    let set = opened.get();
    if resolution.apps.iter().all(|app| app.objects == 0) {
        printer.note("there is no object here that a dynamic linker could load");
    }
    let learned_from = set.map_or("", |set| set.learned_from.as_str());
    match arguments.format {
        Format::Json => {
            let json = emit::resolve_json(&resolution, learned_from).map_err(Failure::outside)?;
            printer.answer(&format!("{json}\n"))?;
        }
        Format::Text => printer.answer(&emit::resolve_text(&resolution, learned_from, printer.verbose))?,
    }
    Ok(if is_bad_news(&resolution) { Exit::BadNews } else { Exit::Fine })
}

/// The opened catalogs as the pipeline takes them.
pub(super) fn in_pipeline(set: &CatalogSet) -> pipeline::Catalogs<'_> {
    let others = set.others.iter().map(|catalog| catalog as &dyn Catalog).collect();
    Catalogs { main: set.main.as_ref(), others }
}

/// A missing library that a package has is what the tool is for; what no package mends is bad news.
fn is_bad_news(resolution: &Resolution) -> bool {
    let unmended = |status| matches!(status, Status::Unresolved | Status::OffPath);
    resolution.sonames.iter().any(|answer| unmended(answer.status))
        || resolution.problems.iter().any(|problem| problem.kind.is_bad_news())
}
