//! Library index: for each library package of a release, its libraries with their provided and required names and
//! versions.
//!
//! `build.rs` makes one from a release's .debs, `format.rs` is its file, and `embedded.rs` has the one that is
//! compiled in. [`IndexedDebs`] answers requests for packages' contents from library indices first and from the .debs
//! otherwise. `query.rs` merges several indices into the packages of one target, which `search.rs`, `statistics.rs`
//! and [`export`] read.

mod build;
mod build_error;
mod cached;
mod coverage;
mod dependents;
mod embedded;
pub mod export;
mod format;
mod indexed_catalog;
mod indexed_debs;
mod objects;
mod providers;
mod query;
mod read_libraries;
mod search;
mod soname_table;
mod statistics;

pub use build::{gather_packages, merge_targets};
pub use build_error::BuildError;
pub use cached::{UnreadableIndex, available_indices, cached_index_path, save_library_index};
pub use coverage::Coverage;
pub use dependents::Dependents;
pub use embedded::embedded_libraries;
pub use format::{BadLibraryIndex, IndexedDeb, IndexedTarget, LibraryIndex, write_library_index};
pub use indexed_catalog::{IndexedCatalog, sort_providers};
pub use indexed_debs::IndexedDebs;
pub use objects::{DebLibraries, DebObject, LibraryLink};
pub use query::{IndexedPackage, QueryError, indexed_packages};
pub use read_libraries::IndexedLibraries;
pub use search::{FoundObject, FoundObjects, ObjectFinder, ObjectQuery};
pub use soname_table::{SonameProvider, SonameRecord, SonameTable};
pub use statistics::{LargeLibrary, LibraryIndexStatistics, NeededSoname, StatisticsBuilder};
