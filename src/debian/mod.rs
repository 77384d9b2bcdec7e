//! Archives of Debian and its derivatives: signed indices, catalogs of libraries, and the packages' files.

pub mod archive;
pub mod catalog;
pub mod debs;
pub mod distributions;
pub mod inclusions;
pub mod library_index;
pub mod maintainer_scripts;
