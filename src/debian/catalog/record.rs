//! How the values of a catalog file's tables are written: the places of a file name, and what each
//! release knows of a package.
//!
//! Targets (a release on an architecture) are numbered, and a set of them is a bit mask; what several
//! targets have in common is written once.

use super::bytes::{Cursor, Malformed, push_number, push_string};

/// One place of a file name: a directory and a package, by rank in their tables, and the targets where it
/// is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) directory: u64,
    pub(super) package: u64,
    pub(super) targets: u64,
}

impl Place {
    pub(super) fn write(&self, value: &mut Vec<u8>) {
        push_number(value, self.directory);
        push_number(value, self.package);
        push_number(value, self.targets);
    }

    /// Every place in the value of a file name.
    pub(super) fn read_all(value: &[u8]) -> Result<Vec<Self>, Malformed> {
        let mut cursor = Cursor::new(value);
        let mut places = Vec::new();
        while !cursor.is_at_end() {
            places.push(Self {
                directory: cursor.number()?,
                package: cursor.number()?,
                targets: cursor.number()?,
            });
        }
        Ok(places)
    }
}

/// What some targets have in common of a package of one version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Record {
    /// The targets, as a mask.
    pub(super) targets: u64,
    pub(super) version: String,
    /// `Architecture: all`, so that all targets have the same .deb.
    pub(super) for_all: bool,
    /// The section and the suite, as numbers of words in the file's list.
    pub(super) section: u64,
    pub(super) suite: u64,
    pub(super) pool: Pool,
    pub(super) provides_sonames: Vec<String>,
    /// The .deb of each target in ascending order (of all of them where `for_all`); empty where this
    /// catalog does not tell.
    pub(super) debs: Vec<Deb>,
    /// The number of the first one's digest in the file's list; those of the others follow.
    pub(super) first_digest: u64,
}

/// Where a .deb lies in the pool.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Pool {
    /// In its source package's directory under the usual name: see [`super::pool`].
    Derived {
        /// The directory above, such as `pool/main`, as the number of a word.
        base: u64,
        /// The source package; empty where it is named as the binary package.
        source: String,
    },
    /// Anywhere else.
    Path(String),
}

/// The facts of one .deb.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Deb {
    pub(super) size_bytes: u64,
    pub(super) installed_size_kib: u64,
}

const FOR_ALL: u64 = 1;
const HAS_DEBS: u64 = 2;
const POOL_PATH: u64 = 4;
const HAS_PROVIDES: u64 = 8;

impl Record {
    pub(super) fn write(&self, value: &mut Vec<u8>) {
        push_number(value, self.targets);
        let mut flags = 0;
        for (is_so, flag) in [
            (self.for_all, FOR_ALL),
            (!self.debs.is_empty(), HAS_DEBS),
            (matches!(self.pool, Pool::Path(_)), POOL_PATH),
            (!self.provides_sonames.is_empty(), HAS_PROVIDES),
        ] {
            flags |= if is_so { flag } else { 0 };
        }
        push_number(value, flags);
        push_string(value, self.version.as_bytes());
        push_number(value, self.section);
        push_number(value, self.suite);
        match &self.pool {
            Pool::Derived { base, source } => {
                push_number(value, *base);
                push_string(value, source.as_bytes());
            }
            Pool::Path(path) => push_string(value, path.as_bytes()),
        }
        if !self.provides_sonames.is_empty() {
            push_number(value, self.provides_sonames.len() as u64);
            for name in &self.provides_sonames {
                push_string(value, name.as_bytes());
            }
        }
        if !self.debs.is_empty() {
            push_number(value, self.first_digest);
        }
        for deb in &self.debs {
            push_number(value, deb.size_bytes);
            push_number(value, deb.installed_size_kib);
        }
    }

    fn read(cursor: &mut Cursor<'_>) -> Result<Self, Malformed> {
        let targets = cursor.number()?;
        let flags = cursor.number()?;
        let version = cursor.text()?.to_owned();
        let (section, suite) = (cursor.number()?, cursor.number()?);
        let pool = if flags & POOL_PATH != 0 {
            Pool::Path(cursor.text()?.to_owned())
        } else {
            Pool::Derived { base: cursor.number()?, source: cursor.text()?.to_owned() }
        };
        let mut provides_sonames = Vec::new();
        if flags & HAS_PROVIDES != 0 {
            for _ in 0..cursor.size()? {
                provides_sonames.push(cursor.text()?.to_owned());
            }
        }
        let for_all = flags & FOR_ALL != 0;
        let deb_count = match (flags & HAS_DEBS != 0, for_all) {
            (false, _) => 0,
            (true, true) => 1,
            (true, false) => targets.count_ones(),
        };
        let first_digest = if deb_count > 0 { cursor.number()? } else { 0 };
        let mut debs = Vec::new();
        for _ in 0..deb_count {
            debs.push(Deb { size_bytes: cursor.number()?, installed_size_kib: cursor.number()? });
        }
        Ok(Self { targets, version, for_all, section, suite, pool, provides_sonames, debs, first_digest })
    }

    /// The record of one target in the value of a package.
    pub(super) fn of_target(value: &[u8], target: u32) -> Result<Option<Self>, Malformed> {
        let mut cursor = Cursor::new(value);
        while !cursor.is_at_end() {
            let record = Self::read(&mut cursor)?;
            if record.targets & (1 << target) != 0 {
                return Ok(Some(record));
            }
        }
        Ok(None)
    }

    /// The .deb of one of the record's targets, and the number of its digest.
    pub(super) fn deb(&self, target: u32) -> Option<(Deb, u64)> {
        let below = self.targets & ((1 << target) - 1);
        let place = if self.for_all { 0 } else { u64::from(below.count_ones()) };
        let deb = self.debs.get(place as usize)?;
        Some((*deb, self.first_digest.saturating_add(place)))
    }
}

