//! `sodeb lock`.

use std::collections::BTreeSet;
use std::path::Path;

use crate::cli::arguments::{Format, LockArguments};
use crate::cli::failure::{Exit, Failure};
use crate::cli::lock_file;
use crate::cli::planning::{PlanRequest, PlannedTrees, exit_of_plan, incomplete, plan_trees};
use crate::cli::printer::is_stdout;
use crate::cli::session::Session;
use crate::emit;
use crate::pipeline::LockUpdate;
use crate::solve::plan::{Plan, difference, write_lock};
use crate::vocabulary::PackageName;

/// Lock that is checked if none is named.
const DEFAULT_LOCK: &str = "sodeb.lock";

pub(super) fn run(arguments: &LockArguments, session: &Session) -> Result<Exit, Failure> {
    if arguments.check {
        return check(arguments, session);
    }
    let earlier = match &arguments.output {
        Some(path) => lock_file::read_if_exists(path)?,
        None => None,
    };
    let update = requested_update(arguments, earlier.as_ref())?;
    let request = PlanRequest::of(&arguments.plan, earlier.as_ref());
    let planned = plan_trees(&request, session, |catalogs| match &earlier {
        Some(earlier) => catalogs.pinned_to(earlier, &update),
        None => catalogs,
    })?;
    write(&planned, arguments, session)
}

/// Writes the lock and prints the report, or prints the lock if it has no file.
fn write(planned: &PlannedTrees, arguments: &LockArguments, session: &Session) -> Result<Exit, Failure> {
    let PlannedTrees { closed, release_reason, .. } = planned;
    let plan = &closed.plan;
    let is_complete = closed.unread.is_empty();
    let output = arguments.output.as_deref().filter(|path| !is_stdout(path));
    if is_complete && let Some(path) = output {
        session.printer.write_file(path, write_lock(plan).as_bytes())?;
    }
    let text = match (arguments.format, output) {
        (Format::Json, _) => {
            emit::lock_json(plan, &closed.comparison, release_reason).map_err(Failure::external)?
        }
        (Format::Text, None) if is_complete => write_lock(plan),
        (Format::Text, _) => emit::lock_text(
            plan,
            &closed.comparison,
            &closed.left_out,
            release_reason,
            session.printer.verbose,
        ),
    };
    session.printer.print(text)?;
    if is_complete { Ok(exit_of_plan(plan)) } else { Err(incomplete("lock")) }
}

/// Compares the existing lock with a new one.
fn check(arguments: &LockArguments, session: &Session) -> Result<Exit, Failure> {
    let path = arguments.output.as_deref().unwrap_or(Path::new(DEFAULT_LOCK));
    let earlier = lock_file::read(path)?;
    let request = PlanRequest::of(&arguments.plan, Some(&earlier));
    let planned = plan_trees(&request, session, |catalogs| catalogs.pinned_if_older(&earlier))?;
    if !planned.closed.unread.is_empty() {
        return Err(incomplete("check the lock"));
    }
    let changes = difference(&earlier, &planned.closed.plan);
    let text = match arguments.format {
        Format::Json => emit::check_json(&changes).map_err(Failure::external)?,
        Format::Text => emit::check_text(&changes, &path.display().to_string()),
    };
    session.printer.print(text)?;
    Ok(Exit::of_problems(!changes.is_empty()))
}

/// Returns the packages that `--update` names.
fn requested_update(arguments: &LockArguments, earlier: Option<&Plan>) -> Result<LockUpdate, Failure> {
    let (Some(names), Some(earlier)) = (&arguments.update, earlier) else { return Ok(LockUpdate::None) };
    if names.is_empty() {
        return Ok(LockUpdate::All);
    }
    let names: BTreeSet<PackageName> = names.iter().map(PackageName::new).collect();
    match names.iter().find(|name| earlier.package(name).is_none()) {
        None => Ok(LockUpdate::Named(names)),
        Some(unknown) => {
            let error = anyhow::anyhow!("cannot update {unknown}: it is not in the lock");
            Err(Failure::input(error).hint("--update without a name updates every package"))
        }
    }
}
