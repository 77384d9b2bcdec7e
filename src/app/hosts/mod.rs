//! Hosts: programs and libraries that open the files of a directory of modules or plugins.
//!
//! No ELF header names such a file, so what follows from its needs depends on its host: some hosts open each module that an
//! app has, others open a plugin when a feature is used, and go on without it. A host is one entry of `table.rs`.

mod host;
mod pattern;
mod table;

pub use host::{Host, Opening};
pub(super) use table::host_of;
