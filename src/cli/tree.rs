//! `sodeb tree`.

use super::arguments::{Format, TreeArguments};
use super::config::Config;
use super::printer::Printer;
use super::settings::{SourceQuestion, linker_settings, read_sources};
use super::{Exit, Failure};
use crate::app::{Linked, Scope, Script, Sources, Started, link};
use crate::emit;
use crate::inventory::Depth;
use crate::loader::Traces;
use crate::root::Root;

pub(super) fn run(arguments: &TreeArguments, config: &Config, printer: &Printer) -> Result<Exit, Failure> {
    let question = SourceQuestion {
        paths: &arguments.sources.paths,
        place: &arguments.sources.place,
        cache: &arguments.cache,
        catalog: None,
        offline: arguments.offline,
        architecture: config.arch()?,
        depth: Depth::Linking,
    };
    let sources = read_sources(&question, config, printer)?;
    let root = sources.root();
    let is_traced = arguments.answer.format == Format::Json || printer.verbose;
    let traces = if is_traced { Traces::All } else { Traces::Missing };
    let settings = linker_settings(&arguments.linker, config, traces, sources.image.as_ref(), printer)?;
    let scope = if arguments.all { Scope::EachAlone } else { Scope::InContext };
    let linked = link(&root, &sources, &settings, scope);
    say_unread(&sources, printer);
    if linked.starts.is_empty() && linked.scripts.is_empty() {
        printer.note("there is no object here that a dynamic linker could load");
    }
    let text = match arguments.answer.format {
        Format::Json => emit::tree_json(&root, &linked).map_err(Failure::outside)?,
        Format::Text => emit::tree_text(&root, &linked, printer.verbose),
    };
    printer.answer(text, arguments.answer.output.as_deref())?;
    Ok(if has_problems(&root, &linked) { Exit::BadNews } else { Exit::Fine })
}

fn has_problems(root: &Root<'_>, linked: &Linked<'_>) -> bool {
    let is_bad = |start: &Started<'_>| {
        start.map.missing().next().is_some() || !emit::problems(root, linked, start).is_empty()
    };
    let is_bad_script = |script: &Script<'_>| {
        script.found.is_none() || script.map.as_ref().is_some_and(|map| map.missing().next().is_some())
    };
    linked.starts.iter().any(is_bad) || linked.scripts.iter().any(is_bad_script)
}

/// Says which files of the apps could not be read; those of the base only where more is to be said.
pub(super) fn say_unread(sources: &Sources, printer: &Printer) {
    let base = sources.base.iter().filter(|_| printer.verbose);
    for source in sources.apps.iter().chain(base) {
        for diagnostic in source.inventory.diagnostics() {
            let path = source.at.join(&diagnostic.path);
            printer.warning(&format!("cannot read {path}: {}", diagnostic.cause));
        }
    }
}
