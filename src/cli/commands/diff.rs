//! `sodeb diff`.

use std::ffi::OsStr;
use std::path::Path;

use crate::audit::{Difference, Side};
use crate::cli::arguments::{DiffArguments, Format};
use crate::cli::commands::audit::audit_image;
use crate::cli::failure::{Exit, Failure};
use crate::cli::lock_file;
use crate::cli::session::Session;
use crate::emit;

pub(super) fn run(arguments: &DiffArguments, session: &Session) -> Result<Exit, Failure> {
    let DiffArguments { old, new, fail_on, answer, .. } = arguments;
    let is_lock = |name: &OsStr| lock_file::is_lock(Path::new(name));
    if is_lock(old) != is_lock(new) {
        let (lock, image) = if is_lock(old) { (old, new) } else { (new, old) };
        let error = anyhow::anyhow!("cannot compare {}, a lock, with {}", lock.display(), image.display());
        return Err(Failure::question(error).hint("compare two locks, or two images"));
    }
    let least = session.config.audit.least(*fail_on, &session.config.file())?;
    let (old, new) = (side(old, arguments, session)?, side(new, arguments, session)?);
    let difference = Difference::of(&old, &new);
    let text = match answer.format {
        Format::Text => emit::diff_text(&difference),
        Format::Json => emit::diff_json(&difference).map_err(Failure::outside)?,
    };
    session.printer.answer(text, answer.output.as_deref())?;
    let is_bad = difference.added.iter().any(|finding| least.is_some_and(|least| finding.severity >= least));
    Ok(if is_bad { Exit::BadNews } else { Exit::Fine })
}

fn side(name: &OsStr, arguments: &DiffArguments, session: &Session) -> Result<Side, Failure> {
    let path = Path::new(name);
    if lock_file::is_lock(path) {
        return Ok(Side::of_lock(path.display().to_string(), &lock_file::read(path)?));
    }
    let policy = session.config.audit.policy(&session.config.file())?;
    let image = audit_image(name, &arguments.look, session)?;
    Ok(Side::of_image(&image.judged(&policy, session.today())))
}
