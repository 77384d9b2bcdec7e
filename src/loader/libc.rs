//! C libraries, each with its own dynamic linker and its own rules.

use bstr::ByteSlice;

use crate::elf::ElfFacts;
use crate::vocabulary::named;

named! {
    /// C library whose dynamic linker loads an object.
    Libc("C library") {
        /// GNU C library, with ld.so.
        Glibc = "glibc",
        /// musl, with ld-musl.
        Musl = "musl",
    }
}

/// Returns the C library that an object is built for, by its interpreter and its DT_NEEDED.
pub fn libc_of(facts: &ElfFacts) -> Libc {
    let by_interpreter = facts.interpreter.as_ref().is_some_and(|path| path.contains_str("/ld-musl-"));
    let by_needed = facts.needed.iter().any(|soname| {
        let name = soname.as_bytes();
        name == b"libc.so" || name.starts_with(b"libc.musl-")
    });
    if by_interpreter || by_needed { Libc::Musl } else { Libc::Glibc }
}

/// True for the names under which musl's dynamic linker answers itself, since it is the whole C library (`reserved` in
/// ldso/dynlink.c).
pub(super) fn is_part_of_musl(name: &[u8]) -> bool {
    const RESERVED: [&[u8]; 7] = [b"c.", b"pthread.", b"rt.", b"m.", b"dl.", b"util.", b"xnet."];
    name.strip_prefix(b"lib").is_some_and(|rest| RESERVED.iter().any(|name| rest.starts_with(name)))
}
