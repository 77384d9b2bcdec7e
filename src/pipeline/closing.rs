//! The closure of what trees are missing: packages are read and chosen until nothing is missing.

use std::slice;

use super::{Debs, Inputs};
use crate::app::LinkedApps;
use crate::debian::catalog::{Catalog, CatalogError};
use crate::debian::debs::Availability;
use crate::solve::closure::{
    CloseError, Closed, ClosedGap, ClosureOptions, ClosureSolver, IncludedPackage, PackageOf, Since, Trees,
};
use crate::solve::resolve::{LackingVersion, Problem, Resolution, TargetAbi};
use crate::tree::root::Root;

/// Everything that a closure is computed from.
pub(super) struct Closing<'root> {
    pub(super) root: &'root Root<'root>,
    pub(super) inputs: Inputs<'root>,
    /// ABI of the trees; none where they have no object.
    pub(super) target: Option<TargetAbi>,
    pub(super) main: &'root dyn Catalog,
    /// Catalogs of other releases.
    pub(super) others: Vec<&'root dyn Catalog>,
    /// Answer for the trees alone.
    pub(super) resolution: Resolution,
}

impl Closing<'_> {
    /// Closes what is missing, as far as a resolution shows it; none where there is nothing to link.
    pub(super) fn close<Error>(
        &self,
        options: &ClosureOptions,
        with_graph: bool,
        debs: &impl Debs<Error = Error>,
    ) -> Result<Option<ClosedGap>, Error>
    where
        Error: From<CatalogError> + From<CloseError>,
    {
        let Some(target) = self.target else { return Ok(None) };
        let mut solver = self.solver(target, &[], options)?;
        self.settle(&mut solver, debs, |solver| solver.settle_closure(with_graph)).map(Some)
    }

    /// Closes what is missing and calls `show` with the result.
    pub(super) fn show<Answer, Error>(
        &self,
        target: TargetAbi,
        options: &ClosureOptions,
        debs: &impl Debs<Error = Error>,
        show: &mut impl FnMut(&Root<'_>, &LinkedApps<'_>, PackageOf<'_>) -> Answer,
    ) -> Result<(Answer, Vec<Problem>), Error>
    where
        Error: From<CatalogError> + From<CloseError>,
    {
        let mut solver = self.solver(target, &[], options)?;
        self.settle(&mut solver, debs, |solver| solver.settle_shown(show))
    }

    /// Closes what is missing, down to the files to take. `included` are the packages of the trees' included files.
    pub(super) fn plan<Error>(
        &self,
        options: &ClosureOptions,
        included: &[IncludedPackage],
        debs: &impl Debs<Error = Error>,
    ) -> Result<Closed, Error>
    where
        Error: From<CatalogError> + From<CloseError>,
    {
        let Some(target) = self.target else {
            let mut closed = Closed::of_nothing(&self.resolution);
            closed.add(included, self.root);
            return Ok(closed);
        };
        let mut solver = self.solver(target, included, options)?;
        self.settle(&mut solver, debs, ClosureSolver::settle)
    }

    fn solver<'run>(
        &'run self,
        scene: TargetAbi,
        included: &'run [IncludedPackage],
        options: &'run ClosureOptions,
    ) -> Result<ClosureSolver<'run>, CatalogError> {
        let Self { root, inputs, resolution, .. } = self;
        let Inputs { trees, settings, .. } = *inputs;
        ClosureSolver::new(
            Trees { root, sources: trees, settings, scene, resolution, included },
            self.main,
            options,
        )
    }

    /// Reads packages and chooses again until a choice leaves nothing missing.
    fn settle<'run, Answer, Error>(
        &self,
        solver: &mut ClosureSolver<'run>,
        debs: &impl Debs<Error = Error>,
        mut settle: impl FnMut(&mut ClosureSolver<'run>) -> Result<Option<Answer>, CloseError>,
    ) -> Result<Answer, Error>
    where
        Error: From<CatalogError> + From<CloseError>,
    {
        loop {
            let unread = solver.unread().map_err(CloseError::from)?;
            if !unread.is_empty() {
                let read = debs.facts(self.main.provenance(), &unread)?;
                solver.learn(unread.into_iter().zip(read).collect())?;
            } else if let Some(answer) = settle(solver)? {
                return Ok(answer);
            }
        }
    }
}

/// Returns the problem of a symbol version that a release does not define, with the first newer release that does.
pub(super) fn version_problem<Error: From<CatalogError>>(
    version: &LackingVersion,
    main: &dyn Catalog,
    others: &[&dyn Catalog],
    debs: &impl Debs<Error = Error>,
) -> Result<Problem, Error> {
    Ok(version.problem(&first_release_with(version, main, others, debs)?))
}

fn first_release_with<Error: From<CatalogError>>(
    version: &LackingVersion,
    main: &dyn Catalog,
    others: &[&dyn Catalog],
    debs: &impl Debs<Error = Error>,
) -> Result<Since, Error> {
    for successor in version.successors(main, others)? {
        let package = slice::from_ref(&successor.package);
        match debs.facts(successor.catalog.provenance(), package)?.pop() {
            Some(Availability::Available(deb)) if successor.defines(&deb, &version.version) => {
                let release = successor.catalog.provenance().target.release.clone();
                return Ok(Since::Release(release, Box::new(successor.package)));
            }
            Some(Availability::Unavailable(cause)) => return Ok(Since::Unknown(cause.to_string())),
            Some(Availability::Available(_)) | None => {}
        }
    }
    Ok(Since::None)
}
