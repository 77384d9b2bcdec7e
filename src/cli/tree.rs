//! `sodeb tree`.

use super::arguments::{Format, TreeArguments};
use super::config::Config;
use super::printer::Printer;
use super::settings::{linker_settings, read_sources};
use super::{Exit, Failure};
use crate::app::{Linked, Scope, Sources, link};
use crate::emit;

pub(super) fn run(arguments: TreeArguments, config: &Config, printer: &Printer) -> Result<Exit, Failure> {
    let sources = read_sources(&arguments.sources.paths, &arguments.sources.place, config)?;
    let root = sources.root();
    let trace = arguments.format == Format::Json || printer.verbose;
    let settings = linker_settings(&arguments.linker, config, trace);
    let scope = if arguments.all { Scope::EachAlone } else { Scope::InContext };
    let linked = link(&root, &sources, &settings, scope);
    say_unread(&sources, printer);
    if linked.starts.is_empty() {
        printer.note("there is no object here that a dynamic linker could load");
    }
    match arguments.format {
        Format::Json => {
            let json = emit::tree_json(&root, &linked).map_err(Failure::outside)?;
            printer.answer(&format!("{json}\n"))?;
        }
        Format::Text => printer.answer(&emit::tree_text(&root, &linked, printer.verbose))?,
    }
    Ok(if has_problems(&linked) { Exit::BadNews } else { Exit::Fine })
}

fn has_problems(linked: &Linked<'_>) -> bool {
    linked
        .starts
        .iter()
        .any(|start| start.map.missing().next().is_some() || !emit::problems(&start.map).is_empty())
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
