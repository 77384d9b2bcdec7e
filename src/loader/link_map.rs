//! The answer of the linker emulation for one start object.

use std::sync::Arc;

use bstr::{BStr, BString};
use thin_vec::ThinVec;

use super::interner::{ObjectId, ScopeId};
use crate::elf::{DlopenNote, ElfFacts};
use crate::tree::root::NodeId;
use crate::vocabulary::{Soname, named};

named! {
    /// By which of ld.so(8)'s rules an object was found.
    Rule("rule") {
        /// It was loaded already, under this name or soname.
        Loaded = "loaded",
        /// The name has a slash and is a path.
        Path = "path",
        /// DT_RPATH of the object that asks, of one that loaded it, or of the program.
        Rpath = "rpath",
        /// LD_LIBRARY_PATH.
        LdLibraryPath = "ld-library-path",
        /// DT_RUNPATH of the object that asks.
        Runpath = "runpath",
        /// ld.so.cache.
        Cache = "cache",
        /// The default directories.
        Default = "default",
    }
}

named! {
    /// RuleOwner dynamic linker loads an object.
    Libc("C library") {
        /// The GNU C library's ld.so.
        Glibc = "glibc",
        /// musl's ld-musl.
        Musl = "musl",
    }
}

named! {
    /// What makes a library needed.
    NeedKind("kind of need") {
        /// DT_NEEDED.
        Needed = "needed",
        /// A note says that the object opens it by itself (`.note.dlopen`).
        Dlopen = "dlopen",
        /// glibc opens it to unwind the stack when a thread is cancelled or ends itself.
        Unwinder = "unwinder",
    }
}

/// Which of [`LinkMap::objects`] something is. A tree has hundreds of thousands of edges, which name them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectIndex(u32);

impl ObjectIndex {
    /// What is loaded is in memory, which ends long before the numbers do.
    pub(super) fn new(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }

    /// The index itself.
    pub fn get(self) -> usize {
        self.0 as usize
    }
}

/// What one start object makes the dynamic linker load, in its order.
#[derive(Clone, Debug)]
pub struct LinkMap<'root> {
    /// RuleOwner rules were followed.
    pub libc: Libc,
    /// Everything that is loaded, in order: first what the process had before, then the start object and
    /// breadth-first what it needs.
    pub objects: Vec<Loaded<'root>>,
    /// The start object.
    pub start: ObjectIndex,
    /// Every needed edge of what the start object brought in, in the order in which the linker met them.
    pub edges: Vec<Edge<'root>>,
    /// The program's PT_INTERP and where it leads; none for a library.
    pub interpreter: Option<Interpreter<'root>>,
    /// Versions that are needed of a loaded object that does not define them.
    pub missing_versions: Vec<MissingVersion<'root>>,
    /// The names that something answers to.
    pub(super) names: Vec<(&'root Soname, ObjectIndex)>,
}

/// A loaded object.
#[derive(Clone, Debug)]
pub struct Loaded<'root> {
    /// The file, links resolved.
    pub node: NodeId,
    /// The path by which it was found, links unresolved, as ld.so prints it.
    pub path: Arc<BString>,
    /// Its facts.
    pub facts: &'root ElfFacts,
    /// The object that asked for it first; none for a program.
    pub loader: Option<ObjectIndex>,
    pub(super) id: ObjectId,
    pub(super) trail: ScopeId,
}

/// A program's dynamic linker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interpreter<'root> {
    /// PT_INTERP.
    pub path: &'root BStr,
    /// The file, if the root has it.
    pub node: Option<NodeId>,
}

/// One DT_NEEDED entry, or one library that an object opens by itself, and what came of it.
#[derive(Clone, Debug)]
pub struct Edge<'root> {
    /// The object that asks.
    pub by: ObjectIndex,
    /// What makes it needed.
    pub kind: NeedKind,
    /// What it asks for.
    pub soname: &'root Soname,
    /// The note that names it, for what is opened by one.
    pub(super) note: Option<&'root DlopenNote>,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a needed edge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was found.
    Found {
        /// Which object it is.
        object: ObjectIndex,
        /// By which rule.
        rule: Rule,
        /// The object whose search path named the directory, or which had it loaded before.
        via: Option<ObjectIndex>,
        /// The places that were tried before; only where a trace was asked for.
        tried: ThinVec<Tried>,
    },
    /// It was not.
    Missing {
        /// The file at which the linker gives up although further directories would follow; none where the
        /// search came to its end.
        fatal: Option<Box<Tried>>,
        /// Every place that was tried, in order.
        tried: ThinVec<Tried>,
    },
}

/// A place in which a library was looked for, and why it was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// The path, as the linker would open it.
    pub path: BString,
    /// Why it was not taken.
    pub why: Refusal,
}

/// Why the linker does not take what it finds at a path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such file.
    #[error("no such file")]
    Absent,
    /// It may not be read.
    #[error("cannot be read")]
    Unreadable,
    /// Links that never end, or a file where a directory should be: the rest of this search path is given up.
    #[error("too many links or a file in place of a directory")]
    DeadPath,
    /// It is for another word size; the search goes on.
    #[error("wrong ELF class")]
    WrongClass,
    /// It is for another machine; the search goes on.
    #[error("for another machine")]
    OtherMachine,
    /// Loading fails at this file.
    #[error("{0}")]
    Fatal(String),
}

impl Refusal {
    /// Whether the linker stops at it.
    pub fn is_fatal(&self) -> bool {
        matches!(self, Self::Fatal(_))
    }
}

/// A version that a loaded object needs of another and does not get (DT_VERNEED against DT_VERDEF).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingVersion<'root> {
    /// The object that needs it, an index of [`LinkMap::objects`].
    pub by: usize,
    /// The object that should define it, an index of [`LinkMap::objects`].
    pub provider: usize,
    /// The version.
    pub version: &'root BStr,
    /// VER_FLG_WEAK: a warning only.
    pub weak: bool,
}

impl<'root> Edge<'root> {
    /// What would do as well, the best first; only for what is opened and not found.
    pub fn others(&self) -> &'root [Soname] {
        match (&self.outcome, self.note) {
            (Outcome::Missing { .. }, Some(note)) => note.sonames.get(1..).unwrap_or_default(),
            _ => &[],
        }
    }
}

impl<'root> std::ops::Index<ObjectIndex> for LinkMap<'root> {
    type Output = Loaded<'root>;

    fn index(&self, object: ObjectIndex) -> &Loaded<'root> {
        &self.objects[object.get()]
    }
}

impl<'root> LinkMap<'root> {
    /// The start object.
    pub fn start(&self) -> &Loaded<'root> {
        &self[self.start]
    }

    /// The edges that came to nothing.
    pub fn missing(&self) -> impl Iterator<Item = &Edge<'root>> {
        self.edges.iter().filter(|edge| matches!(edge.outcome, Outcome::Missing { .. }))
    }

    /// What led to an object being loaded: from the start object (or the program of its process) down to it.
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

    /// The loaded object that answers to a name.
    pub fn loaded_as(&self, name: &[u8]) -> Option<usize> {
        let named = self.names.iter().find(|(soname, _)| soname.as_bytes() == name);
        named.map(|(_, object)| object.get())
    }
}
