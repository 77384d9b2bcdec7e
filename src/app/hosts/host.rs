//! The type of hosts.

use crate::elf::ElfFacts;

use super::pattern::is_match;

/// Occasion on which a host opens its modules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// Code asks for a module by name and fails without it: each module that an app has counts, if the host is there.
    Import,
    /// A program that loads a library of this start (`libQt6Gui`) opens the file when it starts.
    WithLibrary(&'static [&'static str]),
    /// A feature, a setting or a device asks for it; the host goes on without it.
    OnDemand,
}

/// Program or library that opens the files of a directory.
#[derive(Debug)]
pub struct Host {
    /// Name in answers.
    pub name: &'static str,
    /// Patterns of the paths of the files that it opens.
    pub modules: &'static [&'static str],
    /// Start of a soname that each of the files needs; empty if the path suffices.
    pub needs: &'static str,
    /// Paths, relative to the file's directory or absolute, of which one exists; none if the path suffices.
    pub beside: &'static [&'static str],
    /// True if the host has loaded that one, with everything that it needs, before it opens a module.
    pub is_loaded_first: bool,
    /// Names of programs of which one has to be there; empty if any program may be a host.
    pub programs: &'static [&'static str],
    /// Occasion on which it opens them.
    pub opening: Opening,
    /// Reason, with the source of the fact.
    pub why: &'static str,
}

impl Host {
    /// Host that opens files of any directory that matches, on demand.
    pub(super) const fn on_demand(
        name: &'static str,
        modules: &'static [&'static str],
        why: &'static str,
    ) -> Self {
        Self {
            name,
            modules,
            needs: "",
            beside: &[],
            is_loaded_first: false,
            programs: &[],
            opening: Opening::OnDemand,
            why,
        }
    }

    /// Interpreter whose code imports modules.
    pub(super) const fn importing(
        name: &'static str,
        modules: &'static [&'static str],
        programs: &'static [&'static str],
        why: &'static str,
    ) -> Self {
        Self { programs, opening: Opening::Import, ..Self::on_demand(name, modules, why) }
    }

    /// True if the path and the needs of a file are those of its modules.
    pub(super) fn has_module(&self, path: &[&[u8]], facts: &ElfFacts) -> bool {
        let needs = || facts.needed.iter().any(|soname| soname.as_bytes().starts_with(self.needs.as_bytes()));
        self.modules.iter().any(|pattern| is_match(path, pattern)) && (self.needs.is_empty() || needs())
    }
}

impl PartialEq for Host {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Host {}
