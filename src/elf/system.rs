//! Operating system that a file is for: by EI_OSABI, by a note of the system's own toolchain, by program headers that only
//! one system has, by the dynamic linker's path, or by libraries that only one system has.
//!
//! EI_OSABI alone does not decide: most systems leave it at 0 (System V).

use bstr::{BStr, ByteSlice};

use super::facts::{ElfFacts, System};
use super::object::ObjectReader;
use super::read_at::ReadAt;

/// PT_OPENBSD_MUTABLE to PT_OPENBSD_SYSCALLS, and PT_OPENBSD_BOOTDATA (sys/exec_elf.h of OpenBSD).
const OPENBSD_SEGMENTS: [u32; 6] =
    [0x65a3_dbe5, 0x65a3_dbe6, 0x65a3_dbe7, 0x65a3_dbe8, 0x65a3_dbe9, 0x65a4_1be6];

/// Starts of the paths of dynamic linkers.
const INTERPRETERS: &[(&str, System)] = &[
    ("/system/bin/linker", System::Android),
    ("/apex/com.android.runtime/", System::Android),
    ("/libexec/ld-elf", System::FreeBsd),
    ("/usr/libexec/ld-elf.so.2", System::DragonFly),
    ("/usr/libexec/ld-elf.so.1", System::FreeBsd),
    ("/usr/libexec/ld.elf_so", System::NetBsd),
    ("/libexec/ld.elf_so", System::NetBsd),
    ("/usr/libexec/ld.so", System::OpenBsd),
    ("/usr/lib/ld.so.1", System::Solaris),
    ("/usr/lib/amd64/ld.so.1", System::Solaris),
    ("/lib/amd64/ld.so.1", System::Solaris),
];

/// Returns the system that marks of a file other than EI_OSABI name: `by_note`, its program headers, its dynamic linker or
/// its libraries.
pub(super) fn marked<S: ReadAt + ?Sized>(
    object: &ObjectReader<'_, S>,
    facts: &ElfFacts,
    by_note: Option<System>,
) -> Option<System> {
    if facts.system() != System::Linux {
        return None;
    }
    let by_segments = OPENBSD_SEGMENTS.iter().any(|kind| !object.segments(*kind).is_empty());
    by_segments
        .then_some(System::OpenBsd)
        .or(by_note)
        .or_else(|| by_interpreter(BStr::new(facts.interpreter.as_ref()?)))
        .or_else(|| is_for_bionic(facts).then_some(System::Android))
}

fn by_interpreter(path: &BStr) -> Option<System> {
    INTERPRETERS.iter().find(|(start, _)| path.starts_with_str(start)).map(|(_, system)| *system)
}

/// True for a file that needs Android's C library: it is called `libc.so` as musl's is, but musl has no other libraries.
fn is_for_bionic(facts: &ElfFacts) -> bool {
    let needs = |name: &str| facts.needed.iter().any(|soname| soname.as_bytes() == name.as_bytes());
    needs("libandroid.so") || needs("libc.so") && ["libdl.so", "libm.so", "liblog.so"].into_iter().any(needs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_by_their_dynamic_linkers() {
        let linker = |path: &str| by_interpreter(BStr::new(path));
        assert_eq!(linker("/system/bin/linker64"), Some(System::Android));
        assert_eq!(linker("/libexec/ld-elf.so.1"), Some(System::FreeBsd));
        assert_eq!(linker("/usr/libexec/ld.so"), Some(System::OpenBsd));
        // PowerPC's and MIPS's glibc.
        assert_eq!(linker("/lib/ld.so.1"), None);
        assert_eq!(linker("/lib64/ld64.so.2"), None);
    }
}
