//! Arguments of `sodeb layer` and `sodeb image`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::closure::PlanArguments;
use super::output::Format;
use super::values::{Assignment, CommandLine, parse_owner, parse_run};
use crate::oci::image::ImageTag;
use crate::oci::layer::FileOwner;

#[derive(Debug, Args)]
pub(crate) struct LayerArguments {
    /// Output: a directory, a .tar, .tar.gz or .tar.zst file, or oci:DIR
    ///
    /// `oci:DIR` is an OCI layout with an image of the base and the layer on it. Everything else is the layer alone.
    #[arg(short, long, value_name = "PATH")]
    pub(crate) output: PathBuf,
    #[command(flatten)]
    pub(crate) files: LayerFilesArguments,
    /// Format of the report
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) plan: PlanArguments,
}

/// Files of the packages to write.
#[derive(Debug, Args)]
pub(crate) struct LayerFilesArguments {
    /// Files of each package to write
    #[arg(long, value_name = "FILES", default_value = "needed")]
    pub(crate) files: LayerFiles,
}

#[derive(Debug, Args)]
pub(crate) struct ImageArguments {
    /// Output: a .tar file, a directory, oci:DIR or docker://HOST/NAME:TAG
    ///
    /// A .tar file is an archive that `docker load` and `podman load` read. A directory becomes an OCI layout; oci:DIR allows
    /// any name. docker:// pushes the image to a registry.
    #[arg(short, long, value_name = "OUT")]
    pub(crate) output: PathBuf,
    #[command(flatten)]
    pub(crate) files: LayerFilesArguments,
    /// Owner of the trees' files in the image, as numbers [default: 0:0]
    #[arg(long, value_name = "UID[:GID]", value_parser = parse_owner)]
    pub(crate) owner: Option<FileOwner>,
    /// Format of the report
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: Format,
    /// Web page to write about the image: its contents, their reasons and sizes
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) verify: VerifyArguments,
    #[command(flatten)]
    pub(crate) plan: PlanArguments,
    #[command(flatten)]
    pub(crate) config: ImageConfigArguments,
}

/// Test of the image.
#[derive(Debug, Args)]
pub(crate) struct VerifyArguments {
    /// Command to run in the image; if it fails, no image is written
    ///
    /// It runs in its own namespaces without network, /proc and /dev, and needs unshare(1) of util-linux. For example:
    /// --verify-run 'python3 -c "import numpy"'
    #[arg(long, value_name = "COMMAND", value_parser = parse_run)]
    pub(crate) verify_run: Option<CommandLine>,
    /// Maximum duration of --verify-run in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60, requires = "verify_run")]
    pub(crate) verify_timeout: u32,
}

/// Configuration of the image; unset values are those of the base.
#[derive(Debug, Args)]
#[command(next_help_heading = "Image configuration")]
pub(crate) struct ImageConfigArguments {
    /// Command that the image runs: words as in a shell, or a JSON array
    ///
    /// Nothing is expanded. The arguments of the base's own entrypoint are dropped.
    #[arg(long, value_name = "COMMAND", allow_hyphen_values = true)]
    pub(crate) entrypoint: Option<CommandLine>,
    /// Arguments of the command: words as in a shell, or a JSON array
    #[arg(long, value_name = "ARGS", allow_hyphen_values = true)]
    pub(crate) cmd: Option<CommandLine>,
    /// Environment variable (repeatable)
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) env: Vec<Assignment>,
    /// User that runs the command: a name or number in the image
    #[arg(long, value_name = "USER[:GROUP]")]
    pub(crate) user: Option<String>,
    /// Label (repeatable)
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) label: Vec<Assignment>,
    /// Annotation of the manifest (repeatable)
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) annotation: Vec<Assignment>,
    /// Name of the image (repeatable)
    #[arg(long, value_name = "NAME[:TAG]")]
    pub(crate) tag: Vec<ImageTag>,
}

/// Files of a package to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LayerFiles {
    /// Files that are loaded, and the copyright file
    Needed,
    /// All files except documentation
    Package,
}
