//! `sodeb diff`.

use std::ffi::OsStr;
use std::path::Path;

use super::audit::audit_image;
use crate::audit::{Difference, Side};
use crate::cli::arguments::{DiffArguments, Format};
use crate::cli::failure::{Exit, Failure};
use crate::cli::lock_file;
use crate::cli::session::Session;
use crate::emit;

pub(super) fn run(arguments: &DiffArguments, session: &Session) -> Result<Exit, Failure> {
    let DiffArguments { old, new, fail_on, output, .. } = arguments;
    let is_lock = |name: &OsStr| lock_file::is_lock(Path::new(name));
    if is_lock(old) != is_lock(new) {
        let (lock, image) = if is_lock(old) { (old, new) } else { (new, old) };
        let error = anyhow::anyhow!("cannot compare the lock {} with {}", lock.display(), image.display());
        return Err(Failure::input(error).hint("compare two locks, or two images"));
    }
    if is_lock(old) {
        session.reject_options_besides(
            &["format", "output"],
            "with two locks, whose files are compared as they are",
            "leave it out",
        )?;
    }
    let least = session.config.audit.least_severity(*fail_on, &session.config.file())?;
    let (old, new) = (side(old, arguments, session)?, side(new, arguments, session)?);
    let difference = Difference::of(&old, &new);
    let text = match output.format {
        Format::Text => emit::diff_text(&difference),
        Format::Json => emit::diff_json(&difference).map_err(Failure::external)?,
    };
    session.printer.print_or_write(text, output.output.as_deref())?;
    let mut added = difference.added.iter();
    Ok(Exit::of_problems(added.any(|finding| least.is_some_and(|least| finding.severity >= least))))
}

/// Reads one of the two locks, or audits one of the two images.
fn side(name: &OsStr, arguments: &DiffArguments, session: &Session) -> Result<Side, Failure> {
    let path = Path::new(name);
    if lock_file::is_lock(path) {
        return Ok(Side::of_lock(path.display().to_string(), &lock_file::read(path)?));
    }
    let policy = session.config.audit.policy(&session.config.file())?;
    let image = audit_image(name, &arguments.analysis, session)?;
    Ok(Side::of_image(&image.judged(&policy, session.today())))
}
