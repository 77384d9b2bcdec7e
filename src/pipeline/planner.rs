//! The Plan of input trees: everything that is missing, and everything that is included.

use bstr::BString;

use super::analysis::LinkedTrees;
use super::closure_run::version_problem;
use super::debs::Debs;
use super::inclusions::Inclusions;
use super::inputs::{Catalogs, Inputs};
use crate::app::InputTrees;
use crate::debian::catalog::CatalogError;
use crate::loader::LinkerSettings;
use crate::oci::image::ImageSettings;
use crate::solve::closure::{Closure, ClosureError, ClosureOptions, IncludedPackage};
use crate::solve::plan::PlannedBase;
use crate::vocabulary::{Architecture, RootedPath};

/// Maker of Plans.
#[derive(Clone, Copy, Debug)]
pub struct Planner<'run, D> {
    /// Environment that the image will set for the dynamic linker.
    pub settings: &'run LinkerSettings,
    /// Configuration of the image that is built; none if it is not known what will be started.
    pub image: Option<&'run ImageSettings>,
    /// Architecture whose objects are analysed; by default that of most objects.
    pub architecture: Option<Architecture>,
    /// Packages to prefer, avoid and include.
    pub options: &'run ClosureOptions,
    /// Source of the packages' .debs.
    pub debs: &'run D,
}

impl<D, Error> Planner<'_, D>
where
    D: Debs<Error = Error>,
    Error: From<CatalogError> + From<ClosureError>,
{
    /// Makes the Plan: link → missing → candidates → choose → fetch → overlay → link again, until nothing is missing.
    /// Included files are added to the trees, and what their objects need is part of the Plan. `open` opens the
    /// catalogs for the architecture of the apps.
    ///
    /// # Errors
    /// If `open` or the source of .debs fails, if no set of packages provides everything, if a file to include is
    /// missing, or if the base cannot be read.
    pub fn plan(
        &self,
        trees: &mut InputTrees,
        open: impl FnOnce(Option<Architecture>) -> Result<Catalogs, Error>,
    ) -> Result<Closure, Error> {
        let root = trees.root();
        let linked = LinkedTrees::link(&root, self.inputs(trees));
        let catalogs = open(linked.architecture())?;
        let mut inclusions = Inclusions::requested(self.options, catalogs.main.as_ref(), self.debs)?;
        let first = match inclusions.packages[..] {
            [] => Some(linked.resolve(&catalogs)?.plan(self.options, &[], self.debs)?),
            _ => {
                drop(linked);
                None
            }
        };
        drop(root);
        let mut closure = match first {
            Some(closure) => closure,
            None => self.plan_with(&inclusions, trees, &catalogs)?,
        };
        loop {
            let required =
                inclusions.required_by(&closure, trees, self.options, catalogs.main.as_ref(), self.debs)?;
            if required.is_empty() {
                break;
            }
            inclusions.add(required.clone());
            if required.iter().any(IncludedPackage::has_object) {
                closure = self.plan_with(&inclusions, trees, &catalogs)?;
            } else {
                trees.included = inclusions.files();
                closure.add(&required, &trees.root());
            }
        }
        closure.left_out = inclusions.left_out;
        closure.add_unread(inclusions.unread);
        self.finish(&mut closure, trees, &catalogs)?;
        Ok(closure)
    }

    fn inputs<'trees>(&'trees self, trees: &'trees InputTrees) -> Inputs<'trees> {
        let Self { settings, image, architecture, .. } = *self;
        Inputs { trees, settings, image, architecture }
    }

    /// Puts the included files into the trees, and closes those.
    fn plan_with(
        &self,
        inclusions: &Inclusions,
        trees: &mut InputTrees,
        catalogs: &Catalogs,
    ) -> Result<Closure, Error> {
        trees.included = inclusions.files();
        let root = trees.root();
        let analysis = LinkedTrees::link(&root, self.inputs(trees)).resolve(catalogs)?;
        analysis.plan(self.options, &inclusions.packages, self.debs)
    }

    /// Adds the base's digest, the releases that define undefined symbol versions, and the URLs.
    fn finish(&self, closure: &mut Closure, trees: &InputTrees, catalogs: &Catalogs) -> Result<(), Error> {
        if let Some(base) = &trees.base {
            let objects = closure.base_objects.iter();
            let read: Vec<BString> =
                objects.filter_map(|path| Some(BString::from(path.below(&RootedPath::root())?))).collect();
            let digest = match &trees.image {
                Some(image) => image.digest,
                None => base.inventory.digest(&read).map_err(ClosureError::Base)?,
            };
            closure.plan.base = Some(PlannedBase { digest });
        }
        let (main, others) = (catalogs.main.as_ref(), catalogs.others());
        for version in &closure.undefined_versions {
            closure.plan.problems.push(version_problem(version, main, &others, self.debs)?);
        }
        closure.plan.problems.sort();
        for planned in &mut closure.plan.packages {
            planned.urls = self.debs.urls(main.provenance(), &planned.package);
        }
        Ok(())
    }
}
