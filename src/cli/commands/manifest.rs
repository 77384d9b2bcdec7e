//! `sodeb manifest`.

use crate::cli::arguments::ManifestArguments;
use crate::cli::failure::{Exit, Failure};
use crate::cli::lock_file;
use crate::cli::planning::{PlanRequest, incomplete, plan_trees, warn_of_problems};
use crate::cli::session::Session;
use crate::emit::manifest;
use crate::solve::plan::Plan;

pub(super) fn run(arguments: &ManifestArguments, session: &Session) -> Result<Exit, Failure> {
    let plan = match &arguments.gap.apps.paths[..] {
        [path] if lock_file::is_lock(path) => lock_file::read(path)?,
        _ => planned(arguments, session)?,
    };
    let text = manifest(&plan, arguments.format)?;
    match &arguments.output {
        Some(path) => session.printer.write_file(path, text.as_bytes())?,
        // As it is: some formats have no newline at their end.
        None => drop(session.printer.bytes(text.as_bytes())?),
    }
    Ok(warn_of_problems(&plan, session))
}

fn planned(arguments: &ManifestArguments, session: &Session) -> Result<Plan, Failure> {
    let question = PlanRequest::of(&arguments.gap, None);
    let closed = plan_trees(&question, session, |catalogs| catalogs)?.closed;
    if closed.unread.is_empty() { Ok(closed.plan) } else { Err(incomplete("write a manifest")) }
}
