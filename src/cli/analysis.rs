//! Inputs of an analysis: the trees, their environment and their catalogs.

use std::path::PathBuf;

use crate::app::InputTrees;
use crate::cli::arguments::{BaseArguments, CatalogArguments, LinkerArguments};
use crate::cli::config::{catalog_source, linker_settings, requested_release};
use crate::cli::debs::with_library_indices;
use crate::cli::failure::{Exit, Failure};
use crate::cli::inputs::{InputRequest, read_trees};
use crate::cli::session::Session;
use crate::debian::catalog::{Catalog, CatalogSource, OpenCatalogs, catalogs_of_releases, host_release};
use crate::debian::distributions::ReleaseChoice;
use crate::loader::{LinkerSettings, Traces};
use crate::pipeline::{Catalogs, Inputs, choose_release};
use crate::solve::resolve::{Resolution, Status};
use crate::tree::inventory::{ImagePlatform, ReadDepth};
use crate::vocabulary::{Architecture, Target};

/// Trees that were read, and the environment in which they will run.
pub(super) struct AnalysisInputs<'run> {
    pub(super) trees: InputTrees,
    pub(super) linker: LinkerSettings,
    /// Requested architecture.
    pub(super) architecture: Option<Architecture>,
    pub(super) catalogs: CatalogOpener<'run>,
}

/// Options of reading the trees.
#[derive(Clone, Copy)]
pub(super) struct InputOptions<'run> {
    /// Facts that are read of each file.
    pub(super) depth: ReadDepth,
    /// True if packages are requested beside the trees.
    pub(super) has_wishes: bool,
    /// Target of an existing lock, which counts where nothing else decides.
    pub(super) fallback: Option<&'run Target>,
}

impl InputOptions<'_> {
    /// Options for an answer that links the trees.
    pub(super) const LINK: Self = Self { depth: ReadDepth::Link, has_wishes: false, fallback: None };
}

/// Catalogs of the trees' release, opened once the architecture of the trees is known.
pub(super) struct CatalogOpener<'run> {
    release: ReleaseChoice,
    /// Architecture of the requested platform or of the existing lock, for trees without objects.
    platform_architecture: Option<Architecture>,
    source: CatalogSource<'run>,
    session: &'run Session,
}

impl CatalogOpener<'_> {
    /// Opens the catalogs, and returns the reason for which their release was chosen.
    pub(super) fn open(&self, architecture: Option<Architecture>) -> Result<(Catalogs, String), Failure> {
        let architecture = architecture.or(self.platform_architecture);
        let OpenCatalogs { main, others, reason, notes } = self.source.open(&self.release, architecture)?;
        self.session.print_notes(&notes);
        let main = with_library_indices(main, self.session)?;
        let others = others.into_iter().map(|other| with_library_indices(other, self.session));
        Ok((Catalogs { main, others: others.collect::<Result<_, _>>()? }, reason))
    }

    /// Opens the catalogs of all releases of the distribution, the oldest release first.
    pub(super) fn open_each(
        &self,
        architecture: Option<Architecture>,
    ) -> Result<Vec<Box<dyn Catalog>>, Failure> {
        let architecture = architecture.or(self.platform_architecture);
        let cache_dir = self.session.cache_dir()?;
        let (catalogs, notes) = catalogs_of_releases(&cache_dir, self.release.distribution, architecture)?;
        self.session.print_notes(&notes);
        catalogs.into_iter().map(|catalog| with_library_indices(catalog, self.session)).collect()
    }
}

impl<'run> AnalysisInputs<'run> {
    /// Reads the trees and chooses their release.
    pub(super) fn read(
        paths: &[PathBuf],
        base: &BaseArguments,
        linker: &LinkerArguments,
        catalog: &CatalogArguments,
        options: InputOptions<'_>,
        session: &'run Session,
    ) -> Result<Self, Failure> {
        let InputOptions { depth, has_wishes, fallback } = options;
        let architecture = session.config.arch_unless(catalog.arch)?;
        let offline = catalog.archive.offline;
        let request =
            InputRequest { paths, base, catalog: Some(catalog), offline, architecture, depth, has_wishes };
        let trees = read_trees(&request, session)?;
        let linker = linker_settings(linker, Traces::None, trees.image.as_ref(), session)?;
        let requested = requested_release(catalog, &session.config)?;
        let release = choose_release(requested, &trees, |path| match fallback {
            Some(target) => Some(ReleaseChoice::required(target.release.clone(), "from the lock".to_owned())),
            None => host_release(path),
        });
        let of_platform = base.image.platform.as_ref().and_then(ImagePlatform::architecture);
        let platform_architecture = of_platform.or(fallback.map(|target| target.architecture));
        let source = catalog_source(catalog, session)?;
        let catalogs = CatalogOpener { release, platform_architecture, source, session };
        Ok(Self { trees, linker, architecture, catalogs })
    }

    /// Borrows them as the pipeline takes them.
    pub(super) fn inputs(&self) -> Inputs<'_> {
        Inputs { trees: &self.trees, settings: &self.linker, image: None, architecture: self.architecture }
    }
}

/// Returns the exit status of a resolution. A library that a package provides is no problem, since that is the result.
pub(super) fn exit_of_resolution(resolution: &Resolution) -> Exit {
    let is_unfixed = |status| matches!(status, Status::Unresolved | Status::OffPath);
    let has_problem = resolution.sonames.iter().any(|answer| is_unfixed(answer.status))
        || resolution.problems.iter().any(|problem| problem.is_fatal());
    Exit::of_problems(has_problem)
}
