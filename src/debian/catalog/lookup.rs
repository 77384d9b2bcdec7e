//! From a soname to the packages that may answer it: which have the file where the search would find it,
//! which one is preferred and why, and what comes near where none has it.
//!
//! A `.so` of a -dev package is a link or a linker script, a -dbg package holds no code and a -cross package
//! is for another machine: they never answer for a soname. Of several packages that do, Debian Policy 8.1
//! says which one is the library's own: the one that is named for the soname.

use bstr::ByteSlice;

use super::{Catalog, CatalogError, Library, Package, is_development};
use crate::vocabulary::{ChoiceReason, PackageName, Release, RootedPath, Soname, named};

/// How many other versions of a library are told.
const MAX_NEAR: usize = 8;

/// How many file names of one stem are looked at for near misses.
const MAX_NAMES: usize = 64;

named! {
    /// Whether the search finds a package's file.
    Visibility("visibility") {
        /// It lies in a directory that is searched.
        OnPath = "on-path",
        /// It lies elsewhere and update-alternatives links it into a searched directory (the package provides the
        /// soname as a virtual package).
        ViaAlternatives = "via-alternatives",
        /// It lies in a directory that is not searched.
        OffPath = "off-path",
    }
}

/// A package that has the library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The package.
    pub package: Package,
    /// Where it has the file.
    pub path: RootedPath,
    /// Whether the search finds it there.
    pub visibility: Visibility,
}

/// What a catalog knows about a soname.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The packages that have it, the preferred one first.
    pub candidates: Vec<Candidate>,
    /// Why the first is preferred; none where there is no candidate.
    pub reason: Option<ChoiceReason>,
    /// Packages for building that have a link of this name: a hint only.
    pub development: Vec<PackageName>,
    /// The same library under other versions in this release, where there is no candidate.
    pub near: Vec<NearMiss>,
    /// The other releases at hand that have it, where there is no candidate.
    pub elsewhere: Vec<(Release, PackageName)>,
}

/// Another version of a library.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct NearMiss {
    /// Its soname.
    pub soname: Soname,
    /// The package that has it.
    pub package: PackageName,
}

/// Looks a soname up for a search that goes through `directories` (their links resolved). `others` are catalogs
/// of other releases, which are asked where this one has no answer.
///
/// # Errors
/// When a catalog's data is broken.
pub fn look_up(
    catalog: &dyn Catalog,
    soname: &Soname,
    directories: &[RootedPath],
    others: &[&dyn Catalog],
) -> Result<Answer, CatalogError> {
    let (candidates, development) = candidates(catalog, soname, directories)?;
    let reason = reason(soname, &candidates);
    let (mut near, mut elsewhere) = (Vec::new(), Vec::new());
    if candidates.is_empty() {
        near = near_misses(catalog, soname, directories)?;
        for other in others {
            let (found, _) = self::candidates(*other, soname, directories)?;
            let found = found.into_iter().find(|candidate| candidate.visibility != Visibility::OffPath);
            if let Some(candidate) = found {
                elsewhere.push((other.provenance().target.release.clone(), candidate.package.name));
            }
        }
    }
    Ok(Answer { candidates, reason, development, near, elsewhere })
}

fn candidates(
    catalog: &dyn Catalog,
    soname: &Soname,
    directories: &[RootedPath],
) -> Result<(Vec<Candidate>, Vec<PackageName>), CatalogError> {
    let name = soname.file_name();
    let (mut candidates, mut development): (Vec<Candidate>, _) = (Vec::new(), Vec::new());
    for library in catalog.libraries(name)? {
        let Some(package) = catalog.package(&library.package)? else { continue };
        match fitness(catalog, &library, &package) {
            Fitness::Runtime => {
                let visibility = visibility(soname, &library, &package, directories);
                candidates.push(Candidate { package, path: library.path, visibility });
            }
            Fitness::Development => development.push(package.name),
            Fitness::Never => {}
        }
    }
    candidates.sort_by_cached_key(|candidate| (rank(soname, candidate), candidate.path.clone()));
    // One package may have a library in several directories: its best place counts.
    let mut seen: Vec<PackageName> = Vec::new();
    candidates.retain(|candidate| {
        let is_new = !seen.contains(&candidate.package.name);
        seen.push(candidate.package.name.clone());
        is_new
    });
    development.sort();
    development.dedup();
    Ok((candidates, development))
}

/// Whether a package's file can be what a soname means.
enum Fitness {
    Runtime,
    Development,
    Never,
}

fn fitness(catalog: &dyn Catalog, library: &Library, package: &Package) -> Fitness {
    let name = package.name.as_str();
    let section = package.section.rsplit('/').next().unwrap_or_default();
    let target = &catalog.provenance().target;
    let is_foreign = package.architecture != "all" && package.architecture != target.architecture.name();
    let cross_directory = RootedPath::new(format!("/usr/{}", target.architecture.triplet()));
    let is_cross = name.ends_with("-cross") || library.path.below(&cross_directory).is_some();
    let is_debug = section == "debug" || name.ends_with("-dbg") || name.ends_with("-dbgsym");
    if is_foreign || is_cross || is_debug {
        Fitness::Never
    } else if is_development(name, section) {
        Fitness::Development
    } else {
        Fitness::Runtime
    }
}

