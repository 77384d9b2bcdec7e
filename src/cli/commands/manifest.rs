//! `sodeb manifest`.

use crate::cli::arguments::ManifestArguments;
use crate::cli::failure::{Exit, Failure};
use crate::cli::lock_file;
use crate::cli::planning::{PlanRequest, plan_completely, reject_options_for_lock, warn_of_problems};
use crate::cli::session::Session;
use crate::emit::manifest;

pub(super) fn run(arguments: &ManifestArguments, session: &Session) -> Result<Exit, Failure> {
    let plan = match &arguments.plan.apps.paths[..] {
        [path] if lock_file::is_lock(path) => {
            reject_options_for_lock(&["format", "output"], session)?;
            lock_file::read(path)?
        }
        _ => {
            plan_completely(&PlanRequest::of(&arguments.plan, None), "write a manifest", session)?.closed.plan
        }
    };
    let text = manifest(&plan, arguments.format)?;
    match &arguments.output {
        Some(path) => session.printer.write_file(path, text.as_bytes())?,
        // Some formats have no line feed at the end, so that none is added.
        None => session.printer.print_bytes(text.as_bytes())?,
    }
    Ok(warn_of_problems(&plan, session))
}
