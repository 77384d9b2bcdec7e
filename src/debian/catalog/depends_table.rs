//! Writes the table of what packages declare: for each name in relations, what each set of targets that agree says
//! of it. Names refer to each other by rank in this same table.

use std::collections::{BTreeMap, BTreeSet};

use super::builder::Detail;
use super::collect::TargetIndex;
use super::declared::{Declaration, Providers};
use super::record::{Deb, Declared, DeclaredPackage};
use super::table::TableWriter;

/// The table of these targets.
pub(super) fn write_dependencies(targets: &[TargetIndex], detail: Detail) -> std::io::Result<Vec<u8>> {
    let reaches: Vec<Reach<'_>> = targets.iter().map(Reach::of).collect();
    let names: BTreeSet<&[u8]> = reaches.iter().flat_map(Reach::names).collect();
    let ranks: BTreeMap<&[u8], u64> = names.into_iter().zip(0..).collect();
    let ranked: Vec<Ranked<'_>> =
        reaches.iter().map(|reach| Ranked { reach, ranks: reach.ranks(&ranks), detail }).collect();
    let mut table = TableWriter::new(detail.compression_level());
    let mut value = Vec::new();
    for name in ranks.keys() {
        value.clear();
        let mut agreed: Vec<Declared> = Vec::new();
        for (number, target) in ranked.iter().enumerate() {
            let Some(declared) = target.declared(name) else { continue };
            let same = agreed
                .iter_mut()
                .find(|known| known.package == declared.package && known.providers == declared.providers);
            match same {
                Some(known) => known.targets |= 1 << number,
                None => agreed.push(Declared { targets: 1 << number, ..declared }),
            }
        }
        agreed.iter().for_each(|declared| declared.write(&mut value));
        table.push(name, &value)?;
    }
    table.finish()
}

/// The part of a target's declarations that the packages with libraries lead to.
struct Reach<'index> {
    index: &'index TargetIndex,
    providers: Providers,
    packages: BTreeSet<u32>,
}

impl<'index> Reach<'index> {
    fn of(index: &'index TargetIndex) -> Self {
        let providers = index.declarations.providers();
        let packages = index.declarations.reachable(index.runtime_packages(), &providers);
        Self { index, providers, packages: packages.into_iter().collect() }
    }

    /// The packages that are reached, and what is virtual among the names on the way.
    fn numbers(&self) -> BTreeSet<u32> {
        let mut numbers = self.packages.clone();
        let declared = self.packages.iter().filter_map(|number| self.index.declarations.package(*number));
        let named = declared.flat_map(|package| &package.alternatives).map(|alternative| alternative.name);
        numbers.extend(named.filter(|name| self.providers.contains_key(name)));
        numbers
    }

    fn names(&self) -> impl Iterator<Item = &'index [u8]> {
        let declarations = &self.index.declarations;
        self.numbers().into_iter().map(|number| declarations.name(number))
    }

    /// The rank of each number that is in use.
    fn ranks(&self, ranks: &BTreeMap<&[u8], u64>) -> BTreeMap<u32, u64> {
        let numbers = self.numbers().into_iter();
        numbers
            .filter_map(|number| Some((number, *ranks.get(self.index.declarations.name(number))?)))
            .collect()
    }
}

/// A target whose names have their ranks.
struct Ranked<'reach> {
    reach: &'reach Reach<'reach>,
    ranks: BTreeMap<u32, u64>,
    detail: Detail,
}

impl Ranked<'_> {
    /// What the target says of a name, its mask left out.
    fn declared(&self, name: &[u8]) -> Option<Declared> {
        let number = self.reach.index.declarations.find(name)?;
        self.ranks.get(&number)?;
        let providers = self.reach.providers.get(&number).into_iter().flatten();
        let package =
            self.reach.packages.contains(&number).then(|| self.reach.index.declarations.package(number));
        Some(Declared {
            targets: 0,
            package: package.flatten().map(|package| self.package(name, package)),
            providers: providers.filter_map(|provider| self.ranks.get(provider).copied()).collect(),
        })
    }

    fn package(&self, name: &[u8], package: &Declaration) -> DeclaredPackage {
        let groups = package.groups(|number| self.ranks.contains_key(&number));
        let rank = |number: &u32| self.ranks.get(number).copied();
        let is_told = self.reach.index.tells_deb(name, self.detail);
        DeclaredPackage {
            groups: groups.iter().map(|group| group.iter().filter_map(rank).collect()).collect(),
            deb: (!is_told).then_some(Deb {
                size_bytes: package.size_bytes,
                installed_size_kib: package.installed_size_kib,
            }),
        }
    }
}
