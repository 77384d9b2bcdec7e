//! Symbols that objects require of libraries, by which the candidates of one soname are compared.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bstr::BString;

use crate::app::InputTrees;
use crate::elf::{ElfFacts, SymbolHash};
use crate::tree::root::{NodeId, Root};
use crate::vocabulary::Soname;

/// Symbols that a library may have to define.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequiredSymbols(BTreeMap<SymbolHash, RequiredSymbol>);

/// Symbol that a library may have to define.
#[derive(Clone, Debug, PartialEq, Eq)]
struct RequiredSymbol {
    /// Its name, if an object of the apps requires it.
    name: Option<BString>,
    /// Other libraries that every object which requires it needs, so that they may define it instead.
    others: Arc<BTreeSet<Soname>>,
}

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
        let others = others(facts, soname);
        let symbol = |name: BString| {
            (SymbolHash::of(&name), RequiredSymbol { name: Some(name), others: others.clone() })
        };
        Self(required.map(|undefined| symbol(undefined.name)).collect())
    }

    /// Returns the symbols that an object of a package requires of a library of this soname, as far as they were read.
    pub fn of_facts(facts: &ElfFacts, soname: &Soname) -> Self {
        let undefined = facts.symbols.iter().flat_map(|symbols| &symbols.undefined);
        let of_soname = undefined.filter(|symbol| facts.may_be_defined_by(symbol, soname.file_name()));
        let others = others(facts, soname);
        let symbol = |hash| (hash, RequiredSymbol { name: None, others: others.clone() });
        Self(of_soname.map(|undefined| symbol(undefined.name)).collect())
    }

    /// Adds those of another object.
    pub fn extend(&mut self, other: &Self) {
        for (symbol, required) in &other.0 {
            self.0
                .entry(*symbol)
                .and_modify(|known| known.merge(required))
                .or_insert_with(|| required.clone());
        }
    }

    /// Returns true if there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the symbols, each with the other libraries that all objects which require it need, too: these may define it
    /// instead.
    pub fn iter(&self) -> impl Iterator<Item = (SymbolHash, &BTreeSet<Soname>)> {
        self.0.iter().map(|(symbol, required)| (*symbol, required.others.as_ref()))
    }
}

impl RequiredSymbol {
    fn merge(&mut self, other: &Self) {
        if self.name.is_none() {
            self.name.clone_from(&other.name);
        }
        if self.others != other.others {
            self.others = Arc::new(self.others.intersection(&other.others).cloned().collect());
        }
    }
}

/// Returns the libraries that an object needs beside one.
fn others(facts: &ElfFacts, soname: &Soname) -> Arc<BTreeSet<Soname>> {
    let others = facts.needed.iter().filter(|needed| needed.file_name() != soname.file_name());
    Arc::new(others.cloned().collect())
}
