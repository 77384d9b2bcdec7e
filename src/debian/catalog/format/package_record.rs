//! Values of the table `packages`: the facts that some targets share about a package.

use super::bytes::{Cursor, Malformed, flag_bits, push_number, push_string};

/// Facts about one version of a package that some targets share.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PackageRecord {
    /// Targets, as a mask.
    pub(crate) targets: u64,
    pub(crate) version: String,
    /// True for `Architecture: all`: all targets have the same .deb.
    pub(crate) for_all: bool,
    /// Section, as the number of a word of the metadata.
    pub(crate) section: u64,
    /// Suite, as the number of a word of the metadata.
    pub(crate) suite: u64,
    pub(crate) pool: PoolLocation,
    pub(crate) provides_sonames: Vec<String>,
    /// The .deb of each target in ascending order (one for all of them if `for_all`); empty if the catalog does not
    /// record it.
    pub(crate) debs: Vec<DebSizes>,
    /// Number of the first digest in the section `digests`; the others follow.
    pub(crate) first_digest: u64,
}

/// Path of a .deb in the pool.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PoolLocation {
    /// In the directory of the source package under the usual name: see [`super::pool`].
    Derived {
        /// Directory above, such as `pool/main`, as the number of a word.
        base: u64,
        /// Source package; empty if it has the name of the binary package.
        source: String,
    },
    /// Any other path.
    Path(String),
}

/// Sizes of one .deb.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DebSizes {
    pub(crate) size_bytes: u64,
    pub(crate) installed_size_kib: u64,
}

const FOR_ALL: u64 = 1;
const HAS_DEBS: u64 = 2;
const POOL_PATH: u64 = 4;
const HAS_PROVIDES: u64 = 8;

impl PackageRecord {
    pub(crate) fn write(&self, value: &mut Vec<u8>) {
        push_number(value, self.targets);
        let flags = flag_bits([
            (self.for_all, FOR_ALL),
            (!self.debs.is_empty(), HAS_DEBS),
            (matches!(self.pool, PoolLocation::Path(_)), POOL_PATH),
            (!self.provides_sonames.is_empty(), HAS_PROVIDES),
        ]);
        push_number(value, flags);
        push_string(value, self.version.as_bytes());
        push_number(value, self.section);
        push_number(value, self.suite);
        match &self.pool {
            PoolLocation::Derived { base, source } => {
                push_number(value, *base);
                push_string(value, source.as_bytes());
            }
            PoolLocation::Path(path) => push_string(value, path.as_bytes()),
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
            PoolLocation::Path(cursor.text()?.to_owned())
        } else {
            PoolLocation::Derived { base: cursor.number()?, source: cursor.text()?.to_owned() }
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
            debs.push(DebSizes { size_bytes: cursor.number()?, installed_size_kib: cursor.number()? });
        }
        Ok(Self { targets, version, for_all, section, suite, pool, provides_sonames, debs, first_digest })
    }

    /// Reads the record of one target in the value of a package.
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

    /// Returns the .deb of one of the record's targets, and the number of its digest.
    pub(crate) fn deb(&self, target: u32) -> Option<(DebSizes, u64)> {
        let below = self.targets & ((1 << target) - 1);
        let position = if self.for_all { 0 } else { u64::from(below.count_ones()) };
        let deb = self.debs.get(position as usize)?;
        Some((*deb, self.first_digest.saturating_add(position)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(targets: u64, for_all: bool, debs: &[u64]) -> PackageRecord {
        let debs: Vec<_> =
            debs.iter().map(|&size_bytes| DebSizes { size_bytes, installed_size_kib: 1 }).collect();
        PackageRecord {
            targets,
            version: "2:6.2.1+dfsg1-1.1".into(),
            for_all,
            section: 3,
            suite: 0,
            pool: PoolLocation::Derived { base: 1, source: "gmp".into() },
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
            PackageRecord {
                pool: PoolLocation::Path("pool/x.deb".into()),
                provides_sonames: vec![],
                ..record(0b1000, false, &[])
            },
        ];
        let mut value = Vec::new();
        records.iter().for_each(|record| record.write(&mut value));
        let size = |target| {
            let record = PackageRecord::of_target(&value, target).expect("reads").expect("exists");
            assert_eq!(record, records[if target < 2 { 0 } else { target as usize - 1 }]);
            record.deb(target).map(|(deb, digest)| (deb.size_bytes, digest))
        };
        assert_eq!(
            [size(0), size(1), size(2), size(3)],
            [Some((10, 300)), Some((20, 301)), Some((30, 300)), None]
        );
        assert_eq!(PackageRecord::of_target(&value, 4), Ok(None));
    }
}
