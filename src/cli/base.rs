//! `--base`: what it names, and how images come from registries and from docker's engine.

use std::borrow::Cow;
use std::collections::HashMap;
use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use super::Failure;
use super::arguments::{CacheArguments, ImageChoiceArguments, PlaceArguments};
use super::catalogs::{self, archive_settings, cache_dir};
use super::config::Config;
use super::printer::Printer;
use super::progress::Bars;
use super::release::ChosenRelease;
use super::settings::SourceQuestion;
use crate::app::{Apps, BaseQuestion, Sources};
use crate::audit::Subject;
use crate::debian::depot::DebStore;
use crate::oci::known_images::NamedBase;
use crate::oci::registry::{self, BaseReference, ImageReference, RegistryError, RegistrySettings};
use crate::support::storage::digest_of_bytes;
use crate::tree::inventory::{Deb, ImagePlatform, Inventory, LayerCache, is_image, read_image, read_root};
use crate::vocabulary::{Distribution, RootedPath};

/// What a base may be, for who has named nothing of that.
const FORMS: &str = "a base is the path of a file or directory, an image HOST/NAME[:TAG] or docker://NAME[:TAG], or \
                     docker-daemon:NAME[:TAG]";

/// A base, and its name as it was typed.
pub(super) struct Base<'settings> {
    name: Cow<'settings, Path>,
    kind: Kind,
}

/// What a base is.
enum Kind {
    /// One that is at hand or can be fetched.
    Reference(BaseReference),
    /// One that is described by its packages.
    Named(&'static NamedBase),
}

impl<'settings> Base<'settings> {
    /// What the arguments name, else the configuration.
    pub(super) fn named(
        place: &'settings PlaceArguments,
        config: &'settings Config,
    ) -> Result<Option<Self>, Failure> {
        let (word, directory) = match (&place.base, &config.base) {
            (Some(given), _) => (given.as_os_str(), PathBuf::new()),
            (None, Some(configured)) => (configured.as_os_str(), config.path(Path::new(""))),
            (None, None) => return Ok(None),
        };
        Self::of_word(word, &directory).map(Some)
    }

    /// What a word names; a relative path starts in `directory`.
    pub(super) fn of_word(word: &'settings OsStr, directory: &Path) -> Result<Self, Failure> {
        let named = word.to_str().and_then(NamedBase::of_name).filter(|_| !directory.join(word).exists());
        let kind = match named {
            Some(named) => Kind::Named(named),
            None => Kind::Reference(BaseReference::parse(word, directory)?),
        };
        let name = match &kind {
            Kind::Reference(BaseReference::Path(path)) => Cow::Owned(path.clone()),
            _ => Cow::Borrowed(Path::new(word)),
        };
        Ok(Self { name, kind })
    }

    /// What it is called.
    pub(super) fn name(&self) -> &Path {
        &self.name
    }

    /// Its name in a registry, if it is in one.
    pub(super) fn image_reference(&self) -> Option<&ImageReference> {
        match &self.kind {
            Kind::Reference(BaseReference::Registry(image)) => Some(image),
            _ => None,
        }
    }

    /// Whether just its packages are known.
    pub(super) fn is_described(&self) -> bool {
        matches!(self.kind, Kind::Named(_))
    }

