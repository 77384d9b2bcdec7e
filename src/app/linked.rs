//! Linked apps: each start object with everything that it loads.

use std::collections::BTreeMap;

use super::launchers::Launchers;
use super::role::Role;
use super::runtime_loads::RuntimeLoad;
use super::scripts::Script;
use super::standing::Standings;
use crate::elf::{ElfFacts, Machine};
use crate::loader::{LinkMap, Linker};
use crate::tree::inventory::FileFormat;
use crate::tree::root::{MountId, NodeId};
use crate::vocabulary::RootedPath;

/// Start object and everything that it loads.
#[derive(Debug)]
pub struct StartObject<'root> {
    /// Role: how it gets into a process.
    pub role: Role,
    /// Result of linking it.
    pub map: LinkMap<'root>,
    /// Interpreter in whose process it was linked, if the root has it.
    pub process: Option<NodeId>,
    /// True if other objects need it, and it was linked by itself since none of them finds it.
    pub is_needed_only: bool,
    /// Index in [`LinkedApps::linkers`] of the thread that linked it: ids in a link map belong to one linker.
    pub(super) thread: usize,
}

/// Object of an app or of an included package.
#[derive(Clone, Copy, Debug)]
pub struct AppObject<'root> {
    /// File of the object.
    pub node: NodeId,
    /// Role: how it gets into a process.
    pub role: Role,
    /// Facts of the file.
    pub facts: &'root ElfFacts,
    /// Mount that it comes from.
    pub mount: MountId,
}

/// Module of an app for a system whose files are not ELF files.
#[derive(Clone, Copy, Debug)]
pub struct ForeignFile {
    /// The file.
    pub node: NodeId,
    /// Format of the file.
    pub format: FileFormat,
    /// Mount that it comes from.
    pub mount: MountId,
}

/// Start objects of the apps, linked.
pub struct LinkedApps<'root> {
    /// Start objects, sorted by path.
    pub starts: Vec<StartObject<'root>>,
    /// Objects of the apps and of included packages that a linker could load: by mount, and by path within one.
    pub objects: Vec<AppObject<'root>>,
    /// Modules for macOS and Windows, in the same order.
    pub foreign: Vec<ForeignFile>,
    /// Run-time loads of the same files in the same order, then those of source files.
    pub loads: Vec<RuntimeLoad<'root>>,
    /// Scripts and boot loaders of the apps that set LD_LIBRARY_PATH.
    pub launchers: Launchers,
    /// Apps that are scripts.
    pub scripts: Vec<Script<'root>>,
    /// Standing of the start objects; all are required until [`Self::judged`] is called.
    pub standings: Standings,
    /// Linkers of each thread.
    pub(super) linkers: Vec<BTreeMap<Machine, Linker<'root>>>,
}

impl<'root> LinkedApps<'root> {
    /// Start objects that have to load.
    pub fn required(&self) -> impl Iterator<Item = (usize, &StartObject<'root>)> {
        let is_required = |start: &StartObject<'_>| self.standings.optional(start.map.start().node).is_none();
        self.starts.iter().enumerate().filter(move |(_, start)| is_required(start))
    }

    /// Directories that each of these searches goes through, links resolved: a library in any of them is found by all.
    /// A search is an index of [`Self::starts`] and the index of the requesting object in that one's map. All searches
    /// must be for one machine.
    pub fn searched_directories(&self, searches: &[(usize, usize)]) -> Vec<RootedPath> {
        let Some((first, _)) = searches.first() else { return Vec::new() };
        let machine = self.starts[*first].map.start().facts.machine;
        let mut common: Option<Vec<RootedPath>> = None;
        for (thread, linkers) in self.linkers.iter().enumerate() {
            let its = searches.iter().filter(|(start, _)| self.starts[*start].thread == thread);
            let mut its = its.map(|(start, by)| (&self.starts[*start].map, *by)).peekable();
            let Some(linker) = linkers.get(&machine).filter(|_| its.peek().is_some()) else { continue };
            let directories = linker.searched_directories(its);
            match &mut common {
                None => common = Some(directories),
                Some(common) => common.retain(|directory| directories.contains(directory)),
            }
        }
        common.unwrap_or_default()
    }
}
