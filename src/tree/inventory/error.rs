//! Errors of reading a source.

use std::io;
use std::path::{Path, PathBuf};

use super::image::ImageFault;

/// Reason why a source cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    /// There is nothing at the path, or it cannot be examined.
    #[error("cannot read {path}")]
    Unreadable {
        /// Path as it was given.
        path: PathBuf,
        /// Cause of the failure.
        #[source]
        source: io::Error,
    },
    /// The image or archive is broken, or is for another platform.
    #[error("cannot read the image {path}")]
    Image {
        /// Path as it was given.
        path: PathBuf,
        /// Cause of the failure.
        #[source]
        source: ImageFault,
    },
    /// The cache of layers cannot be written.
    #[error("cannot write the layers of {path} into the cache")]
    Store {
        /// Path of the image as it was given.
        path: PathBuf,
        /// Cause of the failure.
        #[source]
        source: io::Error,
    },
    /// The path names a device, socket or pipe.
    #[error("cannot read {path}: neither a directory nor a file")]
    Unsuitable {
        /// Path as it was given.
        path: PathBuf,
    },
}

impl InventoryError {
    /// Replaces the path by the name that the user gave.
    pub fn of(self, name: &Path) -> Self {
        let path = name.to_owned();
        match self {
            Self::Unreadable { source, .. } => Self::Unreadable { path, source },
            Self::Image { source, .. } => Self::Image { path, source },
            Self::Store { source, .. } => Self::Store { path, source },
            Self::Unsuitable { .. } => Self::Unsuitable { path },
        }
    }
}
