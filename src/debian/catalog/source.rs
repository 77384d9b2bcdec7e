//! Choice of the catalogs for a release: the embedded ones, the cached ones, the archive's or an installed root's.

use std::cmp::Reverse;
use std::path::Path;

use super::catalog_choice::CatalogChoice;
use super::source_error::{CatalogNote, OpenError};
use super::{
    Catalog, CatalogError, FileCatalog, ReadLibraries, cached_catalog, cached_files, embedded_catalogs,
    installed_catalog, refresh_catalog,
};
use crate::debian::archive::{Archive, ArchiveSettings, IndexScope, trusts_keys};
use crate::debian::distributions::{ReleaseChoice, age_order};
use crate::support::progress::Progress;
use crate::vocabulary::{Architecture, Distribution, Target};

/// Architecture that is assumed for trees without objects.
const DEFAULT_ARCHITECTURE: Architecture = Architecture::Amd64;

/// Source of catalogs.
pub struct CatalogSource<'run> {
    /// Required kind of catalog; by default the newer one of the embedded and the cached.
    pub choice: Option<CatalogChoice>,
    /// True if the archive's index is fetched even if there is one in the cache.
    pub refresh: bool,
    /// Access to the archive, and the cache.
    pub archive: ArchiveSettings,
    /// Packages that were read, for a release whose Contents no mirror has as it is signed.
    pub libraries: Box<dyn ReadLibraries>,
    /// Observer of downloads.
    pub progress: &'run dyn Progress,
}

/// Catalogs of a release.
pub struct OpenCatalogs {
    /// Catalog of the release.
    pub main: Box<dyn Catalog>,
    /// Embedded catalogs of other releases for the same architecture.
    pub others: Vec<Box<dyn Catalog>>,
    /// Reason for which the release was chosen.
    pub reason: String,
    /// Caveats.
    pub notes: Vec<CatalogNote>,
}

impl CatalogSource<'_> {
    /// Checks that the chosen catalog can have the requested scope.
    fn check_scope(&self, scope: &IndexScope) -> Result<(), OpenError> {
        let unsuitable = |catalog| OpenError::OtherScope { catalog, options: scope.options() };
        match &self.choice {
            Some(CatalogChoice::Embedded) if scope.selects_suites() => Err(unsuitable("embedded")),
            Some(CatalogChoice::Installed(_)) if scope.selects_suites() => Err(unsuitable("installed")),
            _ => Ok(()),
        }
    }

    /// Catalog in the cache that was fetched from the requested scope, and signed by keys that are trusted now.
    fn cached(&self, target: &Target, scope: &IndexScope) -> Result<Option<FileCatalog>, OpenError> {
        trusted_catalog(&self.archive, target, scope)
    }

    /// Opens the catalogs for a release. If there is none for a release that the user did not request, the default
    /// release is used instead, which [`CatalogNote::Fallback`] reports.
    ///
    /// # Errors
    /// If there is no catalog, it is broken, or it cannot be fetched.
    pub fn open(
        &self,
        release: &ReleaseChoice,
        architecture: Option<Architecture>,
    ) -> Result<OpenCatalogs, OpenError> {
        let architecture = architecture.unwrap_or(DEFAULT_ARCHITECTURE);
        let mut embedded = embedded_catalogs()?;
        embedded.retain(|catalog| catalog.provenance().target.architecture == architecture);
        let mut notes = Vec::new();
        let mut opening = Opening { source: self, embedded, notes: &mut notes };
        let wanted = target_of(release, architecture);
        let (main, reason) = match opening.open(&wanted, release.is_requested)? {
            Some(main) => (main, release.reason.clone()),
            None if release.is_requested => return Err(no_index(&self.archive.cache_dir, wanted)),
            None => {
                let fallback = ReleaseChoice::fallback();
                let used = fallback.release.clone();
                opening.notes.push(CatalogNote::Fallback { wanted: wanted.clone(), used });
                match opening.open(&target_of(&fallback, architecture), false)? {
                    Some(main) => (main, fallback.reason),
                    None => return Err(no_index(&self.archive.cache_dir, wanted)),
                }
            }
        };
        let target = main.provenance().target.clone();
        let others = opening.embedded.into_iter().filter(|catalog| catalog.provenance().target != target);
        Ok(OpenCatalogs { others: others.map(boxed).collect(), main, reason, notes })
    }
}

