//! `sodeb index update`.

use super::show;
use crate::cli::arguments::IndexUpdateArguments;
use crate::cli::catalogs::update;
use crate::cli::commands::index::targets::targets;
use crate::cli::failure::{Exit, Failure};
use crate::cli::session::Session;

pub(super) fn run(arguments: &IndexUpdateArguments, session: &Session) -> Result<Exit, Failure> {
    let mut catalogs = Vec::new();
    for target in targets(&arguments.targets, session)? {
        catalogs.push(update(&arguments.archive, &target, session)?);
    }
    show::show(&catalogs, &arguments.answer, session)
}
