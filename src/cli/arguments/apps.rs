//! Trees, and the base that they run on.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use crate::tree::inventory::ImagePlatform;

/// Trees that the user points at.
#[derive(Clone, Debug, Args)]
pub(crate) struct AppArguments {
    /// Directories or files: a venv, a gem tree, node_modules, a program…
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) base: BaseArguments,
}

/// Base of the image, and the places of the trees on it.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Base")]
pub(crate) struct BaseArguments {
    /// Base image or root file system that the files will run on
    ///
    /// Without it nothing is assumed to be present. It is one of:
    ///
    /// - a directory or tar of a root file system, a `docker save` archive, or an OCI layout as a directory or tar
    ///
    /// - an image in a registry: HOST/NAME:TAG, HOST/NAME@sha256:… or docker://NAME:TAG
    ///
    /// - an image in Docker's engine: docker-daemon:NAME:TAG
    ///
    /// - a known image, modelled from its packages and not downloaded: distroless/{static,base,cc,python3}-debian{12,13},
    ///   debian:{bookworm,trixie}-slim
    ///
    /// - scratch, which is empty
    #[arg(long, value_name = "IMAGE", env = "SODEB_BASE")]
    pub(crate) base: Option<OsString>,
    /// Path of the tree in the image; repeat for several trees, in order
    ///
    /// The default is the absolute path of the tree on this machine. Libraries are searched and scripts are interpreted as they
    /// would be at that path, such as --at /app for a tree that a Dockerfile copies to /app. For a file it is
    /// the path of the file itself, or with a slash at the end its directory.
    #[arg(long, value_name = "PATH", env = "SODEB_AT")]
    pub(crate) at: Vec<OsString>,
    /// Let venvs whose Python is missing start the base's Python of the same version
    ///
    /// The links bin/python* of the venv, and `home` in its pyvenv.cfg, are changed in the image; the venv itself stays as it is.
    /// For venvs that uv, pyenv or another image created.
    #[arg(long)]
    pub(crate) relink_python: bool,
    #[command(flatten)]
    pub(crate) image: ImageAccessArguments,
}

/// Access to images, and choice of one of several platforms.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Base")]
pub(crate) struct ImageAccessArguments {
    /// Platform of the image, such as linux/arm64
    ///
    /// It chooses one image of an index. The default is the platform of --arch, else that of most objects.
    #[arg(long, value_name = "OS/ARCH[/VARIANT]", env = "SODEB_PLATFORM")]
    pub(crate) platform: Option<ImagePlatform>,
    /// Registry to access by plain HTTP (repeatable)
    ///
    /// HOST may have a port: HOST:PORT. Registries on this machine are always accessed by plain HTTP.
    #[arg(long, value_name = "HOST", env = "SODEB_INSECURE_REGISTRY", value_delimiter = ',')]
    pub(crate) insecure_registry: Vec<String>,
}