/// Catalogs that are left while those of one release are opened.
struct Opening<'run> {
    source: &'run CatalogSource<'run>,
    embedded: Vec<FileCatalog>,
    notes: &'run mut Vec<CatalogNote>,
}

impl Opening<'_> {
    /// Opens the catalog of a target; none if the source has none.
    fn open(&mut self, target: &Target, is_requested: bool) -> Result<Option<Box<dyn Catalog>>, OpenError> {
        let scope = self.source.archive.scope(target.distribution);
        self.source.check_scope(&scope)?;
        if self.source.refresh {
            return match &self.source.choice {
                None | Some(CatalogChoice::Archive) => Ok(Some(boxed(self.fetched(target)?))),
                Some(_) => Err(OpenError::NotTheArchive),
            };
        }
        match &self.source.choice {
            Some(CatalogChoice::Installed(root)) => {
                let installed = installed_catalog(root, target).map_err(OpenError::Installed)?;
                Ok(Some(Box::new(installed)))
            }
            Some(CatalogChoice::Embedded) => match self.embedded(target) {
                None if is_requested => Err(OpenError::NotEmbedded(target.clone())),
                embedded => Ok(embedded.map(boxed)),
            },
            None if scope.is_own() => {
                Ok(newer(self.embedded(target), self.source.cached(target, &scope)?).map(boxed))
            }
            None | Some(CatalogChoice::Archive) => match self.source.cached(target, &scope)? {
                Some(cached) => Ok(Some(boxed(cached))),
                None => Ok(Some(boxed(self.fetched(target)?))),
            },
        }
    }

    fn embedded(&mut self, target: &Target) -> Option<FileCatalog> {
        let position = self.embedded.iter().position(|catalog| catalog.provenance().target == *target)?;
        Some(self.embedded.swap_remove(position))
    }

    fn fetched(&mut self, target: &Target) -> Result<FileCatalog, OpenError> {
        let (catalog, diagnostics) = fetch_catalog(
            &self.source.archive,
            target,
            Some(self.source.libraries.as_ref()),
            self.source.progress,
        )?;
        self.notes.extend(diagnostics);
        Ok(catalog)
    }
}

/// Returns the newer one of two catalogs. A program may be newer than its cache; of two that are equally new, the
/// fetched one knows more packages.
fn newer(embedded: Option<FileCatalog>, cached: Option<FileCatalog>) -> Option<FileCatalog> {
    [embedded, cached].into_iter().flatten().max_by_key(|catalog| catalog.provenance().date)
}

fn boxed(catalog: FileCatalog) -> Box<dyn Catalog> {
    Box::new(catalog)
}

fn target_of(choice: &ReleaseChoice, architecture: Architecture) -> Target {
    Target { distribution: choice.distribution, release: choice.release.clone(), architecture }
}

/// Fetches the archive's indices for a target and puts their catalog into the cache. A Contents file that no mirror has as it
/// is signed is left out, if the packages of the target were read.
///
/// # Errors
/// If they cannot be fetched or verified, or the cache cannot be written.
pub fn fetch_catalog(
    archive: &ArchiveSettings,
    target: &Target,
    read: Option<&dyn ReadLibraries>,
    progress: &dyn Progress,
) -> Result<(FileCatalog, Vec<CatalogNote>), OpenError> {
    let mut indices = Archive::new(archive.clone())?.update_verified(target, progress)?;
    let read = read.filter(|read| read.covers(target));
    if read.is_none() {
        indices = indices.complete()?;
    }
    let catalog = refresh_catalog(&indices, read, &archive.cache_dir)?;
    let mut notes: Vec<CatalogNote> = indices.diagnostics.into_iter().map(CatalogNote::Archive).collect();
    let substituted = catalog.substituted().unwrap_or_default();
    notes.extend(indices.left_out.into_iter().map(|left_out| CatalogNote::LeftOut { left_out, substituted }));
    Ok((catalog, notes))
}

