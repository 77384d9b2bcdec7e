//! The arguments of `sodeb lock`.

use std::path::PathBuf;

use clap::Args;

use super::answer::Format;
use super::closure::GapArguments;

#[derive(Debug, Args)]
pub(crate) struct LockArguments {
    #[command(flatten)]
    pub(crate) gap: GapArguments,
    /// Compare with the lock that is there, write nothing, and fail where they differ
    #[arg(long, conflicts_with = "update")]
    pub(crate) check: bool,
    /// Take new versions of these packages, or of all if none is named; others keep the lock's
    #[arg(long, value_name = "PACKAGE", num_args = 0.., value_delimiter = ',')]
    pub(crate) update: Option<Vec<String>>,
    /// How the report is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: Format,
    /// The lock [default: standard output; sodeb.lock with --check]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}
