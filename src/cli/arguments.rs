//! The arguments as they are typed; [`super::settings`] makes sense of them.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::loader::CpuLevel;

/// Finds the shared libraries that a built tree lacks, and the Debian packages that have them.
#[derive(Debug, Parser)]
#[command(name = "sodeb", version, arg_required_else_help = true, args_conflicts_with_subcommands = true)]
#[command(subcommand_precedence_over_arg = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) global: GlobalArguments,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show what each object of a tree loads, as the dynamic linker would
    Tree(TreeArguments),
    /// Print a shell's completion script
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page (troff)
    Man,
}

/// What every command takes.
#[derive(Debug, Args)]
pub(super) struct GlobalArguments {
    /// How many files are read at a time [default: one a core]
    #[arg(long, global = true, value_name = "N", env = "SODEB_JOBS", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) jobs: Option<u16>,
    /// Print the answer and errors only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Say more: every place that was tried, every file that could not be read
    #[arg(short, long, global = true)]
    pub(super) verbose: bool,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", env = "SODEB_COLOR", default_value = "auto")]
    pub(super) color: ColorChoice,
    /// Show no progress
    #[arg(long, global = true, env = "SODEB_NO_PROGRESS")]
    pub(super) no_progress: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorChoice {
    /// On a terminal
    Auto,
    Always,
    Never,
}

/// The trees that are looked at.
#[derive(Debug, Args)]
pub(super) struct SourceArguments {
    /// Folders or files: a venv, a gem tree, node_modules, a program …
    #[arg(required = true, value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// The root file system that the result will be put on [default: nothing is assumed present]
    #[arg(long, value_name = "DIR", env = "SODEB_BASE")]
    pub(super) base: Option<PathBuf>,
    /// Where the tree will be mounted [default: its own absolute path]
    #[arg(long, value_name = "PATH", env = "SODEB_AT")]
    pub(super) at: Option<OsString>,
}

/// What the image's environment will set.
#[derive(Debug, Args)]
pub(super) struct LinkerArguments {
    /// LD_LIBRARY_PATH in the image
    #[arg(long, value_name = "FOLDERS", env = "SODEB_LD_LIBRARY_PATH")]
    pub(super) ld_library_path: Option<OsString>,
    /// The working folder in the image, which relative search paths start from
    #[arg(long, value_name = "PATH", default_value = "/")]
    pub(super) workdir: OsString,
    /// The x86-64 level of the machine's processor, for glibc-hwcaps folders
    #[arg(long, value_name = "LEVEL", default_value_t = CpuLevel::V3)]
    pub(super) hwcaps: CpuLevel,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

#[derive(Debug, Args)]
pub(super) struct TreeArguments {
    #[command(flatten)]
    pub(super) sources: SourceArguments,
    #[command(flatten)]
    pub(super) linker: LinkerArguments,
    /// Look at every object by itself, not in the process that loads it
    #[arg(long)]
    pub(super) all: bool,
    /// How the answer is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) format: Format,
}
