//! Interned names, objects and search scopes. A thousand processes load the same few hundred objects, so a name is
//! hashed once for each object that needs it; from then on an id stands for it.

use std::hash::Hash;
use std::sync::Arc;

use bstr::BString;
use hashbrown::DefaultHashBuilder;
use indexmap::{IndexMap, IndexSet};

use super::dlopen::DlopenCall;
use super::libc::Libc;
use super::need_kind::NeedKind;
use crate::elf::ElfFacts;
use crate::tree::root::NodeId;
use crate::vocabulary::Soname;

/// Values by id, and the id of each value.
pub(super) type Interned<Value> = IndexSet<Value, DefaultHashBuilder>;

macro_rules! ids {
    ($($(#[$documentation:meta])* $name:ident,)*) => {$(
        $(#[$documentation])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(super) struct $name(u32);

        impl $name {
            /// Id of a value that is in memory, so its index is far below 2^32.
            pub(super) fn new(index: usize) -> Self {
                Self(u32::try_from(index).unwrap_or(u32::MAX))
            }

            pub(super) fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// Name that an object needs or answers to.
    NameId,
    /// File, whatever path it was found by.
    FileId,
    /// File under one of its paths.
    ObjectId,
    /// List of the directories in a search path.
    ListId,
    /// Chain of DT_RPATHs.
    ChainId,
    /// Search scope.
    ScopeId,
}

/// Names, interned.
#[derive(Default)]
pub(super) struct Names<'root> {
    texts: Interned<&'root [u8]>,
}

impl<'root> Names<'root> {
    pub(super) fn id_of(&mut self, name: &'root [u8]) -> NameId {
        NameId::new(self.texts.insert_full(name).0)
    }

    pub(super) fn text(&self, id: NameId) -> &'root [u8] {
        self.texts[id.index()]
    }
}

/// Object under one of its paths, with the ids of its names and search paths.
pub(super) struct InternedObject<'root> {
    pub(super) node: NodeId,
    /// Path by which it was found, links unresolved.
    pub(super) path: Arc<BString>,
    pub(super) facts: &'root ElfFacts,
    pub(super) file: FileId,
    pub(super) soname: Option<NameId>,
    /// DT_NEEDED, in order.
    pub(super) needed: Box<[NameId]>,
    /// File names in DT_VERNEED, in order.
    pub(super) version_files: Box<[NameId]>,
    /// DT_RPATH.
    pub(super) rpath: Option<ListId>,
    /// DT_RUNPATH.
    pub(super) runpath: Option<ListId>,
    /// Calls of dlopen(3) that the linker follows.
    pub(super) calls: Box<[InternedCall<'root>]>,
}

/// Call of dlopen(3), with the ids of its names.
pub(super) struct InternedCall<'root> {
    pub(super) kind: NeedKind,
    pub(super) names: &'root [Soname],
    pub(super) ids: Box<[NameId]>,
}

/// Objects, interned.
#[derive(Default)]
pub(super) struct Objects<'root> {
    all: IndexMap<(NodeId, Arc<BString>), InternedObject<'root>, DefaultHashBuilder>,
    files: Interned<NodeId>,
}

impl<'root> Objects<'root> {
    /// Id of the object at `node` under `path`, if it is interned.
    pub(super) fn find(&self, node: NodeId, path: &Arc<BString>) -> Option<ObjectId> {
        self.all.get_index_of(&(node, Arc::clone(path))).map(ObjectId::new)
    }

    /// Interns an object with the lists of its DT_RPATH and DT_RUNPATH, and its calls of dlopen(3).
    pub(super) fn add(
        &mut self,
        node: NodeId,
        path: Arc<BString>,
        facts: &'root ElfFacts,
        (rpath, runpath): (Option<ListId>, Option<ListId>),
        calls: &[DlopenCall<'root>],
        names: &mut Names<'root>,
    ) -> ObjectId {
        let mut id_of = |soname: &'root Soname| names.id_of(soname.as_bytes());
        let calls = calls.iter().map(|DlopenCall { kind, names, .. }| InternedCall {
            kind: *kind,
            names,
            ids: names.iter().map(&mut id_of).collect(),
        });
        let calls = calls.collect();
        let object = InternedObject {
            node,
            path: Arc::clone(&path),
            facts,
            file: FileId::new(self.files.insert_full(node).0),
            soname: facts.soname.as_ref().map(&mut id_of),
            needed: facts.needed.iter().map(&mut id_of).collect(),
            version_files: facts.version_needs.iter().map(|need| id_of(&need.file)).collect(),
            rpath,
            runpath,
            calls,
        };
        ObjectId::new(self.all.insert_full((node, path), object).0)
    }

    pub(super) fn get(&self, id: ObjectId) -> &InternedObject<'root> {
        &self.all[id.index()]
    }
}

/// DT_RPATHs of an object and of its loaders, the nearest first.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Chain {
    pub(super) list: ListId,
    pub(super) rest: Option<ChainId>,
}

/// Search scope of an object: all directories that a search on its behalf goes through. Objects with equal scopes find
/// the same files.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct SearchScope {
    pub(super) libc: Libc,
    /// DT_RPATHs that the objects which it loads inherit, its own first.
    pub(super) chain: Option<ChainId>,
    /// LD_LIBRARY_PATH.
    pub(super) environment: Option<ListId>,
    /// DT_RUNPATH: glibc then skips the chain.
    pub(super) runpath: Option<ListId>,
    /// DF_1_NODEFLIB.
    pub(super) no_default_directories: bool,
}

/// Search scopes and chains of DT_RPATHs, interned.
#[derive(Default)]
pub(super) struct Scopes {
    chains: Interned<Chain>,
    all: Interned<SearchScope>,
}

impl Scopes {
    pub(super) fn id_of(&mut self, scope: SearchScope) -> ScopeId {
        ScopeId::new(self.all.insert_full(scope).0)
    }

    pub(super) fn chain_id_of(&mut self, list: ListId, rest: Option<ChainId>) -> ChainId {
        ChainId::new(self.chains.insert_full(Chain { list, rest }).0)
    }

    pub(super) fn get(&self, id: ScopeId) -> SearchScope {
        self.all[id.index()]
    }

    pub(super) fn chain(&self, id: ChainId) -> Chain {
        self.chains[id.index()]
    }

    /// Lists of a chain, in order.
    pub(super) fn lists_of(&self, chain: Option<ChainId>) -> impl Iterator<Item = ListId> {
        let next = |id| Some(self.chain(id));
        std::iter::successors(chain.and_then(next), move |chain| chain.rest.and_then(next))
            .map(|chain| chain.list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_has_one_id_and_its_lists_in_order() {
        let mut scopes = Scopes::default();
        let (near, far) = (ListId::new(1), ListId::new(2));
        let end = scopes.chain_id_of(far, None);
        let whole = scopes.chain_id_of(near, Some(end));
        assert_eq!(scopes.chain_id_of(near, Some(end)), whole);
        let lists: Vec<_> = scopes.lists_of(Some(whole)).collect();
        assert_eq!(lists, [near, far]);
        assert_eq!(scopes.lists_of(None).count(), 0);
    }
}
