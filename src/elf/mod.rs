//! ELF files as the dynamic linker sees them.
//!
//! Only the file header, the program headers and the parts that the dynamic segment points at are read: a few kilobytes
//! of even the largest library. Section headers are never read, because the linker does not read them either and
//! stripped or wrong ones are legal. The standard is the System V gABI with the GNU extensions that ld.so of glibc 2.36
//! and of musl 1.2 act on. Nothing here knows Debian or paths.

mod error;
mod facts;
mod notes;
mod object;
mod read;
mod read_at;
mod symbol_names;
mod symbols;
mod system;
mod versions;

pub use error::ElfError;
pub use facts::{
    ByteOrder, Class, DlopenNote, ElfFacts, Machine, NeededVersion, ObjectKind, ObjectSymbols, SymbolHash,
    System, UndefinedSymbol, VersionNeed,
};
pub use object::{HEADER_BYTES, MAGIC};
pub use read::{read, read_after_head};
pub use read_at::{ReadAt, SequentialReader};
pub use symbol_names::{UNWINDING_FUNCTIONS, UndefinedName, object_symbols, undefined_symbols};