/// What some targets have in common of a name that stands in relations. Names are told by rank in the table that
/// this is a value of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Declared {
    /// The targets, as a mask.
    pub(super) targets: u64,
    /// What the package of this name declares; none where the name is only provided.
    pub(super) package: Option<DeclaredPackage>,
    /// The packages that provide it, in apt's order.
    pub(super) providers: Vec<u64>,
}

/// What a package declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DeclaredPackage {
    /// Its Pre-Depends and Depends.
    pub(super) groups: Vec<Vec<u64>>,
    /// Its .deb, where the table of packages does not tell it.
    pub(super) deb: Option<Deb>,
}

const IS_PACKAGE: u64 = 1;
const HAS_DEB: u64 = 2;
const HAS_PROVIDERS: u64 = 4;

/// Stands before an alternative to the name before; ranks are written one higher.
const OR: u64 = 0;

impl Declared {
    pub(super) fn write(&self, value: &mut Vec<u8>) {
        push_number(value, self.targets);
        let deb = self.package.as_ref().and_then(|package| package.deb);
        let mut flags = 0;
        for (is_so, flag) in [
            (self.package.is_some(), IS_PACKAGE),
            (deb.is_some(), HAS_DEB),
            (!self.providers.is_empty(), HAS_PROVIDERS),
        ] {
            flags |= if is_so { flag } else { 0 };
        }
        push_number(value, flags);
        if let Some(package) = &self.package {
            let names: usize = package.groups.iter().map(|group| 2 * group.len() - 1).sum();
            push_number(value, names as u64);
            for group in &package.groups {
                for (place, rank) in group.iter().enumerate() {
                    if place > 0 {
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
                .then(|| Ok(Deb { size_bytes: cursor.number()?, installed_size_kib: cursor.number()? }));
            package = Some(DeclaredPackage { groups, deb: deb.transpose()? });
        }
        let mut providers = Vec::new();
        if flags & HAS_PROVIDERS != 0 {
            for _ in 0..cursor.size()? {
                providers.push(cursor.number()?);
            }
        }
        Ok(Self { targets, package, providers })
    }

    /// What one target says, in the value of a name.
    pub(super) fn of_target(value: &[u8], target: u32) -> Result<Option<Self>, Malformed> {
        let mut cursor = Cursor::new(value);
        while !cursor.is_at_end() {
            let declared = Self::read(&mut cursor)?;
            if declared.targets & (1 << target) != 0 {
                return Ok(Some(declared));
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

    fn record(targets: u64, for_all: bool, debs: &[u64]) -> Record {
        let debs: Vec<_> = debs.iter().map(|&size_bytes| Deb { size_bytes, installed_size_kib: 1 }).collect();
        Record {
            targets,
            version: "2:6.2.1+dfsg1-1.1".into(),
            for_all,
            section: 3,
            suite: 0,
            pool: Pool::Derived { base: 1, source: "gmp".into() },
            provides_sonames: vec!["libblas.so.3".into()],
            first_digest: if debs.is_empty() { 0 } else { 300 },
            debs,
        }
    }

    #[test]
    fn each_target_gets_its_own_record_and_deb() {
        let records = [
            record(0b0011, false, &[10, 20]),
            record(0b0100, true, &[30]),
            Record {
                pool: Pool::Path("pool/x.deb".into()),
                provides_sonames: vec![],
                ..record(0b1000, false, &[])
            },
        ];
        let mut value = Vec::new();
        records.iter().for_each(|record| record.write(&mut value));
        let size = |target| {
            let record = Record::of_target(&value, target).expect("reads").expect("is there");
            assert_eq!(record, records[if target < 2 { 0 } else { target as usize - 1 }]);
            record.deb(target).map(|(deb, digest)| (deb.size_bytes, digest))
        };
        assert_eq!(
            [size(0), size(1), size(2), size(3)],
            [Some((10, 300)), Some((20, 301)), Some((30, 300)), None]
        );
        assert_eq!(Record::of_target(&value, 4), Ok(None));
    }

    #[test]
    fn each_target_gets_what_its_packages_declare() {
        let package = |groups: &[&[u64]], deb| DeclaredPackage {
            groups: groups.iter().map(|group| group.to_vec()).collect(),
            deb,
        };
        let deb = Deb { size_bytes: 70_000, installed_size_kib: 300 };
        let all = [
            Declared {
                targets: 0b001,
                package: Some(package(&[&[0], &[300, 7, 0], &[2]], None)),
                providers: vec![],
            },
            Declared { targets: 0b010, package: Some(package(&[], Some(deb))), providers: vec![9, 4] },
            Declared { targets: 0b100, package: None, providers: vec![1] },
        ];
        let mut value = Vec::new();
        all.iter().for_each(|declared| declared.write(&mut value));
        for (target, declared) in (0..).zip(&all) {
            assert_eq!(Declared::of_target(&value, target), Ok(Some(declared.clone())));
        }
        assert_eq!(Declared::of_target(&value, 3), Ok(None));
        assert!(Declared::of_target(&value[..value.len() - 1], 2).is_err());
    }

    #[test]
    fn a_place_round_trips() {
        let places = [
            Place { directory: 0, package: 300, targets: 63 },
            Place { directory: 9, package: 1, targets: 2 },
        ];
        let mut value = Vec::new();
        places.iter().for_each(|place| place.write(&mut value));
        assert_eq!(Place::read_all(&value), Ok(places.to_vec()));
        assert!(Place::read_all(&value[..value.len() - 1]).is_err());
    }
}
