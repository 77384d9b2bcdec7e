//! Lookup of a soname in a catalog.

use super::candidates::{LibraryCandidate, Visibility, find_candidates};
use super::near_miss::{NearMiss, near_misses};
use crate::debian::catalog::{Catalog, CatalogError};
use crate::vocabulary::{ChoiceReason, PackageName, Release, RootedPath, Soname};

/// Result of looking up a soname in a catalog.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SonameLookup {
    /// Packages that may provide it, the preferred one first.
    pub candidates: Vec<LibraryCandidate>,
    /// Reason why the first one is preferred; none if there is no candidate.
    pub reason: Option<ChoiceReason>,
    /// Development packages that have a link of this name, which never provide it.
    pub development: Vec<PackageName>,
    /// Other versions of the library in this release, if there is no candidate.
    pub near: Vec<NearMiss>,
    /// Other releases that have it, if there is no candidate.
    pub elsewhere: Vec<(Release, PackageName)>,
}

/// Looks up a soname for a search in `directories` (without links). `others` are catalogs of other releases, which
/// are used if this one has no candidate.
///
/// # Errors
/// If a catalog's data is broken.
pub fn look_up(
    catalog: &dyn Catalog,
    soname: &Soname,
    directories: &[RootedPath],
    others: &[&dyn Catalog],
) -> Result<SonameLookup, CatalogError> {
    let (candidates, development) = find_candidates(catalog, soname, directories)?;
    let reason = reason(&candidates);
    let (mut near, mut elsewhere) = (Vec::new(), Vec::new());
    if candidates.is_empty() {
        near = near_misses(catalog, soname, directories)?;
        for other in others {
            let (found, _) = find_candidates(*other, soname, directories)?;
            let found = found.into_iter().find(|candidate| candidate.visibility != Visibility::OffPath);
            if let Some(candidate) = found {
                elsewhere.push((other.provenance().target.release.clone(), candidate.package.name));
            }
        }
    }
    Ok(SonameLookup { candidates, reason, development, near, elsewhere })
}

