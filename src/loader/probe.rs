//! Checks that the linker makes of a file before it loads it: those of `open_verify` and `_dl_map_object_from_fd` in
//! glibc's elf/dl-load.c, with its messages.

use super::outcome::Refusal;
use crate::elf::{ElfFacts, Machine, ObjectKind};
use crate::tree::inventory::Content;
use crate::tree::root::{NodeId, PathError, Root};

/// ELFOSABI_SYSV and ELFOSABI_GNU, the values that glibc accepts.
const ACCEPTED_OS_ABIS: [u8; 2] = [0, 3];

impl From<PathError> for Refusal {
    fn from(error: PathError) -> Self {
        match error {
            PathError::Absent => Self::Absent,
            PathError::NotADirectory | PathError::Loop => Self::DeadPath,
        }
    }
}

/// Returns the library at `node`, whose links are resolved, for a process of this machine.
pub(super) fn library_at<'root>(
    root: &'root Root<'root>,
    node: NodeId,
    machine: Machine,
) -> Result<(NodeId, &'root ElfFacts), Refusal> {
    let fatal = |message: &str| Err(Refusal::Fatal(message.to_owned()));
    match root.content(node) {
        Some(Content::Object(facts)) => check(facts, machine).map(|()| (node, facts.as_ref())),
        Some(Content::Malformed(cause)) => Err(Refusal::Fatal(cause.clone())),
        Some(Content::Short) => fatal("file too short"),
        Some(Content::Unreadable(_)) => Err(Refusal::Unreadable),
        Some(
            Content::Other
            | Content::Script(_)
            | Content::Text(_)
            | Content::Foreign(_)
            | Content::Launcher(_),
        ) => fatal("invalid ELF header"),
        None if root.is_directory(node) => fatal("cannot read file data: Is a directory"),
        None => fatal("cannot read file data"),
    }
}

fn check(facts: &ElfFacts, machine: Machine) -> Result<(), Refusal> {
    let fatal = |message: &str| Err(Refusal::Fatal(message.to_owned()));
    if facts.machine.class != machine.class {
        return Err(Refusal::WrongClass);
    }
    if facts.machine.byte_order != machine.byte_order {
        return fatal("ELF file data encoding is of the other byte order");
    }
    if !ACCEPTED_OS_ABIS.contains(&facts.os_abi) {
        return fatal("ELF file OS ABI invalid");
    }
    if facts.machine != machine {
        return Err(Refusal::OtherMachine);
    }
    match facts.kind {
        ObjectKind::NotLoadable => fatal("only ET_DYN and ET_EXEC can be loaded"),
        _ if !facts.is_dynamic => fatal("object file has no dynamic section"),
        ObjectKind::Executable => fatal("cannot dynamically load executable"),
        ObjectKind::SharedObject if facts.is_pie => {
            fatal("cannot dynamically load position-independent executable")
        }
        ObjectKind::SharedObject => Ok(()),
    }
}
