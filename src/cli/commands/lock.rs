//! `sodeb lock`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::cli::arguments::{Format, LockArguments};
use crate::cli::failure::{Exit, Failure};
use crate::cli::lock_file;
use crate::cli::planning::{PlanRequest, PlannedTrees, exit_of_plan, incomplete, plan_trees};
use crate::cli::printer::is_stdout;
use crate::cli::recorded::{record, restore};
use crate::cli::session::Session;
use crate::emit;
use crate::pipeline::LockUpdate;
use crate::solve::plan::{OptionName, Plan, difference, drift, explained, write_lock};
use crate::vocabulary::PackageName;

/// Lock that is checked or updated if none is named.
const DEFAULT_LOCK: &str = "sodeb.lock";

pub(super) fn run(mut arguments: LockArguments, session: &Session) -> Result<Exit, Failure> {
    let is_default = arguments.check || arguments.update.is_some() && arguments.plan.apps.paths.is_empty();
    if is_default && arguments.output.is_none() {
        arguments.output = Some(PathBuf::from(DEFAULT_LOCK));
    }
    if arguments.check {
        return check(arguments, session);
    }
    let earlier = match &arguments.output {
        Some(path) if arguments.plan.apps.paths.is_empty() => Some(lock_file::read(path)?),
        Some(path) => lock_file::read_if_exists(path)?,
        None => None,
    };
    let is_update = arguments.update.is_some();
    if is_update {
        complete(&mut arguments, earlier.as_ref(), session)?;
    }
    let update = requested_update(&arguments, earlier.as_ref())?;
    let request =
        PlanRequest { keeps_target: is_update, ..PlanRequest::of(&arguments.plan, earlier.as_ref()) };
    let mut planned = plan_trees(&request, session, |catalogs| match &earlier {
        Some(earlier) => catalogs.pinned_to(earlier, &update),
        None => catalogs,
    })?;
    let plan = &mut planned.closed.plan;
    record(plan, &arguments.plan, directory_of(arguments.output.as_deref()));
    if let Some(earlier) = &earlier {
        keep_records(plan, earlier);
    }
    write(&planned, &arguments, session)
}

/// Directory of a lock; the current one if it has no file, such as `/dev/stdout`.
fn directory_of(lock: Option<&Path>) -> &Path {
    let lock = lock.filter(|path| path.is_file() || !path.exists());
    lock.and_then(Path::parent).unwrap_or(Path::new(""))
}

/// Completes the arguments by those that an existing lock records.
fn complete(arguments: &mut LockArguments, earlier: Option<&Plan>, session: &Session) -> Result<(), Failure> {
    match (&arguments.output, earlier) {
        (Some(path), Some(earlier)) => restore(&mut arguments.plan, earlier, path, session),
        _ => Ok(()),
    }
}

/// Keeps the records of the .debs that the existing lock has, too: URLs of a snapshot stay valid, and differ each day, and a
/// point release moves packages from one suite to another.
fn keep_records(plan: &mut Plan, earlier: &Plan) {
    let origin = |plan: &Plan| (plan.snapshot.clone(), plan.options.get(&OptionName::Mirror).cloned());
    if origin(plan) != origin(earlier) {
        return;
    }
    for planned in &mut plan.packages {
        match earlier.package(&planned.package.name) {
            Some(before) if before.package.sha256 == planned.package.sha256 => {
                planned.urls.clone_from(&before.urls);
                planned.package.clone_from(&before.package);
            }
            _ => {}
        }
    }
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
fn check(mut arguments: LockArguments, session: &Session) -> Result<Exit, Failure> {
    let path = arguments.output.clone().unwrap_or_else(|| PathBuf::from(DEFAULT_LOCK));
    let earlier = lock_file::read(&path)?;
    complete(&mut arguments, Some(&earlier), session)?;
    let request = PlanRequest { keeps_target: true, ..PlanRequest::of(&arguments.plan, Some(&earlier)) };
    let mut planned = plan_trees(&request, session, |catalogs| catalogs.pinned_if_older(&earlier))?;
    if !planned.closed.unread.is_empty() {
        return Err(incomplete("check the lock"));
    }
    let plan = &mut planned.closed.plan;
    record(plan, &arguments.plan, directory_of(Some(&path)));
    let changes = explained(difference(&earlier, plan), &earlier, plan);
    let drift = drift(&earlier, plan);
    let text = match arguments.format {
        Format::Json => emit::check_json(&changes, &drift).map_err(Failure::external)?,
        Format::Text => emit::check_text(&changes, &drift, &path.display().to_string()),
    };
    session.printer.print(text)?;
    Ok(Exit::of_problems(!changes.is_empty()))
}

/// Returns the packages that `--update` names.
fn requested_update(arguments: &LockArguments, earlier: Option<&Plan>) -> Result<LockUpdate, Failure> {
    let Some(names) = &arguments.update else { return Ok(LockUpdate::None) };
    let Some(earlier) = earlier else {
        // A new lock has the newest versions of all packages, but none to update by its name.
        return match (names.first(), &arguments.output) {
            (None, Some(_)) => Ok(LockUpdate::None),
            (name, _) => {
                let name = name.map_or("the lock", String::as_str);
                let error = anyhow::anyhow!("cannot update {name}: there is no lock");
                Err(Failure::input(error)
                    .hint("name the lock with -o, or leave out --update to write a new one"))
            }
        };
    };
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
