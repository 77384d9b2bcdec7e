//! Arguments of every command.

use std::num::NonZeroU16;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::values::{parse_jobs, parse_switch};

#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalArguments {
    /// Number of files read at a time [default: number of cores]
    #[arg(long, global = true, value_name = "N", env = "SODEB_JOBS", value_parser = parse_jobs)]
    pub(crate) jobs: Option<NonZeroU16>,
    /// Directory of the cache [default: sodeb in the user's cache directory]
    ///
    /// It holds downloaded indices and .debs, and facts about packages and image layers that were read before. Everything in
    /// it can be deleted.
    #[arg(long, global = true, value_name = "DIR", env = "SODEB_CACHE_DIR")]
    pub(crate) cache_dir: Option<PathBuf>,
    /// Print only results and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Print details, such as all searched paths and unreadable files
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
    /// Use of colors
    #[arg(long, global = true, value_name = "WHEN", env = "SODEB_COLOR", default_value = "auto")]
    pub(crate) color: ColorChoice,
    /// Hide progress bars
    #[arg(long, global = true, env = "SODEB_NO_PROGRESS", value_parser = parse_switch)]
    pub(crate) no_progress: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal
    Auto,
    Always,
    Never,
}
