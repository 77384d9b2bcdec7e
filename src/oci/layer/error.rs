//! Failures to make a layer.

use std::io;
use std::path::{Path, PathBuf};

use crate::support::output::OutputError;
use crate::tree::inventory::DebError;
use crate::vocabulary::{PackageName, RootedPath, Soname};

/// A layer cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum LayerError {
    /// The Plan was made for a base, and none is given.
    #[error("cannot compose the layer of the lock: it was made for a base")]
    MissingBase,
    /// The base has a directory at the path of a file or link.
    #[error("cannot put {path} into the layer: the base has a directory there")]
    Directory {
        /// Path of the entry.
        path: RootedPath,
    },
    /// The base has a file, or a link to nothing, above a path.
    #[error("cannot put {path} into the layer: {above} of the base is not a directory")]
    NoDirectory {
        /// Path of the entry.
        path: RootedPath,
        /// Path of the file or link.
        above: RootedPath,
    },
    /// The layer has a file or link above another entry.
    #[error("cannot put {path} into the layer: {above} of the layer is not a directory")]
    BelowOther {
        /// Path of the entry.
        path: RootedPath,
        /// Path of the file or link.
        above: RootedPath,
    },
    /// Engines would take a name for the removal of a file of the base.
    #[error("cannot put {path} into the layer: a name that begins with .wh. would remove a file of the base")]
    Whiteout {
        /// Path of the entry.
        path: RootedPath,
    },
    /// A .deb does not have a planned file.
    #[error("cannot take {path} from {package}: its .deb has no such file")]
    NotInDeb {
        /// Package.
        package: PackageName,
        /// Path of the file in the image.
        path: String,
    },
    /// A name that no package can have.
    #[error("cannot write the database entry of package {0:?}: the name is invalid")]
    PackageName(String),
    /// A .deb cannot be read.
    #[error("cannot read the files of {file}")]
    Deb {
        /// Path of the .deb.
        file: PathBuf,
        /// Cause.
        #[source]
        source: DebError,
    },
    /// A .deb or a file of a tree cannot be read.
    #[error("cannot read {file}")]
    Read {
        /// Path of the file.
        file: PathBuf,
        /// Cause.
        #[source]
        source: io::Error,
    },
    /// The temporary file with the contents of packages cannot be written or read.
    #[error("cannot write a temporary file")]
    Scratch(#[source] io::Error),
    /// The name of the output is that of an archive in an unsupported format.
    #[error("cannot write {0}: this archive format is not supported")]
    UnsupportedArchive(PathBuf),
    /// The output cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The written output cannot be read.
    #[error("cannot check {output}: it cannot be read back")]
    ReadBack {
        /// Path of the output.
        output: PathBuf,
        /// Cause.
        #[source]
        source: io::Error,
    },
    /// The written output has another entry than the layer.
    #[error("cannot keep {output}: {path} is not as it was written")]
    Differs {
        /// Path of the output.
        output: PathBuf,
        /// First path that differs.
        path: RootedPath,
    },
    /// A library of the Plan is not found in base and layer.
    #[error("cannot keep {output}: with it, {soname} is not found at {path}")]
    NotLoaded {
        /// Path of the output.
        output: PathBuf,
        /// Soname.
        soname: Soname,
        /// Planned path.
        path: RootedPath,
    },
}

impl LayerError {
    /// Advice that fixes the error.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::MissingBase => Some("give that base with --base"),
            Self::Directory { .. } | Self::NoDirectory { .. } => {
                Some("use another base; a lock fits only the base that it was made for")
            }
            Self::UnsupportedArchive(_) => {
                Some("name a new directory, or a file that ends in .tar, .tar.gz or .tar.zst")
            }
            Self::NotLoaded { .. } => Some("use the base that the lock was made for"),
            Self::Output(error) => error.hint(),
            _ => None,
        }
    }

    /// True if the user's input is wrong, rather than the archive or the disk.
    pub fn is_input_error(&self) -> bool {
        match self {
            Self::Output(error) => error.is_input_error(),
            Self::MissingBase
            | Self::Directory { .. }
            | Self::NoDirectory { .. }
            | Self::Whiteout { .. }
            | Self::UnsupportedArchive(_)
            | Self::NotLoaded { .. } => true,
            _ => false,
        }
    }
}

/// A layer cannot be written completely.
#[derive(Debug)]
pub enum WriteError {
    /// A file of a tree cannot be read, or has changed.
    TreeFile {
        /// Path of the file on the host.
        path: PathBuf,
        /// Cause.
        source: io::Error,
    },
    /// The target cannot be written.
    Target(io::Error),
}

impl WriteError {
    /// Names the output that was being written.
    pub fn for_output(self, output: &Path) -> LayerError {
        match self {
            Self::TreeFile { path, source } => LayerError::Read { file: path, source },
            Self::Target(source) => OutputError::failed(output, source).into(),
        }
    }
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
        Self::Target(error)
    }
}
