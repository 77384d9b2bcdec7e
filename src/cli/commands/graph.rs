//! `sodeb graph`, and the graph that `sodeb why` searches.

use crate::cli::analysis::{AnalysisInputs, InputOptions, exit_of_resolution};
use crate::cli::arguments::{
    AppArguments, CatalogArguments, ClosureArguments, GraphArguments, GraphFormat, LinkerArguments,
    PlanArguments,
};
use crate::cli::debs::confirm_packages;
use crate::cli::failure::{Exit, Failure};
use crate::cli::inputs::{note_if_empty, warn_of_unread_files};
use crate::cli::planning::{PlanRequest, plan_trees};
use crate::cli::session::Session;
use crate::debian::catalog::Provenance;
use crate::emit;
use crate::pipeline::{Downloads, LinkedTrees};
use crate::solve::graph::Graph;
use crate::solve::resolve::{PackageProblem, Problem, ProblemKind};

/// Trees to make a graph of.
pub(super) struct GraphRequest<'arguments> {
    pub(super) apps: &'arguments AppArguments,
    pub(super) linker: &'arguments LinkerArguments,
    pub(super) catalog: &'arguments CatalogArguments,
    pub(super) closure: &'arguments ClosureArguments,
    /// True to leave out the dependencies of packages.
    pub(super) direct: bool,
}

/// A graph of trees, with the release of its packages.
pub(super) struct TreeGraph {
    pub(super) graph: Graph,
    provenance: Provenance,
    release_reason: String,
    exit: Exit,
}

pub(super) fn run(arguments: &GraphArguments, session: &Session) -> Result<Exit, Failure> {
    let GraphArguments { plan, direct, format, output } = arguments;
    let PlanArguments { apps, linker, closure, catalog } = plan;
    let request = GraphRequest { apps, linker, catalog, closure, direct: *direct };
    let graph = make_graph(&request, session)?;
    let text = encode(&graph, *format, !direct, session)?;
    match output {
        Some(path) => session.printer.write_file(path, text.as_bytes())?,
        None => session.printer.print(text)?,
    }
    Ok(graph.exit)
}

/// Makes the graph of the trees, and of the packages that provide what is missing unless `--direct` is given.
pub(super) fn make_graph(request: &GraphRequest<'_>, session: &Session) -> Result<TreeGraph, Failure> {
    if request.direct {
        let hint = "leave it out, or leave out --direct to choose packages";
        let options = ["prefer", "avoid", "with", "include", "data", "dlopen"];
        session.reject_options(&options, "with --direct, which chooses no packages", hint)?;
    }
    let graph = if request.direct { direct_graph(request, session) } else { closed_graph(request, session) }?;
    note_if_empty(graph.graph.nodes().next().is_none(), session);
    Ok(graph)
}

fn direct_graph(request: &GraphRequest<'_>, session: &Session) -> Result<TreeGraph, Failure> {
    let GraphRequest { apps: AppArguments { paths, base }, linker, catalog, .. } = request;
    let inputs = AnalysisInputs::read(paths, base, linker, catalog, InputOptions::LINK, session)?;
    let root = inputs.trees.root();
    let linked = LinkedTrees::link(&root, inputs.inputs());
    let (catalogs, release_reason) = inputs.catalogs.open(linked.architecture())?;
    let analysis = linked.resolve(&catalogs)?;
    let graph = analysis.graph()?;
    warn_of_unread_files(&inputs.trees, session);
    let mut resolution = analysis.into_resolution();
    confirm_packages(&mut resolution, &catalog.archive, session)?;
    let exit = exit_of_resolution(&resolution);
    Ok(TreeGraph { graph, provenance: resolution.provenance, release_reason, exit })
}

fn closed_graph(request: &GraphRequest<'_>, session: &Session) -> Result<TreeGraph, Failure> {
    let GraphRequest { apps, linker, catalog, closure, .. } = request;
    let downloads = Downloads::Newer;
    let request = PlanRequest {
        apps,
        linker,
        closure,
        catalog,
        earlier: None,
        keeps_target: false,
        downloads,
        image: None,
    };
    let planned = plan_trees(&request, session, |catalogs| catalogs)?;
    warn_of_unread_files(&planned.trees, session);
    let closed = planned.closed;
    // A package that could not be read is no problem of the packages that could be.
    let (unread, problems): (Vec<&Problem>, Vec<_>) = closed
        .plan
        .problems
        .iter()
        .partition(|problem| problem.kind == ProblemKind::Package(PackageProblem::Unread));
    for problem in unread {
        session.printer.warning(&problem.detail);
    }
    let has_problem = problems.into_iter().any(|problem| problem.is_fatal());
    Ok(TreeGraph {
        graph: closed.graph,
        exit: Exit::of_problems(has_problem),
        provenance: closed.plan.provenance,
        release_reason: planned.release_reason,
    })
}

fn encode(
    graph: &TreeGraph,
    format: GraphFormat,
    is_closed: bool,
    session: &Session,
) -> Result<String, Failure> {
    let TreeGraph { graph, provenance, release_reason, .. } = graph;
    match format {
        GraphFormat::Dot => Ok(emit::graph_dot(graph)),
        GraphFormat::Svg => Ok(emit::graph_svg(graph)),
        GraphFormat::Json => {
            let text = emit::graph_json(graph, is_closed, provenance, release_reason);
            Ok(text.map_err(Failure::external)? + "\n")
        }
        GraphFormat::Mermaid => {
            let (text, edges) = emit::graph_mermaid(graph);
            if edges > emit::MERMAID_EDGES || text.len() > emit::MERMAID_LETTERS {
                session.printer.note(&format!(
                    "Mermaid draws at most {} edges and {} characters by default, and this graph has {edges} and {}: \
                     raise maxEdges and maxTextSize",
                    emit::MERMAID_EDGES,
                    emit::MERMAID_LETTERS,
                    text.chars().count()
                ));
            }
            Ok(text)
        }
    }
}
