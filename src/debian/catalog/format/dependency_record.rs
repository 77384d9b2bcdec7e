//! Values of the table `dependencies`: the relations that some targets share. Names are ranks in that same table.

use super::bytes::{Cursor, Malformed, flag_bits, push_number};
use super::package_record::DebSizes;

/// Facts about a name in relations that some targets share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DependencyRecord {
    /// Targets, as a mask.
    pub(crate) targets: u64,
    /// Dependencies of the package of this name; none if the name is only provided.
    pub(crate) package: Option<PackageDependencies>,
    /// Packages that provide it, in apt's order.
    pub(crate) providers: Vec<u64>,
}

/// Dependencies of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PackageDependencies {
    /// Pre-Depends and Depends: groups of alternatives.
    pub(crate) groups: Vec<Vec<u64>>,
    /// Sizes of the .deb, if the table `packages` does not have them.
    pub(crate) deb: Option<DebSizes>,
}

const IS_PACKAGE: u64 = 1;
const HAS_DEB: u64 = 2;
const HAS_PROVIDERS: u64 = 4;

/// Marks that the next name is an alternative to the one before; ranks are written increased by one.
const OR: u64 = 0;

impl DependencyRecord {
    pub(crate) fn write(&self, value: &mut Vec<u8>) {
        push_number(value, self.targets);
        let deb = self.package.as_ref().and_then(|package| package.deb);
        let flags = flag_bits([
            (self.package.is_some(), IS_PACKAGE),
            (deb.is_some(), HAS_DEB),
            (!self.providers.is_empty(), HAS_PROVIDERS),
        ]);
        push_number(value, flags);
        if let Some(package) = &self.package {
            let names: usize = package.groups.iter().map(|group| 2 * group.len() - 1).sum();
            push_number(value, names as u64);
            for group in &package.groups {
                for (position, rank) in group.iter().enumerate() {
                    if position > 0 {
                        push_number(value, OR);
                    }
                    push_number(value, rank + 1);
                }
            }
        }
        if let Some(deb) = deb {
            push_number(value, deb.size_bytes);
            push_number(value, deb.installed_size_kib);
        }
        if !self.providers.is_empty() {
            push_number(value, self.providers.len() as u64);
            self.providers.iter().for_each(|rank| push_number(value, *rank));
        }
    }

    fn read(cursor: &mut Cursor<'_>) -> Result<Self, Malformed> {
        let targets = cursor.number()?;
        let flags = cursor.number()?;
        let mut package = None;
        if flags & IS_PACKAGE != 0 {
            let groups = read_groups(cursor)?;
            let has_deb = flags & HAS_DEB != 0;
            let deb = has_deb
                .then(|| Ok(DebSizes { size_bytes: cursor.number()?, installed_size_kib: cursor.number()? }));
            package = Some(PackageDependencies { groups, deb: deb.transpose()? });
        }
        let mut providers = Vec::new();
        if flags & HAS_PROVIDERS != 0 {
            for _ in 0..cursor.size()? {
                providers.push(cursor.number()?);
            }
        }
        Ok(Self { targets, package, providers })
    }

    /// Reads the record of one target in the value of a name.
    pub(crate) fn of_target(value: &[u8], target: u32) -> Result<Option<Self>, Malformed> {
        let mut cursor = Cursor::new(value);
        while !cursor.is_at_end() {
            let record = Self::read(&mut cursor)?;
            if record.targets & (1 << target) != 0 {
                return Ok(Some(record));
            }
        }
        Ok(None)
    }
}

fn read_groups(cursor: &mut Cursor<'_>) -> Result<Vec<Vec<u64>>, Malformed> {
    let mut groups: Vec<Vec<u64>> = Vec::new();
    let mut is_alternative = false;
    for _ in 0..cursor.size()? {
        match (cursor.number()?, groups.last_mut()) {
            (OR, _) => is_alternative = true,
            (rank, Some(group)) if is_alternative => {
                group.push(rank - 1);
                is_alternative = false;
            }
            (rank, _) => groups.push(vec![rank - 1]),
        }
    }
    Ok(groups)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_target_gets_its_own_dependencies() {
        let package = |groups: &[&[u64]], deb| PackageDependencies {
            groups: groups.iter().map(|group| group.to_vec()).collect(),
            deb,
        };
        let deb = DebSizes { size_bytes: 70_000, installed_size_kib: 300 };
        let all = [
            DependencyRecord {
                targets: 0b001,
                package: Some(package(&[&[0], &[300, 7, 0], &[2]], None)),
                providers: vec![],
            },
            DependencyRecord {
                targets: 0b010,
                package: Some(package(&[], Some(deb))),
                providers: vec![9, 4],
            },
            DependencyRecord { targets: 0b100, package: None, providers: vec![1] },
        ];
        let mut value = Vec::new();
        all.iter().for_each(|record| record.write(&mut value));
        for (target, record) in (0..).zip(&all) {
            assert_eq!(DependencyRecord::of_target(&value, target), Ok(Some(record.clone())));
        }
        assert_eq!(DependencyRecord::of_target(&value, 3), Ok(None));
        assert!(DependencyRecord::of_target(&value[..value.len() - 1], 2).is_err());
    }
}