    /// Reads the trees with the base below them.
    pub(super) fn read_below(
        &self,
        question: &SourceQuestion<'_>,
        at: &[RootedPath],
        config: &Config,
        printer: &Printer,
    ) -> Result<Sources, Failure> {
        let SourceQuestion { paths, cache, depth, .. } = question;
        let bars = || Bars::new(printer.shows_progress);
        let reference = match &self.kind {
            Kind::Named(named) => return self.read_described(named, question, at, config, printer),
            Kind::Reference(reference) => reference,
        };
        match reference {
            BaseReference::Path(path) => {
                let layers = is_image(path).then(|| cache_dir(cache, config)).transpose()?;
                let layers = layers.map(|dir| LayerCache::new(&dir));
                let platform = asked_platform(question);
                let base = self.question(path, platform.as_ref(), layers.as_ref());
                let read = Sources::read(paths, Some(base), at, *depth).map_err(Failure::from);
                read.map_err(|failure| if path.exists() { failure } else { failure.hint(FORMS) })
            }
            BaseReference::Scratch => Ok(Sources::read(paths, None, at, *depth)?),
            BaseReference::Registry(image) => {
                let mut sources = self.read_fetched(question, at, config, |settings, platform| {
                    let pulled = registry::pull(settings, image, platform, &bars())?;
                    if let Some(as_of) = pulled.as_of {
                        printer.note(&format!("{image} is what it was on {as_of:.0}"));
                    }
                    Ok(pulled.layout)
                })?;
                let parts = sources.image.as_mut().and_then(|facts| facts.parts.as_mut());
                parts.into_iter().for_each(|parts| parts.name = Some(image.whole()));
                Ok(sources)
            }
            BaseReference::Engine(image) => self.read_fetched(question, at, config, |settings, _| {
                Ok(registry::save_from_engine(settings, image, &bars())?)
            }),
        }
    }

    /// Reads what is named by itself, with all that an audit asks.
    pub(super) fn read_alone(
        &self,
        question: &SourceQuestion<'_>,
        config: &Config,
        printer: &Printer,
    ) -> Result<Subject, Failure> {
        let name = self.name.display().to_string();
        let bars = || Bars::new(printer.shows_progress);
        let reference = match &self.kind {
            Kind::Named(named) => {
                let sources = self.read_described(named, question, &[], config, printer)?;
                let inventory = sources.base.map(|base| base.inventory).unwrap_or_default();
                return Ok(Subject::new(name, inventory, Vec::new(), sources.image));
            }
            Kind::Reference(reference) => reference,
        };
        let platform = asked_platform(question);
        let layers = LayerCache::new(&cache_dir(question.cache, config)?);
        let registry = || registry_settings(&question.place.choice, question.cache, question.offline, config);
        let path = match reference {
            BaseReference::Scratch => {
                return Ok(Subject::new(name, Inventory::default(), Vec::new(), None));
            }
            BaseReference::Path(path) if !is_image(path) => {
                let read = read_root(path, question.depth);
                let read = read.map_err(|error| Failure::from(error).hint(FORMS))?;
                return Ok(Subject::new(name, read, Vec::new(), None));
            }
            BaseReference::Path(path) => path.clone(),
            BaseReference::Registry(image) => {
                let pulled = registry::pull(&registry()?, image, platform.as_ref(), &bars())?;
                if let Some(as_of) = pulled.as_of {
                    printer.note(&format!("{image} is what it was on {as_of:.0}"));
                }
                pulled.layout
            }
            BaseReference::Engine(image) => registry::save_from_engine(&registry()?, image, &bars())?,
        };
        let read = read_image(&path, platform.as_ref(), Some(&layers));
        let read = read.map_err(|error| error.of(&self.name))?;
        Ok(Subject::new(name, read.inventory, read.layer_numbers, Some(read.facts)))
    }

