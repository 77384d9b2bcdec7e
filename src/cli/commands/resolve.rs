//! `sodeb resolve`, and `sodeb PATH…` for short.

use crate::cli::analysis::{AnalysisInputs, InputOptions, exit_of_resolution};
use crate::cli::arguments::{AppArguments, ResolveArguments, ResolveFailOn, ResolveFormat};
use crate::cli::config::package_choice;
use crate::cli::debs::{confirm_packages, deb_source};
use crate::cli::failure::{Exit, Failure};
use crate::cli::inputs::{note_if_empty, warn_of_unread_base, warn_of_unread_files};
use crate::cli::package_names::check_choice;
use crate::cli::planning::resolve_options;
use crate::cli::session::Session;
use crate::emit;
use crate::pipeline::{Downloads, LinkedTrees};
use crate::solve::graph::Graph;
use crate::solve::resolve::{ReleaseVerdict, Resolution, Status};

/// Resolution of trees, and the reason for which their release was chosen.
struct Resolved {
    resolution: Resolution,
    graph: Option<Graph>,
    release_reason: String,
}

pub(super) fn run(arguments: &ResolveArguments, session: &Session) -> Result<Exit, Failure> {
    let ResolveArguments { apps: AppArguments { paths, base }, linker, catalog, .. } = arguments;
    check_options(arguments, session)?;
    let inputs = AnalysisInputs::read(paths, base, linker, catalog, InputOptions::LINK, session)?;
    if arguments.all_releases {
        return resolve_on_each_release(arguments, &inputs, session);
    }
    let Resolved { resolution, graph, release_reason } = resolve(arguments, &inputs, session)?;
    warn_of_unread_base(&inputs.trees, session);
    note_if_empty(resolution.apps.iter().all(|app| app.objects == 0), session);
    let text = match (arguments.format, graph) {
        (ResolveFormat::Html, Some(graph)) => {
            emit::resolve_html(&resolution, &graph, &release_reason).map_err(Failure::external)?
        }
        (ResolveFormat::Json, _) => {
            emit::resolve_json(&resolution, &release_reason).map_err(Failure::external)?
        }
        _ => emit::resolve_text(&resolution, &release_reason, session.printer.verbose),
    };
    session.printer.print_or_write(text, arguments.output.as_deref())?;
    let exit = exit_by_level(&resolution, arguments.fail_on);
    // The process ends: the system frees the memory faster than destructors would.
    std::mem::forget((inputs, resolution));
    Ok(exit)
}

/// Rejects options that have no effect on the question.
fn check_options(arguments: &ResolveArguments, session: &Session) -> Result<(), Failure> {
    if arguments.direct {
        let hint = "leave it out, or leave out --direct to choose packages";
        session.reject_options(&["prefer", "avoid"], "with --direct, which chooses no packages", hint)?;
    }
    if arguments.all_releases {
        let hint = "`sodeb index update` fetches the indices to compare";
        let options = ["refresh", "mirror", "component", "backports", "keyring", "allow_unverified_contents"];
        session.reject_options(
            &options,
            "with --all-releases, which compares what is compiled in and cached",
            hint,
        )?;
    }
    Ok(())
}

/// Returns the exit status for the least level that fails.
fn exit_by_level(resolution: &Resolution, fail_on: ResolveFailOn) -> Exit {
    let is_missing = || resolution.sonames.iter().any(|answer| answer.status == Status::Package);
    match fail_on {
        ResolveFailOn::Never => Exit::Fine,
        ResolveFailOn::Missing if is_missing() => Exit::Problems,
        ResolveFailOn::Missing | ResolveFailOn::Problem => exit_of_resolution(resolution),
    }
}

/// Prints the releases on which the trees work. It is a problem if they work on none.
fn resolve_on_each_release(
    arguments: &ResolveArguments,
    inputs: &AnalysisInputs<'_>,
    session: &Session,
) -> Result<Exit, Failure> {
    let debs = deb_source(&arguments.catalog.archive, Downloads::Newer, None, session)?;
    let options = package_choice(&arguments.choice, &session.config);
    let root = inputs.trees.root();
    let linked = LinkedTrees::link(&root, inputs.inputs());
    let catalogs = inputs.catalogs.open_each(linked.architecture())?;
    check_choice(&options, catalogs.iter().map(AsRef::as_ref))?;
    let releases = linked.resolve_on_each(&catalogs, &options, &debs)?;
    warn_of_unread_files(&inputs.trees, session);
    let text = match arguments.format {
        ResolveFormat::Text => emit::releases_text(&releases, session.printer.verbose),
        ResolveFormat::Json => emit::releases_json(&releases).map_err(Failure::external)?,
        ResolveFormat::Html => {
            return Err(Failure::input(anyhow::anyhow!("cannot write --all-releases as HTML"))
                .hint("use --format text or --format json"));
        }
    };
    session.printer.print_or_write(text, arguments.output.as_deref())?;
    let works = releases.iter().any(|release| release.verdict() == ReleaseVerdict::Works);
    Ok(Exit::of_problems(!works))
}

fn resolve(
    arguments: &ResolveArguments,
    inputs: &AnalysisInputs<'_>,
    session: &Session,
) -> Result<Resolved, Failure> {
    let root = inputs.trees.root();
    let linked = LinkedTrees::link(&root, inputs.inputs());
    let (catalogs, release_reason) = inputs.catalogs.open(linked.architecture())?;
    let analysis = linked.resolve(&catalogs)?;
    let with_graph = arguments.format == ResolveFormat::Html;
    let (resolution, graph) = if arguments.direct {
        let graph = with_graph.then(|| analysis.graph()).transpose()?;
        let mut resolution = analysis.into_resolution();
        confirm_packages(&mut resolution, &arguments.catalog.archive, session)?;
        (resolution, graph)
    } else {
        let debs = deb_source(&arguments.catalog.archive, Downloads::Newer, None, session)?;
        let options = resolve_options(&arguments.choice, &inputs.trees, session);
        check_choice(&options, std::iter::once(catalogs.main.as_ref()))?;
        if with_graph {
            let (resolution, graph) = analysis.close_with_graph(&options, &debs)?;
            (resolution, Some(graph))
        } else {
            (analysis.close(&options, &debs)?, None)
        }
    };
    Ok(Resolved { resolution, graph, release_reason })
}
