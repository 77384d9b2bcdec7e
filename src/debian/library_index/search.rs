//! Search in library indices by names, defined versions and dependencies of objects.

use bstr::BString;

use super::{DebLibraries, DebObject, IndexedPackage};
use crate::debian::catalog::{LibraryQuery, NamePattern};
use crate::elf::{ElfFacts, VersionNeed};
use crate::vocabulary::{PackageName, RootedPath, Soname};

/// Conditions on objects, all of which must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectQuery {
    /// Pattern of the object's path (or that of a link to it) and name of its package.
    pub library: LibraryQuery,
    /// DT_SONAME.
    pub soname: Option<NamePattern>,
    /// Symbol version that the object defines, or with `needs` requires from that library.
    pub version: Option<NamePattern>,
    /// Name in DT_NEEDED.
    pub needs: Option<NamePattern>,
}

impl ObjectQuery {
    /// Returns true if the query needs ELF facts, which a catalog does not have.
    pub fn needs_facts(&self) -> bool {
        self.soname.is_some() || self.version.is_some() || self.needs.is_some()
    }

    fn matches(&self, object: &DebObject<'_>) -> bool {
        let mut paths = object.links.iter().chain([&object.path]);
        paths.any(|path| self.library.matches_path(path)) && self.matches_facts(object.facts)
    }

    fn matches_facts(&self, facts: &ElfFacts) -> bool {
        let has_soname = self.soname.as_ref().is_none_or(|pattern| {
            facts.soname.as_ref().is_some_and(|soname| pattern.matches(soname.as_bytes()))
        });
        has_soname
            && match (&self.needs, &self.version) {
                (None, None) => true,
                (None, Some(version)) => facts.version_definitions.iter().any(|name| version.matches(name)),
                (Some(needs), None) => facts.needed.iter().any(|name| needs.matches(name.as_bytes())),
                (Some(needs), Some(version)) => {
                    let of_it = facts.version_needs.iter().filter(|need| needs.matches(need.file.as_bytes()));
                    of_it.flat_map(|need| &need.versions).any(|needed| version.matches(&needed.name))
                }
            }
    }
}

/// Object that matches a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundObject {
    /// Path in the package.
    pub path: RootedPath,
    /// Package that contains it.
    pub package: PackageName,
    /// Links of that package that lead to it, sorted.
    pub links: Vec<RootedPath>,
    /// DT_SONAME.
    pub soname: Option<Soname>,
    /// DT_NEEDED, in order.
    pub needed: Vec<Soname>,
    /// Symbol versions that it defines.
    pub version_definitions: Vec<BString>,
    /// Symbol versions that it requires.
    pub version_needs: Vec<VersionNeed>,
}

/// Result of a search.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundObjects {
    /// Objects in the order of file name, path and package.
    pub objects: Vec<FoundObject>,
    /// True if there are more objects than the limit.
    pub is_truncated: bool,
}

/// Search in one package after another.
#[derive(Debug)]
pub struct ObjectFinder<'query> {
    query: &'query ObjectQuery,
    found: Vec<FoundObject>,
}

impl<'query> ObjectFinder<'query> {
    /// Creates a search that has seen no package yet.
    pub fn new(query: &'query ObjectQuery) -> Self {
        Self { query, found: Vec::new() }
    }

    /// Adds the matching objects of a package.
    pub fn add(&mut self, indexed: &IndexedPackage) {
        if !self.query.library.matches_package(&indexed.package.name) {
            return;
        }
        let objects = DebLibraries::of(&indexed.facts).objects.into_iter();
        self.found.extend(objects.filter(|object| self.query.matches(object)).map(|object| FoundObject {
            path: object.path,
            package: indexed.package.name.clone(),
            links: object.links,
            soname: object.facts.soname.clone(),
            needed: object.facts.needed.clone(),
            version_definitions: object.facts.version_definitions.clone(),
            version_needs: object.facts.version_needs.clone(),
        }));
    }

    /// Returns the matching objects, at most `limit`.
    pub fn finish(self, limit: usize) -> FoundObjects {
        let mut objects = self.found;
        objects.sort_by(|left, right| {
            let key = |object: &FoundObject| (object.path.file_name().to_vec(), object.path.clone());
            key(left).cmp(&key(right)).then_with(|| left.package.cmp(&right.package))
        });
        let is_truncated = objects.len() > limit;
        objects.truncate(limit);
        FoundObjects { objects, is_truncated }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::debian::library_index::query::bookworm;

    /// Number of matching objects of libmpfr6 in the embedded index.
    fn count(query: impl Fn(&mut ObjectQuery)) -> usize {
        let mut wanted = ObjectQuery::default();
        query(&mut wanted);
        let facts = bookworm::facts("libmpfr6");
        DebLibraries::of(&facts).objects.iter().filter(|object| wanted.matches(object)).count()
    }

    fn name(pattern: &str) -> Option<NamePattern> {
        Some(NamePattern::new(pattern))
    }

    #[test]
    fn every_filter_has_to_hold() {
        assert_eq!(count(|_| {}), 1);
        assert_eq!(count(|query| query.soname = name("libmpfr.so.6")), 1);
        assert_eq!(count(|query| query.needs = name("libgmp.so.*")), 1);
        assert_eq!(count(|query| query.needs = name("libgmp.so")), 0);
        let both = |soname: &str, needs: &str| {
            count(|query| (query.soname, query.needs) = (name(soname), name(needs)))
        };
        assert_eq!((both("libmpfr*", "libc.so.6"), both("libmpc*", "libc.so.6")), (1, 0));
    }

    #[test]
    fn with_a_needed_library_the_version_is_the_required_one() {
        let needed = |needs: Option<&str>, version: &str| {
            count(|query| (query.needs, query.version) = (needs.and_then(name), name(version)))
        };
        assert_eq!(needed(Some("libc.so.6"), "GLIBC_2.2.5"), 1);
        assert_eq!(needed(Some("libgmp.so.10"), "GLIBC_2.2.5"), 0);
        assert_eq!(needed(None, "GLIBC_2.2.5"), 0);
    }
}
