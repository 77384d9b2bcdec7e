//! The trees linked, and what a release's catalog says of the sonames that they are missing.

use super::closing::{Closing, version_problem};
use super::debs::Debs;
use super::inputs::{Catalogs, Inputs};
use crate::app::{LinkScope, LinkedApps, link};
use crate::debian::catalog::{Catalog, CatalogError};
use crate::elf::Machine;
use crate::loader::Platform;
use crate::solve::closure::{
    ClosedResolution, Closure, ClosureError, ClosureOptions, IncludedPackage, PackageOf,
};
use crate::solve::graph::Graph;
use crate::solve::resolve::{self, Problem, ReleaseResolution, Resolution, TargetAbi};
use crate::tree::root::Root;
use crate::vocabulary::Architecture;

/// Trees whose objects are linked: the first stage of every answer.
pub struct LinkedTrees<'root> {
    root: &'root Root<'root>,
    inputs: Inputs<'root>,
    linked: LinkedApps<'root>,
    target: Option<TargetAbi>,
}

impl<'root> LinkedTrees<'root> {
    /// Links every start object of the trees. `root` is that of the trees
    /// ([`InputTrees::root`](crate::app::InputTrees::root)).
    pub fn link(root: &'root Root<'root>, inputs: Inputs<'root>) -> Self {
        let Inputs { trees, settings, architecture } = inputs;
        let linked = link(root, trees, settings, LinkScope::InContext);
        let target =
            TargetAbi::of_apps(root, &linked, trees.base.is_some(), architecture.and_then(machine_of));
        Self { root, inputs, linked, target }
    }

    /// Returns the architecture to open catalogs for: the requested one, or that of most objects.
    pub fn architecture(&self) -> Option<Architecture> {
        self.inputs.architecture.or_else(|| self.target.and_then(architecture_of))
    }

    /// Looks up the sonames that the trees need.
    ///
    /// # Errors
    /// If a catalog's data is broken.
    pub fn resolve(self, catalogs: &'root Catalogs) -> Result<Analysis<'root>, CatalogError> {
        let closing = self.closing(catalogs.main.as_ref(), catalogs.others())?;
        Ok(Analysis { linked: self.linked, closing })
    }

    /// Resolves and closes the trees on each of several releases. As [`Analysis::close`], but undefined symbol
    /// versions are listed as they are: the other releases' answers show which of them define those.
    ///
    /// # Errors
    /// As for [`Analysis::close`].
    pub fn resolve_on_each<Error>(
        &self,
        catalogs: &'root [Box<dyn Catalog>],
        options: &ClosureOptions,
        debs: &impl Debs<Error = Error>,
    ) -> Result<Vec<ReleaseResolution>, Error>
    where
        Error: From<CatalogError> + From<ClosureError>,
    {
        let on_release = |place: usize| {
            let others = catalogs[..place].iter().chain(&catalogs[place + 1..]).map(AsRef::as_ref).collect();
            let closing = self.closing(catalogs[place].as_ref(), others)?;
            Ok(match closing.close(options, false, debs)? {
                Some(ClosedResolution { resolution, undefined_versions, .. }) => {
                    ReleaseResolution { resolution, undefined_versions }
                }
                None => ReleaseResolution { resolution: closing.resolution, undefined_versions: Vec::new() },
            })
        };
        (0..catalogs.len()).map(on_release).collect()
    }

    fn closing(
        &self,
        main: &'root dyn Catalog,
        others: Vec<&'root dyn Catalog>,
    ) -> Result<Closing<'root>, CatalogError> {
        let Self { root, inputs, target, .. } = *self;
        let resolution = resolve::resolve(root, inputs.trees, &self.linked, target, main, &others)?;
        Ok(Closing { root, inputs, target, main, others, resolution })
    }
}

/// Trees, their catalogs, and the answer for the trees alone.
pub struct Analysis<'root> {
    linked: LinkedApps<'root>,
    closing: Closing<'root>,
}

