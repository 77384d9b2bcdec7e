//! The commands, one file each.

mod audit;
mod completions;
mod diff;
mod graph;
mod image;
mod index;
mod layer;
mod lock;
mod man;
mod manifest;
mod resolve;
mod tree;
mod why;

use std::path::PathBuf;

use crate::cli::arguments::{Arguments, Command, similar_command};
use crate::cli::failure::{Exit, Failure};
use crate::cli::session::Session;

/// Runs the command that the arguments name; without one it is `resolve`.
pub(super) fn run(arguments: Arguments, session: &Session) -> Result<Exit, Failure> {
    match arguments.command {
        Some(Command::Resolve(arguments)) => resolve::run(&arguments, session),
        Some(Command::Why(arguments)) => why::run(&arguments, session),
        Some(Command::Graph(arguments)) => graph::run(&arguments, session),
        Some(Command::Tree(arguments)) => tree::run(&arguments, session),
        Some(Command::Lock(arguments)) => lock::run(arguments, session),
        Some(Command::Manifest(arguments)) => manifest::run(&arguments, session),
        Some(Command::Layer(arguments)) => layer::run(&arguments, session),
        Some(Command::Image(arguments)) => image::run(&arguments, session),
        Some(Command::Audit(arguments)) => audit::run(&arguments, session),
        Some(Command::Diff(arguments)) => diff::run(&arguments, session),
        Some(Command::Index(command)) => index::run(command, session),
        Some(Command::Completions { shell }) => completions::run(shell, session),
        Some(Command::Man { command }) => man::run(&command, session),
        None => resolve::run(&arguments.resolve, session)
            .map_err(|failure| suggest_command(failure, &arguments.resolve.apps.paths)),
    }
}

/// Replaces the hint if the first path does not exist and its name is similar to a command.
fn suggest_command(failure: Failure, paths: &[PathBuf]) -> Failure {
    let first = paths.first().filter(|path| !path.exists());
    match first.and_then(|path| similar_command(path.to_str()?)) {
        Some(name) => failure.hint(format!("did you mean `sodeb {name}`?")),
        None => failure,
    }
}
