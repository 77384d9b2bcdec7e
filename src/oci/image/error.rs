//! Why no image can be made.

use std::io;
use std::path::PathBuf;

use crate::oci::layer::LayerError;
use crate::tree::inventory::{ImageFault, InventoryError};
use crate::vocabulary::{RootedPath, Sha256Digest, Soname};

/// An image can't be made.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// A layer can't be composed or written.
    #[error(transparent)]
    Layer(#[from] LayerError),
    /// The base can't be read any more.
    #[error("cannot copy the layers of the base {path}")]
    Base {
        /// The base.
        path: PathBuf,
        /// Why.
        #[source]
        source: ImageFault,
    },
    /// The base is known by its packages alone.
    #[error("cannot compose an image on {0}: it is modelled from its packages, and its layers are not here")]
    ModelledBase(PathBuf),
    /// A layer of the base has another digest than is stated for it.
    #[error(
        "cannot copy a layer of the base {path}: it has the digest sha256:{found} and not sha256:{stated}"
    )]
    Digest {
        /// The base.
        path: PathBuf,
        /// What was read.
        found: Sha256Digest,
        /// What it should be.
        stated: Sha256Digest,
    },
    /// The base's configuration has another form than the specification's.
    #[error("cannot change the configuration of the base: {cause}")]
    BaseConfig {
        /// Why.
        cause: String,
    },
    /// A time that no calendar has.
    #[error("cannot take {0} for the time of an image")]
    Time(u64),
    /// Images that can't be in one list.
    #[error("cannot put images into one list: {0}")]
    Platforms(String),
    /// The output's name or what is there does not do.
    #[error("cannot write {output}: {cause}")]
    Output {
        /// The output.
        output: PathBuf,
        /// Why.
        cause: &'static str,
    },
    /// The output can't be written.
    #[error("cannot write {output}")]
    Write {
        /// The output.
        output: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// What was composed can't be read back.
    #[error("cannot keep {output}: it can't be read back")]
    ReadBack {
        /// The output.
        output: PathBuf,
        /// Why.
        #[source]
        source: Box<InventoryError>,
    },
    /// A part of a tree is not in the image as it was written.
    #[error("cannot keep {output}: {path} is not there as the tree has it")]
    Differs {
        /// The output.
        output: PathBuf,
        /// The first path that differs.
        path: RootedPath,
    },
    /// In the image something else is loaded than was planned.
    #[error("cannot keep {output}: {object} loads something else for {soname} in it than was planned")]
    LoadsOther {
        /// The output.
        output: PathBuf,
        /// The object that asks.
        object: RootedPath,
        /// What it asks for.
        soname: Soname,
    },
    /// A library of the Plan is not found in the image.
    #[error("cannot keep {output}: {soname} is not found at {path} in it")]
    NotLoaded {
        /// The output.
        output: PathBuf,
        /// What is asked for.
        soname: Soname,
        /// Where it should be.
        path: RootedPath,
    },
    /// The image can't be unpacked for a command.
    #[error("cannot keep {output}: it can't be unpacked")]
    Unpack {
        /// The output.
        output: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The image can't be entered.
    #[error("cannot run a command in the image")]
    Enter(#[source] io::Error),
    /// The command that was to show that the image works does not.
    #[error("cannot keep {output}: `{command}` fails in it ({why}):\n{said}")]
    Run {
        /// The output.
        output: PathBuf,
        /// The command.
        command: String,
        /// How it ended.
        why: String,
        /// What it said at last.
        said: String,
    },
}

impl ImageError {
    /// What the user can do.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Layer(error) => error.hint(),
            Self::Output { .. } => Some("give a new directory, or a name that ends in .tar"),
            Self::ModelledBase(_) => {
                Some("name the image itself, such as gcr.io/distroless/python3-debian12")
            }
            Self::Enter(_) => Some("leave out --verify-run"),
            Self::Time(_) => Some("SOURCE_DATE_EPOCH is a number of seconds since 1970"),
            _ => None,
        }
    }

    /// Whether another question would help, and not another disk or archive.
    pub fn is_of_the_question(&self) -> bool {
        match self {
            Self::Layer(error) => error.is_of_the_question(),
            Self::Write { .. } | Self::ReadBack { .. } | Self::Unpack { .. } | Self::Enter(_) => false,
            _ => true,
        }
    }
}
