//! The arguments of `sodeb layer` and `sodeb image`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Format, GapArguments};
use crate::cli::image_settings::{Assignment, CommandLine, parse_owner, parse_run};
use crate::oci::image::ImageTag;
use crate::oci::layer::Owner;

#[derive(Debug, Args)]
pub(in crate::cli) struct LayerArguments {
    #[command(flatten)]
    pub(in crate::cli) gap: GapArguments,
    #[command(flatten)]
    pub(in crate::cli) shipped: ShippedArguments,
    /// How the report is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(in crate::cli) format: Format,
    /// What is written: an archive if it ends in .tar, .tar.gz or .tar.zst, `oci:DIR` for an OCI layout of the base
    /// with the layer on it, else a directory
    #[arg(short, long, value_name = "OUT")]
    pub(in crate::cli) output: PathBuf,
}

/// What is shipped of packages.
#[derive(Debug, Args)]
pub(in crate::cli) struct ShippedArguments {
    /// How much of each package is written
    #[arg(long, value_name = "EXTENT", default_value = "needed")]
    pub(in crate::cli) files: LayerExtent,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ImageArguments {
    #[command(flatten)]
    pub(in crate::cli) gap: GapArguments,
    #[command(flatten)]
    pub(in crate::cli) shipped: ShippedArguments,
    /// RuleOwner the trees are in the image: numbers of a user and a group [default: 0:0]
    #[arg(long, value_name = "UID[:GID]", value_parser = parse_owner)]
    pub(in crate::cli) owner: Option<Owner>,
    /// How the report is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(in crate::cli) format: Format,
    /// A file for a page that shows what is in the image, why, and what it comes to
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) report: Option<PathBuf>,
    /// What is written: if it ends in .tar an archive that docker, podman and others load, else the directory of an OCI
    /// layout (`oci:DIR` for any name); `docker://HOST/NAME:TAG` sends it to a registry
    #[arg(short, long, value_name = "OUT")]
    pub(in crate::cli) output: PathBuf,
    #[command(flatten, next_help_heading = "The image")]
    pub(in crate::cli) start: StartArguments,
    #[command(flatten)]
    pub(in crate::cli) verify: VerifyArguments,
}

/// What has to work in the image.
#[derive(Debug, Args)]
pub(in crate::cli) struct VerifyArguments {
    /// A command to run in the image before it is kept: no image is written where it fails. It runs in namespaces of its
    /// own, without network, /proc and /dev (needs unshare of util-linux)
    #[arg(long, value_name = "COMMAND", value_parser = parse_run)]
    pub(in crate::cli) verify_run: Option<CommandLine>,
    /// How long that may take
    #[arg(long, value_name = "SECONDS", default_value_t = 60, requires = "verify_run")]
    pub(in crate::cli) verify_timeout: u32,
}

/// How an image is started and what it is called; what is not given stays as the base has it.
#[derive(Debug, Args)]
pub(in crate::cli) struct StartArguments {
    /// What is run: a JSON array, or words as a shell splits them, of which nothing is expanded. The base's arguments
    /// are gone with its own
    #[arg(long, value_name = "COMMAND", allow_hyphen_values = true)]
    pub(in crate::cli) entrypoint: Option<CommandLine>,
    /// Its arguments, in the same form
    #[arg(long, value_name = "WORDS", allow_hyphen_values = true)]
    pub(in crate::cli) cmd: Option<CommandLine>,
    /// A variable of the environment; may be given several times
    #[arg(long, value_name = "NAME=VALUE")]
    pub(in crate::cli) env: Vec<Assignment>,
    /// Who runs it: a name or number of the image, with a group behind a colon if wanted
    #[arg(long, value_name = "USER[:GROUP]")]
    pub(in crate::cli) user: Option<String>,
    /// A label; may be given several times
    #[arg(long, value_name = "NAME=VALUE")]
    pub(in crate::cli) label: Vec<Assignment>,
    /// An annotation of the manifest; may be given several times
    #[arg(long, value_name = "NAME=VALUE")]
    pub(in crate::cli) annotation: Vec<Assignment>,
    /// What the image is called; may be given several times
    #[arg(long, value_name = "NAME[:TAG]")]
    pub(in crate::cli) tag: Vec<ImageTag>,
}

/// How much of a package is shipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum LayerExtent {
    /// What is loaded, and the copyright file
    Needed,
    /// All of it but documentation
    Package,
}
