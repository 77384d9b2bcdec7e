//! What `resolve` and `why` are asked, out of their arguments and the configuration.

use std::path::PathBuf;

use super::Failure;
use super::arguments::{ArchiveArguments, CatalogArguments, LinkerArguments, PlaceArguments};
use super::catalogs::{self, Opened};
use super::config::Config;
use super::printer::Printer;
use super::release::{self, ChosenRelease};
use super::settings::{SourceQuestion, linker_settings, read_sources};
use crate::app::InputTrees;
use crate::debian::catalog::Catalog;
use crate::elf::DlopenPriority;
use crate::loader::{LinkerSettings, Traces};
use crate::pipeline::Inputs;
use crate::tree::inventory::{ImagePlatform, ReadDepth};
use crate::vocabulary::Architecture;

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
    config: &'settings Config,
    printer: &'settings Printer,
}

impl Opener<'_> {
    pub(super) fn open(&self, architecture: Option<Architecture>) -> Result<Opened, Failure> {
        let architecture = architecture.or(self.of_platform);
        catalogs::open(self.catalog, self.config, &self.release, architecture, self.printer)
    }
}

impl Opener<'_> {
    /// The catalogs of every release at hand of the distribution, the oldest release first.
    pub(super) fn open_each(
        &self,
        architecture: Option<Architecture>,
    ) -> Result<Vec<Box<dyn Catalog>>, Failure> {
        let architecture = architecture.or(self.of_platform);
        let cache = &self.catalog.archive.cache;
        catalogs::open_each(cache, self.config, self.release.distribution, architecture, self.printer)
    }
}

impl<'settings> Asked<'settings> {
    pub(super) fn read(
        paths: &[PathBuf],
        place: &PlaceArguments,
        linker: &LinkerArguments,
        catalog: &'settings CatalogArguments,
        config: &'settings Config,
        printer: &'settings Printer,
        depth: ReadDepth,
    ) -> Result<Self, Failure> {
        let architecture = config.arch_unless(catalog.arch)?;
        let ArchiveArguments { cache, offline, .. } = &catalog.archive;
        let question = SourceQuestion {
            paths,
            place,
            cache,
            catalog: Some(catalog),
            offline: *offline,
            architecture,
            depth,
        };
        let sources = read_sources(&question, config, printer)?;
        let linker = linker_settings(linker, config, Traces::None, sources.image.as_ref(), printer)?;
        let release = release::choose(catalog.release.as_deref(), config, &sources);
        let of_platform = place.choice.platform.as_ref().and_then(ImagePlatform::architecture);
        let opener = Opener { release, of_platform, catalog, config, printer };
        Ok(Self { sources, linker, architecture, opener })
    }

    /// Counts what objects open by themselves among what they need.
    pub(super) fn follow_opens(&mut self, least: DlopenPriority) {
        self.linker.opens = Some(least);
    }

    pub(super) fn inputs(&self) -> Inputs<'_> {
        Inputs { sources: &self.sources, settings: &self.linker, architecture: self.architecture }
    }
}
