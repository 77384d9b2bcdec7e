//! Building catalogs from the indices of an archive.
//!
//! [`TargetIndex`] reads the indices of one target, and [`write_catalog`] writes those of one or several targets to a
//! file.

pub(super) mod declarations;
mod dependency_table;
mod detail;
mod error;
mod interner;
mod substitute;
mod target_index;
mod write;

pub use detail::Detail;
pub use error::BuildError;
pub use target_index::TargetIndex;
pub use write::write_catalog;
