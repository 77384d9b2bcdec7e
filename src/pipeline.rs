//! The spine: read → overlay → link → look up, each stage a function from the value of the one before.

use std::slice;
use std::sync::Arc;

use bstr::BString;

use crate::app::{Linked, Scope, Sources, link};
use crate::catalog::{Catalog, CatalogError, Package, Provenance};
use crate::close::{CloseError, Closed, Closing, LackingVersion, Since, Terms};
use crate::elf::Machine;
use crate::graph::Graph;
use crate::inventory::Deb;
use crate::loader::{LinkerSettings, Platform};
use crate::plan::PlannedBase;
use crate::resolve::{self, Resolution, Scene};
use crate::root::Root;
use crate::vocabulary::{Architecture, RootedPath};

/// Where the .debs of packages come from.
pub trait Debs {
    /// Why none can be had.
    type Error;

    /// The packages' .debs, in their order; the inner error says why one is left out.
    ///
    /// # Errors
    /// When the outside fails.
    fn read(
        &self,
        provenance: &Provenance,
        packages: &[Package],
    ) -> Result<Vec<Result<Arc<Deb>, String>>, Self::Error>;

    /// Where a package can be had for years.
    fn urls(&self, provenance: &Provenance, package: &Package) -> Vec<String>;
}

/// What is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Question<'sources> {
    /// The trees.
    pub sources: &'sources Sources,
    /// What the image's environment will set.
    pub settings: &'sources LinkerSettings,
    /// The architecture whose objects are meant; none for that of most.
    pub architecture: Option<Architecture>,
}

/// The catalogs that an answer is made from.
pub struct Catalogs {
    /// The release that is asked for.
    pub main: Box<dyn Catalog>,
    /// Other releases, for what that one does not have.
    pub others: Vec<Box<dyn Catalog>>,
}

/// What the trees lack and which packages have it. `choose` opens the catalogs once the architecture of the
/// trees' objects is known.
///
/// # Errors
/// When `choose` fails or a catalog's data is broken.
pub fn resolve<Error: From<CatalogError>>(
    question: Question<'_>,
    choose: impl FnOnce(Option<Architecture>) -> Result<Catalogs, Error>,
) -> Result<Resolution, Error> {
    let root = question.sources.root();
    Ok(answer(&root, question, choose)?.resolution)
}

/// What [`resolve()`] says, and the graph of what the trees load and lack.
///
/// # Errors
/// As for [`resolve()`].
pub fn graph<Error: From<CatalogError>>(
    question: Question<'_>,
    choose: impl FnOnce(Option<Architecture>) -> Result<Catalogs, Error>,
) -> Result<(Resolution, Graph), Error> {
    let root = question.sources.root();
    let Answer { linked, scene, resolution, catalogs } = answer(&root, question, choose)?;
    let catalog = catalogs.main.as_ref();
    let graph = Graph::of_trees(&root, question.sources, &linked, scene, &resolution, catalog)?;
    Ok((resolution, graph))
}

/// The packages that close the gap, and what is taken of each: link → missing → candidates → choose → fetch → overlay
/// → link again, until nothing is missing. `choose` is as for [`resolve()`].
///
/// # Errors
/// As for [`resolve()`]; when no choice of packages closes the gap; when the base can't be read; when `debs` fails.
pub fn close<Error>(
    question: Question<'_>,
    terms: &Terms,
    choose: impl FnOnce(Option<Architecture>) -> Result<Catalogs, Error>,
    debs: &impl Debs<Error = Error>,
) -> Result<Closed, Error>
where
    Error: From<CatalogError> + From<CloseError>,
{
    let root = question.sources.root();
    let Answer { scene, resolution, catalogs, .. } = answer(&root, question, choose)?;
    let Some(scene) = scene else { return Ok(Closed::of_nothing(&resolution)) };
    let catalog = catalogs.main.as_ref();
    let mut closing =
        Closing::new(&root, question.sources, question.settings, scene, &resolution, catalog, terms)?;
    let mut closed = loop {
        let unread = closing.unread().map_err(CloseError::from)?;
        if !unread.is_empty() {
            let read = debs.read(catalog.provenance(), &unread)?;
            closing.learn(unread.into_iter().zip(read).collect())?;
        } else if let Some(closed) = closing.settle()? {
            break closed;
        }
    };
    if let Some(base) = &question.sources.base {
        let objects = closed.base_objects.iter();
        let read: Vec<BString> =
            objects.filter_map(|path| Some(BString::from(path.below(&RootedPath::root())?))).collect();
        let digest = match &question.sources.image {
            Some(image) => image.digest,
            None => base.inventory.digest(&read).map_err(CloseError::Base)?,
        };
        closed.plan.base = Some(PlannedBase { digest });
    }
    for lacking in &closed.lacking {
        let since = first_release_with(lacking, &catalogs, debs)?;
        closed.plan.problems.push(lacking.problem(&since));
    }
    closed.plan.problems.sort();
    for planned in &mut closed.plan.packages {
        planned.urls = debs.urls(catalog.provenance(), &planned.package);
    }
    Ok(closed)
}

/// The first newer release whose library defines a version that this one's lacks.
fn first_release_with<Error: From<CatalogError>>(
    lacking: &LackingVersion,
    catalogs: &Catalogs,
    debs: &impl Debs<Error = Error>,
) -> Result<Since, Error> {
    let others: Vec<&dyn Catalog> = catalogs.others.iter().map(AsRef::as_ref).collect();
    for successor in lacking.successors(catalogs.main.as_ref(), &others)? {
        let package = slice::from_ref(&successor.package);
        match debs.read(successor.catalog.provenance(), package)?.pop() {
            Some(Ok(deb)) if successor.defines(&deb, &lacking.version) => {
                let release = successor.catalog.provenance().target.release.clone();
                return Ok(Since::Release(release, Box::new(successor.package)));
            }
            Some(Err(cause)) => return Ok(Since::Unknown(cause)),
            Some(Ok(_)) | None => {}
        }
    }
    Ok(Since::None)
}

/// What every stage has come to.
struct Answer<'root> {
    linked: Linked<'root>,
    scene: Option<Scene>,
    resolution: Resolution,
    catalogs: Catalogs,
}

fn answer<'root, Error: From<CatalogError>>(
    root: &'root Root<'root>,
    Question { sources, settings, architecture }: Question<'_>,
    choose: impl FnOnce(Option<Architecture>) -> Result<Catalogs, Error>,
) -> Result<Answer<'root>, Error> {
    let mut linked = link(root, sources, settings, Scope::InContext);
    let scene = resolve::scene(root, &linked, sources.base.is_some(), architecture.and_then(machine_of));
    let catalogs = choose(architecture.or_else(|| scene.and_then(architecture_of)))?;
    let others: Vec<&dyn Catalog> = catalogs.others.iter().map(AsRef::as_ref).collect();
    let resolution = resolve::resolve(root, sources, &mut linked, scene, catalogs.main.as_ref(), &others)?;
    Ok(Answer { linked, scene, resolution, catalogs })
}

/// Debian's architecture of a scene; the linker's constants and Debian's names meet in the triplet.
fn architecture_of(scene: Scene) -> Option<Architecture> {
    Architecture::from_triplet(Platform::of(scene.machine)?.triplet)
}

fn machine_of(architecture: Architecture) -> Option<Machine> {
    Platform::of_triplet(architecture.triplet()).map(Platform::machine)
}
