//! The Plan of trees, which `lock`, `manifest`, `layer` and `image` begin with.

use crate::app::InputTrees;
use crate::cli::analysis::{AnalysisInputs, InputOptions};
use crate::cli::arguments::{
    AppArguments, CatalogArguments, ClosureArguments, LinkerArguments, PackageChoiceArguments, PlanArguments,
};
use crate::cli::config::{closure_options, dlopen_priority, package_choice};
use crate::cli::debs::deb_source;
use crate::cli::failure::{Exit, Failure};
use crate::cli::inputs::warn_of_unread_base;
use crate::cli::package_names::check_choice;
use crate::cli::session::Session;
use crate::loader::LinkerSettings;
use crate::oci::image::ImageSettings;
use crate::pipeline::{Catalogs, Downloads, Planner, base_packages};
use crate::solve::closure::{Closure, ClosureOptions};
use crate::solve::plan::Plan;
use crate::support::humanize::counted;
use crate::tree::inventory::ReadDepth;
use crate::vocabulary::Severity;

/// Trees to plan for, and options of the Plan.
pub(super) struct PlanRequest<'arguments> {
    pub(super) apps: &'arguments AppArguments,
    pub(super) linker: &'arguments LinkerArguments,
    pub(super) closure: &'arguments ClosureArguments,
    pub(super) catalog: &'arguments CatalogArguments,
    /// Existing lock.
    pub(super) earlier: Option<&'arguments Plan>,
    /// True if the lock's release and architecture count where nothing else decides.
    pub(super) keeps_target: bool,
    pub(super) downloads: Downloads,
    /// Configuration of the image that is built.
    pub(super) image: Option<&'arguments ImageSettings>,
}

impl<'arguments> PlanRequest<'arguments> {
    pub(super) fn of(plan: &'arguments PlanArguments, earlier: Option<&'arguments Plan>) -> Self {
        let PlanArguments { apps, linker, closure, catalog } = plan;
        let downloads = Downloads::Unindexed;
        Self { apps, linker, closure, catalog, earlier, keeps_target: false, downloads, image: None }
    }
}

/// Trees with their Plan.
pub(super) struct PlannedTrees {
    pub(super) closed: Closure,
    /// Reason for which the release was chosen.
    pub(super) release_reason: String,
    pub(super) trees: InputTrees,
    /// Environment that the trees were linked in.
    pub(super) linker: LinkerSettings,
}

/// Makes the Plan of the trees. `change` may replace the catalogs, such as to keep a lock's versions.
pub(super) fn plan_trees(
    request: &PlanRequest<'_>,
    session: &Session,
    change: impl FnOnce(Catalogs) -> Catalogs,
) -> Result<PlannedTrees, Failure> {
    let PlanRequest {
        apps: AppArguments { paths, base },
        linker,
        closure,
        catalog,
        earlier,
        downloads,
        image,
        ..
    } = request;
    let options = closure_options(closure, &session.config)?;
    let has_wishes = !(options.include.is_empty() && options.runtimes.is_empty());
    let fallback = earlier.filter(|_| request.keeps_target).map(|lock| &lock.provenance.target);
    let reading = InputOptions { depth: ReadDepth::Symbols, has_wishes, fallback };
    let inputs = AnalysisInputs::read(paths, base, linker, catalog, reading, session)?;
    let AnalysisInputs { mut trees, mut linker, architecture, catalogs } = inputs;
    linker.runtime_loads = Some(dlopen_priority(closure, &session.config)?);
    let snapshot = catalog.archive.scope.snapshot.clone().or_else(|| session.config.snapshot.clone());
    let debs = deb_source(&catalog.archive, *downloads, *earlier, session)?;
    let mut release_reason = String::new();
    let options = with_base_packages(options, &trees, session);
    let open = |architecture| {
        let (catalogs, reason) = catalogs.open(architecture)?;
        check_choice(&options, std::iter::once(catalogs.main.as_ref()))?;
        release_reason = reason;
        Ok::<_, Failure>(change(catalogs))
    };
    let planner = Planner { settings: &linker, image: *image, architecture, options: &options, debs: &debs };
    let mut closed = planner.plan(&mut trees, open)?;
    closed.plan.snapshot = snapshot;
    warn_of_unread_base(&trees, session);
    if closed.optional > 0 {
        let libraries = counted(closed.optional, "library");
        session.printer.note(&format!(
            "{libraries} that only tests and plugins need left out; `sodeb resolve -v` lists them"
        ));
    }
    Ok(PlannedTrees { closed, release_reason, trees, linker })
}

/// Returns the options of a closure without included files.
pub(super) fn resolve_options(
    arguments: &PackageChoiceArguments,
    trees: &InputTrees,
    session: &Session,
) -> ClosureOptions {
    with_base_packages(package_choice(arguments, &session.config), trees, session)
}

/// Adds the packages of the base, with a warning for each part of its dpkg database that cannot be read.
fn with_base_packages(options: ClosureOptions, trees: &InputTrees, session: &Session) -> ClosureOptions {
    let (present, unread) = base_packages(trees);
    for database in unread {
        session.printer.warning(&database.to_string());
    }
    ClosureOptions { present, ..options }
}

/// Makes the Plan of the trees for a command that needs every package.
pub(super) fn plan_completely(
    request: &PlanRequest<'_>,
    verb: &str,
    session: &Session,
) -> Result<PlannedTrees, Failure> {
    let planned = plan_trees(request, session, |catalogs| catalogs)?;
    if planned.closed.unread.is_empty() { Ok(planned) } else { Err(incomplete(verb)) }
}

/// Error of a command that needs every package, while some could not be read.
pub(super) fn incomplete(verb: &str) -> Failure {
    let failure = Failure::problem(anyhow::anyhow!("cannot {verb}: not all packages could be read"));
    failure.hint("run it once without --offline")
}

/// Warns of the problems that the Plan does not fix, for outputs that do not list them, and returns the exit status.
pub(super) fn warn_of_problems(plan: &Plan, session: &Session) -> Exit {
    let shown = plan.problems.iter().filter(|problem| problem.grade > Severity::Note);
    for problem in shown {
        session.printer.warning(&format!("{}: {}: {}", problem.kind, problem.object, problem.detail));
    }
    exit_of_plan(plan)
}

/// Returns the exit status of a Plan: a problem if one is left that keeps objects from loading.
pub(super) fn exit_of_plan(plan: &Plan) -> Exit {
    Exit::of_problems(plan.problems.iter().any(|problem| problem.is_fatal()))
}

/// Rejects the options that decide what a lock says already, all but some.
pub(super) fn reject_options_for_lock(others: &[&str], session: &Session) -> Result<(), Failure> {
    session.reject_options_besides(
        others,
        "with a lock, which says what is used",
        "leave it out, or give the trees in place of the lock",
    )
}
