//! Why no layer can be made.

use std::io;
use std::path::PathBuf;

use crate::tree::inventory::DebError;
use crate::vocabulary::{PackageName, RootedPath, Soname};

/// A layer can't be made.
#[derive(Debug, thiserror::Error)]
pub enum LayerError {
    /// The base has a directory where something else is to be.
    #[error("cannot put {path} into the layer: the base has a directory there")]
    Directory {
        /// The place.
        path: RootedPath,
    },
    /// Something that is no directory, or a link that leads nowhere, stands above a path.
    #[error("cannot put {path} into the layer: {above} of the base is no directory")]
    NoDirectory {
        /// The place.
        path: RootedPath,
        /// What stands above it.
        above: RootedPath,
    },
    /// An entry of the layer is no directory, but another entry lies below it.
    #[error("cannot put {path} into the layer: {above}, which is put there too, is no directory")]
    BelowOther {
        /// The place.
        path: RootedPath,
        /// What stands above it.
        above: RootedPath,
    },
    /// An engine would take the name for the sign that something of the base is gone.
    #[error("cannot put {path} into the layer: a name that begins with .wh. would take something away")]
    Whiteout {
        /// The place.
        path: RootedPath,
    },
    /// A .deb does not have what the Plan takes of it.
    #[error("cannot take {path} of {package}: its .deb has no such file")]
    NotInDeb {
        /// The package.
        package: PackageName,
        /// The file's place in the image.
        path: String,
    },
    /// A name that no package can have.
    #[error("cannot write what dpkg knows of the package {0:?}: its name is none")]
    PackageName(String),
    /// A .deb can't be read.
    #[error("cannot take files out of {file}")]
    Deb {
        /// The .deb.
        file: PathBuf,
        /// Why.
        #[source]
        source: DebError,
    },
    /// A .deb or a file of a tree can't be opened or read.
    #[error("cannot read {file}")]
    Open {
        /// The file.
        file: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
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
    /// What was written can't be read back.
    #[error("cannot check {output}: it can't be read back")]
    ReadBack {
        /// The output.
        output: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// What was read back is not what was written.
    #[error("cannot keep {output}: {path} is not there as it was written")]
    Differs {
        /// The output.
        output: PathBuf,
        /// The first entry that differs.
        path: RootedPath,
    },
    /// A library of the Plan is not found in base and layer.
    #[error("cannot keep {output}: {soname} is not found at {path} with it")]
    NotLoaded {
        /// The output.
        output: PathBuf,
        /// What is asked for.
        soname: Soname,
        /// Where it should be.
        path: RootedPath,
    },
}

impl LayerError {
    /// What the user can do.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Directory { .. } | Self::NoDirectory { .. } => Some(
                "is it the base that the lock was made for? `sodeb lock PATH --base DIR` makes one for it",
            ),
            Self::Output { .. } => {
                Some("give a new directory, or a name that ends in .tar, .tar.gz or .tar.zst")
            }
            Self::NotLoaded { .. } => Some("a lock does for the base that it was made for"),
            _ => None,
        }
    }

    /// Whether another question would help, and not another disk or archive.
    pub fn is_of_the_question(&self) -> bool {
        matches!(
            self,
            Self::Directory { .. }
                | Self::NoDirectory { .. }
                | Self::Whiteout { .. }
                | Self::Output { .. }
                | Self::NotLoaded { .. }
        )
    }
}
