//! ELF files: what the dynamic linker would see of them.
//!
//! Only the header, the program headers and what the dynamic segment points at are read, a few kilobytes
//! of even the largest library; section headers are never looked at, since the linker does not either, and
//! stripped or bogus ones are legal. The standard is the System V gABI with the GNU extensions that ld.so
//! of glibc 2.36 and musl 1.2 act on. This room knows neither Debian nor where a file lies.

mod facts;
mod notes;
mod read;
mod symbols;
mod versions;
mod window;

pub use facts::{
    ByteOrder, Class, DlopenNote, DlopenPriority, ElfFacts, Machine, NeededVersion, ObjectKind, VersionNeed,
};
pub use read::{ElfError, HEADER_BYTES, MAGIC, read, read_after_head};
pub use symbols::{UNWINDING_FUNCTIONS, undefined_symbols};
pub use window::Source;
