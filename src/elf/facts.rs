//! Facts about an ELF file: those that the dynamic linker acts on, and no others.

use bstr::BString;

use crate::vocabulary::{Grade, Soname};

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

/// Purpose of a file (e_type).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
pub enum ObjectKind {
    /// ET_EXEC: a program at a fixed address.
    Executable,
    /// ET_DYN: a shared library, an extension module or a position-independent program.
    SharedObject,
    /// ET_REL, ET_CORE or an unknown type: the linker does not load it.
    NotLoadable,
}

/// Operating system that a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum System {
    /// Linux with glibc or musl; also every file that states no system.
    Linux,
    /// Android, whose C library is Bionic.
    Android,
    /// FreeBSD.
    FreeBsd,
    /// NetBSD.
    NetBsd,
    /// OpenBSD.
    OpenBsd,
    /// DragonFly BSD.
    DragonFly,
    /// Solaris and illumos.
    Solaris,
    /// GNU/Hurd.
    Hurd,
    /// HP-UX, AIX, IRIX, OpenVMS and others of which EI_OSABI is known.
    Other,
}

impl System {
    /// Number in EI_OSABI, where most systems leave 0. Android has none; 160 is free for any use.
    pub(super) fn os_abi(self) -> u8 {
        match self {
            Self::Linux => 3,
            Self::Android => 160,
            Self::FreeBsd => 9,
            Self::NetBsd => 2,
            Self::OpenBsd => 12,
            Self::DragonFly => 161,
            Self::Solaris => 6,
            Self::Hurd => 4,
            Self::Other => 1,
        }
    }
}

impl std::fmt::Display for System {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(match self {
            Self::Linux => "Linux",
            Self::Android => "Android",
            Self::FreeBsd => "FreeBSD",
            Self::NetBsd => "NetBSD",
            Self::OpenBsd => "OpenBSD",
            Self::DragonFly => "DragonFly BSD",
            Self::Solaris => "Solaris",
            Self::Hurd => "GNU/Hurd",
            Self::Other => "another operating system",
        })
    }
}

/// Machine that a file is for. The linker compares it before it loads a library.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
pub struct Machine {
    /// EI_CLASS.
    pub class: Class,
    /// EI_DATA.
    pub byte_order: ByteOrder,
    /// e_machine, an EM_ number.
    pub number: u16,
    /// True if the machine is 32-bit ARM and floats are passed in registers (EF_ARM_ABI_FLOAT_HARD in e_flags).
    pub hard_float: bool,
}

/// File name in DT_VERNEED with the versions that are needed from that file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub struct VersionNeed {
    /// Soname of the object that should define the versions (vn_file).
    pub file: Soname,
    /// Versions, in the order of the file.
    pub versions: Vec<NeededVersion>,
}

/// Symbol version that an object needs.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub struct NeededVersion {
    /// Name, such as `GLIBC_2.34`.
    pub name: BString,
    /// True if a missing version is a warning and not an error (VER_FLG_WEAK).
    pub weak: bool,
}

/// Entry of `.note.dlopen`: a library that the object opens at run time (UAPI.12 1.0).
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub struct DlopenNote {
    /// Acceptable names, the preferred one first.
    pub sonames: Vec<Soname>,
    /// Feature that the library is for; empty if the note states none.
    pub feature: String,
    /// Priority of the library.
    pub priority: Grade,
}

