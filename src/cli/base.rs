//! `--base`: its name out of arguments and configuration, and access to registries, the archive and the cache.

use std::collections::HashMap;
use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::Failure;
use super::arguments::{CacheArguments, ImageChoiceArguments, PlaceArguments};
use super::catalogs::{self, archive_settings, cache_dir};
use super::config::Config;
use super::printer::Printer;
use super::progress::Bars;
use super::release::ChosenRelease;
use super::settings::SourceQuestion;
use crate::app::InputTrees;
use crate::audit::Subject;
use crate::debian::catalog::{Catalog, Package, Provenance};
use crate::debian::debs::{Availability, DebStore};
use crate::debian::distributions::distribution_of;
use crate::oci::base::{self, Base, BaseError, BaseNote, BaseServices, TreeRequest};
use crate::oci::known_images::KnownImage;
use crate::oci::registry::{RegistryError, RegistrySettings};
use crate::support::progress::Progress;
use crate::tree::inventory::Deb;
use crate::vocabulary::{Architecture, RootedPath};

/// Base that the arguments name, else the configuration.
pub(super) fn named(place: &PlaceArguments, config: &Config) -> Result<Option<Base>, Failure> {
    let (word, directory) = match (&place.base, &config.base) {
        (Some(given), _) => (given.as_os_str(), PathBuf::new()),
        (None, Some(configured)) => (configured.as_os_str(), config.path(Path::new(""))),
        (None, None) => return Ok(None),
    };
    Ok(Some(Base::parse(word, &directory)?))
}

/// Reads the trees with the base below them; `at` has their paths in the image.
pub(super) fn read_trees(
    base: Option<&Base>,
    question: &SourceQuestion<'_>,
    at: &[RootedPath],
    config: &Config,
    printer: &Printer,
) -> Result<InputTrees, Failure> {
    let request = TreeRequest { at, ..tree_request(question) };
    let (sources, note) = base::read_trees(base, request, &Services { question, config, printer })?;
    print_note(note, printer);
    Ok(sources)
}

/// Reads an image on its own, for an audit.
pub(super) fn read_alone(
    name: &OsStr,
    question: &SourceQuestion<'_>,
    config: &Config,
    printer: &Printer,
) -> Result<Subject, Failure> {
    let base = Base::parse(name, Path::new(""))?;
    let services = Services { question, config, printer };
    let (contents, note) = base::read_alone(&base, tree_request(question), &services)?;
    print_note(note, printer);
    let name = base.name().display().to_string();
    Ok(Subject::new(name, contents.inventory, contents.layer_numbers, contents.facts))
}

fn tree_request<'arguments>(question: &SourceQuestion<'arguments>) -> TreeRequest<'arguments> {
    TreeRequest {
        paths: question.paths,
        at: &[],
        depth: question.depth,
        platform: question.place.choice.platform.as_ref(),
        architecture: question.architecture,
    }
}

fn print_note(note: Option<BaseNote>, printer: &Printer) {
    if let Some(note) = note {
        printer.note(&note.to_string());
    }
}

/// Services of a run.
struct Services<'run> {
    question: &'run SourceQuestion<'run>,
    config: &'run Config,
    printer: &'run Printer,
}

impl BaseServices for Services<'_> {
    type Error = Failure;

    fn cache_dir(&self) -> Result<PathBuf, Failure> {
        cache_dir(self.question.cache, self.config)
    }

    fn registry(&self) -> Result<RegistrySettings, Failure> {
        let SourceQuestion { place, cache, offline, .. } = self.question;
        registry_settings(&place.choice, cache, *offline, self.config)
    }

    fn catalog(
        &self,
        base: &Base,
        image: &KnownImage,
        architecture: Option<Architecture>,
    ) -> Result<Box<dyn Catalog>, Failure> {
        let name = base.name().display();
        let Some(arguments) = self.question.catalog else {
            let error = anyhow::anyhow!("cannot model {name}: this command looks up no packages");
            return Err(Failure::question(error)
                .hint("name the image itself: a directory, a file or an image in a registry"));
        };
        let release = ChosenRelease {
            distribution: distribution_of(&image.release()),
            release: image.release(),
            learned_from: format!("from {name}"),
            is_asked: true,
        };
        let opened = catalogs::open(arguments, self.config, &release, architecture, self.printer)?;
        Ok(opened.catalogs.main)
    }

    fn debs(&self, provenance: &Provenance, packages: &[Package]) -> Result<Vec<Availability<Deb>>, Failure> {
        // Without catalog arguments, `catalog` fails before any .deb is requested.
        let Some(arguments) = self.question.catalog else { return Ok(Vec::new()) };
        let bars = Bars::new(self.printer.shows_progress);
        let settings = archive_settings(&arguments.archive, self.config)?;
        Ok(DebStore::new(settings, HashMap::new(), &bars).debs(provenance, packages)?)
    }

    fn progress(&self) -> Box<dyn Progress> {
        Box::new(Bars::new(self.printer.shows_progress))
    }
}

/// Access to registries and the engine, from arguments, configuration and the environment. `offline` is the flag's value.
pub(super) fn registry_settings(
    choice: &ImageChoiceArguments,
    cache: &CacheArguments,
    offline: bool,
    config: &Config,
) -> Result<RegistrySettings, Failure> {
    let given = &choice.insecure_registry;
    Ok(RegistrySettings {
        cache_dir: cache_dir(cache, config)?,
        offline: offline || config.offline.unwrap_or_default(),
        insecure: if given.is_empty() { config.insecure_registry.clone() } else { given.clone() },
        credential_files: credential_files(),
        docker_host: env::var_os("DOCKER_HOST").map(|host| host.to_string_lossy().into_owned()),
        now: Timestamp::now(),
    })
}

/// Files in which docker and the container tools keep log-ins (containers-auth.json(5)).
fn credential_files() -> Vec<PathBuf> {
    let directory =
        |variable: &str| env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = directory("HOME");
    let in_home = |path: &str| home.as_ref().map(|home| home.join(path));
    let docker = directory("DOCKER_CONFIG").or_else(|| in_home(".docker"));
    let containers = OsStr::new("containers/auth.json");
    let files = [
        docker.map(|docker| docker.join("config.json")),
        directory("REGISTRY_AUTH_FILE"),
        directory("XDG_RUNTIME_DIR").map(|directory| directory.join(containers)),
        in_home(".config").map(|directory| directory.join(containers)),
    ];
    files.into_iter().flatten().collect()
}

impl From<BaseError> for Failure {
    fn from(error: BaseError) -> Self {
        let hint = error.hint();
        match error {
            BaseError::Inventory(error) => error.into(),
            BaseError::NotABase(error) => Self::from(error).hint_if(hint),
            BaseError::Registry(error) => error.into(),
            BaseError::Catalog(error) => error.into(),
            error @ BaseError::UnknownPackage { .. } => Self::question(error).hint_if(hint),
            error @ BaseError::UnreadPackage { .. } => Self::outside(error).hint_if(hint),
        }
    }
}

impl From<RegistryError> for Failure {
    fn from(error: RegistryError) -> Self {
        let hint = error.hint();
        let failure = if error.is_input_error() { Self::question(error) } else { Self::outside(error) };
        failure.hint_if(hint)
    }
}
