//! `sodeb tree`.

use crate::app::{LinkScope, LinkedApps, Script, StartObject, link};
use crate::cli::arguments::{Format, TreeArguments};
use crate::cli::closing::{DebSource, terms_of_answer};
use crate::cli::config::linker_settings;
use crate::cli::failure::{Exit, Failure};
use crate::cli::question::Asked;
use crate::cli::session::Session;
use crate::cli::source_question::SourceQuestion;
use crate::cli::sources::{read_sources, say_unread};
use crate::emit;
use crate::loader::Traces;
use crate::pipeline::LinkedTrees;
use crate::solve::closure::PackageOf;
use crate::tree::inventory::ReadDepth;
use crate::tree::root::Root;

pub(super) fn run(arguments: &TreeArguments, session: &Session) -> Result<Exit, Failure> {
    let is_traced = arguments.answer.format == Format::Json || session.printer.verbose;
    let traces = if is_traced { Traces::All } else { Traces::Missing };
    let shown = if arguments.closed {
        closed(arguments, traces, session)?
    } else {
        as_it_is(arguments, traces, session)?
    };
    if shown.is_empty {
        session.printer.note("there is no object here that a dynamic linker could load");
    }
    session.printer.answer(shown.text, arguments.answer.output.as_deref())?;
    Ok(if shown.is_bad_news { Exit::BadNews } else { Exit::Fine })
}

/// What the trees load, and on the base; no package is looked up.
fn as_it_is(arguments: &TreeArguments, traces: Traces, session: &Session) -> Result<Shown, Failure> {
    let TreeArguments { sources, catalog, .. } = arguments;
    let question = SourceQuestion {
        paths: &sources.paths,
        place: &sources.place,
        catalog: None,
        offline: catalog.archive.offline,
        architecture: session.config.arch_unless(catalog.arch)?,
        depth: ReadDepth::Link,
    };
    let sources = read_sources(&question, session)?;
    let settings = linker_settings(&arguments.linker, traces, sources.image.as_ref(), session)?;
    let root = sources.root();
    let scope = if arguments.all { LinkScope::EachAlone } else { LinkScope::InContext };
    let linked = link(&root, &sources, &settings, scope);
    say_unread(&sources, session);
    Shown::of(&root, &linked, &|_| None, arguments.answer.format, session)
}

/// What they load with the packages that close the gap.
fn closed(arguments: &TreeArguments, traces: Traces, session: &Session) -> Result<Shown, Failure> {
    let TreeArguments { sources, linker, catalog, choice, .. } = arguments;
    let mut asked = Asked::read(&sources.paths, &sources.place, linker, catalog, session, ReadDepth::Link)?;
    asked.linker.traces = traces;
    let debs = DebSource::with_few_downloads(&catalog.archive, session)?;
    let terms = terms_of_answer(choice, &asked.sources, session);
    let tree_root = asked.sources.root();
    let linked_trees = LinkedTrees::link(&tree_root, asked.inputs());
    let catalogs = asked.opener.open(linked_trees.architecture())?.catalogs;
    let show = |root: &Root<'_>, linked: &LinkedApps<'_>, package_of: PackageOf<'_>| {
        Shown::of(root, linked, package_of, arguments.answer.format, session)
    };
    let (shown, unread) = linked_trees.resolve(&catalogs)?.show_closed(&terms, &debs, show)?;
    say_unread(&asked.sources, session);
    for problem in unread {
        session.printer.warning(&problem.detail);
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
        session: &Session,
    ) -> Result<Self, Failure> {
        let text = match format {
            Format::Json => emit::tree_json(root, linked, package_of).map_err(Failure::outside)?,
            Format::Text => emit::tree_text(root, linked, package_of, session.printer.verbose),
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
