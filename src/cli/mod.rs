//! The command line: arguments become settings, a command runs, its answer is printed and its exit status
//! returned. Only here is anything printed or the environment read.

mod arguments;
mod audit;
mod audit_config;
mod base;
mod catalogs;
mod closing;
mod config;
mod destination;
mod diff;
mod graph;
mod image;
mod image_settings;
mod index;
mod index_check;
mod index_export;
mod index_find;
mod index_statistics;
mod interrupt;
mod known_libraries;
mod layer;
mod library_index;
mod lock;
mod lock_file;
mod manifest;
mod printer;
mod progress;
mod question;
mod release;
mod resolve;
mod settings;
mod tree;
mod why;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use arguments::{Arguments, Command};
use printer::Printer;

/// How a run ended; of two endings the greater one is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Nothing is wrong.
    Fine = 0,
    /// The answer is bad news.
    BadNews = 1,
    /// The question was bad: usage, unreadable input.
    BadQuestion = 2,
    /// The outside failed: network, signature, disk.
    OutsideFailed = 3,
}

/// An error with the exit status that it means and a hint of what to do, if there is one.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    error: anyhow::Error,
    hint: Option<String>,
}

impl Failure {
    /// The question can't be answered as it was asked.
    pub(crate) fn question(error: impl Into<anyhow::Error>) -> Self {
        Self { exit: Exit::BadQuestion, error: error.into(), hint: None }
    }

    /// There is no answer but bad news.
    pub(crate) fn bad_news(error: impl Into<anyhow::Error>) -> Self {
        Self { exit: Exit::BadNews, error: error.into(), hint: None }
    }

    /// Something outside of the program failed.
    pub(crate) fn outside(error: impl Into<anyhow::Error>) -> Self {
        Self { exit: Exit::OutsideFailed, error: error.into(), hint: None }
    }

    /// What failed and why, in one line.
    pub(crate) fn cause(&self) -> String {
        format!("{:#}", self.error)
    }

    /// Adds what the user can do.
    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// Adds what the user can do, if anything.
    pub(crate) fn hint_if(self, hint: Option<impl Into<String>>) -> Self {
        Self { hint: hint.map(Into::into), ..self }
    }
}

impl From<crate::debian::catalog::CatalogError> for Failure {
    fn from(error: crate::debian::catalog::CatalogError) -> Self {
        Self::question(error)
    }
}

/// Parses the arguments, runs the command and prints its answer.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            return ExitCode::from(print_usage(&error) as u8);
        }
    };
    let printer = Printer::new(&arguments.global);
    let outcome = run(arguments, &printer);
    interrupt::give_way();
    let exit = outcome.unwrap_or_else(|failure| printer.failure(&failure));
    ExitCode::from(exit as u8)
}

/// Prints what clap has to say: help or the version, which are answers, or what is wrong with the arguments.
fn print_usage(error: &clap::Error) -> Exit {
    match (error.print(), error.use_stderr()) {
        // Nothing is left to be done where even a complaint can't be printed.
        (_, true) => Exit::BadQuestion,
        (printed, false) => printer::written(printed)
            .map_or_else(|failure| Printer::plain().failure(&failure), |()| Exit::Fine),
    }
}

fn run(arguments: Arguments, printer: &Printer) -> Result<Exit, Failure> {
    let config = config::Config::find()?;
    settings::use_threads(arguments.global.jobs.or(config.jobs))?;
    match arguments.command {
        Some(Command::Resolve(arguments)) => resolve::run(&arguments, &config, printer),
        Some(Command::Why(arguments)) => why::run(&arguments, &config, printer),
        Some(Command::Graph(arguments)) => graph::run(&arguments, &config, printer),
        Some(Command::Tree(arguments)) => tree::run(&arguments, &config, printer),
        Some(Command::Lock(arguments)) => lock::run(&arguments, &config, printer),
        Some(Command::Manifest(arguments)) => manifest::run(&arguments, &config, printer),
        Some(Command::Layer(arguments)) => layer::run(&arguments, &config, printer),
        Some(Command::Image(arguments)) => image::run(&arguments, &config, printer),
        Some(Command::Audit(arguments)) => audit::run(&arguments, &config, printer),
        Some(Command::Diff(arguments)) => diff::run(&arguments, &config, printer),
        Some(Command::Index(command)) => index::run(command, &config, printer),
        Some(Command::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "sodeb", &mut script);
            printer.bytes(&script)
        }
        Some(Command::Man { command }) => printer.bytes(&manual_page(&command)?),
        None => resolve::run(&arguments.resolve, &config, printer),
    }
}

/// The manual page of a command, in troff.
fn manual_page(command: &[String]) -> Result<Vec<u8>, Failure> {
    let mut described = Arguments::command();
    described.build();
    for name in command {
        let Some(found) = described.find_subcommand(name) else {
            return Err(Failure::question(anyhow::anyhow!("cannot print a manual page: no command {name}"))
                .hint("`sodeb --help` lists the commands"));
        };
        described = found.clone();
    }
    let title = described.get_bin_name().unwrap_or("sodeb").replace(' ', "-");
    let mut page = Vec::new();
    clap_mangen::Man::new(described).title(title).render(&mut page).map_err(Failure::outside)?;
    Ok(page)
}
