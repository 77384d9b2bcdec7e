//! Hosts: programs and libraries that open the files of a directory of modules or plugins.
//!
//! No ELF header names such a file, so what follows from its needs depends on its host: some hosts open each module that an
//! app has, others open a plugin when a feature is used, and go on without it. A host is one entry of `table.rs`.

mod host;
mod pattern;
mod table;

pub use host::{Host, Opening};
pub(super) use table::{host_of, loaded_before};

use crate::elf::ElfFacts;
use crate::tree::root::{NodeId, Root};

/// True for a file that a host opens.
pub fn is_module(root: &Root<'_>, node: NodeId, facts: &ElfFacts) -> bool {
    host_of(root, node, facts).is_some()
}
