//! Linked input trees, and their analysis by the catalog of a release.

use super::closure_run::{ClosureRun, version_problem};
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

/// Input trees whose objects are linked: the first stage of every answer.
pub struct LinkedTrees<'root> {
    root: &'root Root<'root>,
    inputs: Inputs<'root>,
    linked: LinkedApps<'root>,
    target: Option<TargetAbi>,
}

impl<'root> LinkedTrees<'root> {
    /// Links every start object of the apps. `root` is that of the input trees
    /// ([`InputTrees::root`](crate::app::InputTrees::root)).
    pub fn link(root: &'root Root<'root>, inputs: Inputs<'root>) -> Self {
        let Inputs { trees, settings, architecture, .. } = inputs;
        let linked = link(root, trees, settings, LinkScope::InContext);
        let target =
            TargetAbi::of_apps(root, &linked, trees.base.is_some(), architecture.and_then(machine_of));
        let linked = linked.judged(root, trees, target);
        Self { root, inputs, linked, target }
    }

    /// Returns the architecture to open catalogs for: the requested one, or that of most objects.
    pub fn architecture(&self) -> Option<Architecture> {
        self.inputs.architecture.or_else(|| self.target.and_then(architecture_of))
    }

    /// Resolves the sonames that the apps need.
    ///
    /// # Errors
    /// If a catalog's data is broken.
    pub fn resolve(self, catalogs: &'root Catalogs) -> Result<Analysis<'root>, CatalogError> {
        let closure_run = self.closure_run(catalogs.main.as_ref(), catalogs.others())?;
        Ok(Analysis { linked: self.linked, closure_run })
    }

    /// Resolves the needs of the apps and of their packages on each of several releases. As [`Analysis::close`], but
    /// undefined symbol versions are listed as they are: the other releases' answers show which of them define those.
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
        let on_release = |index: usize| {
            let others = catalogs[..index].iter().chain(&catalogs[index + 1..]).map(AsRef::as_ref).collect();
            let closure_run = self.closure_run(catalogs[index].as_ref(), others)?;
            Ok(match closure_run.close(options, false, debs)? {
                Some(ClosedResolution { resolution, undefined_versions, .. }) => {
                    ReleaseResolution { resolution, undefined_versions }
                }
                None => {
                    ReleaseResolution { resolution: closure_run.resolution, undefined_versions: Vec::new() }
                }
            })
        };
        (0..catalogs.len()).map(on_release).collect()
    }

    fn closure_run(
        &self,
        main: &'root dyn Catalog,
        others: Vec<&'root dyn Catalog>,
    ) -> Result<ClosureRun<'root>, CatalogError> {
        let Self { root, inputs, target, .. } = *self;
        let resolution = resolve::resolve(root, inputs.trees, &self.linked, target, main, &others)?;
        Ok(ClosureRun { root, inputs, target, main, others, resolution })
    }
}

/// Linked input trees with the catalogs and the resolution of the apps' own needs.
pub struct Analysis<'root> {
    linked: LinkedApps<'root>,
    closure_run: ClosureRun<'root>,
}

impl<'root> Analysis<'root> {
    /// Returns the resolution of the apps' own needs, without the needs of packages.
    pub fn into_resolution(mut self) -> Resolution {
        self.judge_open();
        self.closure_run.resolution
    }

    /// Adds the problems that packages do not fix, of the trees without packages.
    fn judge_open(&mut self) {
        let problems = self.closure_run.judge().problems(self.closure_run.root, &self.linked);
        let resolution = &mut self.closure_run.resolution;
        resolution.problems.extend(problems);
        resolution.problems.sort();
    }

    /// Returns the graph of the objects that the apps load, and of the names that they are missing.
    ///
    /// # Errors
    /// If a catalog's data is broken.
    pub fn graph(&self) -> Result<Graph, CatalogError> {
        let Self { linked, closure_run: ClosureRun { root, inputs, target, main, resolution, .. } } = self;
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

    /// Links the apps with the packages of [`Self::close`] in index, and calls `show` with the root, everything linked
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
        let Self { linked, closure_run } = self;
        let Some(target) = closure_run.target else {
            return Ok((show(closure_run.root, &linked, &|_| None), Vec::new()));
        };
        // Frees the linkers' memory before everything is linked again.
        drop(linked);
        closure_run.show(target, options, debs, &mut show)
    }

    /// Makes the closure down to the files to take. `included` are the packages of the trees' included files.
    pub(super) fn plan<Error>(
        self,
        options: &ClosureOptions,
        included: &[IncludedPackage],
        debs: &impl Debs<Error = Error>,
    ) -> Result<Closure, Error>
    where
        Error: From<CatalogError> + From<ClosureError>,
    {
        let closure_run = self.into_closure_run();
        closure_run.plan(options, included, debs)
    }

    /// Frees the linkers' memory before everything is linked again. Without a target nothing is.
    fn into_closure_run(mut self) -> ClosureRun<'root> {
        if self.closure_run.target.is_none() {
            self.judge_open();
        }
        self.closure_run
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
        let closure_run = self.into_closure_run();
        let closed = closure_run.close(options, with_graph, debs)?;
        let ClosureRun { resolution, main, others, .. } = closure_run;
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
