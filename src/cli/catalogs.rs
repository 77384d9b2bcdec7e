//! Which catalog answers: what was fetched, what is compiled in, or an installed root's.

use std::cmp::Reverse;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use jiff::Timestamp;

use super::arguments::{ArchiveArguments, CacheArguments, CatalogArguments, CatalogChoice};
use super::config::Config;
use super::printer::Printer;
use super::progress::Bars;
use super::release::{ChosenRelease, stable};
use super::{Exit, Failure};
use crate::debian::archive::{Archive, ArchiveError, ArchiveSettings, Mirrors};
use crate::debian::catalog::{
    BuildError, Catalog, FileCatalog, InstalledCatalog, cached_catalog, cached_files, embedded_catalogs,
    installed_catalog, refresh_catalog,
};
use crate::debian::distributions::age_order;
use crate::pipeline::Catalogs;
use crate::vocabulary::{Architecture, Distribution, Target};

/// The architecture that is assumed where a tree has no objects.
const DEFAULT_ARCHITECTURE: Architecture = Architecture::Amd64;

/// Where the host's apt keeps its sources.
const APT_DIRECTORY: &str = "/etc/apt";

/// The catalogs at hand, opened.
pub(super) struct Opened {
    pub(super) catalogs: Catalogs,
    /// Why this release, in words.
    pub(super) learned_from: String,
}

/// Opens the catalogs for a release: the main one as `--catalog` and `--refresh` say, or else what was
/// fetched before or what is compiled in, the newer one. Where nothing is at hand for a release that nobody asked for
/// by name, Debian stable answers instead, and that is said.
pub(super) fn open(
    arguments: &CatalogArguments,
    config: &Config,
    release: &ChosenRelease,
    architecture: Option<Architecture>,
    printer: &Printer,
) -> Result<Opened, Failure> {
    let architecture = architecture.unwrap_or(DEFAULT_ARCHITECTURE);
    let target = |release: &ChosenRelease| Target {
        distribution: release.distribution,
        release: release.release.clone(),
        architecture,
    };
    let wanted = target(release);
    let mut embedded = embedded_catalogs()?;
    embedded.retain(|catalog| catalog.provenance().target.architecture == architecture);
    let mut source = Source { arguments, config, printer, embedded, is_asked: release.is_asked };
    let (main, learned_from) = match source.open(&wanted)? {
        Some(main) => (main, release.learned_from.clone()),
        None if release.is_asked => return Err(none_at_hand(&wanted)),
        None => {
            let instead = stable("Debian stable");
            printer.note(&format!("there is no index of {wanted} at hand: {} answers", instead.release));
            let main = source.open(&target(&instead))?.ok_or_else(|| none_at_hand(&wanted))?;
            (main, instead.learned_from)
        }
    };
    let answering = main.provenance().target.clone();
    let others = source.embedded.into_iter().filter(|catalog| catalog.provenance().target != answering);
    let others = others.map(|catalog| Box::new(catalog) as Box<dyn Catalog>).collect();
    Ok(Opened { catalogs: Catalogs { main, others }, learned_from })
}

/// The catalogs of every release of a distribution that is at hand, the oldest release first: of each what was fetched
/// before or what is compiled in, the newer one.
pub(super) fn open_each(
    cache: &CacheArguments,
    config: &Config,
    distribution: Distribution,
    architecture: Option<Architecture>,
    printer: &Printer,
) -> Result<Vec<Box<dyn Catalog>>, Failure> {
    let architecture = architecture.unwrap_or(DEFAULT_ARCHITECTURE);
    let mut catalogs = embedded_catalogs()?;
    for file in cached_files(&cache_dir(cache, config)?)? {
        match file.catalogs {
            Ok(found) => catalogs.extend(found),
            Err(error) => printer.warning(&format!("{error}; `sodeb index update` makes it anew")),
        }
    }
    let target = |catalog: &FileCatalog| catalog.provenance().target.clone();
    catalogs.retain(|catalog| {
        let target = target(catalog);
        (target.distribution, target.architecture) == (distribution, architecture)
    });
    // Of two that are as new, what was fetched knows more packages.
    catalogs.sort_by_key(|catalog| {
        let Target { release, .. } = target(catalog);
        let age = age_order(distribution, &release);
        (age, release, Reverse((catalog.provenance().date, catalog.provenance().index)))
    });
    catalogs.dedup_by_key(|catalog| target(catalog).release);
    if catalogs.is_empty() {
        return Err(Failure::question(anyhow::anyhow!(
            "cannot compare releases: there is no index of {distribution} for {architecture} at hand"
        ))
        .hint(format!("`sodeb index update --release CODENAME --arch {architecture}` fetches one")));
    }
    Ok(catalogs.into_iter().map(|catalog| Box::new(catalog) as Box<dyn Catalog>).collect())
}

/// That nothing is known of a target, and how that is fixed.
pub(super) fn none_at_hand(target: &Target) -> Failure {
    let Target { release, architecture, .. } = target;
    Failure::question(anyhow::anyhow!("cannot look up packages of {target}: there is no index of it at hand"))
        .hint(format!("`sodeb index update --release {release} --arch {architecture}` fetches it"))
}

fn not_embedded(target: &Target) -> Failure {
    Failure::question(anyhow::anyhow!("cannot look up packages of {target}: its index is not compiled in"))
        .hint("leave out --catalog embedded to have it from the archive or the cache")
}

fn installed(root: &Path, target: &Target) -> Result<InstalledCatalog, Failure> {
    installed_catalog(root, target).map_err(|error| {
        Failure::from(error).hint("installed:ROOT is a root file system that has a dpkg database")
    })
}

