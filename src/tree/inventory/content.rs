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
    /// Program or library of a system whose files are not ELF files.
    Foreign(FileFormat),
    /// Script that sets LD_LIBRARY_PATH for what it starts.
    Launcher(Box<Launcher>),
}

/// Script that sets LD_LIBRARY_PATH for what it starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Launcher {
    /// First line, as of any script.
    pub line: BString,
    /// Directories: absolute, or with `$ORIGIN` for that of the script.
    pub library_path: Vec<BString>,
}

impl Content {
    /// Returns the rest of a script's first line after `#!`; none for any other file.
    pub fn script(&self) -> Option<&BString> {
        match self {
            Self::Script(line) => Some(line),
            Self::Launcher(launcher) => Some(&launcher.line),
            _ => None,
        }
    }
}

/// Format of the programs and libraries of a system other than Linux.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FileFormat {
    /// Mach-O, of macOS and iOS.
    MachO,
    /// PE, of Windows.
    Pe,
}

impl FileFormat {
    /// Recognises a format by the first bytes of a file.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        let word = |place: usize| head.get(place..place + 4)?.try_into().ok().map(u32::from_be_bytes);
        match word(0)? {
            0xfeed_face | 0xfeed_facf | 0xcefa_edfe | 0xcffa_edfe => Some(Self::MachO),
            // A universal binary states its few architectures where a Java class has its version, from 45.
            0xcafe_babe | 0xcafe_babf if word(4)? < 45 => Some(Self::MachO),
            first if first >> 16 == 0x4d5a => Some(Self::Pe),
            _ => None,
        }
    }
}

impl std::fmt::Display for FileFormat {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(match self {
            Self::MachO => "macOS",
            Self::Pe => "Windows",
        })
    }
}

/// Depth to which files are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReadDepth {
    /// Facts for linking.
    Link,
    /// Facts for linking, and whether the undefined symbols make glibc open libgcc_s.so.1. Costs twice as much.
    Symbols,
    /// As for [`Self::Symbols`], with the symbols that each object exports and requires, by which packages are compared.
    Package,
    /// As for [`Self::Symbols`], with sizes and evidence: file lists of package managers and libraries that code opens by name.
    Audit,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_by_magic() {
        assert_eq!(FileFormat::of(b"\xcf\xfa\xed\xfe\x07\0\0\x01"), Some(FileFormat::MachO));
        assert_eq!(FileFormat::of(b"\xca\xfe\xba\xbe\0\0\0\x02"), Some(FileFormat::MachO));
        assert_eq!(FileFormat::of(b"\xca\xfe\xba\xbe\0\0\0\x3d"), None, "a Java class");
        assert_eq!(FileFormat::of(b"MZ\x90\0"), Some(FileFormat::Pe));
        assert_eq!(FileFormat::of(b"MZ"), None);
    }
}
