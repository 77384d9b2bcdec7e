//! Content of a regular file, as far as it is kept.

use bstr::BString;
use serde::{Deserialize, Serialize};

use crate::elf::ElfFacts;

/// Content of a regular file, as far as it matters to the dynamic linker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Content {
    /// ELF file.
    Object(Box<ElfFacts>),
    /// File with ELF's magic that cannot be parsed, with the cause.
    Malformed(String),
    /// Script, with the rest of its first line after `#!`: the interpreter and perhaps one argument.
    Script(BString),
    /// File without ELF's magic that is shorter than an ELF header.
    Short,
    /// Whole text of one of the files that decide how a tree is linked or recognised.
    Text(Vec<u8>),
    /// Any other file.
    Other,
    /// File that cannot be opened or read, with the cause.
    Unreadable(String),
}

/// Depth to which files are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReadDepth {
    /// Facts for linking.
    Link,
    /// Facts for linking, and whether the undefined symbols make glibc open libgcc_s.so.1. Costs twice as much.
    Symbols,
    /// All of the above, sizes, and evidence: file lists of package managers and libraries that code opens by name.
    Audit,
}
