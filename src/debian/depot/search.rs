//! Finding objects in library indices by what they are called, what they define and what they need.

use bstr::BString;

use super::{DebLibraries, KnownDeb, Object};
use crate::debian::catalog::{LibraryQuery, NamePattern};
use crate::elf::{ElfFacts, VersionNeed};
use crate::vocabulary::{PackageName, RootedPath, Soname};

/// Which objects are looked for: those that all of it means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectQuery {
    /// What their paths, or those of links to them, are like, and what their packages are called.
    pub library: LibraryQuery,
    /// What their DT_SONAME is.
    pub soname: Option<NamePattern>,
    /// Which symbol version they define, or with `needs` need of that.
    pub version: Option<NamePattern>,
    /// Which name they have in DT_NEEDED.
    pub needs: Option<NamePattern>,
}

impl ObjectQuery {
    /// Whether a catalog can't answer it.
    pub fn asks_for_facts(&self) -> bool {
        self.soname.is_some() || self.version.is_some() || self.needs.is_some()
    }

    fn means(&self, object: &Object<'_>) -> bool {
        let mut paths = object.links.iter().chain([&object.path]);
        paths.any(|path| self.library.means_path(path)) && self.means_facts(object.facts)
    }

    fn means_facts(&self, facts: &ElfFacts) -> bool {
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

/// An object that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundObject {
    /// Its path.
    pub path: RootedPath,
    /// The package that has it.
    pub package: PackageName,
    /// The links of that package that lead to it, sorted.
    pub links: Vec<RootedPath>,
    /// DT_SONAME.
    pub soname: Option<Soname>,
    /// DT_NEEDED, in order.
    pub needed: Vec<Soname>,
    /// The symbol versions that it defines.
    pub version_definitions: Vec<BString>,
    /// The symbol versions that it needs.
    pub version_needs: Vec<VersionNeed>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundObjects {
    /// The objects, in the order of file name, path and package.
    pub objects: Vec<FoundObject>,
    /// Whether there are more than were asked for.
    pub is_cut: bool,
}

/// Finds objects in one package after another.
#[derive(Debug)]
pub struct ObjectFinder<'query> {
    query: &'query ObjectQuery,
    found: Vec<FoundObject>,
}

impl<'query> ObjectFinder<'query> {
    /// One that has seen no package yet.
    pub fn new(query: &'query ObjectQuery) -> Self {
        Self { query, found: Vec::new() }
    }

    /// Takes what is looked for out of a package.
    pub fn look_into(&mut self, known: &KnownDeb) {
        if !self.query.library.means_package(&known.package.name) {
            return;
        }
        let objects = DebLibraries::of(&known.deb).objects.into_iter();
        self.found.extend(objects.filter(|object| self.query.means(object)).map(|object| FoundObject {
            path: object.path,
            package: known.package.name.clone(),
            links: object.links,
            soname: object.facts.soname.clone(),
            needed: object.facts.needed.clone(),
            version_definitions: object.facts.version_definitions.clone(),
            version_needs: object.facts.version_needs.clone(),
        }));
    }

    /// What was found, at most `limit`.
    pub fn finish(self, limit: usize) -> FoundObjects {
        let mut objects = self.found;
        objects.sort_by(|left, right| {
            let key = |object: &FoundObject| (object.path.file_name().to_vec(), object.path.clone());
            key(left).cmp(&key(right)).then_with(|| left.package.cmp(&right.package))
        });
        let is_cut = objects.len() > limit;
        objects.truncate(limit);
        FoundObjects { objects, is_cut }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::debian::depot::known::bookworm::deb;

    /// How many objects of libmpfr6 in the embedded graph are meant.
    fn count(query: impl Fn(&mut ObjectQuery)) -> usize {
        let mut wanted = ObjectQuery::default();
        query(&mut wanted);
        DebLibraries::of(&deb("libmpfr6")).objects.iter().filter(|object| wanted.means(object)).count()
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
    fn a_version_is_defined_or_else_needed_of_what_is_needed() {
        let needed = |needs: Option<&str>, version: &str| {
            count(|query| (query.needs, query.version) = (needs.and_then(name), name(version)))
        };
        assert_eq!(needed(Some("libc.so.6"), "GLIBC_2.2.5"), 1);
        assert_eq!(needed(Some("libgmp.so.10"), "GLIBC_2.2.5"), 0);
        assert_eq!(needed(None, "GLIBC_2.2.5"), 0);
    }
}
