//! Arguments of `sodeb graph` and `sodeb why`.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};

use super::apps::BaseArguments;
use super::catalog::CatalogArguments;
use super::closure::{ClosureArguments, PlanArguments};
use super::linker::LinkerArguments;
use super::output::OutputArguments;

#[derive(Debug, Args)]
pub(crate) struct WhyArguments {
    /// Directory or file: a venv, a gem tree, node_modules, a program…
    #[arg(value_name = "PATH")]
    pub(crate) path: PathBuf,
    /// Soname, package, file name, or path of a file in the image
    #[arg(value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) query: String,
    /// Search only what the tree needs itself, without dependencies of packages
    #[arg(long)]
    pub(crate) direct: bool,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
    #[command(flatten)]
    pub(crate) base: BaseArguments,
    #[command(flatten)]
    pub(crate) linker: LinkerArguments,
    #[command(flatten)]
    pub(crate) closure: ClosureArguments,
    #[command(flatten)]
    pub(crate) catalog: CatalogArguments,
}

#[derive(Debug, Args)]
pub(crate) struct GraphArguments {
    /// Show only what the trees need themselves, without dependencies of packages
    #[arg(long)]
    pub(crate) direct: bool,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "dot")]
    pub(crate) format: GraphFormat,
    /// Output file, written atomically [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) plan: PlanArguments,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// Graphviz
    Dot,
    /// Mermaid flowchart
    Mermaid,
    /// For programs: sodeb.graph/1
    Json,
    /// Picture
    Svg,
}
