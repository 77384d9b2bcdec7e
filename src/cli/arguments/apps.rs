//! The trees, and the base that they are put on.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use crate::tree::inventory::ImagePlatform;

/// The trees that are looked at.
#[derive(Clone, Debug, Args)]
pub(crate) struct AppArguments {
    /// Directories or files: a venv, a gem tree, node_modules, a program …
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) place: PlaceArguments,
}

/// Where the trees will lie.
#[derive(Clone, Debug, Args)]
pub(crate) struct PlaceArguments {
    /// What the result will be put on [default: nothing is assumed present]
    ///
    /// The directory of a root file system or a tar of it, an archive of docker-save, an OCI layout as a directory or a tar;
    /// an image in a registry, `HOST/NAME[:TAG]`, `HOST/NAME@sha256:…` or `docker://NAME`; one that docker has,
    /// `docker-daemon:NAME[:TAG]`; or without the image what its packages have today, by its name:
    /// `distroless/{static,base,cc,python3}-debian{12,13}`, `debian:{bookworm,trixie}-slim`. `scratch` is nothing.
    #[arg(long, value_name = "PATH-or-IMAGE", env = "SODEB_BASE")]
    pub(crate) base: Option<OsString>,
    #[command(flatten)]
    pub(crate) choice: ImageChoiceArguments,
    /// Where the tree will be mounted; given once for each of several, in their order [default: its own absolute path]
    #[arg(long, value_name = "PATH", env = "SODEB_AT")]
    pub(crate) at: Vec<OsString>,
}

/// How images are had, and which of several.
#[derive(Clone, Debug, Args)]
pub(crate) struct ImageChoiceArguments {
    /// A registry, HOST or HOST:PORT, that is spoken to by http, as those on this machine always are; may be given
    /// several times
    #[arg(long, value_name = "HOST", env = "SODEB_INSECURE_REGISTRY", value_delimiter = ',')]
    pub(crate) insecure_registry: Vec<String>,
    /// Which of several images under one name, such as linux/arm64 [default: that of --arch or of most objects]
    #[arg(long, value_name = "OS/ARCH[/VARIANT]", env = "SODEB_PLATFORM")]
    pub(crate) platform: Option<ImagePlatform>,
}
