//! Packages that may provide a soname.

use crate::debian::catalog::{Catalog, CatalogError, Library, Package, ProviderOrder, is_development};
use crate::vocabulary::{ChoiceReason, PackageName, RootedPath, Soname, named};

use super::package_name::is_named_for;

named! {
    /// Visibility of a package's file to the search.
    Visibility("visibility") {
        /// The file is in a searched directory.
        OnPath = "on-path",
        /// The file is elsewhere, and update-alternatives links it into a searched directory.
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
    /// Place among the candidates; the lowest is preferred.
    pub preference: Preference,
}

/// Place of a candidate among those for one soname: the criteria that come before fewest packages, size and name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Preference {
    /// True if the search does not find the file.
    is_off_path: bool,
    /// Debian's own order ([`super::super::ProviderOrder`]); 0 for all if it is not known.
    pub(super) debians_rank: u32,
    /// True if the library is named for another package (Debian Policy §8.1).
    pub(super) is_named_otherwise: bool,
    /// True if the package is in another section than libs.
    pub(super) is_outside_libs: bool,
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
    let order = catalog.provider_order(name)?;
    for library in catalog.libraries(name)? {
        let Some(package) = catalog.package(&library.package)? else { continue };
        match purpose(catalog, &library, &package) {
            Purpose::Runtime => {
                let visibility = match is_found(soname, &library, directories) {
                    true => Visibility::OnPath,
                    false if is_linked(catalog, soname, &library, &package, order.as_ref())? => {
                        Visibility::ViaAlternatives
                    }
                    false => Visibility::OffPath,
                };
                let preference = preference(soname, &package, visibility, order.as_ref());
                candidates.push(LibraryCandidate { package, path: library.path, visibility, preference });
            }
            Purpose::Development => development.push(package.name),
            Purpose::Other => {}
        }
    }
    candidates.sort_by(|one, other| one.order().cmp(&other.order()).then_with(|| one.path.cmp(&other.path)));
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

/// Returns true if the search finds a package's file.
fn is_found(soname: &Soname, library: &Library, directories: &[RootedPath]) -> bool {
    if soname.as_bytes().contains(&b'/') {
        return unmerged(&library.path) == unmerged(&RootedPath::new(soname.as_bytes()));
    }
    let directory = library.path.parent();
    directories.iter().any(|searched| unmerged(searched) == unmerged(&directory))
}

/// Returns true if update-alternatives links a package's file: the order of the providers knows that, or the package
/// provides the soname as a virtual package. A package that the order does not know may also have the file beside one of
/// such a name; only the .deb shows if it is linked.
fn is_linked(
    catalog: &dyn Catalog,
    soname: &Soname,
    library: &Library,
    package: &Package,
    order: Option<&ProviderOrder>,
) -> Result<bool, CatalogError> {
    let is_provided =
        package.provides_sonames.iter().any(|provided| provided.as_bytes() == soname.as_bytes());
    if let Some(provider) = order.and_then(|order| order.get(&package.name)) {
        return Ok(is_provided || provider.is_alternative);
    }
    let directory = library.path.parent();
    for sibling in package.provides_sonames.iter().filter(|_| !is_provided) {
        let files = catalog.libraries(sibling.as_bytes())?;
        if files.iter().any(|file| file.package == package.name && file.path.parent() == directory) {
            return Ok(true);
        }
    }
    Ok(is_provided)
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

impl Preference {
    /// Returns the part that comes before everything that a package states itself.
    pub fn debians_order(self) -> (bool, u32) {
        (self.is_off_path, self.debians_rank)
    }
}

fn preference(
    soname: &Soname,
    package: &Package,
    visibility: Visibility,
    order: Option<&ProviderOrder>,
) -> Preference {
    let of_order = |order: &ProviderOrder| match order.get(&package.name) {
        Some(provider) => provider.rank,
        None if order.providers.is_empty() => 0,
        None => u32::MAX,
    };
    Preference {
        is_off_path: visibility == Visibility::OffPath,
        debians_rank: order.map_or(0, of_order),
        is_named_otherwise: !is_named_for(&package.name, soname),
        is_outside_libs: !package.is_in_libs(),
    }
}

impl LibraryCandidate {
    /// Returns the key by which candidates of one soname are ordered, the lowest first.
    pub(super) fn order(&self) -> (Preference, Visibility, u64, &PackageName) {
        (self.preference, self.visibility, self.package.installed_size_kib, &self.package.name)
    }

    /// Returns the criterion by which this candidate is preferred to another one that follows it.
    pub fn reason_before(&self, other: &Self) -> ChoiceReason {
        let (one, two) = (self.preference, other.preference);
        if one.is_off_path != two.is_off_path {
            ChoiceReason::OnSearchPath
        } else if one.debians_rank != two.debians_rank {
            ChoiceReason::DebiansPreference
        } else if one.is_named_otherwise != two.is_named_otherwise {
            ChoiceReason::NamedForSoname
        } else if one.is_outside_libs != two.is_outside_libs {
            ChoiceReason::Section
        } else if self.visibility != other.visibility {
            ChoiceReason::OnSearchPath
        } else if self.package.installed_size_kib != other.package.installed_size_kib {
            ChoiceReason::FewestBytes
        } else {
            ChoiceReason::Name
        }
    }
}
