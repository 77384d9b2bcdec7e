//! `sodeb why`.

use std::slice;

use super::arguments::{Format, WhyArguments};
use super::config::Config;
use super::printer::Printer;
use super::question::Asked;
use super::{Exit, Failure};
use crate::emit;
use crate::inventory::Depth;
use crate::pipeline::why;

pub(super) fn run(arguments: &WhyArguments, config: &Config, printer: &Printer) -> Result<Exit, Failure> {
    let WhyArguments { path, query, place, linker, catalog, answer } = arguments;
    let asked = Asked::read(slice::from_ref(path), place, linker, catalog, config, printer, Depth::Linking)?;
    let choose = |architecture| asked.catalogs(architecture).map(|opened| opened.catalogs);
    let chains = why(asked.question(), query, choose)?;
    if chains.is_empty() {
        let what = format!("nothing in {} asks for {query}", path.display());
        return Err(Failure::question(anyhow::anyhow!(what))
            .hint("`sodeb resolve -v` lists every soname and package of the tree"));
    }
    let text = match answer.format {
        Format::Json => emit::why_json(query, &chains).map_err(Failure::outside)?,
        Format::Text => emit::why_text(&chains),
    };
    printer.answer(text, answer)?;
    Ok(Exit::Fine)
}
