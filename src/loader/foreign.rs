//! Objects in a root that none of its dynamic linkers loads: built for the other C library, another machine or another
//! operating system.

use super::libc::{Libc, libc_of};
use super::platform::Platform;
use crate::elf::{ElfFacts, System};
use crate::tree::root::Root;

/// Property of an object for which the root has no dynamic linker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// C library; the root has the other one for the same machine.
    Libc(Libc),
    /// Operating system.
    System(System),
    /// Machine; the root has a dynamic linker for another one.
    Machine(&'static Platform),
}

/// Returns the property that makes an object foreign: the root has a dynamic linker, but none that loads it. None for a
/// root without any dynamic linker, and for a machine without a Debian port.
pub fn foreign(root: &Root<'_>, facts: &ElfFacts) -> Option<Foreign> {
    if facts.system() != System::Linux {
        return Some(Foreign::System(facts.system()));
    }
    let platform = Platform::of(facts.machine)?;
    let libc = libc_of(facts);
    let has = |platform: &Platform, libc| root.resolve(root.top(), platform.linker(libc).as_bytes()).is_ok();
    let both = [Libc::Glibc, Libc::Musl];
    if has(platform, libc) {
        None
    } else if both.into_iter().any(|libc| has(platform, libc)) {
        Some(Foreign::Libc(libc))
    } else {
        let other = Platform::all().iter().any(|platform| both.into_iter().any(|libc| has(platform, libc)));
        other.then_some(Foreign::Machine(platform))
    }
}
