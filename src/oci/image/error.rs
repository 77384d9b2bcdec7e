//! Failures to make an image.

use std::io;
use std::path::PathBuf;

use crate::oci::layer::LayerError;
use crate::support::output::OutputError;
use crate::tree::inventory::{ImageFault, InventoryError};
use crate::vocabulary::{RootedPath, Sha256Digest, Soname};

/// An image cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// A layer cannot be composed or written.
    #[error(transparent)]
    Layer(#[from] LayerError),
    /// A layer of the base cannot be read.
    #[error("cannot copy the layers of the base {path}")]
    Base {
        /// Path of the base.
        path: PathBuf,
        /// Cause.
        #[source]
        source: ImageFault,
    },
    /// The base is modelled from packages, so that it has no layers.
    #[error("cannot build an image on {0}: only its packages are known, not its layers")]
    ModelledBase(PathBuf),
    /// No base is given, not even an empty one.
    #[error("cannot build an image: no base is given")]
    NoBase,
    /// A layer of the base has another digest than stated.
    #[error(
        "cannot copy a layer of the base {path}: it has the digest sha256:{found} and not sha256:{stated}"
    )]
    Digest {
        /// Path of the base.
        path: PathBuf,
        /// Actual digest.
        found: Sha256Digest,
        /// Stated digest.
        stated: Sha256Digest,
    },
    /// The configuration of the base is malformed.
    #[error("cannot change the configuration of the base: {cause}")]
    BaseConfig {
        /// Cause.
        cause: String,
    },
    /// A time after the end of the calendar.
    #[error("cannot use {0} as the time of an image: it is too large")]
    Time(u64),
    /// Images that cannot be in one index.
    #[error("cannot build an index of images: {0}")]
    Platforms(String),
    /// An archive cannot have images for several platforms.
    #[error("cannot write {0}: docker loads archives of one platform only")]
    SeveralInArchive(PathBuf),
    /// Not every path has a platform before it, or there is another platform beside them.
    #[error("cannot tell which platform each path is for")]
    AmbiguousPlatforms,
    /// The name of the output is that of an archive in an unsupported format.
    #[error("cannot write {0}: this archive format is not supported for images")]
    UnsupportedArchive(PathBuf),
    /// The output cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The composed image cannot be read.
    #[error("cannot keep {output}: it cannot be read back")]
    ReadBack {
        /// Path of the output.
        output: PathBuf,
        /// Cause.
        #[source]
        source: Box<InventoryError>,
    },
    /// A part of an app is not in the image as it is on the host.
    #[error("cannot keep {output}: {path} is not as in the app")]
    Differs {
        /// Path of the output.
        output: PathBuf,
        /// First path that differs.
        path: RootedPath,
    },
    /// In the image, an object loads another library than planned.
    #[error("cannot keep {output}: in it, {object} loads another file for {soname} than planned")]
    LoadsOther {
        /// Path of the output.
        output: PathBuf,
        /// Path of the object.
        object: RootedPath,
        /// Soname of the library.
        soname: Soname,
    },
    /// A library of the Plan is not found in the image.
    #[error("cannot keep {output}: in it, {soname} is not found at {path}")]
    NotLoaded {
        /// Path of the output.
        output: PathBuf,
        /// Soname of the library.
        soname: Soname,
        /// Planned path.
        path: RootedPath,
    },
    /// The image cannot be unpacked for a test run.
    #[error("cannot unpack {output} for the test run")]
    Unpack {
        /// Path of the output.
        output: PathBuf,
        /// Cause.
        #[source]
        source: io::Error,
    },
    /// The test run cannot be started.
    #[error("cannot run a command in the image")]
    Enter(#[source] io::Error),
    /// The command of the test run failed.
    #[error("cannot keep {output}: `{command}` fails in it ({outcome}):\n{printed}")]
    Run {
        /// Path of the output.
        output: PathBuf,
        /// Command.
        command: String,
        /// Exit status, or the time limit.
        outcome: String,
        /// End of the command's output.
        printed: String,
    },
}

impl ImageError {
    /// Advice that fixes the error.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Layer(error) => error.hint(),
            Self::Output(error) => error.hint(),
            Self::UnsupportedArchive(_) => Some("name a new directory, or a file that ends in .tar"),
            Self::ModelledBase(_) => {
                Some("name the image itself, such as gcr.io/distroless/python3-debian12")
            }
            Self::SeveralInArchive(_) => Some(
                "use -o oci:DIR for a layout of all platforms, or -o docker://HOST/NAME:TAG for a registry",
            ),
            Self::AmbiguousPlatforms => {
                Some("give each path as PLATFORM=PATH, such as linux/arm64=./venv, or give --platform only")
            }
            Self::NoBase => Some("give one with --base; `--base scratch` is an empty one"),
            Self::Enter(_) => Some("leave out --verify-run"),
            Self::Time(_) => Some("set SOURCE_DATE_EPOCH to a number of seconds since 1970"),
            _ => None,
        }
    }

    /// True if the user's input is wrong, rather than the disk or the system.
    pub fn is_input_error(&self) -> bool {
        match self {
            Self::Layer(error) => error.is_input_error(),
            Self::Output(error) => error.is_input_error(),
            Self::ReadBack { .. } | Self::Unpack { .. } | Self::Enter(_) => false,
            _ => true,
        }
    }
}
