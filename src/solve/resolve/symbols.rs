//! Symbols that objects require of libraries, by which the candidates of one soname are compared.

use std::collections::BTreeMap;

use bstr::BString;

use crate::app::InputTrees;
use crate::elf::{ElfFacts, SymbolHash};
use crate::tree::root::{NodeId, Root};
use crate::vocabulary::Soname;

/// Symbols that a library may have to define, with their names where objects of the apps require them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequiredSymbols(BTreeMap<SymbolHash, Option<BString>>);

impl RequiredSymbols {
    /// Returns the symbols that an object of the trees requires of a library of this soname. The object's symbols are
    /// read now, unless they were read with its tree. Nothing is known of an object that cannot be opened.
    pub fn of_object(
        root: &Root<'_>,
        trees: &InputTrees,
        node: NodeId,
        facts: &ElfFacts,
        soname: &Soname,
    ) -> Self {
        if facts.symbols.is_some() {
            return Self::of_facts(facts, soname);
        }
        let of_mount = trees.inventory_of(root.mount_of(node)).zip(root.entry(node));
        let names = of_mount.and_then(|(inventory, entry)| inventory.undefined_symbols(&entry.path));
        let required = names.into_iter().flatten().filter(|undefined| {
            let need = undefined.provider.and_then(|provider| facts.version_needs.get(usize::from(provider)));
            !undefined.is_weak && need.is_none_or(|need| need.file.file_name() == soname.file_name())
        });
        Self(required.map(|undefined| (SymbolHash::of(&undefined.name), Some(undefined.name))).collect())
    }

    /// Returns the symbols that an object of a package requires of a library of this soname, as far as they were read.
    pub fn of_facts(facts: &ElfFacts, soname: &Soname) -> Self {
        let undefined = facts.symbols.iter().flat_map(|symbols| &symbols.undefined);
        let of_soname = undefined.filter(|symbol| facts.may_be_defined_by(symbol, soname.file_name()));
        Self(of_soname.map(|symbol| (symbol.name, None)).collect())
    }

    /// Adds those of another object.
    pub fn extend(&mut self, other: &Self) {
        for (symbol, name) in &other.0 {
            let known = self.0.entry(*symbol).or_default();
            if known.is_none() {
                known.clone_from(name);
            }
        }
    }

    /// Returns true if there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the symbols.
    pub fn hashes(&self) -> impl Iterator<Item = SymbolHash> {
        self.0.keys().copied()
    }
}