fn visibility(
    soname: &Soname,
    library: &Library,
    package: &Package,
    directories: &[RootedPath],
) -> Visibility {
    let is_found = if soname.as_bytes().contains(&b'/') {
        unmerged(&library.path) == unmerged(&RootedPath::new(soname.as_bytes()))
    } else {
        let directory = library.path.parent();
        directories.iter().any(|searched| unmerged(searched) == unmerged(&directory))
    };
    let is_provided =
        package.provides_sonames.iter().any(|provided| provided.as_bytes() == soname.as_bytes());
    match (is_found, is_provided) {
        (true, _) => Visibility::OnPath,
        (false, true) => Visibility::ViaAlternatives,
        (false, false) => Visibility::OffPath,
    }
}

/// A path below `/usr/lib` as it would be below `/lib`: where /usr is merged they are one directory, and where it
/// is not both are searched.
fn unmerged(path: &RootedPath) -> &[u8] {
    let bytes = path.as_bytes();
    match bytes.strip_prefix(b"/usr") {
        Some(rest) if rest == b"/lib" || rest.starts_with(b"/lib/") => rest,
        _ => bytes,
    }
}

/// What candidates are compared by, the lowest first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    visibility: Visibility,
    is_named_otherwise: bool,
    is_outside_libs: bool,
    installed_size_kib: u64,
    name: PackageName,
}

fn rank(soname: &Soname, candidate: &Candidate) -> Rank {
    let package = &candidate.package;
    Rank {
        visibility: candidate.visibility,
        is_named_otherwise: !is_named_for(&package.name, soname),
        is_outside_libs: package.section.rsplit('/').next() != Some("libs"),
        installed_size_kib: package.installed_size_kib,
        name: package.name.clone(),
    }
}

fn reason(soname: &Soname, candidates: &[Candidate]) -> Option<ChoiceReason> {
    let first = rank(soname, candidates.first()?);
    let Some(second) = candidates.get(1).map(|candidate| rank(soname, candidate)) else {
        return Some(ChoiceReason::Only);
    };
    Some(if first.visibility != second.visibility {
        ChoiceReason::OnSearchPath
    } else if first.is_named_otherwise != second.is_named_otherwise {
        ChoiceReason::NamedForSoname
    } else if first.is_outside_libs != second.is_outside_libs {
        ChoiceReason::Section
    } else if first.installed_size_kib != second.installed_size_kib {
        ChoiceReason::FewestBytes
    } else {
        ChoiceReason::Name
    })
}

/// Whether a package has the name that Debian Policy 8.1 gives to the package of a soname: `libfoo.so.6` →
/// `libfoo6`, `libfoo2.so.6` → `libfoo2-6`, `libfoo-1.so` → `libfoo-1`, in lower case and with dashes for
/// underlines; `t64` behind it marks the change of time_t in 2024.
pub fn is_named_for(package: &PackageName, soname: &Soname) -> bool {
    let Ok(soname) = soname.as_bytes().to_str() else { return false };
    let soname = soname.to_lowercase().replace('_', "-");
    let named = match soname.split_once(".so.") {
        Some((stem, version)) if stem.ends_with(|last: char| last.is_ascii_digit()) => {
            format!("{stem}-{version}")
        }
        Some((stem, version)) => format!("{stem}{version}"),
        None => soname.trim_end_matches(".so").to_owned(),
    };
    package.as_str().strip_prefix(named.as_str()).is_some_and(|rest| rest.is_empty() || rest == "t64")
}

/// The same library under other versions: names that differ only in the version behind `.so.` or before
/// `.so`, in packages whose file the search would find.
fn near_misses(
    catalog: &dyn Catalog,
    soname: &Soname,
    directories: &[RootedPath],
) -> Result<Vec<NearMiss>, CatalogError> {
    let name = soname.file_name();
    let stem = stem(name);
    if stem.is_empty() {
        return Ok(Vec::new());
    }
    // Names of the same shape first: `libc` alone begins too many.
    let mut names = catalog.file_names(&[stem, b".so"].concat(), MAX_NAMES)?;
    names.extend(catalog.file_names(stem, MAX_NAMES)?);
    let mut near = Vec::new();
    for other in names {
        if other == name || self::stem(&other) != stem {
            continue;
        }
        let other = Soname::new(other);
        let (found, _) = candidates(catalog, &other, directories)?;
        let found = found.into_iter().find(|candidate| candidate.visibility == Visibility::OnPath);
        if let Some(candidate) = found {
            near.push(NearMiss { soname: other, package: candidate.package.name });
        }
    }
    // `libssl.so.3.0.2` beside `libssl.so.3` says nothing new: the shortest name of a package is its soname.
    near.sort_by(|left, right| {
        (&left.package, left.soname.as_bytes().len(), &left.soname).cmp(&(
            &right.package,
            right.soname.as_bytes().len(),
            &right.soname,
        ))
    });
    near.dedup_by(|later, first| later.package == first.package);
    // For `libssl.so.1.1`, `libssl.so.3` is nearer than NSS's `libssl3.so`.
    let unversioned = |name: &[u8]| name.find(".so").map(|end| name[..end].to_vec());
    near.sort_by_key(|other| unversioned(other.soname.as_bytes()) != unversioned(name));
    near.truncate(MAX_NEAR);
    Ok(near)
}

