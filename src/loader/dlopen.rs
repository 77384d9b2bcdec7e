//! Libraries that an object certainly opens at run time: those that its `.note.dlopen` names (UAPI.12), and
//! libgcc_s.so.1, which glibc opens to unwind a thread's stack.

use std::slice;
use std::sync::LazyLock;

use super::libc::Libc;
use super::link_map::NeedKind;
use crate::elf::{DlopenNote, DlopenPriority, ElfFacts};
use crate::vocabulary::Soname;

/// Library that glibc opens when a thread is cancelled or exits.
static UNWINDER: LazyLock<Soname> = LazyLock::new(|| Soname::new("libgcc_s.so.1"));

/// Library that an object opens.
pub(super) struct Opened<'facts> {
    pub(super) kind: NeedKind,
    /// Names that satisfy the need, the best first.
    pub(super) sonames: &'facts [Soname],
    /// Note that names them.
    pub(super) note: Option<&'facts DlopenNote>,
}

/// Returns the libraries that an object opens; of those in notes the ones of the priority `least` and above.
pub(super) fn by(facts: &ElfFacts, libc: Libc, least: Option<DlopenPriority>) -> Vec<Opened<'_>> {
    let Some(least) = least else { return Vec::new() };
    // Priorities are in the order of required, recommended, suggested.
    let notes = facts.dlopen_notes.iter().filter(|note| note.priority <= least);
    let mut opened: Vec<_> = notes
        .map(|note| Opened { kind: NeedKind::Dlopen, sonames: &note.sonames, note: Some(note) })
        .collect();
    if facts.opens_unwinder && libc == Libc::Glibc {
        let sonames = slice::from_ref(&*UNWINDER);
        opened.push(Opened { kind: NeedKind::Unwinder, sonames, note: None });
    }
    opened
}
