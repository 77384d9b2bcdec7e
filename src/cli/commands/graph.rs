//! `sodeb graph`, and the graph that `why` asks.

use crate::cli::arguments::{
    CatalogArguments, GraphArguments, GraphFormat, LinkerArguments, ReachArguments, SourceArguments,
};
use crate::cli::catalogs::Opened;
use crate::cli::closing::{ClosingQuestion, Fetching, close};
use crate::cli::failure::{Exit, Failure};
use crate::cli::question::{Asked, is_bad_news};
use crate::cli::session::Session;
use crate::cli::sources::say_unread;
use crate::debian::catalog::Provenance;
use crate::emit;
use crate::pipeline::LinkedTrees;
use crate::solve::graph::Graph;
use crate::solve::resolve::{Problem, ProblemKind};
use crate::tree::inventory::ReadDepth;

/// What a graph is made from.
pub(super) struct GraphQuestion<'arguments> {
    pub(super) sources: &'arguments SourceArguments,
    pub(super) linker: &'arguments LinkerArguments,
    pub(super) catalog: &'arguments CatalogArguments,
    pub(super) reach: &'arguments ReachArguments,
}

/// A graph, and what is to be said beside it.
pub(super) struct GraphAnswer {
    pub(super) graph: Graph,
    provenance: Provenance,
    learned_from: String,
    is_bad_news: bool,
}

pub(super) fn run(arguments: &GraphArguments, session: &Session) -> Result<Exit, Failure> {
    let GraphArguments { sources, linker, catalog, format, output, reach } = arguments;
    let answer = graph(&GraphQuestion { sources, linker, catalog, reach }, session)?;
    let text = written(&answer, *format, !reach.direct, session)?;
    match output {
        Some(path) => session.printer.write_file(path, text.as_bytes())?,
        None => session.printer.print(text)?,
    }
    Ok(if answer.is_bad_news { Exit::BadNews } else { Exit::Fine })
}

/// The graph of the trees by names alone, or with the packages that close the gap.
pub(super) fn graph(question: &GraphQuestion<'_>, session: &Session) -> Result<GraphAnswer, Failure> {
    let answer = if question.reach.direct { open(question, session)? } else { closed(question, session)? };
    if answer.graph.nodes().next().is_none() {
        session.printer.note("there is no object here that a dynamic linker could load");
    }
    Ok(answer)
}

fn open(question: &GraphQuestion<'_>, session: &Session) -> Result<GraphAnswer, Failure> {
    let GraphQuestion { sources: SourceArguments { paths, place }, linker, catalog, .. } = question;
    let asked = Asked::read(paths, place, linker, catalog, session, ReadDepth::Link)?;
    let root = asked.sources.root();
    let linked = LinkedTrees::link(&root, asked.inputs());
    let Opened { catalogs, learned_from } = asked.opener.open(linked.architecture())?;
    let analysis = linked.resolve(&catalogs)?;
    let graph = analysis.graph()?;
    say_unread(&asked.sources, session);
    let is_bad_news = is_bad_news(analysis.resolution());
    let provenance = analysis.into_resolution().provenance;
    Ok(GraphAnswer { graph, provenance, learned_from, is_bad_news })
}

fn closed(question: &GraphQuestion<'_>, session: &Session) -> Result<GraphAnswer, Failure> {
    let GraphQuestion { sources, linker, catalog, reach } = question;
    let closing = &reach.closing;
    let fetching = Fetching::Newer;
    let question = ClosingQuestion { sources, linker, closing, catalog, earlier: None, fetching };
    let answer = close(&question, session, |catalogs| catalogs)?;
    let closed = answer.closed;
    // What is not known is no bad news of what is.
    let (unread, problems): (Vec<&Problem>, Vec<_>) =
        closed.plan.problems.iter().partition(|problem| problem.kind == ProblemKind::Unread);
    for problem in unread {
        session.printer.warning(&problem.detail);
    }
    Ok(GraphAnswer {
        graph: closed.graph,
        is_bad_news: problems.into_iter().any(|problem| problem.kind.is_bad_news()),
        provenance: closed.plan.provenance,
        learned_from: answer.learned_from,
    })
}

fn written(
    answer: &GraphAnswer,
    format: GraphFormat,
    is_closed: bool,
    session: &Session,
) -> Result<String, Failure> {
    let GraphAnswer { graph, provenance, learned_from, .. } = answer;
    match format {
        GraphFormat::Dot => Ok(emit::graph_dot(graph)),
        GraphFormat::Svg => Ok(emit::graph_svg(graph)),
        GraphFormat::Json => {
            let text = emit::graph_json(graph, is_closed, provenance, learned_from);
            Ok(text.map_err(Failure::outside)? + "\n")
        }
        GraphFormat::Mermaid => {
            let (text, edges) = emit::graph_mermaid(graph);
            if edges > emit::MERMAID_EDGES || text.len() > emit::MERMAID_LETTERS {
                session.printer.note(&format!(
                    "Mermaid draws no more than {} edges and {} letters unless its maxEdges and maxTextSize say so; \
                     these are {edges} and {}",
                    emit::MERMAID_EDGES,
                    emit::MERMAID_LETTERS,
                    text.chars().count()
                ));
            }
            Ok(text)
        }
    }
}
