//! Amount of detail in a catalog file.

/// Amount of detail about packages in a catalog file, and its compression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Everything, written quickly: for the cache.
    Complete,
    /// Sizes and digests only of packages that may provide a soname, with the best compression: for the catalog that is
    /// compiled in.
    Compact,
}

impl Detail {
    /// Zstandard level of the tables.
    pub(super) fn compression_level(self) -> i32 {
        match self {
            Self::Complete => 3,
            Self::Compact => 22,
        }
    }
}
