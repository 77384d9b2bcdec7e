//! Which catalog answers: what was fetched, what is compiled in, or an installed root's.

use std::cmp::Reverse;
use std::path::Path;

use crate::cli::arguments::{ArchiveArguments, CatalogArguments, CatalogChoice};
use crate::cli::config::archive_settings;
use crate::cli::failure::Failure;
use crate::cli::release::{ChosenRelease, stable};
use crate::cli::session::Session;
use crate::debian::archive::Archive;
use crate::debian::catalog::{
    Catalog, FileCatalog, InstalledCatalog, cached_catalog, cached_files, embedded_catalogs,
    installed_catalog, refresh_catalog,
};
use crate::debian::distributions::age_order;
use crate::pipeline::Catalogs;
use crate::vocabulary::{Architecture, Distribution, Target};

/// The architecture that is assumed where a tree has no objects.
const DEFAULT_ARCHITECTURE: Architecture = Architecture::Amd64;

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
    release: &ChosenRelease,
    architecture: Option<Architecture>,
    session: &Session,
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
    let mut source = Source { arguments, session, embedded, is_asked: release.is_asked };
    let (main, learned_from) = match source.open(&wanted)? {
        Some(main) => (main, release.learned_from.clone()),
        None if release.is_asked => return Err(none_at_hand(&wanted)),
        None => {
            let instead = stable("Debian stable");
            session
                .printer
                .note(&format!("there is no index of {wanted} at hand: {} answers", instead.release));
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
    distribution: Distribution,
    architecture: Option<Architecture>,
    session: &Session,
) -> Result<Vec<Box<dyn Catalog>>, Failure> {
    let architecture = architecture.unwrap_or(DEFAULT_ARCHITECTURE);
    let mut catalogs = embedded_catalogs()?;
    for file in cached_files(&session.cache_dir()?)? {
        match file.catalogs {
            Ok(found) => catalogs.extend(found),
            Err(error) => session.printer.warning(&format!("{error}; `sodeb index update` makes it anew")),
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
    session: &'settings Session,
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
        let configured = self.session.config.catalog()?;
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
        let cache_dir = self.session.cache_dir()?;
        Ok(cached_catalog(&cache_dir, target)?)
    }

    fn fetched(&self, target: &Target) -> Result<FileCatalog, Failure> {
        update(&self.arguments.archive, target, self.session)
    }
}

/// Fetches the archive's indices of a target and makes a catalog of them in the cache.
pub(super) fn update(
    arguments: &ArchiveArguments,
    target: &Target,
    session: &Session,
) -> Result<FileCatalog, Failure> {
    let settings = archive_settings(arguments, session)?;
    let cache_dir = settings.cache_dir.clone();
    let indices = Archive::new(settings)?.update(target, &session.progress)?;
    for diagnostic in &indices.diagnostics {
        session.printer.warning(&diagnostic.to_string());
    }
    Ok(refresh_catalog(&indices, &cache_dir)?)
}
