//! `sodeb resolve`, and `sodeb PATH` for short.

use crate::cli::arguments::{ResolveArguments, ResolveFormat};
use crate::cli::catalogs::Opened;
use crate::cli::closing::{DebSource, terms_of_answer, terms_of_choice};
use crate::cli::failure::{Exit, Failure};
use crate::cli::question::{Asked, is_bad_news};
use crate::cli::session::Session;
use crate::cli::sources::say_unread;
use crate::emit;
use crate::pipeline::LinkedTrees;
use crate::solve::graph::Graph;
use crate::solve::resolve::{Resolution, Verdict};
use crate::tree::inventory::ReadDepth;

/// An answer, and how its release was come by.
struct Resolved {
    resolution: Resolution,
    graph: Option<Graph>,
    learned_from: String,
}

pub(super) fn run(arguments: &ResolveArguments, session: &Session) -> Result<Exit, Failure> {
    let ResolveArguments { sources, linker, catalog, .. } = arguments;
    let asked = Asked::read(&sources.paths, &sources.place, linker, catalog, session, ReadDepth::Link)?;
    if arguments.all_releases {
        return run_on_each(arguments, &asked, session);
    }
    let Resolved { resolution, graph, learned_from } = resolve(arguments, &asked, session)?;
    say_unread(&asked.sources, session);
    if resolution.apps.iter().all(|app| app.objects == 0) {
        session.printer.note("there is no object here that a dynamic linker could load");
    }
    let text = match (arguments.format, graph) {
        (ResolveFormat::Html, Some(graph)) => {
            emit::resolve_html(&resolution, &graph, &learned_from).map_err(Failure::outside)?
        }
        (ResolveFormat::Json, _) => {
            emit::resolve_json(&resolution, &learned_from).map_err(Failure::outside)?
        }
        _ => emit::resolve_text(&resolution, &learned_from, session.printer.verbose),
    };
    session.printer.answer(text, arguments.output.as_deref())?;
    let exit = if is_bad_news(&resolution) { Exit::BadNews } else { Exit::Fine };
    // The process ends: the system takes its memory back sooner than it could be given back piece by piece.
    std::mem::forget((asked, resolution));
    Ok(exit)
}

/// On which of the releases at hand the trees work. It is bad news where they work on none.
fn run_on_each(arguments: &ResolveArguments, asked: &Asked<'_>, session: &Session) -> Result<Exit, Failure> {
    let archive = &arguments.catalog.archive;
    let debs = DebSource::with_few_downloads(archive, session)?;
    let terms = terms_of_choice(&arguments.choice, session);
    let root = asked.sources.root();
    let linked = LinkedTrees::link(&root, asked.inputs());
    let catalogs = asked.opener.open_each(linked.architecture())?;
    let releases = linked.resolve_on_each(&catalogs, &terms, &debs)?;
    say_unread(&asked.sources, session);
    let text = match arguments.format {
        ResolveFormat::Text => emit::releases_text(&releases, session.printer.verbose),
        ResolveFormat::Json => emit::releases_json(&releases).map_err(Failure::outside)?,
        ResolveFormat::Html => {
            return Err(Failure::question(anyhow::anyhow!("cannot write --all-releases as HTML"))
                .hint("text and json are the formats that have it"));
        }
    };
    session.printer.answer(text, arguments.output.as_deref())?;
    let works = releases.iter().any(|release| release.verdict() == Verdict::Works);
    Ok(if works { Exit::Fine } else { Exit::BadNews })
}

fn resolve(arguments: &ResolveArguments, asked: &Asked<'_>, session: &Session) -> Result<Resolved, Failure> {
    let root = asked.sources.root();
    let linked = LinkedTrees::link(&root, asked.inputs());
    let Opened { catalogs, learned_from } = asked.opener.open(linked.architecture())?;
    let analysis = linked.resolve(&catalogs)?;
    let wants_graph = arguments.format == ResolveFormat::Html;
    let (resolution, graph) = if arguments.direct {
        let graph = wants_graph.then(|| analysis.graph()).transpose()?;
        (analysis.into_resolution(), graph)
    } else {
        let debs = DebSource::with_few_downloads(&arguments.catalog.archive, session)?;
        let terms = terms_of_answer(&arguments.choice, &asked.sources, session);
        if wants_graph {
            let (resolution, graph) = analysis.close_with_graph(&terms, &debs)?;
            (resolution, Some(graph))
        } else {
            (analysis.close(&terms, &debs)?, None)
        }
    };
    Ok(Resolved { resolution, graph, learned_from })
}
