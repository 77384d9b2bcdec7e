//! The arguments of `sodeb resolve`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::apps::AppArguments;
use super::catalog::CatalogArguments;
use super::closure::ChoiceArguments;
use super::linker::LinkerArguments;

#[derive(Debug, Args)]
pub(crate) struct ResolveArguments {
    #[command(flatten)]
    pub(crate) apps: AppArguments,
    #[command(flatten)]
    pub(crate) linker: LinkerArguments,
    #[command(flatten)]
    pub(crate) catalog: CatalogArguments,
    #[command(flatten)]
    pub(crate) choice: ChoiceArguments,
    /// Answer for what the trees themselves ask for, not for what the packages need in turn
    #[arg(long)]
    pub(crate) direct: bool,
    /// Say on which of the releases at hand the trees work, and what is missing on the others
    #[arg(long, conflicts_with_all = ["direct", "base", "release", "catalog", "snapshot"])]
    pub(crate) all_releases: bool,
    /// How the answer is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: ResolveFormat,
    /// A file for the answer, written as a whole or not at all [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ResolveFormat {
    /// For people
    Text,
    /// For programs
    Json,
    /// A page for a browser, in one file
    Html,
}
