//! What a linker meets again and again, as numbers: names, objects, and what an object's search goes through. A thousand
//! processes load the same few hundred objects, so that a name is hashed once for each object that asks for it, and from
//! then on an index does.

use std::hash::Hash;
use std::sync::Arc;

use bstr::BString;
use hashbrown::DefaultHashBuilder;
use indexmap::{IndexMap, IndexSet};

use super::link_map::Libc;
use crate::elf::ElfFacts;
use crate::tree::root::NodeId;
use crate::vocabulary::Soname;

/// Values by number, and the number of each.
pub(super) type Numbered<Value> = IndexSet<Value, DefaultHashBuilder>;

macro_rules! numbers {
    ($($(#[$documentation:meta])* $name:ident,)*) => {$(
        $(#[$documentation])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(super) struct $name(u32);

        impl $name {
            /// What is numbered is in memory, which ends long before the numbers do.
            pub(super) fn new(index: usize) -> Self {
                Self(u32::try_from(index).unwrap_or(u32::MAX))
            }

            pub(super) fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

numbers! {
    /// A name that something asks for or answers to.
    NameId,
    /// A file, whatever it was found as.
    FileId,
    /// A file under one path of its own.
    ObjectId,
    /// The directories of a search path.
    ListId,
    /// A chain of DT_RPATHs.
    ChainId,
    /// All that a search goes through.
    ScopeId,
}

/// The names that were come across.
#[derive(Default)]
pub(super) struct Names<'root> {
    texts: Numbered<&'root [u8]>,
}

impl<'root> Names<'root> {
    pub(super) fn id_of(&mut self, name: &'root [u8]) -> NameId {
        NameId::new(self.texts.insert_full(name).0)
    }

    pub(super) fn text(&self, id: NameId) -> &'root [u8] {
        self.texts[id.index()]
    }
}

/// An object under one path of its own.
pub(super) struct Object<'root> {
    pub(super) node: NodeId,
    /// Links unresolved.
    pub(super) path: Arc<BString>,
    pub(super) facts: &'root ElfFacts,
    pub(super) file: FileId,
    pub(super) soname: Option<NameId>,
    /// DT_NEEDED, in order.
    pub(super) needed: Box<[NameId]>,
    /// The file names in DT_VERNEED, in order.
    pub(super) version_files: Box<[NameId]>,
    /// DT_RPATH.
    pub(super) rpath: Option<ListId>,
    /// DT_RUNPATH.
    pub(super) runpath: Option<ListId>,
}

/// Every object that was come across.
#[derive(Default)]
pub(super) struct Objects<'root> {
    all: IndexMap<(NodeId, Arc<BString>), Object<'root>, DefaultHashBuilder>,
    files: Numbered<NodeId>,
}

impl<'root> Objects<'root> {
    /// The number of the object at `node` under `path`, if it was come across.
    pub(super) fn find(&self, node: NodeId, path: &Arc<BString>) -> Option<ObjectId> {
        self.all.get_index_of(&(node, Arc::clone(path))).map(ObjectId::new)
    }

    /// Numbers an object with the lists of its DT_RPATH and DT_RUNPATH.
    pub(super) fn add(
        &mut self,
        node: NodeId,
        path: Arc<BString>,
        facts: &'root ElfFacts,
        (rpath, runpath): (Option<ListId>, Option<ListId>),
        names: &mut Names<'root>,
    ) -> ObjectId {
        let mut id_of = |soname: &'root Soname| names.id_of(soname.as_bytes());
        let object = Object {
            node,
            path: Arc::clone(&path),
            facts,
            file: FileId::new(self.files.insert_full(node).0),
            soname: facts.soname.as_ref().map(&mut id_of),
            needed: facts.needed.iter().map(&mut id_of).collect(),
            version_files: facts.version_needs.iter().map(|need| id_of(&need.file)).collect(),
            rpath,
            runpath,
        };
        ObjectId::new(self.all.insert_full((node, path), object).0)
    }

    pub(super) fn get(&self, id: ObjectId) -> &Object<'root> {
        &self.all[id.index()]
    }
}

/// The DT_RPATHs of an object and of those that loaded it, the nearest first.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Chain {
    pub(super) list: ListId,
    pub(super) rest: Option<ChainId>,
}

