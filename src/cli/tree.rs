//! `sodeb tree`.

use super::arguments::{Format, TreeArguments};
use super::closing::{DebSource, terms_of_answer};
use super::config::Config;
use super::printer::Printer;
use super::progress::Bars;
use super::question::Asked;
use super::settings::{SourceQuestion, linker_settings, read_sources};
use super::{Exit, Failure};
use crate::app::{InputTrees, LinkScope, LinkedApps, Script, StartObject, link};
use crate::emit;
use crate::loader::Traces;
use crate::pipeline::LinkedTrees;
use crate::solve::closure::PackageOf;
use crate::tree::inventory::ReadDepth;
use crate::tree::root::Root;
use crate::vocabulary::RootedPath;

pub(super) fn run(arguments: &TreeArguments, config: &Config, printer: &Printer) -> Result<Exit, Failure> {
    let is_traced = arguments.answer.format == Format::Json || printer.verbose;
    let traces = if is_traced { Traces::All } else { Traces::Missing };
    let shown = if arguments.closed {
        closed(arguments, traces, config, printer)?
    } else {
        as_it_is(arguments, traces, config, printer)?
    };
    if shown.is_empty {
        printer.note("there is no object here that a dynamic linker could load");
    }
    printer.answer(shown.text, arguments.answer.output.as_deref())?;
    Ok(if shown.is_bad_news { Exit::BadNews } else { Exit::Fine })
}

/// What the trees load, and on the base; no package is looked up.
fn as_it_is(
    arguments: &TreeArguments,
    traces: Traces,
    config: &Config,
    printer: &Printer,
) -> Result<Shown, Failure> {
    let TreeArguments { sources, catalog, .. } = arguments;
    let question = SourceQuestion {
        paths: &sources.paths,
        place: &sources.place,
        cache: &catalog.archive.cache,
        catalog: None,
        offline: catalog.archive.offline,
        architecture: config.arch_unless(catalog.arch)?,
        depth: ReadDepth::Link,
    };
    let sources = read_sources(&question, config, printer)?;
    let settings = linker_settings(&arguments.linker, config, traces, sources.image.as_ref(), printer)?;
    let root = sources.root();
    let scope = if arguments.all { LinkScope::EachAlone } else { LinkScope::InContext };
    let linked = link(&root, &sources, &settings, scope);
    say_unread(&sources, printer);
    Shown::of(&root, &linked, &|_| None, arguments.answer.format, printer)
}

/// What they load with the packages that close the gap.
fn closed(
    arguments: &TreeArguments,
    traces: Traces,
    config: &Config,
    printer: &Printer,
) -> Result<Shown, Failure> {
    let TreeArguments { sources, linker, catalog, choice, .. } = arguments;
    let mut asked =
        Asked::read(&sources.paths, &sources.place, linker, catalog, config, printer, ReadDepth::Link)?;
    asked.linker.traces = traces;
    let bars = Bars::new(printer.shows_progress);
    let debs = DebSource::with_few_downloads(&catalog.archive, config, &bars, printer)?;
    let terms = terms_of_answer(choice, &asked.sources, config, printer);
    let tree_root = asked.sources.root();
    let linked_trees = LinkedTrees::link(&tree_root, asked.inputs());
    let catalogs = asked.opener.open(linked_trees.architecture())?.catalogs;
    let show = |root: &Root<'_>, linked: &LinkedApps<'_>, package_of: PackageOf<'_>| {
        Shown::of(root, linked, package_of, arguments.answer.format, printer)
    };
    let (shown, unread) = linked_trees.resolve(&catalogs)?.show_closed(&terms, &debs, show)?;
    say_unread(&asked.sources, printer);
    for problem in unread {
        printer.warning(&problem.detail);
    }
    shown
}

/// What is printed, and what it comes to.
struct Shown {
    text: String,
    is_bad_news: bool,
    is_empty: bool,
}

impl Shown {
    fn of(
        root: &Root<'_>,
        linked: &LinkedApps<'_>,
        package_of: PackageOf<'_>,
        format: Format,
        printer: &Printer,
    ) -> Result<Self, Failure> {
        let text = match format {
            Format::Json => emit::tree_json(root, linked, package_of).map_err(Failure::outside)?,
            Format::Text => emit::tree_text(root, linked, package_of, printer.verbose),
        };
        let is_empty = linked.starts.is_empty() && linked.scripts.is_empty();
        Ok(Self { text, is_bad_news: has_problems(root, linked), is_empty })
    }
}

fn has_problems(root: &Root<'_>, linked: &LinkedApps<'_>) -> bool {
    let is_bad = |start: &StartObject<'_>| {
        start.map.missing().next().is_some() || !emit::problems(root, linked, start).is_empty()
    };
    let is_bad_script = |script: &Script<'_>| {
        script.found.is_none() || script.map.as_ref().is_some_and(|map| map.missing().next().is_some())
    };
    linked.starts.iter().any(is_bad) || linked.scripts.iter().any(is_bad_script)
}

/// Says which files of the apps could not be read; those of the base only where more is to be said.
pub(super) fn say_unread(sources: &InputTrees, printer: &Printer) {
    let top = RootedPath::root();
    let base = sources.base.iter().filter(|_| printer.verbose).map(|base| (&top, &base.inventory));
    for (at, inventory) in sources.apps.iter().map(|app| (&app.at, &app.inventory)).chain(base) {
        for diagnostic in inventory.diagnostics() {
            let path = at.join(&diagnostic.path);
            printer.warning(&format!("cannot read {path}: {}", diagnostic.cause));
        }
    }
}
