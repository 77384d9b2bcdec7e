//! The first newer release whose library defines a symbol version that this release's library does not. No index
//! lists the versions that a library defines, so the other release's .deb is read.

use bstr::ByteSlice;

use crate::debian::catalog::{Catalog, CatalogError, Package, Visibility, look_up};
use crate::debian::debs::DebFacts;
use crate::debian::distributions::age_order;
use crate::solve::resolve::{PackageProblem, Problem, UndefinedVersion};
use crate::tree::inventory::Content;
use crate::vocabulary::{Release, RootedPath};

/// First newer release that defines a symbol version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FirstRelease {
    /// The release, and the package there.
    Release(Release, Box<Package>),
    /// No newer release with an index defines it.
    None,
    /// Newer releases could not be checked, for this cause.
    Unknown(String),
}

/// A package of a newer release that contains the library.
pub struct Successor<'catalogs> {
    /// Catalog of the release.
    pub catalog: &'catalogs dyn Catalog,
    /// The package.
    pub package: Package,
    path: RootedPath,
}

impl UndefinedVersion {
    /// Returns the packages of newer releases that have the library at the same path, the oldest release first.
    ///
    /// # Errors
    /// If a catalog's data is broken.
    pub fn successors<'catalogs>(
        &self,
        main: &dyn Catalog,
        others: &[&'catalogs dyn Catalog],
    ) -> Result<Vec<Successor<'catalogs>>, CatalogError> {
        let order = |catalog: &dyn Catalog| {
            let target = &catalog.provenance().target;
            age_order(target.distribution, &target.release)
        };
        let is_newer = |other: &&&dyn Catalog| {
            let (ours, theirs) = (&main.provenance().target, &other.provenance().target);
            ours.distribution == theirs.distribution && order(main) < order(**other)
        };
        let mut newer: Vec<&'catalogs dyn Catalog> = others.iter().filter(is_newer).copied().collect();
        newer.sort_by_key(|catalog| order(*catalog));
        let directories = [self.provider.parent()];
        let mut successors = Vec::new();
        for catalog in newer {
            let candidates = look_up(catalog, &self.soname, &directories, &[])?.candidates;
            let found = candidates.into_iter().find(|candidate| candidate.visibility == Visibility::OnPath);
            successors.extend(found.map(|found| Successor {
                catalog,
                package: found.package,
                path: found.path,
            }));
        }
        Ok(successors)
    }

    /// Describes the problem, with the first release that fixes it.
    pub fn problem(&self, since: &FirstRelease) -> Problem {
        let provider = match &self.package {
            Some((name, version)) => format!("{} ({name} {version})", self.provider),
            None => self.provider.to_string(),
        };
        let outlook = match since {
            FirstRelease::Release(release, package) => {
                format!("; works from {release} on, where {} {} does", package.name, package.version)
            }
            FirstRelease::None => "; no newer release with an index defines it".to_owned(),
            FirstRelease::Unknown(cause) => format!("; newer releases could not be checked: {cause}"),
        };
        let detail =
            format!("needs version {} of {provider}, which does not define it{outlook}", self.version);
        Problem::new(PackageProblem::Version, self.object.clone(), detail)
    }
}

impl Successor<'_> {
    /// Returns true if the package's library defines a version.
    pub fn defines(&self, deb: &DebFacts, version: &str) -> bool {
        // The library may be a link to a file with a longer name in the same directory, or have its path below the
        // other of /lib and /usr/lib.
        let mut path = self.path.clone();
        for _ in 0..2 {
            let entry = path.below(&RootedPath::root()).and_then(|path| deb.inventory.get(path));
            let Some(entry) = entry else { return false };
            match (&entry.kind, entry.content()) {
                (crate::tree::inventory::EntryKind::Symlink(target), _) => {
                    path = if target.starts_with(b"/") {
                        RootedPath::new(target.as_bytes())
                    } else {
                        path.parent().join(target.as_bytes())
                    };
                }
                (_, Some(Content::Object(facts))) => {
                    return facts.version_definitions.iter().any(|defined| defined == version.as_bytes());
                }
                _ => return false,
            }
        }
        false
    }
}
