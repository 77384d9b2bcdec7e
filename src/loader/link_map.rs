//! Link maps: the objects that one start object makes the dynamic linker load, and every needed edge between them.

use std::sync::Arc;

use bstr::{BStr, BString};

use super::interner::{ObjectId, ScopeId};
use super::libc::Libc;
use super::need_kind::NeedKind;
use super::outcome::{ObjectIndex, Outcome};
use crate::elf::ElfFacts;
use crate::tree::root::NodeId;
use crate::vocabulary::Soname;

/// Objects that one start object makes the dynamic linker load.
#[derive(Clone, Debug)]
pub struct LinkMap<'root> {
    /// C library whose rules were followed.
    pub libc: Libc,
    /// Loaded objects in the linker's order: those of the process first, then the start object and, breadth-first,
    /// the objects that it needs.
    pub objects: Vec<LoadedObject<'root>>,
    /// Start object.
    pub start: ObjectIndex,
    /// Needed edges of the objects that the start object brought in, in the order in which the linker met them.
    pub edges: Vec<Edge<'root>>,
    /// PT_INTERP of the program; none for a library.
    pub interpreter: Option<Interpreter<'root>>,
    /// Symbol versions that are needed of a loaded object that does not define them.
    pub missing_versions: Vec<MissingVersion<'root>>,
    /// Names that an object answers to.
    pub(super) names: Vec<(&'root Soname, ObjectIndex)>,
}

/// Object that is loaded in a process.
#[derive(Clone, Debug)]
pub struct LoadedObject<'root> {
    /// File of the object, links resolved.
    pub node: NodeId,
    /// Path by which it was found, links unresolved, as ld.so prints it.
    pub path: Arc<BString>,
    /// Facts of the file.
    pub facts: &'root ElfFacts,
    /// Object that needed it first; none for a program.
    pub loader: Option<ObjectIndex>,
    pub(super) id: ObjectId,
    pub(super) scope: ScopeId,
}

/// Dynamic linker that a program names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interpreter<'root> {
    /// PT_INTERP.
    pub path: &'root BStr,
    /// File of the dynamic linker, if the root has it.
    pub node: Option<NodeId>,
}

/// Needed edge: an entry in DT_NEEDED, or a library that an object opens at run time, with its outcome.
#[derive(Clone, Debug)]
pub struct Edge<'root> {
    /// Requesting object.
    pub by: ObjectIndex,
    /// Cause of the need.
    pub kind: NeedKind,
    /// Name of the library; if it is missing, all names that satisfy the need, the best first.
    pub(super) names: &'root [Soname],
    /// Outcome of the search.
    pub outcome: Outcome,
}

/// Symbol version that a loaded object needs of another one, which does not define it (DT_VERNEED against DT_VERDEF).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingVersion<'root> {
    /// Index in [`LinkMap::objects`] of the object that needs it.
    pub by: usize,
    /// Index in [`LinkMap::objects`] of the object that should define it.
    pub provider: usize,
    /// Name of the version.
    pub version: &'root BStr,
    /// VER_FLG_WEAK: the linker only warns.
    pub weak: bool,
}

impl<'root> Edge<'root> {
    /// Name of the library; if it is missing, the best of its names.
    pub fn soname(&self) -> &'root Soname {
        // The linker makes no edge without a name.
        &self.names[0]
    }

    /// Further names that satisfy the need, the best first; empty unless the library is opened at run time and missing.
    pub fn others(&self) -> &'root [Soname] {
        &self.names[1..]
    }
}

impl<'root> std::ops::Index<ObjectIndex> for LinkMap<'root> {
    type Output = LoadedObject<'root>;

    fn index(&self, object: ObjectIndex) -> &LoadedObject<'root> {
        &self.objects[object.get()]
    }
}

impl<'root> LinkMap<'root> {
    /// Start object.
    pub fn start(&self) -> &LoadedObject<'root> {
        &self[self.start]
    }

    /// Edges whose library is missing.
    pub fn missing(&self) -> impl Iterator<Item = &Edge<'root>> {
        self.edges.iter().filter(|edge| matches!(edge.outcome, Outcome::Missing { .. }))
    }

    /// Chain of loaders of an object: from the start object (or the program of its process) down to the object itself.
    pub fn chain(&self, object: usize) -> Vec<usize> {
        let mut chain = vec![object];
        let loader = |object: usize| self.objects[object].loader.map(ObjectIndex::get);
        while let Some(loader) = loader(*chain.last().unwrap_or(&object)) {
            if chain.contains(&loader) || *chain.last().unwrap_or(&object) == self.start.get() {
                break;
            }
            chain.push(loader);
        }
        chain.reverse();
        chain
    }

    /// Index of the loaded object that answers to a name.
    pub fn loaded_as(&self, name: &[u8]) -> Option<usize> {
        let named = self.names.iter().find(|(soname, _)| soname.as_bytes() == name);
        named.map(|(_, object)| object.get())
    }
}
