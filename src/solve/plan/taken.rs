//! Files and links to take from packages.

use bstr::BString;

use crate::vocabulary::{RootedPath, Sha256Digest, named};

/// A file or link to take from a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenFile {
    /// Path in the image: the path in the package, with links of the base followed.
    pub path: RootedPath,
    /// Content or target.
    pub kind: TakenKind,
}

/// Kind of a taken file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TakenKind {
    /// A regular file.
    File {
        /// Digest of its content.
        sha256: Sha256Digest,
        /// Size of its content.
        size_bytes: u64,
        /// Permission bits.
        mode: u32,
    },
    /// A symbolic link.
    Link {
        /// Target, as stored.
        target: BString,
        /// Origin of the link.
        origin: LinkOrigin,
    },
}

named! {
    /// Origin of a link.
    LinkOrigin("origin of a link") {
        /// The package contains it.
        Package = "package",
        /// update-alternatives makes it when the package is installed.
        Alternatives = "alternatives",
    }
}

impl TakenFile {
    /// Returns the size of the content in bytes; 0 for a link.
    pub fn size_bytes(&self) -> u64 {
        match self.kind {
            TakenKind::File { size_bytes, .. } => size_bytes,
            TakenKind::Link { .. } => 0,
        }
    }
}
