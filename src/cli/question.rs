//! What `resolve` and `why` are asked, out of their arguments and the configuration.

use std::path::PathBuf;

use crate::app::InputTrees;
use crate::cli::arguments::{ArchiveArguments, CatalogArguments, LinkerArguments, PlaceArguments};
use crate::cli::catalogs::{self, Opened};
use crate::cli::config::linker_settings;
use crate::cli::failure::Failure;
use crate::cli::release::{self, ChosenRelease};
use crate::cli::session::Session;
use crate::cli::source_question::SourceQuestion;
use crate::cli::sources::read_sources;
use crate::debian::catalog::Catalog;
use crate::loader::{LinkerSettings, Traces};
use crate::pipeline::Inputs;
use crate::solve::resolve::{Resolution, Status};
use crate::tree::inventory::{ImagePlatform, ReadDepth};
use crate::vocabulary::{Architecture, Grade};

/// The trees, read, and what is known about where they will run.
pub(super) struct Asked<'settings> {
    pub(super) sources: InputTrees,
    pub(super) linker: LinkerSettings,
    pub(super) architecture: Option<Architecture>,
    pub(super) opener: Opener<'settings>,
}

/// What opens the catalogs for them.
pub(super) struct Opener<'settings> {
    release: ChosenRelease,
    /// The architecture of the platform that is asked for, for trees without objects.
    of_platform: Option<Architecture>,
    catalog: &'settings CatalogArguments,
    session: &'settings Session,
}

impl Opener<'_> {
    pub(super) fn open(&self, architecture: Option<Architecture>) -> Result<Opened, Failure> {
        let architecture = architecture.or(self.of_platform);
        catalogs::open(self.catalog, &self.release, architecture, self.session)
    }
}

impl Opener<'_> {
    /// The catalogs of every release at hand of the distribution, the oldest release first.
    pub(super) fn open_each(
        &self,
        architecture: Option<Architecture>,
    ) -> Result<Vec<Box<dyn Catalog>>, Failure> {
        let architecture = architecture.or(self.of_platform);
        catalogs::open_each(self.release.distribution, architecture, self.session)
    }
}

impl<'settings> Asked<'settings> {
    pub(super) fn read(
        paths: &[PathBuf],
        place: &PlaceArguments,
        linker: &LinkerArguments,
        catalog: &'settings CatalogArguments,
        session: &'settings Session,
        depth: ReadDepth,
    ) -> Result<Self, Failure> {
        let architecture = session.config.arch_unless(catalog.arch)?;
        let ArchiveArguments { offline, .. } = &catalog.archive;
        let question =
            SourceQuestion { paths, place, catalog: Some(catalog), offline: *offline, architecture, depth };
        let sources = read_sources(&question, session)?;
        let linker = linker_settings(linker, Traces::None, sources.image.as_ref(), session)?;
        let release = release::choose(catalog.release.as_deref(), session, &sources);
        let of_platform = place.choice.platform.as_ref().and_then(ImagePlatform::architecture);
        let opener = Opener { release, of_platform, catalog, session };
        Ok(Self { sources, linker, architecture, opener })
    }

    /// Counts what objects open by themselves among what they need.
    pub(super) fn follow_opens(&mut self, least: Grade) {
        self.linker.runtime_loads = Some(least);
    }

    pub(super) fn inputs(&self) -> Inputs<'_> {
        Inputs { sources: &self.sources, settings: &self.linker, architecture: self.architecture }
    }
}

/// A missing library that a package has is what the tool is for; what no package fixes is bad news.
pub(super) fn is_bad_news(resolution: &Resolution) -> bool {
    let unfixed = |status| matches!(status, Status::Unresolved | Status::OffPath);
    resolution.sonames.iter().any(|answer| unfixed(answer.status))
        || resolution.problems.iter().any(|problem| problem.kind.is_bad_news())
}
