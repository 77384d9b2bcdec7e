//! Arguments of `sodeb resolve`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::apps::AppArguments;
use super::catalog::CatalogArguments;
use super::closure::PackageChoiceArguments;
use super::linker::LinkerArguments;

#[derive(Debug, Args)]
pub(crate) struct ResolveArguments {
    /// Show only what the trees need themselves, without dependencies of packages
    #[arg(long)]
    pub(crate) direct: bool,
    /// Show on which releases the trees work, and what is missing on the others
    ///
    /// Compared are the releases with an index: those that are compiled in, and those that `sodeb index update` fetched.
    #[arg(long, conflicts_with_all = ["direct", "base", "release", "catalog", "snapshot"])]
    pub(crate) all_releases: bool,
    /// Least level that fails (exit status 1)
    ///
    /// By default a library that a package provides is a result and not a problem.
    #[arg(long, value_name = "LEVEL", default_value = "problem", conflicts_with = "all_releases")]
    pub(crate) fail_on: ResolveFailOn,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: ResolveFormat,
    /// Output file, written atomically [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) apps: AppArguments,
    #[command(flatten)]
    pub(crate) linker: LinkerArguments,
    #[command(flatten)]
    pub(crate) choice: PackageChoiceArguments,
    #[command(flatten)]
    pub(crate) catalog: CatalogArguments,
}

/// Least level of what fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ResolveFailOn {
    /// Something that no package fixes
    Problem,
    /// Also a library that a package provides
    Missing,
    /// Nothing
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ResolveFormat {
    /// For people
    Text,
    /// For programs: sodeb.resolve/1
    Json,
    /// Web page in one file
    Html,
}
