//! The stages from trees to an answer, in their order.
//!
//! ```text
//!  InputTrees::root ─► LinkedTrees::link ─► resolve ─► Analysis ─┬─► resolution    the packages of what the trees need
//!                        │                                    ├─► graph         who loads what
//!                        │                                    ├─► close         with what the packages need, too
//!                        │                                    └─► show_closed   everything linked, to look at
//!                        ├─► resolve_on_each                                    the same on several releases
//!  Planner::plan ────────┘─► Plan ─► Composition ─► layer, image                what a lock holds, put to use
//! ```
//!
//! A caller links first, since the architecture of the trees' objects ([`LinkedTrees::architecture`]) decides which
//! catalogs it opens. Nothing here reads a file or the network: packages come from a [`Debs`].

mod analysis;
mod base_packages;
mod closing;
mod composition;
mod debs;
mod inclusions;
mod indexed_source;
mod inputs;
mod library_index;
mod package_files;
mod planner;
mod release;

pub use analysis::{Analysis, LinkedTrees};
pub use base_packages::{UnreadDatabase, base_packages};
pub use composition::{ComposedImage, Composition, ImageTarget};
pub use debs::Debs;
pub use indexed_source::{Downloads, IndexedSource};
pub use inputs::{Catalogs, Inputs};
pub use library_index::{
    LibraryAccessError, compact_index, gather_library_index, library_directories, visit_indexed_packages,
};
pub use package_files::{PackageFileError, locked_urls, package_files};
pub use planner::Planner;
pub use release::choose_release;
