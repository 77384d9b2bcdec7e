//! Layers: the files of a Plan out of its packages, and trees of the host, as a tar archive or a directory that is laid
//! over the base.
//!
//! The layer of a Plan has:
//! - the planned files and links, at the paths that the Plan states;
//! - the copyright file of each package (Debian Policy §12.5), with the links that lead to it (`copyright.rs`);
//! - the package database that scanners read, in distroless' form: `/var/lib/dpkg/status.d/PACKAGE` and
//!   `PACKAGE.md5sums` (`metadata.rs`);
//! - the bundle of trusted certificates, if the Plan has certificates (`bundle.rs`);
//! - a new `/etc/ld.so.cache`, if the base has one (`ld_so_cache.rs`);
//! - all other files of the packages on request ([`LayerContents::Package`]);
//! - `/tmp`, in the lowest layer of an image;
//! - the directories above all of these that the base does not have.
//!
//! Paths follow the links of the base (`builder.rs`): no entry replaces a directory or lies below a link, and no file of the
//! base is repeated. Archives are reproducible: sorted, with one time for all entries and numeric owners
//! (`tar_writer.rs`). An output is made in a staging directory, and renamed after it was read back and does what the Plan
//! says (`check.rs`).

mod archive;
mod builder;
mod bundle;
mod bytecode;
mod check;
mod compose;
mod content_store;
mod copyright;
mod directory_writer;
mod entries;
mod error;
mod ld_so_cache;
mod metadata;
mod output;
mod package_entries;
mod read_back;
mod request;
mod tar_writer;
mod tree_file;
mod tree_layer;

pub use check::{CheckContext, LibraryPath, check, first_not_found, first_not_loaded};
pub use compose::compose;
pub use entries::{EntryCounts, Layer, ShippedPackage};
pub use error::{LayerError, WriteError};
pub use output::{LayerFormat, StagedLayer, write};
pub use request::{LayerContents, LayerRequest, PlannedDeb, check_base};
pub use tar_writer::TarWriter;
pub use tree_layer::{FileOwner, PlacedTree, app_layer, root_layer};
