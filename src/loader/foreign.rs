//! Objects that lie in a root whose dynamic linkers are others': prebuilt for musl or for another machine.

use super::libc_of;
use super::link_map::Libc;
use super::platform::Platform;
use crate::elf::ElfFacts;
use crate::tree::root::Root;

/// What an object is made for that the root is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// This C library, where the root has the other one for the same machine.
    Libc(Libc),
    /// This machine, where the root has a dynamic linker for another one.
    Machine(&'static Platform),
}

/// Whether the root has a dynamic linker, but none that would load the object. A root without any tells
/// nothing, and a machine that Debian has no port for is not known here.
pub fn foreign(root: &Root<'_>, facts: &ElfFacts) -> Option<Foreign> {
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
