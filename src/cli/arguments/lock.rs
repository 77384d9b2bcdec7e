//! Arguments of `sodeb lock`.

use std::path::PathBuf;

use clap::Args;

use super::closure::PlanArguments;
use super::output::Format;

#[derive(Debug, Args)]
pub(crate) struct LockArguments {
    /// Compare with the existing lock, and fail if it is out of date
    ///
    /// The paths, the base and the options are those that the lock records; those that are given take precedence.
    #[arg(long, conflicts_with = "update")]
    pub(crate) check: bool,
    /// Update these packages, or all without a name; others keep the lock's versions
    ///
    /// For example: `sodeb lock --update libssl3,zlib1g`. Paths, base and options are those that the lock records, as for --check.
    #[arg(long, value_name = "PACKAGE", num_args = 0.., value_delimiter = ',')]
    pub(crate) update: Option<Vec<String>>,
    /// Format of the report
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: Format,
    /// Lock file [default: standard output; sodeb.lock with --check and --update]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) plan: PlanArguments,
}
