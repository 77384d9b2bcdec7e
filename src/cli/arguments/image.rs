//! The arguments of `sodeb layer` and `sodeb image`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::values::{Assignment, CommandLine, parse_owner, parse_run};
use super::{Format, GapArguments};
use crate::oci::image::ImageTag;
use crate::oci::layer::FileOwner;

#[derive(Debug, Args)]
pub(crate) struct LayerArguments {
    #[command(flatten)]
    pub(crate) gap: GapArguments,
    #[command(flatten)]
    pub(crate) shipped: ShippedArguments,
    /// How the report is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: Format,
    /// What is written: an archive if it ends in .tar, .tar.gz or .tar.zst, `oci:DIR` for an OCI layout of the base
    /// with the layer on it, else a directory
    #[arg(short, long, value_name = "OUT")]
    pub(crate) output: PathBuf,
}

/// What is shipped of packages.
#[derive(Debug, Args)]
pub(crate) struct ShippedArguments {
    /// How much of each package is written
    #[arg(long, value_name = "EXTENT", default_value = "needed")]
    pub(crate) files: LayerExtent,
}

#[derive(Debug, Args)]
pub(crate) struct ImageArguments {
    #[command(flatten)]
    pub(crate) gap: GapArguments,
    #[command(flatten)]
    pub(crate) shipped: ShippedArguments,
    /// Owner of the trees in the image: numbers of a user and a group [default: 0:0]
    #[arg(long, value_name = "UID[:GID]", value_parser = parse_owner)]
    pub(crate) owner: Option<FileOwner>,
    /// How the report is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: Format,
    /// A file for a page that shows what is in the image, why, and what it comes to
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    /// What is written: if it ends in .tar an archive that docker, podman and others load, else the directory of an OCI
    /// layout (`oci:DIR` for any name); `docker://HOST/NAME:TAG` sends it to a registry
    #[arg(short, long, value_name = "OUT")]
    pub(crate) output: PathBuf,
    #[command(flatten, next_help_heading = "The image")]
    pub(crate) start: StartArguments,
    #[command(flatten)]
    pub(crate) verify: VerifyArguments,
}

/// What has to work in the image.
#[derive(Debug, Args)]
pub(crate) struct VerifyArguments {
    /// A command to run in the image before it is kept: no image is written where it fails. It runs in namespaces of its
    /// own, without network, /proc and /dev (needs unshare of util-linux)
    #[arg(long, value_name = "COMMAND", value_parser = parse_run)]
    pub(crate) verify_run: Option<CommandLine>,
    /// How long that may take
    #[arg(long, value_name = "SECONDS", default_value_t = 60, requires = "verify_run")]
    pub(crate) verify_timeout: u32,
}

/// How an image is started and what it is called; what is not given stays as the base has it.
#[derive(Debug, Args)]
pub(crate) struct StartArguments {
    /// What is run: a JSON array, or words as a shell splits them, of which nothing is expanded. The base's arguments
    /// are gone with its own
    #[arg(long, value_name = "COMMAND", allow_hyphen_values = true)]
    pub(crate) entrypoint: Option<CommandLine>,
    /// Its arguments, in the same form
    #[arg(long, value_name = "WORDS", allow_hyphen_values = true)]
    pub(crate) cmd: Option<CommandLine>,
    /// A variable of the environment; may be given several times
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) env: Vec<Assignment>,
    /// Who runs it: a name or number of the image, with a group behind a colon if wanted
    #[arg(long, value_name = "USER[:GROUP]")]
    pub(crate) user: Option<String>,
    /// A label; may be given several times
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) label: Vec<Assignment>,
    /// An annotation of the manifest; may be given several times
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) annotation: Vec<Assignment>,
    /// What the image is called; may be given several times
    #[arg(long, value_name = "NAME[:TAG]")]
    pub(crate) tag: Vec<ImageTag>,
}

/// How much of a package is shipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LayerExtent {
    /// What is loaded, and the copyright file
    Needed,
    /// All of it but documentation
    Package,
}
