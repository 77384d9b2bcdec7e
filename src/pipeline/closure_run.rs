//! The closure of the apps' needs: packages are read and chosen until nothing is missing.

use std::slice;

use super::debs::Debs;
use super::inputs::Inputs;
use super::judge::Judge;
use crate::app::LinkedApps;
use crate::debian::catalog::{Catalog, CatalogError};
use crate::debian::debs::Availability;
use crate::solve::closure::{
    self, ClosedResolution, Closure, ClosureError, ClosureInputs, ClosureOptions, ClosureSolver,
    FirstRelease, IncludedPackage, PackageOf,
};
use crate::solve::resolve::{Problem, Resolution, TargetAbi, UndefinedVersion};
use crate::tree::root::Root;

/// Everything that a closure is computed from.
pub(super) struct ClosureRun<'root> {
    pub(super) root: &'root Root<'root>,
    pub(super) inputs: Inputs<'root>,
    /// ABI of the apps; none if they have no object.
    pub(super) target: Option<TargetAbi>,
    pub(super) main: &'root dyn Catalog,
    /// Catalogs of other releases.
    pub(super) others: Vec<&'root dyn Catalog>,
    /// Resolution of the apps' own needs.
    pub(super) resolution: Resolution,
}

impl ClosureRun<'_> {
    /// Resolves the packages' own needs, too; none if there is nothing to link.
    pub(super) fn close<Error>(
        &self,
        options: &ClosureOptions,
        with_graph: bool,
        debs: &impl Debs<Error = Error>,
    ) -> Result<Option<ClosedResolution>, Error>
    where
        Error: From<CatalogError> + From<ClosureError>,
    {
        let Some(target) = self.target else { return Ok(None) };
        let judge = self.judge();
        let judge = |root: &Root<'_>, linked: &LinkedApps<'_>| judge.problems(root, linked);
        let mut solver = self.solver(target, &[], options, &judge);
        self.run(&mut solver, debs, |solver| solver.resolution(with_graph)).map(Some)
    }

    /// Links the apps with the chosen packages, and calls `show` with the result.
    pub(super) fn show<Answer, Error>(
        &self,
        target: TargetAbi,
        options: &ClosureOptions,
        debs: &impl Debs<Error = Error>,
        show: &mut impl FnMut(&Root<'_>, &LinkedApps<'_>, PackageOf<'_>) -> Answer,
    ) -> Result<(Answer, Vec<Problem>), Error>
    where
        Error: From<CatalogError> + From<ClosureError>,
    {
        let mut solver = self.solver(target, &[], options, &|_, _| Vec::new());
        self.run(&mut solver, debs, |solver| solver.show(show))
    }

    /// Makes the Plan. `included` are the packages of the trees' included files.
    pub(super) fn plan<Error>(
        &self,
        options: &ClosureOptions,
        included: &[IncludedPackage],
        debs: &impl Debs<Error = Error>,
    ) -> Result<Closure, Error>
    where
        Error: From<CatalogError> + From<ClosureError>,
    {
        let Some(target) = self.target else {
            let mut closure = Closure::empty(&self.resolution);
            closure.add(included, self.root);
            return Ok(closure);
        };
        let judge = self.judge();
        let judge = |root: &Root<'_>, linked: &LinkedApps<'_>| judge.problems(root, linked);
        let mut solver = self.solver(target, included, options, &judge);
        self.run(&mut solver, debs, ClosureSolver::plan)
    }

    /// Returns the judge of the trees' roots.
    pub(super) fn judge(&self) -> Judge<'_> {
        Judge { inputs: self.inputs, target: self.target, resolution: &self.resolution }
    }

    fn solver<'run>(
        &'run self,
        target: TargetAbi,
        included: &'run [IncludedPackage],
        options: &'run ClosureOptions,
        judge: &'run closure::Judge<'run>,
    ) -> ClosureSolver<'run> {
        let Self { root, inputs, resolution, .. } = self;
        let Inputs { trees, settings, .. } = *inputs;
        let inputs = ClosureInputs { root, trees, settings, target, resolution, judge, included };
        ClosureSolver::new(inputs, self.main, options)
    }

    /// Reads packages and chooses again until `finish` returns a result.
    fn run<'run, Answer, Error>(
        &self,
        solver: &mut ClosureSolver<'run>,
        debs: &impl Debs<Error = Error>,
        mut finish: impl FnMut(&mut ClosureSolver<'run>) -> Result<Option<Answer>, ClosureError>,
    ) -> Result<Answer, Error>
    where
        Error: From<CatalogError> + From<ClosureError>,
    {
        loop {
            let unread = solver.packages_to_read().map_err(ClosureError::from)?;
            if !unread.is_empty() {
                let read = debs.facts(self.main.provenance(), &unread)?;
                solver.add_packages(unread.into_iter().zip(read).collect())?;
                continue;
            }
            let compared = solver.packages_to_compare().map_err(ClosureError::from)?;
            if !compared.is_empty() {
                let known = debs.known_facts(&compared);
                solver.add_known_packages(compared.into_iter().zip(known).collect())?;
            } else if let Some(answer) = finish(solver)? {
                return Ok(answer);
            }
        }
    }
}

/// Returns the problem of an undefined symbol version, with the first newer release that defines it.
pub(super) fn version_problem<Error: From<CatalogError>>(
    version: &UndefinedVersion,
    main: &dyn Catalog,
    others: &[&dyn Catalog],
    debs: &impl Debs<Error = Error>,
) -> Result<Problem, Error> {
    Ok(version.problem(&first_release(version, main, others, debs)?))
}

fn first_release<Error: From<CatalogError>>(
    version: &UndefinedVersion,
    main: &dyn Catalog,
    others: &[&dyn Catalog],
    debs: &impl Debs<Error = Error>,
) -> Result<FirstRelease, Error> {
    for successor in version.successors(main, others)? {
        let package = slice::from_ref(&successor.package);
        match debs.facts(successor.catalog.provenance(), package)?.pop() {
            Some(Availability::Available(deb)) if successor.defines(&deb, &version.version) => {
                let release = successor.catalog.provenance().target.release.clone();
                return Ok(FirstRelease::Release(release, Box::new(successor.package)));
            }
            Some(Availability::Unavailable(cause)) => return Ok(FirstRelease::Unknown(cause.to_string())),
            Some(Availability::Available(_)) | None => {}
        }
    }
    Ok(FirstRelease::None)
}
