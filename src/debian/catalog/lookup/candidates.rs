//! Packages that may provide a soname.

use crate::debian::catalog::{Catalog, CatalogError, Library, Package, is_development};
use crate::vocabulary::{PackageName, RootedPath, Soname, named};

use super::package_name::is_named_for;

named! {
    /// Visibility of a package's file to the search.
    Visibility("visibility") {
        /// The file is in a searched directory.
        OnPath = "on-path",
        /// The file is elsewhere, and update-alternatives links it into a searched directory (the package provides
        /// the soname as a virtual package).
        ViaAlternatives = "via-alternatives",
        /// The file is in a directory that is not searched.
        OffPath = "off-path",
    }
}

/// Package that contains a library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LibraryCandidate {
    /// Package.
    pub package: Package,
    /// Path of the file in the package.
    pub path: RootedPath,
    /// Visibility to the search.
    pub visibility: Visibility,
}

/// Returns the packages that may provide a soname, the preferred one first, and the development packages that have a
/// link of this name.
pub(super) fn find_candidates(
    catalog: &dyn Catalog,
    soname: &Soname,
    directories: &[RootedPath],
) -> Result<(Vec<LibraryCandidate>, Vec<PackageName>), CatalogError> {
    let name = soname.file_name();
    let (mut candidates, mut development): (Vec<LibraryCandidate>, _) = (Vec::new(), Vec::new());
    for library in catalog.libraries(name)? {
        let Some(package) = catalog.package(&library.package)? else { continue };
        match purpose(catalog, &library, &package) {
            Purpose::Runtime => {
                let visibility = visibility(soname, &library, &package, directories);
                candidates.push(LibraryCandidate { package, path: library.path, visibility });
            }
            Purpose::Development => development.push(package.name),
            Purpose::Other => {}
        }
    }
    candidates.sort_by_cached_key(|candidate| (rank(soname, candidate), candidate.path.clone()));
    // A package may have a library in several directories: its best location counts.
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

/// Purpose of a package that contains a file with the name of a soname.
enum Purpose {
    Runtime,
    Development,
    /// Debugging, or another machine.
    Other,
}

fn purpose(catalog: &dyn Catalog, library: &Library, package: &Package) -> Purpose {
    let name = package.name.as_str();
    let target = &catalog.provenance().target;
    let is_foreign = package.architecture != "all" && package.architecture != target.architecture.name();
    let cross_directory = RootedPath::new(format!("/usr/{}", target.architecture.triplet()));
    let is_cross = name.ends_with("-cross") || library.path.below(&cross_directory).is_some();
    if is_foreign || is_cross || package.is_debug() {
        Purpose::Other
    } else if is_development(name, &package.section) {
        Purpose::Development
    } else {
        Purpose::Runtime
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

/// Path below `/usr/lib` as a path below `/lib`: with merged /usr they are one directory, and otherwise both are
/// searched.
fn unmerged(path: &RootedPath) -> &[u8] {
    let bytes = path.as_bytes();
    match bytes.strip_prefix(b"/usr") {
        Some(rest) if rest == b"/lib" || rest.starts_with(b"/lib/") => rest,
        _ => bytes,
    }
}

/// Order of preference, the lowest first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    pub(super) visibility: Visibility,
    pub(super) is_named_otherwise: bool,
    pub(super) is_outside_libs: bool,
    pub(super) installed_size_kib: u64,
    name: PackageName,
}

pub(super) fn rank(soname: &Soname, candidate: &LibraryCandidate) -> Rank {
    let package = &candidate.package;
    Rank {
        visibility: candidate.visibility,
        is_named_otherwise: !is_named_for(&package.name, soname),
        is_outside_libs: !package.is_in_libs(),
        installed_size_kib: package.installed_size_kib,
        name: package.name.clone(),
    }
}
