//! Run-time loads of objects as calls of dlopen(3), for the linker.

use std::borrow::Cow;

use super::load::{LoadEvidence, LoadKind, RuntimeLoad};
use super::opener::Opener;
use super::producers::STATED;
use crate::elf::Machine;
use crate::loader::{DlopenCall, Linker, LinkerSettings, NeedKind, UnknownMachine};
use crate::tree::root::{NodeId, Root};

/// Returns the calls that the object at a node states about itself.
fn calls<'root>(root: &'root Root<'root>, node: NodeId) -> Vec<DlopenCall<'root>> {
    let file = Opener::new(root, node);
    STATED.iter().flat_map(|producer| producer(&file)).filter_map(call).collect()
}

fn call(load: RuntimeLoad<'_>) -> Option<DlopenCall<'_>> {
    let kind = match load.evidence {
        LoadEvidence::Symbol => NeedKind::Unwinder,
        _ => NeedKind::Dlopen,
    };
    match load.names {
        Cow::Borrowed(names) if load.kind == LoadKind::Library => {
            Some(DlopenCall { kind, names, grade: load.grade })
        }
        _ => None,
    }
}

/// Creates the linker for the objects of one machine. It also loads the libraries that objects open at run
/// time, down to the grade in the settings.
///
/// # Errors
/// If the machine has no Debian port.
pub fn linker<'root>(
    root: &'root Root<'root>,
    machine: Machine,
    settings: &LinkerSettings,
) -> Result<Linker<'root>, UnknownMachine> {
    Linker::new(root, machine, settings, calls)
}
