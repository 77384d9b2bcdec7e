//! The command line: parses arguments, runs a command, prints its result and returns its exit status. Nothing else
//! prints, exits, or reads the environment and the clock.

mod analysis;
#[allow(rustdoc::broken_intra_doc_links, reason = "help texts have [:TAG] in the syntax of arguments")]
mod arguments;
mod commands;
mod config;
mod debs;
mod delivery;
mod errors;
mod failure;
mod inputs;
mod interrupt;
mod lock_file;
mod package_names;
mod planning;
mod printer;
mod progress;
mod recorded;
mod session;
mod unsuitable;

use std::ffi::OsString;
use std::process::ExitCode;

use failure::Exit;
use printer::Printer;
use session::Session;

/// Parses the arguments, runs the command and prints its result.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match arguments::parse(arguments) {
        Ok(arguments) => arguments,
        Err(error) => return ExitCode::from(print_usage(&error) as u8),
    };
    let printer = Printer::new(&arguments.global);
    let (arguments, given) = arguments.split_given();
    let session = match Session::start(&arguments.global, given) {
        Ok(session) => session,
        Err(failure) => return ExitCode::from(printer.failure(&failure) as u8),
    };
    let outcome = commands::run(arguments, &session);
    session.interrupts.wait_if_interrupted();
    let exit = outcome.unwrap_or_else(|failure| session.printer.failure(&failure));
    ExitCode::from(exit as u8)
}

/// Prints clap's message: help or the version, which are results, or a usage error.
fn print_usage(error: &clap::Error) -> Exit {
    match (error.print(), error.use_stderr()) {
        // If the error cannot be printed, there is no place to report that.
        (_, true) => Exit::InputError,
        (printed, false) => printer::check_written(printed)
            .map_or_else(|failure| Printer::plain().failure(&failure), |()| Exit::Fine),
    }
}
