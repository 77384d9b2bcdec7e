//! `sodeb lock`.

use std::collections::BTreeSet;
use std::path::Path;

use crate::cli::arguments::{Format, LockArguments};
use crate::cli::failure::{Exit, Failure};
use crate::cli::lock_file;
use crate::cli::planning::{PlanRequest, PlannedTrees, exit_of_plan, incomplete, plan_trees};
use crate::cli::session::Session;
use crate::emit;
use crate::pipeline::Catalogs;
use crate::solve::plan::{PinnedCatalog, Plan, difference, write_lock};
use crate::vocabulary::PackageName;

/// The lock that is compared with where none is named.
const DEFAULT_LOCK: &str = "sodeb.lock";

pub(super) fn run(arguments: &LockArguments, session: &Session) -> Result<Exit, Failure> {
    if arguments.check {
        return check(arguments, session);
    }
    let earlier = match &arguments.output {
        Some(path) => lock_file::read_if_there(path)?,
        None => None,
    };
    let unpinned = unpinned(arguments, earlier.as_ref())?;
    let answer =
        plan_trees(&PlanRequest::of(&arguments.gap, earlier.as_ref()), session, |catalogs| match &earlier {
            Some(earlier) => pinned(catalogs, earlier, &unpinned),
            None => catalogs,
        })?;
    write(&answer, arguments, session)
}

/// Writes the lock and prints the report, or prints the lock where it goes nowhere else.
fn write(answer: &PlannedTrees, arguments: &LockArguments, session: &Session) -> Result<Exit, Failure> {
    let PlannedTrees { closed, release_reason, .. } = answer;
    let plan = &closed.plan;
    let is_whole = closed.unread.is_empty();
    if is_whole && let Some(path) = &arguments.output {
        session.printer.write_file(path, write_lock(plan).as_bytes())?;
    }
    let text = match (arguments.format, &arguments.output) {
        (Format::Json, _) => {
            emit::lock_json(plan, &closed.comparison, release_reason).map_err(Failure::outside)?
        }
        (Format::Text, None) if is_whole => write_lock(plan),
        (Format::Text, _) => emit::lock_text(
            plan,
            &closed.comparison,
            &closed.left_out,
            release_reason,
            session.printer.verbose,
        ),
    };
    session.printer.print(text)?;
    if !is_whole {
        return Err(incomplete("lock"));
    }
    Ok(exit_of_plan(plan))
}

fn check(arguments: &LockArguments, session: &Session) -> Result<Exit, Failure> {
    let path = arguments.output.as_deref().unwrap_or(Path::new(DEFAULT_LOCK));
    let earlier = lock_file::read(path)?;
    // An index that is older than the lock's tells nothing of newer versions.
    let answer = plan_trees(&PlanRequest::of(&arguments.gap, Some(&earlier)), session, |catalogs| {
        let is_older = catalogs.main.provenance().date < earlier.provenance.date;
        if is_older { pinned(catalogs, &earlier, &Unpinned::default()) } else { catalogs }
    })?;
    if !answer.closed.unread.is_empty() {
        return Err(incomplete("check the lock"));
    }
    let changes = difference(&earlier, &answer.closed.plan);
    let text = match arguments.format {
        Format::Json => emit::check_json(&changes).map_err(Failure::outside)?,
        Format::Text => emit::check_text(&changes, &path.display().to_string()),
    };
    session.printer.print(text)?;
    Ok(if changes.is_empty() { Exit::Fine } else { Exit::BadNews })
}

/// Which packages a new lock may have in other versions than the earlier one.
#[derive(Default)]
enum Unpinned {
    Every,
    #[default]
    None,
    These(BTreeSet<PackageName>),
}

fn unpinned(arguments: &LockArguments, earlier: Option<&Plan>) -> Result<Unpinned, Failure> {
    let (Some(names), Some(earlier)) = (&arguments.update, earlier) else { return Ok(Unpinned::None) };
    if names.is_empty() {
        return Ok(Unpinned::Every);
    }
    let names: BTreeSet<PackageName> = names.iter().map(PackageName::new).collect();
    match names.iter().find(|name| earlier.package(name).is_none()) {
        None => Ok(Unpinned::These(names)),
        Some(unknown) => {
            Err(Failure::question(anyhow::anyhow!("cannot update {unknown}: the lock does not have it"))
                .hint("--update without a name updates every package"))
        }
    }
}

/// The catalogs with a lock's versions in the place of newer ones. A lock of another release or architecture pins
/// nothing.
fn pinned(catalogs: Catalogs, earlier: &Plan, unpinned: &Unpinned) -> Catalogs {
    let is_other = catalogs.main.provenance().target != earlier.provenance.target;
    let names = match unpinned {
        Unpinned::Every => return catalogs,
        _ if is_other => return catalogs,
        Unpinned::None => &BTreeSet::new(),
        Unpinned::These(names) => names,
    };
    Catalogs { main: Box::new(PinnedCatalog::new(catalogs.main, earlier, names)), ..catalogs }
}
