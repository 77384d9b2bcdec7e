//! The ABI that is resolved for: the machine and the C library.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::linked::LinkedApps;
use crate::elf::{ElfFacts, Machine, System};
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
    /// True if the base or the user decided it, and not only most of the objects.
    pub is_known: bool,
}

impl TargetAbi {
    /// Returns the machine and C library of most objects, preferring those for which the base has a dynamic linker.
    /// `wanted` restricts the machine. If none of the objects is for the base, its own ABI is returned: they do not run on it.
    /// Returns none if there is no object.
    pub fn of_apps(
        root: &Root<'_>,
        linked: &LinkedApps<'_>,
        has_base: bool,
        wanted: Option<Machine>,
    ) -> Option<Self> {
        let mut counts: BTreeMap<(Machine, Libc), usize> = BTreeMap::new();
        for object in linked.objects.iter().filter(|object| object.facts.system() == System::Linux) {
            let machine = object.facts.machine;
            if Platform::of(machine).is_some() && wanted.is_none_or(|wanted| wanted == machine) {
                *counts.entry((machine, libc_of(object.facts))).or_default() += 1;
            }
        }
        let is_known = has_base || wanted.is_some();
        let abi = |(machine, libc): (Machine, Libc), fits_base| Self { machine, libc, fits_base, is_known };
        let fits_base = |abi: (Machine, Libc)| !has_base || has_linker(root, abi);
        // Ties go to the first: glibc before musl if there is no base; a base decides by what it can run.
        let best = |fits: bool| {
            counts
                .iter()
                .filter(|(abi, _)| fits == fits_base(**abi))
                .max_by_key(|((machine, libc), count)| (**count, Reverse(*libc), Reverse(*machine)))
                .map(|(most, _)| abi(*most, fits))
        };
        let has_objects = !linked.objects.is_empty() || !linked.foreign.is_empty();
        let of_base = || {
            let is_asked = has_base && has_objects && wanted.is_none();
            abis().filter(|_| is_asked).find(|abi| has_linker(root, *abi)).map(|of_base| abi(of_base, true))
        };
        best(true).or_else(of_base).or_else(|| best(false))
    }

    /// Returns true if an object is for this machine and C library.
    pub fn matches(self, facts: &ElfFacts) -> bool {
        facts.system() == System::Linux && facts.machine == self.machine && libc_of(facts) == self.libc
    }

    /// Returns the system that an object is made for, in words, if it is not this one.
    pub fn difference(self, facts: &ElfFacts) -> Option<String> {
        if facts.system() != System::Linux {
            return Some(facts.system().to_string());
        }
        if facts.machine != self.machine {
            return Some(machine_words(facts.machine));
        }
        let libc = libc_of(facts);
        (libc != self.libc).then(|| libc.to_string())
    }
}

impl std::fmt::Display for TargetAbi {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} with {}", machine_words(self.machine), self.libc)
    }
}

/// Every ABI with a Debian port, glibc's first.
fn abis() -> impl Iterator<Item = (Machine, Libc)> {
    let of_libc = |libc| Platform::all().iter().map(move |platform| (platform.machine(), libc));
    of_libc(Libc::Glibc).chain(of_libc(Libc::Musl))
}

fn has_linker(root: &Root<'_>, (machine, libc): (Machine, Libc)) -> bool {
    let linker = |platform: &Platform| root.resolve(root.top(), platform.linker(libc).as_bytes()).is_ok();
    Platform::of(machine).is_some_and(linker)
}

/// Name of a machine.
pub fn machine_words(machine: Machine) -> String {
    Platform::of(machine)
        .map_or_else(|| format!("machine {} of ELF", machine.number), |platform| platform.triplet.to_owned())
}