/// Catalogs of several releases, the oldest release first, and caveats.
pub type ReleaseCatalogs = (Vec<Box<dyn Catalog>>, Vec<CatalogNote>);

/// Opens a catalog for each release of a distribution, the oldest release first: the newer one of the embedded and the
/// cached.
///
/// # Errors
/// If there is no catalog, or the embedded ones are broken.
pub fn catalogs_of_releases(
    cache_dir: &Path,
    distribution: Distribution,
    architecture: Option<Architecture>,
) -> Result<ReleaseCatalogs, OpenError> {
    let architecture = architecture.unwrap_or(DEFAULT_ARCHITECTURE);
    let (catalogs, notes) = available(cache_dir, distribution, architecture)?;
    if catalogs.is_empty() {
        return Err(OpenError::NoRelease { distribution, architecture });
    }
    Ok((catalogs.into_iter().map(boxed).collect(), notes))
}

/// Opens the catalog of a target: the newer one of the embedded and the cached, or the cached one of a given mirror or
/// snapshot.
///
/// # Errors
/// If there is none, or it is broken.
pub fn newest_catalog(archive: &ArchiveSettings, target: &Target) -> Result<FileCatalog, OpenError> {
    let scope = archive.scope(target.distribution);
    let cached = trusted_catalog(archive, target, &scope)?;
    if !scope.is_own() {
        let (target, options) = (target.clone(), scope.options());
        return cached.ok_or(OpenError::NotFetched { target, options });
    }
    let embedded = embedded_catalogs()?.into_iter().find(|catalog| catalog.provenance().target == *target);
    newer(embedded, cached).ok_or_else(|| no_index(&archive.cache_dir, target.clone()))
}

/// Newest catalog of a scope in the cache, if its keys are trusted now: built in, or in a given keyring.
fn trusted_catalog(
    archive: &ArchiveSettings,
    target: &Target,
    scope: &IndexScope,
) -> Result<Option<FileCatalog>, OpenError> {
    let Some(cached) = cached_catalog(&archive.cache_dir, target, scope)? else { return Ok(None) };
    let keys = cached.provenance().origin.as_ref().map(|origin| origin.keys.as_slice());
    let is_trusted = trusts_keys(&archive.keyrings, keys.unwrap_or_default())?;
    Ok(is_trusted.then_some(cached))
}

/// Catalogs of a distribution and architecture, one for each release, the oldest release first.
fn available(
    cache_dir: &Path,
    distribution: Distribution,
    architecture: Architecture,
) -> Result<(Vec<FileCatalog>, Vec<CatalogNote>), CatalogError> {
    let (mut catalogs, mut notes) = (embedded_catalogs()?, Vec::new());
    for file in cached_files(cache_dir)? {
        match file.catalogs {
            // Those of other archives answer only when they are requested.
            Ok(found) if file.is_own => catalogs.extend(found.into_iter().filter(has_own_keys)),
            Ok(_) => {}
            Err(error) => notes.push(CatalogNote::Unreadable(error)),
        }
    }
    let target = |catalog: &FileCatalog| catalog.provenance().target.clone();
    catalogs.retain(|catalog| {
        let target = target(catalog);
        (target.distribution, target.architecture) == (distribution, architecture)
    });
    // Of two that are equally new, the fetched one knows more packages.
    catalogs.sort_by_key(|catalog| {
        let Target { release, .. } = target(catalog);
        let age = age_order(distribution, &release);
        (age, release, Reverse((catalog.provenance().date, catalog.provenance().index)))
    });
    catalogs.dedup_by_key(|catalog| target(catalog).release);
    Ok((catalogs, notes))
}

fn has_own_keys(catalog: &FileCatalog) -> bool {
    catalog.provenance().origin.as_ref().is_none_or(|origin| origin.keys.is_empty())
}

fn no_index(cache_dir: &Path, target: Target) -> OpenError {
    // The missing index is the error, whatever else is wrong in the cache.
    let available = available(cache_dir, target.distribution, target.architecture);
    let (catalogs, _) = available.unwrap_or_default();
    let known = catalogs.iter().map(|catalog| catalog.provenance().target.release.clone());
    OpenError::NoIndex { known: known.collect(), target }
}
