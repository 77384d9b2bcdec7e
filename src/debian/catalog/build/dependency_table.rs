//! Writer of the table `dependencies`: for each name in relations one record per set of targets that agree on it.
//! Records refer to names by rank in this same table.

use std::collections::{BTreeMap, BTreeSet};

use super::declarations::{Declaration, Providers};
use super::detail::Detail;
use super::target_index::TargetIndex;
use crate::debian::catalog::format::dependency_record::{DependencyRecord, PackageDependencies};
use crate::debian::catalog::format::package_record::DebSizes;
use crate::debian::catalog::format::table::TableWriter;

/// Returns the bytes of the table of these targets.
pub(super) fn write_dependencies(targets: &[TargetIndex], detail: Detail) -> std::io::Result<Vec<u8>> {
    let parts: Vec<ReachablePart<'_>> = targets.iter().map(ReachablePart::of).collect();
    let names: BTreeSet<&[u8]> = parts.iter().flat_map(ReachablePart::names).collect();
    let ranks: BTreeMap<&[u8], u64> = names.into_iter().zip(0..).collect();
    let ranked: Vec<Ranked<'_>> =
        parts.iter().map(|part| Ranked { part, ranks: part.ranks(&ranks), detail }).collect();
    let mut table = TableWriter::new(detail.compression_level());
    let mut value = Vec::new();
    for name in ranks.keys() {
        value.clear();
        let mut agreed: Vec<DependencyRecord> = Vec::new();
        for (number, target) in ranked.iter().enumerate() {
            let Some(record) = target.record(name) else { continue };
            let same = agreed
                .iter_mut()
                .find(|known| known.package == record.package && known.providers == record.providers);
            match same {
                Some(known) => known.targets |= 1 << number,
                None => agreed.push(DependencyRecord { targets: 1 << number, ..record }),
            }
        }
        agreed.iter().for_each(|record| record.write(&mut value));
        table.push(name, &value)?;
    }
    table.finish()
}

/// Part of a target's declarations that can be reached from the packages with libraries.
struct ReachablePart<'index> {
    index: &'index TargetIndex,
    providers: Providers,
    packages: BTreeSet<u32>,
}

impl<'index> ReachablePart<'index> {
    fn of(index: &'index TargetIndex) -> Self {
        let providers = index.declarations.providers();
        let packages = index.declarations.reachable(index.runtime_packages(), &providers);
        Self { index, providers, packages: packages.into_iter().collect() }
    }

    /// Numbers of the reachable packages, and of the virtual packages that they name.
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

    /// Ranks of these numbers.
    fn ranks(&self, ranks: &BTreeMap<&[u8], u64>) -> BTreeMap<u32, u64> {
        let numbers = self.numbers().into_iter();
        numbers
            .filter_map(|number| Some((number, *ranks.get(self.index.declarations.name(number))?)))
            .collect()
    }
}

/// Reachable part of a target with the ranks of its names.
struct Ranked<'part> {
    part: &'part ReachablePart<'part>,
    ranks: BTreeMap<u32, u64>,
    detail: Detail,
}

impl Ranked<'_> {
    /// Record of a name for this target, without its mask.
    fn record(&self, name: &[u8]) -> Option<DependencyRecord> {
        let number = self.part.index.declarations.find(name)?;
        self.ranks.get(&number)?;
        let providers = self.part.providers.get(&number).into_iter().flatten();
        let package =
            self.part.packages.contains(&number).then(|| self.part.index.declarations.package(number));
        Some(DependencyRecord {
            targets: 0,
            package: package.flatten().map(|package| self.package(name, package)),
            providers: providers.filter_map(|provider| self.ranks.get(provider).copied()).collect(),
        })
    }

    fn package(&self, name: &[u8], package: &Declaration) -> PackageDependencies {
        let groups = package.groups(|number| self.ranks.contains_key(&number));
        let rank = |number: &u32| self.ranks.get(number).copied();
        let is_in_packages = self.part.index.records_deb(name, self.detail);
        PackageDependencies {
            groups: groups.iter().map(|group| group.iter().filter_map(rank).collect()).collect(),
            deb: (!is_in_packages).then_some(DebSizes {
                size_bytes: package.size_bytes,
                installed_size_kib: package.installed_size_kib,
            }),
        }
    }
}
