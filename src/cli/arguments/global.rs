//! Arguments of every command.

use std::num::NonZeroU16;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// What every command takes.
#[derive(Debug, Args)]
pub(crate) struct GlobalArguments {
    /// How many files are read at a time [default: one a core]
    #[arg(long, global = true, value_name = "N", env = "SODEB_JOBS")]
    pub(crate) jobs: Option<NonZeroU16>,
    /// Directory of the cache: indices, and facts of packages and images [default: sodeb in the user's cache directory]
    #[arg(long, global = true, value_name = "DIR", env = "SODEB_CACHE_DIR")]
    pub(crate) cache_dir: Option<PathBuf>,
    /// Print the answer and errors only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Say more: every place that was tried, every file that could not be read
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", env = "SODEB_COLOR", default_value = "auto")]
    pub(crate) color: ColorChoice,
    /// Show no progress
    #[arg(long, global = true, env = "SODEB_NO_PROGRESS")]
    pub(crate) no_progress: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal
    Auto,
    Always,
    Never,
}
