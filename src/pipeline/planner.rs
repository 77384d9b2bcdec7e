//! The Plan of input trees: everything that is missing, and everything that is included.

use std::io;
use std::os::unix::ffi::OsStrExt;

use bstr::BString;

use super::analysis::LinkedTrees;
use super::closure_run::version_problem;
use super::debs::Debs;
use super::inclusions::Inclusions;
use super::inputs::{Catalogs, Inputs};
use super::judge::started_programs;
use super::link_targets::add_link_targets;
use super::release::base_release;
use crate::app::{Base, InputTrees};
use crate::debian::catalog::CatalogError;
use crate::loader::LinkerSettings;
use crate::oci::image::ImageSettings;
use crate::solve::closure::{Closure, ClosureError, ClosureOptions, IncludedPackage};
use crate::solve::plan::{BaseObject, PlannedBase, is_codename};
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
        if let Some(image) = self.image {
            trees.started = started_programs(trees, image);
        }
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
        let problems = &mut closure.plan.problems;
        add_link_targets(problems, &inclusions.packages, catalogs.main.as_ref(), self.debs)?;
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
            let name = BString::from(base.host_path.as_os_str().as_bytes());
            let release = base_release(trees).map(|choice| choice.release);
            let release = release.filter(|release| is_codename(release.as_str()));
            let (digest, objects) = match &trees.image {
                Some(image) => (image.digest, Vec::new()),
                None => {
                    let objects = base_objects(base, &closure.base_objects).map_err(ClosureError::Base)?;
                    (PlannedBase::digest_of(&objects), objects)
                }
            };
            closure.plan.base = Some(PlannedBase { name, release, digest, objects });
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

/// Returns the objects at these paths of a base, with their digests.
fn base_objects(base: &Base, paths: &[RootedPath]) -> io::Result<Vec<BaseObject>> {
    let top = RootedPath::root();
    let object = |path: &RootedPath| {
        let below = path.below(&top).unwrap_or_default();
        Ok(BaseObject { path: path.clone(), sha256: base.inventory.content_digest(below)? })
    };
    paths.iter().map(object).collect()
}