    /// Reads the trees, and what the packages have that the base is made of.
    fn read_described(
        &self,
        named: &NamedBase,
        question: &SourceQuestion<'_>,
        at: &[RootedPath],
        config: &Config,
        printer: &Printer,
    ) -> Result<Sources, Failure> {
        let name = self.name.display();
        let Some(arguments) = question.catalog else {
            let error = anyhow::anyhow!("cannot describe {name}: this command looks up no packages");
            return Err(Failure::question(error)
                .hint("give the image itself, as a directory, a file or in a registry"));
        };
        let apps = Apps::read(question.paths, at, question.depth)?;
        let release = ChosenRelease {
            distribution: Distribution::Debian,
            release: named.release(),
            learned_from: format!("from {name}"),
            is_asked: true,
        };
        let asked = question.place.choice.platform.as_ref().and_then(ImagePlatform::architecture);
        let architecture = asked.or(question.architecture).or_else(|| apps.architecture());
        let opened = catalogs::open(arguments, config, &release, architecture, printer)?;
        let catalog = opened.catalogs.main.as_ref();
        let provenance = catalog.provenance();
        let mut packages = Vec::new();
        for package in named.packages() {
            let not_known = || {
                anyhow::anyhow!(
                    "cannot describe {name}: the {} index does not know {package}",
                    provenance.index
                )
            };
            let found = catalog.package(&package)?;
            packages.push(found.ok_or_else(|| {
                Failure::question(not_known()).hint("`sodeb index update` fetches the whole index")
            })?);
        }
        let bars = Bars::new(printer.shows_progress);
        let depot = DebStore::new(archive_settings(&arguments.archive, config)?, HashMap::new(), &bars);
        let debs = depot.debs(provenance, &packages)?.into_iter().zip(&packages);
        let debs: Vec<Arc<Deb>> = debs
            .map(|(deb, package)| {
                let failed =
                    |cause| anyhow::anyhow!("cannot describe {name}: cannot read {}: {cause}", package.name);
                deb.map_err(|cause| Failure::outside(failed(cause)).hint("run it once without --offline"))
            })
            .collect::<Result<_, _>>()?;
        let names = packages.iter().map(|package| &package.name);
        let inventory = named.inventory(names.zip(debs.iter().map(AsRef::as_ref)));
        let digests: String =
            packages.iter().filter_map(|package| Some(format!("{}\n", package.sha256?))).collect();
        let count = packages.len();
        let date =
            provenance.date.map_or_else(String::new, |date| format!(" of {}", date.strftime("%Y-%m-%d")));
        printer.note(&format!(
            "{name} is described by its {count} packages in {}{date}; the image itself may have other versions",
            provenance.target.release
        ));
        Ok(apps.on_described(&self.name, inventory, digest_of_bytes(digests.as_bytes())))
    }

    /// Reads the trees, so that it is known which platform they are for, and then the image that `fetch` gives for it.
    fn read_fetched(
        &self,
        question: &SourceQuestion<'_>,
        at: &[RootedPath],
        config: &Config,
        fetch: impl FnOnce(&RegistrySettings, Option<&ImagePlatform>) -> Result<PathBuf, Failure>,
    ) -> Result<Sources, Failure> {
        let settings = registry_settings(&question.place.choice, question.cache, question.offline, config)?;
        let apps = Apps::read(question.paths, at, question.depth)?;
        let platform = asked_platform(question).or_else(|| apps.platform());
        let path = fetch(&settings, platform.as_ref())?;
        let layers = LayerCache::new(&settings.cache_dir);
        Ok(apps.on_image(self.question(&path, platform.as_ref(), Some(&layers)))?)
    }

    fn question<'run>(
        &'run self,
        path: &'run Path,
        platform: Option<&'run ImagePlatform>,
        layers: Option<&'run LayerCache>,
    ) -> BaseQuestion<'run> {
        BaseQuestion { name: &self.name, path, platform, layers }
    }
}

/// The platform that the arguments ask for.
fn asked_platform(question: &SourceQuestion<'_>) -> Option<ImagePlatform> {
    question.place.choice.platform.clone().or_else(|| question.architecture.map(ImagePlatform::from))
}

/// How registries and the engine are reached, from arguments, configuration and the environment. `offline` is what the
/// arguments say.
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

/// Where docker keeps log-ins, and the tools of containers (containers-auth.json(5)).
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

impl From<RegistryError> for Failure {
    fn from(error: RegistryError) -> Self {
        let hint = error.hint();
        let failure = if error.is_of_the_question() { Self::question(error) } else { Self::outside(error) };
        failure.hint_if(hint)
    }
}
