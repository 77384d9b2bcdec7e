//! `sodeb resolve`, and `sodeb PATH` for short.

use super::arguments::{ResolveArguments, ResolveFormat};
use super::config::Config;
use super::printer::Printer;
use super::question::Asked;
use super::tree::say_unread;
use super::{Exit, Failure};
use crate::emit;
use crate::inventory::Depth;
use crate::pipeline;
use crate::resolve::{Resolution, Status};

pub(super) fn run(arguments: &ResolveArguments, config: &Config, printer: &Printer) -> Result<Exit, Failure> {
    let ResolveArguments { sources, linker, catalog, format, output } = arguments;
    let asked =
        Asked::read(&sources.paths, &sources.place, linker, catalog, config, printer, Depth::Linking)?;
    let mut learned_from = String::new();
    let choose = |architecture| {
        let opened = asked.opener.open(architecture)?;
        learned_from = opened.learned_from;
        Ok::<_, Failure>(opened.catalogs)
    };
    let (resolution, graph) = match format {
        ResolveFormat::Html => {
            let (resolution, graph) = pipeline::graph(asked.question(), choose)?;
            (resolution, Some(graph))
        }
        ResolveFormat::Text | ResolveFormat::Json => (pipeline::resolve(asked.question(), choose)?, None),
    };
    say_unread(&asked.sources, printer);
    if resolution.apps.iter().all(|app| app.objects == 0) {
        printer.note("there is no object here that a dynamic linker could load");
    }
    let text = match (format, graph) {
        (ResolveFormat::Html, Some(graph)) => {
            emit::resolve_html(&resolution, &graph, &learned_from).map_err(Failure::outside)?
        }
        (ResolveFormat::Json, _) => {
            emit::resolve_json(&resolution, &learned_from).map_err(Failure::outside)?
        }
        _ => emit::resolve_text(&resolution, &learned_from, printer.verbose),
    };
    printer.answer(text, output.as_deref())?;
    Ok(if is_bad_news(&resolution) { Exit::BadNews } else { Exit::Fine })
}

/// A missing library that a package has is what the tool is for; what no package mends is bad news.
pub(super) fn is_bad_news(resolution: &Resolution) -> bool {
    let unmended = |status| matches!(status, Status::Unresolved | Status::OffPath);
    resolution.sonames.iter().any(|answer| unmended(answer.status))
        || resolution.problems.iter().any(|problem| problem.kind.is_bad_news())
}
