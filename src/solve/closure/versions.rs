//! Symbol versions that no chosen library defines, and the first release whose library does. Which versions a
//! library defines is in no index, so that the other release's .deb is read for it.

use bstr::ByteSlice;

use crate::debian::catalog::{Catalog, CatalogError, Package, Visibility, look_up};
use crate::debian::debs::DebFacts;
use crate::debian::distributions::age_order;
use crate::solve::resolve::{LackingVersion, Problem, ProblemKind};
use crate::tree::inventory::Content;
use crate::vocabulary::{Release, RootedPath};

/// What is known about a version in other releases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Since {
    /// The first release whose library defines it, and the package there.
    Release(Release, Box<Package>),
    /// No newer release at hand has it.
    None,
    /// Newer releases could not be looked into, and why.
    Unknown(String),
}

/// A package of a newer release that has the library.
pub struct Successor<'catalogs> {
    /// The release's catalog.
    pub catalog: &'catalogs dyn Catalog,
    /// The package.
    pub package: Package,
    path: RootedPath,
}

impl LackingVersion {
    /// The packages of newer releases that have the library where this one lies, the oldest release first.
    ///
    /// # Errors
    /// When a catalog's data is broken.
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

    /// The problem, in words.
    pub fn problem(&self, since: &Since) -> Problem {
        let provider = match &self.package {
            Some((name, version)) => format!("{} ({name} {version})", self.provider),
            None => self.provider.to_string(),
        };
        let hint = match since {
            Since::Release(release, package) => {
                format!("; works from {release} on, whose {} {} does", package.name, package.version)
            }
            Since::None => "; nor does any newer release at hand".to_owned(),
            Since::Unknown(cause) => format!("; newer releases were not looked into: {cause}"),
        };
        Problem {
            kind: ProblemKind::Version,
            object: self.object.clone(),
            detail: format!("needs version {} of {provider}, which does not define it{hint}", self.version),
        }
    }
}

impl Successor<'_> {
    /// Whether the package's library defines a version.
    pub fn defines(&self, deb: &DebFacts, version: &str) -> bool {
        // The library may be a link to a file with a longer name in the same directory, or lie below the other of
        // /lib and /usr/lib.
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
