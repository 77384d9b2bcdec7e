//! Counts of the packages, libraries and names of a target in library indices.

use std::collections::{BTreeMap, BTreeSet};

use super::{DebLibraries, DebObject, IndexedPackage};
use crate::vocabulary::{PackageName, RootedPath, Soname};

/// Number of most needed sonames and of largest libraries that are listed.
const LISTED: usize = 10;

/// Counts of one target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LibraryIndexStatistics {
    /// Packages whose .deb an index knows.
    pub packages: usize,
    /// ELF files.
    pub objects: usize,
    /// Symbolic links to libraries.
    pub links: usize,
    /// Entries of DT_NEEDED.
    pub needed: usize,
    /// Distinct names in DT_SONAME.
    pub sonames: usize,
    /// Names in DT_SONAME that objects of several packages share.
    pub shared_sonames: usize,
    /// Symbol versions that objects define, counted per object.
    pub version_definitions: usize,
    /// Symbol versions that objects require, counted per object and library name.
    pub version_needs: usize,
    /// Total size of the objects in bytes.
    pub size_bytes: u64,
    /// Names that most objects have in DT_NEEDED, most needed first.
    pub most_needed: Vec<NeededSoname>,
    /// Largest objects, largest first.
    pub largest: Vec<LargeLibrary>,
}

/// Name in DT_NEEDED with the number of objects that have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeededSoname {
    /// Name.
    pub soname: Soname,
    /// Number of objects that have it.
    pub objects: usize,
}

/// Object with its size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LargeLibrary {
    /// Path in the package.
    pub path: RootedPath,
    /// Package that contains it.
    pub package: PackageName,
    /// Size in bytes.
    pub size_bytes: u64,
}

/// Counter of one package after another.
#[derive(Debug, Default)]
pub struct StatisticsBuilder {
    counted: LibraryIndexStatistics,
    /// Number of packages that have an object with each DT_SONAME.
    holders: BTreeMap<Soname, usize>,
    /// Number of objects that have each name in DT_NEEDED.
    needed_by: BTreeMap<Soname, usize>,
}

impl StatisticsBuilder {
    /// Counts a package.
    pub fn add(&mut self, indexed: &IndexedPackage) {
        let libraries = DebLibraries::of(&indexed.facts);
        self.counted.packages += 1;
        self.counted.links += libraries.links.len();
        let mut sonames = BTreeSet::new();
        for object in &libraries.objects {
            self.add_object(object, &indexed.package.name);
            sonames.extend(object.facts.soname.clone());
        }
        for soname in sonames {
            *self.holders.entry(soname).or_default() += 1;
        }
    }

    fn add_object(&mut self, object: &DebObject<'_>, package: &PackageName) {
        let (facts, size_bytes) = (object.facts, object.size_bytes());
        let counted = &mut self.counted;
        counted.objects += 1;
        counted.needed += facts.needed.len();
        counted.version_definitions += facts.version_definitions.len();
        counted.version_needs += facts.version_needs.iter().map(|need| need.versions.len()).sum::<usize>();
        counted.size_bytes += size_bytes;
        for soname in facts.needed.iter().collect::<BTreeSet<_>>() {
            *self.needed_by.entry(soname.clone()).or_default() += 1;
        }
        let position = counted.largest.partition_point(|larger| larger.size_bytes >= size_bytes);
        if position < LISTED {
            let large = LargeLibrary { path: object.path.clone(), package: package.clone(), size_bytes };
            counted.largest.insert(position, large);
            counted.largest.truncate(LISTED);
        }
    }

    /// Returns the counts. Equally large objects are in the order of package and path, equally needed names in that
    /// of the names.
    pub fn finish(self) -> LibraryIndexStatistics {
        let mut most_needed: Vec<_> =
            self.needed_by.into_iter().map(|(soname, objects)| NeededSoname { soname, objects }).collect();
        // The sort keeps the order of names.
        most_needed.sort_by_key(|needed| std::cmp::Reverse(needed.objects));
        most_needed.truncate(LISTED);
        let shared_sonames = self.holders.values().filter(|holders| **holders > 1).count();
        LibraryIndexStatistics { sonames: self.holders.len(), shared_sonames, most_needed, ..self.counted }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::debian::library_index::indexed_packages;
    use crate::debian::library_index::query::bookworm;

    #[test]
    fn the_most_needed_and_the_largest_are_listed_in_their_order() {
        let (indices, catalog) = ([bookworm::index()], bookworm::catalog());
        let mut builder = StatisticsBuilder::default();
        let mut sizes = Vec::new();
        for indexed in indexed_packages(&indices, &catalog).take(500) {
            let indexed = indexed.expect("is whole");
            sizes.extend(DebLibraries::of(&indexed.facts).objects.iter().map(DebObject::size_bytes));
            builder.add(&indexed);
        }
        let counted = builder.finish();
        assert_eq!((counted.packages, counted.objects), (500, sizes.len()));
        assert_eq!(counted.size_bytes, sizes.iter().sum::<u64>());
        sizes.sort_unstable_by(|left, right| right.cmp(left));
        let largest: Vec<_> = counted.largest.iter().map(|large| large.size_bytes).collect();
        assert_eq!(largest, sizes[..LISTED]);
        assert_eq!(counted.most_needed.len(), LISTED);
        assert!(counted.most_needed.is_sorted_by(|left, right| left.objects >= right.objects));
        assert_eq!(counted.most_needed[0].soname.as_bytes(), b"libc.so.6");
    }
}