/// All that an object's search goes through: two objects with the same trail find the same.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct SearchScope {
    pub(super) libc: Libc,
    /// The DT_RPATHs that those inherit which the object loads, its own first.
    pub(super) chain: Option<ChainId>,
    /// LD_LIBRARY_PATH.
    pub(super) environment: Option<ListId>,
    /// DT_RUNPATH: glibc then passes over the chain.
    pub(super) runpath: Option<ListId>,
    /// DF_1_NODEFLIB.
    pub(super) no_default_directories: bool,
}

/// The trails that were come across.
#[derive(Default)]
pub(super) struct Trails {
    chains: Numbered<Chain>,
    all: Numbered<SearchScope>,
}

impl Trails {
    pub(super) fn id_of(&mut self, trail: SearchScope) -> ScopeId {
        ScopeId::new(self.all.insert_full(trail).0)
    }

    pub(super) fn chained(&mut self, list: ListId, rest: Option<ChainId>) -> ChainId {
        ChainId::new(self.chains.insert_full(Chain { list, rest }).0)
    }

    pub(super) fn get(&self, id: ScopeId) -> SearchScope {
        self.all[id.index()]
    }

    pub(super) fn chain(&self, id: ChainId) -> Chain {
        self.chains[id.index()]
    }

    /// The lists of a chain, in order.
    pub(super) fn lists_of(&self, chain: Option<ChainId>) -> impl Iterator<Item = ListId> {
        let next = |id| Some(self.chain(id));
        std::iter::successors(chain.and_then(next), move |chain| chain.rest.and_then(next))
            .map(|chain| chain.list)
    }
}

/// Which of the things with these numbers are there, and as what: emptied in no time, for the next process.
struct Slots {
    /// The round in which each was filled, and what with.
    slots: Vec<(u32, u32)>,
    /// Not 0, which is that of a slot that was never filled.
    round: u32,
}

impl Default for Slots {
    fn default() -> Self {
        Self { slots: Vec::new(), round: 1 }
    }
}

impl Slots {
    fn clear(&mut self) {
        self.round = self.round.checked_add(1).unwrap_or_else(|| {
            self.slots.clear();
            1
        });
    }

    fn get(&self, index: usize) -> Option<usize> {
        let (round, object) = *self.slots.get(index)?;
        (round == self.round).then_some(object as usize)
    }

    /// False where it is filled already.
    fn fill(&mut self, index: usize, object: usize) -> bool {
        if self.slots.len() <= index {
            self.slots.resize(index + 1, (0, 0));
        }
        let slot = &mut self.slots[index];
        let is_free = slot.0 != self.round;
        if is_free {
            *slot = (self.round, u32::try_from(object).unwrap_or(u32::MAX));
        }
        is_free
    }
}

/// What is loaded into the process that is being made, as indices of its objects.
#[derive(Default)]
pub(super) struct Present {
    names: Slots,
    files: Slots,
}

impl Present {
    /// Begins with an empty process.
    pub(super) fn clear(&mut self) {
        self.names.clear();
        self.files.clear();
    }

    /// The object that answers to a name.
    pub(super) fn named(&self, name: NameId) -> Option<usize> {
        self.names.get(name.index())
    }

    /// The object that is a file.
    pub(super) fn of_file(&self, file: FileId) -> Option<usize> {
        self.files.get(file.index())
    }

    /// Has an object answer to a name; false where another one does already.
    pub(super) fn name(&mut self, name: NameId, object: usize) -> bool {
        self.names.fill(name.index(), object)
    }

    /// Notes which file an object is.
    pub(super) fn add_file(&mut self, file: FileId, object: usize) {
        self.files.fill(file.index(), object);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_emptied_at_once_and_keep_what_came_first() {
        let mut slots = Slots::default();
        assert_eq!(slots.get(3), None);
        assert!(slots.fill(3, 7));
        assert!(!slots.fill(3, 8));
        assert_eq!((slots.get(3), slots.get(2)), (Some(7), None));
        slots.clear();
        assert_eq!(slots.get(3), None);
        slots.round = u32::MAX;
        assert!(slots.fill(1, 2));
        slots.clear();
        assert_eq!(slots.get(1), None);
        assert!(slots.fill(1, 3));
    }

    #[test]
    fn a_chain_has_one_number_and_its_lists_in_order() {
        let mut trails = Trails::default();
        let (near, far) = (ListId::new(1), ListId::new(2));
        let end = trails.chained(far, None);
        let whole = trails.chained(near, Some(end));
        assert_eq!(trails.chained(near, Some(end)), whole);
        let lists: Vec<_> = trails.lists_of(Some(whole)).collect();
        assert_eq!(lists, [near, far]);
        assert_eq!(trails.lists_of(None).count(), 0);
    }
}