fn reason(candidates: &[LibraryCandidate]) -> Option<ChoiceReason> {
    let (first, others) = candidates.split_first()?;
    Some(others.first().map_or(ChoiceReason::Only, |second| first.reason_before(second)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::debian::catalog::{DependencyIndex, IndexKind, Library, Package, Provenance};
    use crate::vocabulary::{Architecture, Distribution, Target};

    /// Catalog of a few lines: `path package section size [provided soname]`.
    struct Small {
        provenance: Provenance,
        libraries: Vec<Library>,
        packages: Vec<Package>,
    }

    impl Small {
        fn new(release: &str, lines: &str) -> Self {
            let target = Target {
                distribution: Distribution::Debian,
                release: Release::new(release),
                architecture: Architecture::Amd64,
            };
            let provenance = Provenance {
                origin: None,
                target,
                index: IndexKind::Embedded,
                date: None,
                verified: true,
                sources: Vec::new(),
            };
            let mut small = Self { provenance, libraries: Vec::new(), packages: Vec::new() };
            for line in lines.lines().filter(|line| !line.trim().is_empty()) {
                let words: Vec<&str> = line.split_whitespace().collect();
                let name = PackageName::new(words[1]);
                small.libraries.push(Library { path: RootedPath::new(words[0]), package: name.clone() });
                small.packages.push(Package {
                    name,
                    version: "1".into(),
                    architecture: "amd64".into(),
                    suite: release.into(),
                    section: words[2].into(),
                    filename: String::new(),
                    sha256: None,
                    size_bytes: 0,
                    installed_size_kib: words[3].parse().expect("a number"),
                    provides_sonames: words.get(4).map(|soname| (*soname).to_owned()).into_iter().collect(),
                });
            }
            small
        }
    }

    impl Catalog for Small {
        fn provenance(&self) -> &Provenance {
            &self.provenance
        }

        fn libraries(&self, file_name: &[u8]) -> Result<Vec<Library>, CatalogError> {
            Ok(self
                .libraries
                .iter()
                .filter(|library| library.path.file_name() == file_name)
                .cloned()
                .collect())
        }

        fn file_names(&self, prefix: &[u8], limit: usize) -> Result<Vec<bstr::BString>, CatalogError> {
            let mut names: Vec<_> = self
                .libraries
                .iter()
                .map(|library| bstr::BString::from(library.path.file_name()))
                .filter(|name| name.starts_with(prefix))
                .collect();
            names.sort();
            names.truncate(limit);
            Ok(names)
        }

        fn package(&self, name: &PackageName) -> Result<Option<Package>, CatalogError> {
            Ok(self.packages.iter().find(|package| package.name == *name).cloned())
        }

        fn package_names(&self) -> Result<Vec<PackageName>, CatalogError> {
            Ok(self.packages.iter().map(|package| package.name.clone()).collect())
        }

        fn dependency_index(&self) -> Option<&dyn DependencyIndex> {
            None
        }
    }

    fn lookup(catalog: &Small, soname: &str) -> SonameLookup {
        let directories = ["/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib", "/usr/lib"];
        look_up(catalog, &Soname::new(soname), &directories.map(RootedPath::new), &[]).expect("looks up")
    }

    fn names(answer: &SonameLookup) -> Vec<&str> {
        answer.candidates.iter().map(|candidate| candidate.package.name.as_str()).collect()
    }

    #[test]
    fn the_package_that_is_named_for_the_soname_is_preferred() {
        let catalog = Small::new(
            "bookworm",
            "/usr/lib/x86_64-linux-gnu/libasound.so.2 liboss4-salsa-asound2 libs 10
             /usr/lib/x86_64-linux-gnu/libasound.so.2 libasound2 libs 1000",
        );
        let answer = lookup(&catalog, "libasound.so.2");
        assert_eq!(names(&answer), ["libasound2", "liboss4-salsa-asound2"]);
        assert_eq!(answer.reason, Some(ChoiceReason::NamedForSoname));
    }

    #[test]
    fn a_development_link_never_provides_a_soname() {
        let catalog = Small::new("bookworm", "/usr/lib/x86_64-linux-gnu/libgmp.so libgmp-dev libdevel 10");
        let answer = lookup(&catalog, "libgmp.so");
        assert!(answer.candidates.is_empty());
        assert_eq!(answer.development, [PackageName::new("libgmp-dev")]);
    }

    #[test]
    fn debug_and_cross_packages_do_not_count() {
        let catalog = Small::new(
            "bookworm",
            "/usr/lib/debug/libx.so.1 libx1-dbg debug 1
             /usr/x86_64-linux-gnu/lib/libx.so.1 libx1-amd64-cross libs 1
             /usr/lib/x86_64-linux-gnu/libx.so.1 libx1 libs 9",
        );
        assert_eq!(names(&lookup(&catalog, "libx.so.1")), ["libx1"]);
    }

    #[test]
    fn both_sides_of_a_merged_usr_are_one_directory() {
        let catalog = Small::new("bookworm", "/lib/x86_64-linux-gnu/libm.so.6 libc6 libs 10");
        assert_eq!(lookup(&catalog, "libm.so.6").candidates[0].visibility, Visibility::OnPath);
    }

    #[test]
    fn a_library_that_update_alternatives_links_is_recognized() {
        let catalog = Small::new(
            "bookworm",
            "/usr/lib/x86_64-linux-gnu/openblas-pthread/libblas.so.3 libopenblas0-pthread libs 100 libblas.so.3
             /usr/lib/x86_64-linux-gnu/blas/libblas.so.3 libblas3 libs 400 libblas.so.3
             /usr/lib/x86_64-linux-gnu/private/libblas.so.3 other libs 1",
        );
        let answer = lookup(&catalog, "libblas.so.3");
        assert_eq!(names(&answer), ["libblas3", "libopenblas0-pthread", "other"]);
        let visibilities: Vec<_> = answer.candidates.iter().map(|candidate| candidate.visibility).collect();
        assert_eq!(
            visibilities,
            [Visibility::ViaAlternatives, Visibility::ViaAlternatives, Visibility::OffPath]
        );
    }

    #[test]
    fn the_same_library_under_another_version_is_a_near_miss() {
        let catalog = Small::new(
            "bookworm",
            "/usr/lib/x86_64-linux-gnu/libssl.so.3 libssl3 libs 10
             /usr/lib/x86_64-linux-gnu/libssl.so libssl-dev libdevel 10
             /usr/lib/x86_64-linux-gnu/libsslkey.so.1 libsslkey1 libs 10",
        );
        let old = Small::new("bullseye", "/usr/lib/x86_64-linux-gnu/libssl.so.1.1 libssl1.1 libs 10");
        let directories = [RootedPath::new("/usr/lib/x86_64-linux-gnu")];
        let answer =
            look_up(&catalog, &Soname::new("libssl.so.1.1"), &directories, &[&old]).expect("looks up");
        let near: Vec<_> =
            answer.near.iter().map(|near| (near.soname.to_string(), near.package.to_string())).collect();
        assert_eq!(near, [("libssl.so.3".to_owned(), "libssl3".to_owned())]);
        assert_eq!(answer.elsewhere, [(Release::new("bullseye"), PackageName::new("libssl1.1"))]);
    }
}
