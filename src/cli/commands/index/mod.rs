//! `sodeb index`.

mod build;
mod build_libraries;
mod check;
mod export;
mod find;
mod libraries;
mod show;
mod stats;
mod targets;
mod update;

use crate::cli::arguments::IndexCommand;
use crate::cli::failure::{Exit, Failure};
use crate::cli::session::Session;

pub(super) fn run(command: IndexCommand, session: &Session) -> Result<Exit, Failure> {
    match command {
        IndexCommand::Update(arguments) => update::run(&arguments, session),
        IndexCommand::Show(arguments) => show::run(&arguments, session),
        IndexCommand::Find(arguments) => find::run(&arguments, session),
        IndexCommand::Check(arguments) => check::run(&arguments, session),
        IndexCommand::Stats(arguments) => stats::run(&arguments, session),
        IndexCommand::Export(arguments) => export::run(&arguments, session),
        IndexCommand::Build(arguments) => build::run(&arguments, session),
    }
}