/// Facts about one ELF file, from its program headers and its dynamic segment.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub struct ElfFacts {
    /// Machine that the file is for.
    pub machine: Machine,
    /// EI_OSABI; the number of the system that other marks of the file name, where they name one.
    pub os_abi: u8,
    /// Purpose of the file.
    pub kind: ObjectKind,
    /// Dynamic linker that starts the file, if it is a program (PT_INTERP).
    pub interpreter: Option<BString>,
    /// True if there is a dynamic segment. A file without one cannot be loaded as a library.
    pub is_dynamic: bool,
    /// DT_SONAME.
    pub soname: Option<Soname>,
    /// DT_NEEDED, in order.
    pub needed: Vec<Soname>,
    /// DT_RPATH, with its tokens unexpanded.
    pub rpath: Option<BString>,
    /// DT_RUNPATH, with its tokens unexpanded.
    pub runpath: Option<BString>,
    /// True if the system's cache and default directories are not searched (DF_1_NODEFLIB).
    pub no_default_directories: bool,
    /// True if the file is a program although its type is that of a library (DF_1_PIE).
    pub is_pie: bool,
    /// DT_VERNEED.
    pub version_needs: Vec<VersionNeed>,
    /// Names in DT_VERDEF, without the base version (VER_FLG_BASE), which is the file's own name.
    pub version_definitions: Vec<BString>,
    /// `.note.dlopen`.
    pub dlopen_notes: Vec<DlopenNote>,
    /// True if the file uses a function that makes glibc open libgcc_s.so.1 ([`super::UNWINDING_FUNCTIONS`]). Also false if
    /// the undefined symbols were not read, and if the file needs that library anyway.
    pub opens_unwinder: bool,
    /// The requested symbols that the file defines, in the order of the request.
    pub defined: Vec<String>,
    /// Smallest alignment of a loaded segment in bytes: a kernel with larger pages does not load the file. 0 if not known,
    /// as for files of a library index.
    #[serde(skip)]
    pub load_alignment: u64,
    /// Level of x86-64 that the file needs (GNU_PROPERTY_X86_ISA_1_NEEDED); 0 if it states none, or as above.
    #[serde(skip)]
    pub cpu_level: u8,
    /// Symbols that the file exports and requires; none if they were not read.
    pub symbols: Option<Box<ObjectSymbols>>,
}

/// Hash of a symbol's name (64-bit FNV-1a), which stands for the name wherever many are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
pub struct SymbolHash(u64);

impl SymbolHash {
    /// Hashes a name.
    pub fn of(name: &[u8]) -> Self {
        let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        Self(name.iter().fold(0xcbf2_9ce4_8422_2325, step))
    }
}

/// Symbols of a library, as far as they are recorded: all of them, or in a library index those that packages with the
/// same library do not all export.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub struct ObjectSymbols {
    /// Symbols that it exports, sorted.
    pub exported: Vec<SymbolHash>,
    /// Symbols that other libraries have to define, sorted; weak ones are left out.
    pub undefined: Vec<UndefinedSymbol>,
}

/// Symbol that another library has to define.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize, serde::Serialize)]
pub struct UndefinedSymbol {
    /// Name.
    pub name: SymbolHash,
    /// Index in [`ElfFacts::version_needs`] of the library that has to define it; none for a symbol without a version,
    /// which any library may define.
    pub provider: Option<u16>,
}

impl ObjectSymbols {
    /// Puts the symbols in order, each once.
    pub fn sort(&mut self) {
        self.exported.sort_unstable();
        self.exported.dedup();
        self.undefined.sort_unstable();
        self.undefined.dedup();
    }
}

impl ElfFacts {
    /// Operating system that the file is for.
    pub fn system(&self) -> System {
        match self.os_abi {
            1 | 7 | 8 | 10 | 11 | 13..=18 => System::Other,
            2 => System::NetBsd,
            4 => System::Hurd,
            6 => System::Solaris,
            9 => System::FreeBsd,
            12 => System::OpenBsd,
            160 => System::Android,
            161 => System::DragonFly,
            // 0 (System V), 3 (Linux) and the values that mean no system.
            _ => System::Linux,
        }
    }

    /// True if the file defines one of the requested symbols that starts like this.
    pub fn defines(&self, prefix: &str) -> bool {
        self.defined.iter().any(|symbol| symbol.starts_with(prefix))
    }

    /// True if a library of this file name may define a symbol that the object requires.
    pub fn may_be_defined_by(&self, symbol: &UndefinedSymbol, file_name: &[u8]) -> bool {
        let need = symbol.provider.and_then(|provider| self.version_needs.get(usize::from(provider)));
        need.is_none_or(|need| need.file.file_name() == file_name)
    }

    /// True if the kernel starts the file: it names an interpreter or has a fixed address.
    pub fn is_program(&self) -> bool {
        self.kind == ObjectKind::Executable
            || self.is_pie
            || self.interpreter.is_some() && self.soname.is_none()
    }
}
