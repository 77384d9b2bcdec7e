//! Debian's and Ubuntu's archives: their signed indices, the packages of each library, and the packages' files.

pub mod archive;
pub mod catalog;
pub mod depot;
pub mod export;
pub mod inclusions;
pub mod maintainer_scripts;
