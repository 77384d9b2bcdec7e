//! The ABI that is resolved for: the machine and the C library.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::app::LinkedApps;
use crate::elf::{ElfFacts, Machine};
use crate::loader::{Libc, Platform, libc_of};
use crate::tree::root::Root;

/// ABI of the objects that are resolved. Objects for another one are reported as unused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TargetAbi {
    /// Machine.
    pub machine: Machine,
    /// C library.
    pub libc: Libc,
    /// True if the base has the dynamic linker for it, or there is no base.
    pub fits_base: bool,
}

impl TargetAbi {
    /// Returns the machine and C library of most objects, preferring those for which the base has a dynamic linker.
    /// `wanted` restricts the machine. Returns none if there is no object.
    pub fn of_apps(
        root: &Root<'_>,
        linked: &LinkedApps<'_>,
        has_base: bool,
        wanted: Option<Machine>,
    ) -> Option<Self> {
        let mut counts: BTreeMap<(Machine, Libc), usize> = BTreeMap::new();
        for object in &linked.objects {
            let machine = object.facts.machine;
            if Platform::of(machine).is_some() && wanted.is_none_or(|wanted| wanted == machine) {
                *counts.entry((machine, libc_of(object.facts))).or_default() += 1;
            }
        }
        let fits_base = |machine: Machine, libc: Libc| {
            let has_linker =
                |platform: &Platform| root.resolve(root.top(), platform.linker(libc).as_bytes()).is_ok();
            !has_base || Platform::of(machine).is_some_and(has_linker)
        };
        // Ties go to the first: glibc before musl if there is no base; a base decides by what it can run.
        let best = |fits: bool| {
            counts
                .iter()
                .filter(|((machine, libc), _)| fits == fits_base(*machine, *libc))
                .max_by_key(|(abi, count)| (**count, Reverse(abi.1), Reverse(abi.0)))
                .map(|((machine, libc), _)| Self { machine: *machine, libc: *libc, fits_base: fits })
        };
        best(true).or_else(|| best(false))
    }

    /// Returns true if an object is for this machine and C library.
    pub fn matches(self, facts: &ElfFacts) -> bool {
        facts.machine == self.machine && libc_of(facts) == self.libc
    }
}
