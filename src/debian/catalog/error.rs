//! Errors of catalogs.

/// Error while a catalog's data is read.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// The data does not have the format of this version.
    #[error("cannot read catalog {catalog}: {cause}")]
    Broken {
        /// Path of the file, or a name of the one that is compiled in.
        catalog: String,
        /// Cause.
        cause: String,
    },
    /// A file could not be read.
    #[error("cannot read {path}")]
    Read {
        /// Path.
        path: std::path::PathBuf,
        /// Cause.
        #[source]
        source: std::io::Error,
    },
}
