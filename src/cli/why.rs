//! `sodeb why`.

use std::cell::OnceCell;

use super::arguments::{Format, WhyArguments};
use super::catalogs::{self, CatalogSet};
use super::config::Config;
use super::printer::Printer;
use super::resolve::in_pipeline;
use super::settings::{linker_settings, read_sources};
use super::{Exit, Failure, release};
use crate::emit;
use crate::loader::Traces;
use crate::pipeline::why;

pub(super) fn run(arguments: WhyArguments, config: &Config, printer: &Printer) -> Result<Exit, Failure> {
    let sources = read_sources(std::slice::from_ref(&arguments.path), &arguments.place, config)?;
    let settings = linker_settings(&arguments.linker, config, Traces::None)?;
    let architecture = arguments.catalog.arch.map_or_else(|| config.arch(), |arch| Ok(Some(arch)))?;
    let chosen = release::choose(arguments.catalog.release.as_deref(), config, &sources);
    let opened = OnceCell::<CatalogSet>::new();
    let chains = why(&sources, &settings, architecture, &arguments.query, |architecture| {
        let set = catalogs::open(&arguments.catalog, config, &chosen, architecture, printer)?;
        Ok::<_, Failure>(in_pipeline(opened.get_or_init(|| set)))
    })?;
    if chains.is_empty() {
        let what = format!("nothing in {} asks for {}", arguments.path.display(), arguments.query);
        return Err(Failure::question(anyhow::anyhow!(what))
            .hint("`sodeb resolve -v` lists every soname and package of the tree"));
    }
    match arguments.format {
        Format::Json => {
            let json = emit::why_json(&arguments.query, &chains).map_err(Failure::outside)?;
            printer.answer(&format!("{json}\n"))?;
        }
        Format::Text => printer.answer(&emit::why_text(&chains))?,
    }
    Ok(Exit::Fine)
}
