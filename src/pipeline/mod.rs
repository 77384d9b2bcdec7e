//! The stages from input trees to an answer, in their order.
//!
//! ```text
//!  InputTrees::root ─► LinkedTrees::link ─┬─► resolve ─► Analysis ─┬─► resolution    packages that the apps need
//!                                         │                        ├─► graph         objects and what they load
//!                                         │                        ├─► close         the needs of packages, too
//!                                         │                        └─► show_closed   everything linked
//!                                         └─► resolve_on_each                        answers for several releases
//!
//!  Planner::plan ─► Closure (with its Plan) ─► Composition ─► layer, image
//! ```
//!
//! A caller links first, since the architecture of the apps' objects ([`LinkedTrees::architecture`]) decides which
//! catalogs it opens. Packages come from a [`Debs`], such as [`IndexedSource`].

mod analysis;
mod base_packages;
mod closure_run;
mod composition;
mod confirm;
mod debs;
mod inclusions;
mod indexed_source;
mod inputs;
mod judge;
mod library_index;
mod link_targets;
mod lock_base;
mod lock_pins;
mod package_files;
mod planner;
mod release;

pub use analysis::{Analysis, LinkedTrees};
pub use base_packages::{UnreadDatabase, base_packages};
pub use composition::{ComposedImage, Composition, ImageTarget};
pub use confirm::confirm;
pub use debs::Debs;
pub use indexed_source::{Downloads, IndexedSource};
pub use inputs::{Catalogs, Inputs};
pub use library_index::{
    LibraryAccessError, compact_index, gather_library_index, library_directories, visit_indexed_packages,
};
pub use lock_base::{LockBase, compare_base};
pub use lock_pins::LockUpdate;
pub use package_files::{PackageFileError, locked_urls, package_files};
pub use planner::Planner;
pub use release::choose_release;
