//! What library indices hold of a target, counted.

use std::collections::{BTreeMap, BTreeSet};

use super::{DebLibraries, KnownDeb, Object};
use crate::vocabulary::{PackageName, RootedPath, Soname};

/// How many of the most needed and of the largest are told.
const TOLD: usize = 10;

/// The counts of one target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LibraryIndexStatistics {
    /// Packages of which the graphs know the .deb.
    pub packages: usize,
    /// ELF files.
    pub objects: usize,
    /// Symbolic links to libraries.
    pub links: usize,
    /// Entries of DT_NEEDED.
    pub needed: usize,
    /// Distinct names in DT_SONAME.
    pub sonames: usize,
    /// Those of them that objects of several packages have.
    pub shared_sonames: usize,
    /// Symbol versions that objects define, counted for each object.
    pub version_definitions: usize,
    /// Symbol versions that objects need, counted for each object and name.
    pub version_needs: usize,
    /// The size of the objects in bytes.
    pub size_bytes: u64,
    /// The names that most objects have in DT_NEEDED, most needed first.
    pub most_needed: Vec<NeededSoname>,
    /// The largest objects, largest first.
    pub largest: Vec<LargeLibrary>,
}

/// A name in DT_NEEDED.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeededSoname {
    /// The name.
    pub soname: Soname,
    /// How many objects have it.
    pub objects: usize,
}

/// An object and its size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LargeLibrary {
    /// Its path.
    pub path: RootedPath,
    /// The package that has it.
    pub package: PackageName,
    /// Its size in bytes.
    pub size_bytes: u64,
}

/// Counts one package after another.
#[derive(Debug, Default)]
pub struct StatisticsBuilder {
    counted: LibraryIndexStatistics,
    /// How many packages have an object of each DT_SONAME.
    holders: BTreeMap<Soname, usize>,
    needed_by: BTreeMap<Soname, usize>,
}

impl StatisticsBuilder {
    /// Counts a package.
    pub fn add(&mut self, known: &KnownDeb) {
        let libraries = DebLibraries::of(&known.deb);
        self.counted.packages += 1;
        self.counted.links += libraries.links.len();
        let mut sonames = BTreeSet::new();
        for object in &libraries.objects {
            self.add_object(object, &known.package.name);
            sonames.extend(object.facts.soname.clone());
        }
        for soname in sonames {
            *self.holders.entry(soname).or_default() += 1;
        }
    }

    fn add_object(&mut self, object: &Object<'_>, package: &PackageName) {
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
        let place = counted.largest.partition_point(|larger| larger.size_bytes >= size_bytes);
        if place < TOLD {
            let large = LargeLibrary { path: object.path.clone(), package: package.clone(), size_bytes };
            counted.largest.insert(place, large);
            counted.largest.truncate(TOLD);
        }
    }

    /// The counts. Of what is as large or as needed, what comes first by package and path, or by name, is told first.
    pub fn finish(self) -> LibraryIndexStatistics {
        let mut most_needed: Vec<_> =
            self.needed_by.into_iter().map(|(soname, objects)| NeededSoname { soname, objects }).collect();
        // The sort keeps the order of names.
        most_needed.sort_by_key(|needed| std::cmp::Reverse(needed.objects));
        most_needed.truncate(TOLD);
        let shared_sonames = self.holders.values().filter(|holders| **holders > 1).count();
        LibraryIndexStatistics { sonames: self.holders.len(), shared_sonames, most_needed, ..self.counted }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::debian::depot::known::bookworm;
    use crate::debian::depot::known_debs;

    #[test]
    fn the_most_needed_and_the_largest_are_told_in_their_order() {
        let (graphs, catalog) = ([bookworm::graph()], bookworm::catalog());
        let mut builder = StatisticsBuilder::default();
        let mut sizes = Vec::new();
        for known in known_debs(&graphs, &catalog).take(500) {
            let known = known.expect("is whole");
            sizes.extend(DebLibraries::of(&known.deb).objects.iter().map(Object::size_bytes));
            builder.add(&known);
        }
        let counted = builder.finish();
        assert_eq!((counted.packages, counted.objects), (500, sizes.len()));
        assert_eq!(counted.size_bytes, sizes.iter().sum::<u64>());
        sizes.sort_unstable_by(|left, right| right.cmp(left));
        let largest: Vec<_> = counted.largest.iter().map(|large| large.size_bytes).collect();
        assert_eq!(largest, sizes[..TOLD]);
        assert_eq!(counted.most_needed.len(), TOLD);
        assert!(counted.most_needed.is_sorted_by(|left, right| left.objects >= right.objects));
        assert_eq!(counted.most_needed[0].soname.as_bytes(), b"libc.so.6");
    }
}
