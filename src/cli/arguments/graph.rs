//! The arguments of `sodeb graph` and `sodeb why`.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};

use super::answer::AnswerArguments;
use super::apps::{AppArguments, PlaceArguments};
use super::catalog::CatalogArguments;
use super::closure::ClosingArguments;
use super::linker::LinkerArguments;

#[derive(Debug, Args)]
pub(crate) struct WhyArguments {
    /// A directory or file: a venv, a gem tree, node_modules, a program …
    #[arg(value_name = "PATH")]
    pub(crate) path: PathBuf,
    /// What is asked about: a soname, a package, a file's path in the root or a file's name
    #[arg(value_name = "SONAME-or-PACKAGE-or-FILE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) query: String,
    #[command(flatten)]
    pub(crate) place: PlaceArguments,
    #[command(flatten)]
    pub(crate) linker: LinkerArguments,
    #[command(flatten)]
    pub(crate) catalog: CatalogArguments,
    #[command(flatten)]
    pub(crate) answer: AnswerArguments,
    #[command(flatten)]
    pub(crate) reach: ReachArguments,
}

#[derive(Debug, Args)]
pub(crate) struct GraphArguments {
    #[command(flatten)]
    pub(crate) apps: AppArguments,
    #[command(flatten)]
    pub(crate) linker: LinkerArguments,
    #[command(flatten)]
    pub(crate) catalog: CatalogArguments,
    /// How the graph is written
    #[arg(long, value_name = "FORMAT", default_value = "dot")]
    pub(crate) format: GraphFormat,
    /// A file for the graph, written as a whole or not at all [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) reach: ReachArguments,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// For Graphviz
    Dot,
    /// A Mermaid flowchart
    Mermaid,
    /// All of it, for programs
    Json,
    /// A picture
    Svg,
}

/// How far what is loaded is followed.
#[derive(Debug, Args)]
pub(crate) struct ReachArguments {
    /// Stop at the packages that the trees themselves ask for; do not go on with what their files load
    #[arg(long)]
    pub(crate) direct: bool,
    #[command(flatten, next_help_heading = "Without --direct")]
    pub(crate) closing: ClosingArguments,
}
