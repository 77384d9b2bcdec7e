//! `sodeb manifest`.

use super::arguments::ManifestArguments;
use super::closing::{ClosingQuestion, close, not_whole, warn_of_problems};
use super::config::Config;
use super::lock_file;
use super::printer::Printer;
use super::{Exit, Failure};
use crate::emit::{ManifestError, manifest};
use crate::solve::plan::Plan;

pub(super) fn run(
    arguments: &ManifestArguments,
    config: &Config,
    printer: &Printer,
) -> Result<Exit, Failure> {
    let plan = match &arguments.gap.sources.paths[..] {
        [path] if lock_file::is_lock(path) => lock_file::read(path)?,
        _ => planned(arguments, config, printer)?,
    };
    let text = manifest(&plan, arguments.format)?;
    match &arguments.output {
        Some(path) => printer.write_file(path, text.as_bytes())?,
        // As it is: some formats have no newline at their end.
        None => drop(printer.bytes(text.as_bytes())?),
    }
    Ok(warn_of_problems(&plan, printer))
}

fn planned(arguments: &ManifestArguments, config: &Config, printer: &Printer) -> Result<Plan, Failure> {
    let question = ClosingQuestion::of(&arguments.gap, None);
    let closed = close(&question, config, printer, |catalogs| catalogs)?.closed;
    if closed.unread.is_empty() { Ok(closed.plan) } else { Err(not_whole("write a manifest")) }
}

impl From<ManifestError> for Failure {
    fn from(error: ManifestError) -> Self {
        let hint = error.hint();
        let failure = Self::question(error);
        failure.hint_if(hint)
    }
}