/// A library's name without its version: `libssl.so.1.1` → `libssl`, `libLLVM-14.so.1` → `libLLVM`.
fn stem(name: &[u8]) -> &[u8] {
    let stem = name.find(".so").map_or(name, |end| &name[..end]);
    let end =
        stem.iter().rposition(|byte| !(byte.is_ascii_digit() || *byte == b'.')).map_or(0, |last| last + 1);
    stem[..end].strip_suffix(b"-").unwrap_or(&stem[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::debian::catalog::{DependencyIndex, IndexKind, Provenance};
    use crate::vocabulary::{Architecture, Distribution, Target};

    /// A catalog of a few lines: `path package section size [provided soname]`.
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

        fn dependency_index(&self) -> Option<&dyn DependencyIndex> {
            None
        }
    }

    fn asked(catalog: &Small, soname: &str) -> Answer {
        let directories = ["/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib", "/usr/lib"];
        look_up(catalog, &Soname::new(soname), &directories.map(RootedPath::new), &[]).expect("looks up")
    }

    fn names(answer: &Answer) -> Vec<&str> {
        answer.candidates.iter().map(|candidate| candidate.package.name.as_str()).collect()
    }

    #[test]
    fn the_package_that_is_named_for_the_soname_is_preferred_to_one_that_also_has_it() {
        let catalog = Small::new(
            "bookworm",
            "/usr/lib/x86_64-linux-gnu/libasound.so.2 liboss4-salsa-asound2 libs 10
             /usr/lib/x86_64-linux-gnu/libasound.so.2 libasound2 libs 1000",
        );
        let answer = asked(&catalog, "libasound.so.2");
        assert_eq!(names(&answer), ["libasound2", "liboss4-salsa-asound2"]);
        assert_eq!(answer.reason, Some(ChoiceReason::NamedForSoname));
    }

    #[test]
    fn a_development_link_is_never_the_answer_for_a_soname() {
        let catalog = Small::new("bookworm", "/usr/lib/x86_64-linux-gnu/libgmp.so libgmp-dev libdevel 10");
        let answer = asked(&catalog, "libgmp.so");
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
        assert_eq!(names(&asked(&catalog, "libx.so.1")), ["libx1"]);
    }

    #[test]
    fn both_sides_of_a_merged_usr_are_one_directory() {
        let catalog = Small::new("bookworm", "/lib/x86_64-linux-gnu/libm.so.6 libc6 libs 10");
        assert_eq!(asked(&catalog, "libm.so.6").candidates[0].visibility, Visibility::OnPath);
    }

    #[test]
    fn a_library_that_update_alternatives_links_is_said_to_be_so() {
        let catalog = Small::new(
            "bookworm",
            "/usr/lib/x86_64-linux-gnu/openblas-pthread/libblas.so.3 libopenblas0-pthread libs 100 libblas.so.3
             /usr/lib/x86_64-linux-gnu/blas/libblas.so.3 libblas3 libs 400 libblas.so.3
             /usr/lib/x86_64-linux-gnu/private/libblas.so.3 other libs 1",
        );
        let answer = asked(&catalog, "libblas.so.3");
        assert_eq!(names(&answer), ["libblas3", "libopenblas0-pthread", "other"]);
        let standings: Vec<_> = answer.candidates.iter().map(|candidate| candidate.visibility).collect();
        assert_eq!(
            standings,
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

    #[test]
    fn names_by_debian_policy() {
        for (soname, package) in [
            ("libgmp.so.10", "libgmp10"),
            ("libX11.so.6", "libx11-6"),
            ("libgcc_s.so.1", "libgcc-s1"),
            ("libpng16.so.16", "libpng16-16"),
            ("libdb-5.3.so", "libdb-5.3"),
            ("libssl.so.3", "libssl3t64"),
        ] {
            assert!(is_named_for(&PackageName::new(package), &Soname::new(soname)), "{soname} {package}");
        }
        assert!(!is_named_for(&PackageName::new("libgmp10-doc"), &Soname::new("libgmp.so.10")));
    }

    #[test]
    fn stems() {
        assert_eq!(stem(b"libssl.so.1.1"), b"libssl");
        assert_eq!(stem(b"libLLVM-14.so.1"), b"libLLVM");
        assert_eq!(stem(b"libdb-5.3.so"), b"libdb");
        assert_eq!(stem(b"14.so"), b"");
    }
}
