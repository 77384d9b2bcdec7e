//! What is kept of an ELF file: what the dynamic linker acts on, and nothing else.

use bstr::BString;

use crate::vocabulary::Soname;

/// The size of an address in the file (EI_CLASS).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
pub enum Class {
    /// ELFCLASS32.
    Bits32,
    /// ELFCLASS64.
    Bits64,
}

/// The byte order of the file (EI_DATA).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
pub enum ByteOrder {
    /// ELFDATA2LSB.
    Little,
    /// ELFDATA2MSB.
    Big,
}

/// What a file is for (e_type).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
pub enum ObjectKind {
    /// ET_EXEC: a program at a fixed address.
    Executable,
    /// ET_DYN: a shared library, an extension module or a position-independent program.
    SharedObject,
    /// ET_REL, ET_CORE or a type that this program does not know: nothing that the linker loads.
    NotLoadable,
}

/// Which machine a file is for: what the linker compares before it takes a library.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
pub struct Machine {
    /// EI_CLASS.
    pub class: Class,
    /// EI_DATA.
    pub byte_order: ByteOrder,
    /// e_machine, an EM_ number.
    pub number: u16,
    /// For 32-bit ARM whether floats are passed in registers (e_flags' EF_ARM_ABI_FLOAT_HARD); false elsewhere.
    pub hard_float: bool,
}

/// One file name in DT_VERNEED with the versions that are needed of it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub struct VersionNeed {
    /// vn_file: the soname of the object that should define them.
    pub file: Soname,
    /// The versions, in the order of the file.
    pub versions: Vec<NeededVersion>,
}

/// A symbol version that an object needs.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub struct NeededVersion {
    /// The name, such as `GLIBC_2.34`.
    pub name: BString,
    /// VER_FLG_WEAK: its absence is a warning, not an error.
    pub weak: bool,
}

/// How much an object wants a library that it opens by itself (UAPI.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DlopenPriority {
    /// It does not work without.
    Required,
    /// It should be there; the default.
    Recommended,
    /// It may be there.
    Suggested,
}

/// One entry of `.note.dlopen`: a library that the object opens at run time (UAPI.12 1.0).
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub struct DlopenNote {
    /// The names that will do, the best first.
    pub sonames: Vec<Soname>,
    /// What the library is for; empty where the note does not say.
    pub feature: String,
    /// How much it is wanted.
    pub priority: DlopenPriority,
}

/// The facts of one ELF file, from its program headers and its dynamic segment.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub struct ElfFacts {
    /// Which machine it is for.
    pub machine: Machine,
    /// EI_OSABI.
    pub os_abi: u8,
    /// What it is for.
    pub kind: ObjectKind,
    /// PT_INTERP: the dynamic linker that starts it, if it is a program.
    pub interpreter: Option<BString>,
    /// Whether there is a dynamic segment: without one it can't be loaded as a library.
    pub is_dynamic: bool,
    /// DT_SONAME.
    pub soname: Option<Soname>,
    /// DT_NEEDED, in order.
    pub needed: Vec<Soname>,
    /// DT_RPATH, as it stands.
    pub rpath: Option<BString>,
    /// DT_RUNPATH, as it stands.
    pub runpath: Option<BString>,
    /// DF_1_NODEFLIB: the system's cache and default directories are not searched.
    pub no_default_directories: bool,
    /// DF_1_PIE: a program, though its type is that of a library.
    pub is_pie: bool,
    /// DT_VERNEED.
    pub version_needs: Vec<VersionNeed>,
    /// The names in DT_VERDEF, without the base one (VER_FLG_BASE), which is the file's own name.
    pub version_definitions: Vec<BString>,
    /// `.note.dlopen`.
    pub dlopen_notes: Vec<DlopenNote>,
    /// Whether it uses a function for which glibc opens libgcc_s.so.1 by itself ([`super::UNWINDING_FUNCTIONS`]);
    /// false too where that was not asked or it needs that library anyway.
    pub opens_unwinder: bool,
    /// Those of the asked-for symbols that it defines, in the order in which they were asked for.
    pub defined: Vec<String>,
}

impl ElfFacts {
    /// Whether the kernel starts it: it names an interpreter or has a fixed address.
    pub fn is_program(&self) -> bool {
        self.kind == ObjectKind::Executable
            || self.is_pie
            || self.interpreter.is_some() && self.soname.is_none()
    }
}
