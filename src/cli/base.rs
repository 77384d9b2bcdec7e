//! `--base`: its name out of arguments and configuration, and access to registries, the archive and the cache.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::app::InputTrees;
use crate::audit::Subject;
use crate::cli::arguments::PlaceArguments;
use crate::cli::catalogs;
use crate::cli::config::{archive_settings, registry_settings};
use crate::cli::failure::Failure;
use crate::cli::progress::Bars;
use crate::cli::release::ChosenRelease;
use crate::cli::session::Session;
use crate::cli::source_question::SourceQuestion;
use crate::debian::catalog::{Catalog, Package, Provenance};
use crate::debian::debs::{Availability, DebStore};
use crate::debian::distributions::distribution_of;
use crate::oci::base::{self, BaseNote, BaseReference, BaseServices, TreeRequest};
use crate::oci::known_images::KnownImage;
use crate::oci::registry::RegistrySettings;
use crate::support::progress::Progress;
use crate::tree::inventory::Deb;
use crate::vocabulary::{Architecture, RootedPath};

/// Base that the arguments name, else the configuration.
pub(super) fn named(place: &PlaceArguments, session: &Session) -> Result<Option<BaseReference>, Failure> {
    let (word, directory) = match (&place.base, &session.config.base) {
        (Some(given), _) => (given.as_os_str(), PathBuf::new()),
        (None, Some(configured)) => (configured.as_os_str(), session.config.path(Path::new(""))),
        (None, None) => return Ok(None),
    };
    Ok(Some(BaseReference::parse(word, &directory)?))
}

/// Reads the trees with the base below them; `at` has their paths in the image.
pub(super) fn read_trees(
    base: Option<&BaseReference>,
    question: &SourceQuestion<'_>,
    at: &[RootedPath],
    session: &Session,
) -> Result<InputTrees, Failure> {
    let request = TreeRequest { at, ..tree_request(question) };
    let (sources, note) = base::read_trees(base, request, &Services { question, session })?;
    print_note(note, session);
    Ok(sources)
}

/// Reads an image on its own, for an audit.
pub(super) fn read_alone(
    name: &OsStr,
    question: &SourceQuestion<'_>,
    session: &Session,
) -> Result<Subject, Failure> {
    let base = BaseReference::parse(name, Path::new(""))?;
    let services = Services { question, session };
    let (contents, note) = base::read_alone(&base, tree_request(question), &services)?;
    print_note(note, session);
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

fn print_note(note: Option<BaseNote>, session: &Session) {
    if let Some(note) = note {
        session.printer.note(&note.to_string());
    }
}

/// Services of a run.
struct Services<'run> {
    question: &'run SourceQuestion<'run>,
    session: &'run Session,
}

impl BaseServices for Services<'_> {
    type Error = Failure;

    fn cache_dir(&self) -> Result<PathBuf, Failure> {
        self.session.cache_dir()
    }

    fn registry(&self) -> Result<RegistrySettings, Failure> {
        let SourceQuestion { place, offline, .. } = self.question;
        registry_settings(&place.choice, *offline, self.session)
    }

    fn catalog(
        &self,
        base: &BaseReference,
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
        let opened = catalogs::open(arguments, &release, architecture, self.session)?;
        Ok(opened.catalogs.main)
    }

    fn debs(&self, provenance: &Provenance, packages: &[Package]) -> Result<Vec<Availability<Deb>>, Failure> {
        // Without catalog arguments, `catalog` fails before any .deb is requested.
        let Some(arguments) = self.question.catalog else { return Ok(Vec::new()) };
        let settings = archive_settings(&arguments.archive, self.session)?;
        Ok(DebStore::new(settings, HashMap::new(), &self.session.progress).debs(provenance, packages)?)
    }

    fn progress(&self) -> Box<dyn Progress> {
        Box::new(Bars::new(self.session.printer.shows_progress))
    }
}