/// Where a catalog may come from.
struct Source<'settings> {
    arguments: &'settings CatalogArguments,
    config: &'settings Config,
    printer: &'settings Printer,
    embedded: Vec<FileCatalog>,
    /// Whether the user asked for the release by name.
    is_asked: bool,
}

impl Source<'_> {
    /// The catalog of a target; none where the source that was chosen does not have it.
    fn open(&mut self, target: &Target) -> Result<Option<Box<dyn Catalog>>, Failure> {
        let boxed =
            |catalog: Option<FileCatalog>| catalog.map(|catalog| Box::new(catalog) as Box<dyn Catalog>);
        if self.arguments.refresh {
            return match &self.arguments.catalog {
                None | Some(CatalogChoice::Archive) => Ok(boxed(Some(self.fetched(target)?))),
                Some(_) => Err(Failure::question(anyhow::anyhow!(
                    "cannot refresh the catalog that is asked for: it is not the archive's"
                ))
                .hint("leave out --catalog or --refresh")),
            };
        }
        let configured = self.config.catalog()?;
        let choice = self.arguments.catalog.as_ref().or(configured.as_ref());
        match choice {
            Some(CatalogChoice::Installed(root)) => Ok(Some(Box::new(installed(root, target)?))),
            Some(CatalogChoice::Embedded) => match self.embedded(target) {
                None if self.is_asked => Err(not_embedded(target)),
                found => Ok(boxed(found)),
            },
            Some(CatalogChoice::Archive) => match self.cached(target)? {
                Some(cached) => Ok(boxed(Some(cached))),
                None => Ok(boxed(Some(self.fetched(target)?))),
            },
            None => {
                // A program may be newer than what was once fetched; of two that are as new, what was fetched knows
                // more packages.
                let at_hand = [self.embedded(target), self.cached(target)?];
                Ok(boxed(at_hand.into_iter().flatten().max_by_key(|catalog| catalog.provenance().date)))
            }
        }
    }

    fn embedded(&mut self, target: &Target) -> Option<FileCatalog> {
        let found = self.embedded.iter().position(|catalog| catalog.provenance().target == *target)?;
        Some(self.embedded.swap_remove(found))
    }

    fn cached(&self, target: &Target) -> Result<Option<FileCatalog>, Failure> {
        let cache_dir = cache_dir(&self.arguments.archive.cache, self.config)?;
        Ok(cached_catalog(&cache_dir, target)?)
    }

    fn fetched(&self, target: &Target) -> Result<FileCatalog, Failure> {
        update(&self.arguments.archive, self.config, target, self.printer)
    }
}

/// Fetches the archive's indices of a target and makes a catalog of them in the cache.
pub(super) fn update(
    arguments: &ArchiveArguments,
    config: &Config,
    target: &Target,
    printer: &Printer,
) -> Result<FileCatalog, Failure> {
    let settings = archive_settings(arguments, config)?;
    let cache_dir = settings.cache_dir.clone();
    let indices = Archive::new(settings)?.update(target, &Bars::new(printer.shows_progress))?;
    for diagnostic in &indices.diagnostics {
        printer.warning(&diagnostic.to_string());
    }
    Ok(refresh_catalog(&indices, &cache_dir)?)
}

/// How the archive is used, from arguments, configuration and the host.
pub(super) fn archive_settings(
    arguments: &ArchiveArguments,
    config: &Config,
) -> Result<ArchiveSettings, Failure> {
    let either = |given: &[String], configured: &[String]| {
        if given.is_empty() { configured.to_vec() } else { given.to_vec() }
    };
    let mirrors = either(&arguments.mirror, &config.mirror);
    let configured_keyrings = config.keyring.iter().map(|keyring| config.path(keyring));
    Ok(ArchiveSettings {
        mirrors: if mirrors.is_empty() {
            Mirrors::Host(PathBuf::from(APT_DIRECTORY))
        } else {
            Mirrors::Given(mirrors)
        },
        snapshot: arguments.snapshot.clone().or_else(|| config.snapshot.clone()),
        keyrings: arguments.keyring.iter().cloned().chain(configured_keyrings).collect(),
        cache_dir: cache_dir(&arguments.cache, config)?,
        offline: arguments.offline || config.offline.unwrap_or_default(),
        components: either(&arguments.component, &config.component),
        backports: arguments.backports,
        contents_hint: arguments.contents_hint,
        now: Timestamp::now(),
    })
}

/// Where fetched indices are kept.
pub(super) fn cache_dir(arguments: &CacheArguments, config: &Config) -> Result<PathBuf, Failure> {
    if let Some(given) = &arguments.cache_dir {
        return Ok(given.clone());
    }
    if let Some(configured) = &config.cache_dir {
        return Ok(config.path(configured));
    }
    let base = etcetera::choose_base_strategy().map_err(|error| {
        Failure::question(anyhow::Error::new(error).context("cannot choose a cache directory"))
            .hint("name one with --cache-dir")
    })?;
    Ok(base.cache_dir().join("sodeb"))
}

impl From<ArchiveError> for Failure {
    fn from(error: ArchiveError) -> Self {
        let hint = error.hint();
        let exit = match error {
            ArchiveError::Mirrors(_) | ArchiveError::Keyring(_) | ArchiveError::BadName { .. } => {
                Exit::BadQuestion
            }
            _ => Exit::OutsideFailed,
        };
        Self { exit, error: error.into(), hint }
    }
}

impl From<BuildError> for Failure {
    fn from(error: BuildError) -> Self {
        match error {
            BuildError::Archive(error) => error.into(),
            BuildError::Catalog(error) => error.into(),
            error => Self::outside(error),
        }
    }
}