impl Analysis<'_> {
    /// Returns the packages of what the trees need by themselves, without what those packages need.
    pub fn resolution(&self) -> &Resolution {
        &self.closing.resolution
    }

    /// As [`Self::resolution`], for a caller that needs nothing else.
    pub fn into_resolution(self) -> Resolution {
        self.closing.resolution
    }

    /// Returns the graph of what the trees load and what they are missing.
    ///
    /// # Errors
    /// If a catalog's data is broken.
    pub fn graph(&self) -> Result<Graph, CatalogError> {
        let Self { linked, closing: Closing { root, inputs, target, main, resolution, .. } } = self;
        Graph::from_apps(root, inputs.trees, linked, *target, resolution, *main)
    }

    /// Resolves what the packages' files need as well, until nothing is missing that a package has. The packages are
    /// those of [`Planner::plan`](super::Planner::plan) where that follows no run-time loads and includes nothing.
    /// Packages that `debs` cannot read are listed in [`Resolution::unread`].
    ///
    /// # Errors
    /// If a catalog's data is broken, if no set of packages provides everything, or if `debs` fails.
    pub fn close<Error>(
        self,
        options: &ClosureOptions,
        debs: &impl Debs<Error = Error>,
    ) -> Result<Resolution, Error>
    where
        Error: From<CatalogError> + From<ClosureError>,
    {
        Ok(self.closed(options, false, debs)?.0)
    }

    /// As [`Self::close`], with the graph of everything that is loaded then.
    ///
    /// # Errors
    /// As for [`Self::close`].
    pub fn close_with_graph<Error>(
        self,
        options: &ClosureOptions,
        debs: &impl Debs<Error = Error>,
    ) -> Result<(Resolution, Graph), Error>
    where
        Error: From<CatalogError> + From<ClosureError>,
    {
        let (resolution, graph) = self.closed(options, true, debs)?;
        Ok((resolution, graph.unwrap_or_default()))
    }

    /// Links the trees with the packages of [`Self::close`] in place, and calls `show` with the root, everything linked
    /// in it, and the package of each of its nodes. Returns its answer, and a problem for each package that could not
    /// be read.
    ///
    /// # Errors
    /// As for [`Self::close`].
    pub fn show_closed<Answer, Error>(
        self,
        options: &ClosureOptions,
        debs: &impl Debs<Error = Error>,
        mut show: impl FnMut(&Root<'_>, &LinkedApps<'_>, PackageOf<'_>) -> Answer,
    ) -> Result<(Answer, Vec<Problem>), Error>
    where
        Error: From<CatalogError> + From<ClosureError>,
    {
        let Self { linked, closing } = self;
        let Some(target) = closing.target else {
            return Ok((show(closing.root, &linked, &|_| None), Vec::new()));
        };
        // Frees the linkers' memory before everything is linked again.
        drop(linked);
        closing.show(target, options, debs, &mut show)
    }

    /// Closes the trees down to the files to take. `included` are the packages of the trees' included files.
    pub(super) fn plan<Error>(
        self,
        options: &ClosureOptions,
        included: &[IncludedPackage],
        debs: &impl Debs<Error = Error>,
    ) -> Result<Closure, Error>
    where
        Error: From<CatalogError> + From<ClosureError>,
    {
        let Self { linked, closing } = self;
        drop(linked);
        closing.plan(options, included, debs)
    }

    fn closed<Error>(
        self,
        options: &ClosureOptions,
        with_graph: bool,
        debs: &impl Debs<Error = Error>,
    ) -> Result<(Resolution, Option<Graph>), Error>
    where
        Error: From<CatalogError> + From<ClosureError>,
    {
        let Self { linked, closing } = self;
        drop(linked);
        let closed = closing.close(options, with_graph, debs)?;
        let Closing { resolution, main, others, .. } = closing;
        let Some(ClosedResolution { mut resolution, undefined_versions, graph }) = closed else {
            return Ok((resolution, None));
        };
        for version in &undefined_versions {
            resolution.problems.push(version_problem(version, main, &others, debs)?);
        }
        resolution.problems.sort();
        Ok((resolution, graph))
    }
}

/// Returns Debian's name of an architecture; the triplet is what it has in common with the linker's constants.
fn architecture_of(target: TargetAbi) -> Option<Architecture> {
    Architecture::from_triplet(Platform::of(target.machine)?.triplet)
}

fn machine_of(architecture: Architecture) -> Option<Machine> {
    Platform::of_triplet(architecture.triplet()).map(Platform::machine)
}
