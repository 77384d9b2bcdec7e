//! Format and file of an answer.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// How the answer is written, and where to.
#[derive(Debug, Args)]
pub(crate) struct AnswerArguments {
    /// How the answer is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: Format,
    /// A file for the answer, written as a whole or not at all [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}
