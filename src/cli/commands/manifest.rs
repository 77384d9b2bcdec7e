//! `sodeb manifest`.

use std::path::Path;

use crate::cli::arguments::ManifestArguments;
use crate::cli::failure::{Exit, Failure};
use crate::cli::inputs::named_base;
use crate::cli::lock_file;
use crate::cli::planning::{PlanRequest, plan_completely, reject_options_for_lock, warn_of_problems};
use crate::cli::recorded::base_name;
use crate::cli::session::Session;
use crate::emit::manifest;
use crate::solve::plan::Plan;

pub(super) fn run(arguments: &ManifestArguments, session: &Session) -> Result<Exit, Failure> {
    let plan = match &arguments.plan.apps.paths[..] {
        [path] if lock_file::is_lock(path) => read_lock(path, arguments, session)?,
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

/// Reads a lock. A base that is named must be the one that it was made for; no base is read.
fn read_lock(path: &Path, arguments: &ManifestArguments, session: &Session) -> Result<Plan, Failure> {
    reject_options_for_lock(&["format", "output", "release", "arch", "base"], session)?;
    let lock = lock_file::read(path)?;
    lock_file::check_target(&lock, path, &arguments.plan.catalog)?;
    let Some(base) = named_base(&arguments.plan.apps.base, session)? else { return Ok(lock) };
    let own = lock.base.as_ref().map(|base| base_name(&base.name, lock_file::directory_of(path)));
    let is_same = own.as_ref().is_some_and(|own| is_same_base(Path::new(own), base.name()));
    if is_same || arguments.plan.apps.base.base.is_none() {
        return Ok(lock);
    }
    let made_for = own.map_or_else(|| "no base".to_owned(), |own| own.display().to_string());
    let (lock, name) = (path.display(), base.name().display());
    let error = anyhow::anyhow!("cannot use {lock} for {name}: it was made for {made_for}");
    Err(Failure::input(error)
        .hint(format!("leave out --base, or `sodeb lock PATH --base {name} -o FILE` writes another lock")))
}

/// True for the same name, or two paths of one file or directory.
fn is_same_base(one: &Path, other: &Path) -> bool {
    one == other || one.canonicalize().is_ok_and(|one| other.canonicalize().is_ok_and(|other| one == other))
}
