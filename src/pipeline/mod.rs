//! The spine: read → overlay → link → look up, each stage a function from the value of the one before.

mod including;

use std::slice;
use std::sync::Arc;

use bstr::BString;

use crate::app::{Linked, Scope, Sources, link};
use crate::debian::catalog::{Catalog, CatalogError, Package, Provenance};
use crate::elf::Machine;
use crate::loader::{LinkerSettings, Platform};
use crate::solve::closure::{
    CloseError, Closed, ClosedGap, ClosureOptions, ClosureSolver, IncludedPackage, PackageOf, Since, Trees,
};
use crate::solve::graph::Graph;
use crate::solve::plan::PlannedBase;
use crate::solve::resolve::{self, LackingVersion, OnRelease, Problem, Resolution, TargetAbi};
use crate::tree::inventory::Deb;
use crate::tree::root::Root;
use crate::vocabulary::{Architecture, RootedPath};
use including::Including;

/// What of .debs is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Their libraries and the links to them, the data that goes with libraries by a rule, and copyright files.
    Libraries,
    /// Everything.
    Whole,
}

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
        reading: Reading,
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

impl Catalogs {
    fn others(&self) -> Vec<&dyn Catalog> {
        self.others.iter().map(AsRef::as_ref).collect()
    }
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
    let trees = LinkedTrees::of(&root, question);
    let catalogs = choose(question.architecture.or_else(|| trees.architecture()))?;
    Ok(trees.resolve(&root, question.sources, catalogs.main.as_ref(), &catalogs.others())?)
}

/// What [`resolve()`] says, with the gap closed: what the packages' files ask for too, and who loads what if the graph is
/// wanted. It takes the same packages as [`close`] where that follows nothing that is opened and includes nothing. What
/// `debs` does not give is told ([`Resolution::unread`]).
///
/// # Errors
/// As for [`resolve()`]; when no choice of packages closes the gap; when `debs` fails.
pub fn resolve_closed<Error>(
    question: Question<'_>,
    terms: &ClosureOptions,
    wants_graph: bool,
    choose: impl FnOnce(Option<Architecture>) -> Result<Catalogs, Error>,
    debs: &impl Debs<Error = Error>,
) -> Result<(Resolution, Option<Graph>), Error>
where
    Error: From<CatalogError> + From<CloseError>,
{
    let root = question.sources.root();
    let trees = LinkedTrees::of(&root, question);
    let catalogs = choose(question.architecture.or_else(|| trees.architecture()))?;
    let (main, others) = (catalogs.main.as_ref(), catalogs.others());
    let resolution = trees.resolve(&root, question.sources, main, &others)?;
    let scene = trees.scene;
    // Its memory is of use to the links that are made next.
    drop(trees);
    let Some(scene) = scene else { return Ok((resolution, wants_graph.then(Graph::default))) };
    let closing = closing(&root, question, scene, &resolution, &[], main, terms)?;
    let ClosedGap { mut closure, lacking, graph } =
        settled(closing, main, debs, |closing| closing.settle_closure(wants_graph))?;
    for lacking in &lacking {
        let since = first_release_with(lacking, main, &others, debs)?;
        closure.problems.push(lacking.problem(&since));
    }
    closure.problems.sort();
    Ok((resolution.closed(closure), graph))
}

/// What trees come to on each of several releases: as [`resolve_closed`], without the first release that has a symbol
/// version, since each tells what it lacks. `choose` opens their catalogs.
///
/// # Errors
/// As for [`resolve_closed`].
pub fn resolve_on_each<Error>(
    question: Question<'_>,
    terms: &ClosureOptions,
    choose: impl FnOnce(Option<Architecture>) -> Result<Vec<Box<dyn Catalog>>, Error>,
    debs: &impl Debs<Error = Error>,
) -> Result<Vec<OnRelease>, Error>
where
    Error: From<CatalogError> + From<CloseError>,
{
    let root = question.sources.root();
    let trees = LinkedTrees::of(&root, question);
    let catalogs = choose(question.architecture.or_else(|| trees.architecture()))?;
    let catalogs: Vec<&dyn Catalog> = catalogs.iter().map(AsRef::as_ref).collect();
    let mut releases = Vec::with_capacity(catalogs.len());
    for (place, main) in catalogs.iter().enumerate() {
        let others = [&catalogs[..place], &catalogs[place + 1..]].concat();
        let resolution = trees.resolve(&root, question.sources, *main, &others)?;
        releases.push(match trees.scene {
            None => OnRelease { resolution, lacking: Vec::new() },
            Some(scene) => {
                let closing = closing(&root, question, scene, &resolution, &[], *main, terms)?;
                let ClosedGap { closure, lacking, .. } =
                    settled(closing, *main, debs, |closing| closing.settle_closure(false))?;
                OnRelease { resolution: resolution.closed(closure), lacking }
            }
        });
    }
    Ok(releases)
}

/// What is loaded once packages close the gap, for whoever looks at it itself: `show` is handed the root with the packages
/// in it, all of it linked, and the package that each node comes from. Beside its answer stands what packages that could
/// not be read leave open. They are the packages of [`resolve_closed`].
///
/// # Errors
/// As for [`resolve_closed`].
pub fn show_closed<Answer, Error>(
    question: Question<'_>,
    terms: &ClosureOptions,
    choose: impl FnOnce(Option<Architecture>) -> Result<Catalogs, Error>,
    debs: &impl Debs<Error = Error>,
    mut show: impl FnMut(&Root<'_>, &Linked<'_>, PackageOf<'_>) -> Answer,
) -> Result<(Answer, Vec<Problem>), Error>
where
    Error: From<CatalogError> + From<CloseError>,
{
    let root = question.sources.root();
    let trees = LinkedTrees::of(&root, question);
    let catalogs = choose(question.architecture.or_else(|| trees.architecture()))?;
    let main = catalogs.main.as_ref();
    let resolution = trees.resolve(&root, question.sources, main, &catalogs.others())?;
    let Some(scene) = trees.scene else {
        return Ok((show(&root, &trees.linked, &|_| None), Vec::new()));
    };
    drop(trees);
    let closing = closing(&root, question, scene, &resolution, &[], main, terms)?;
    settled(closing, main, debs, |closing| closing.settle_shown(&mut show))
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
    let trees = LinkedTrees::of(&root, question);
    let catalogs = choose(question.architecture.or_else(|| trees.architecture()))?;
    let resolution = trees.resolve(&root, question.sources, catalogs.main.as_ref(), &catalogs.others())?;
    let LinkedTrees { linked, scene } = trees;
    let catalog = catalogs.main.as_ref();
    let graph = Graph::of_trees(&root, question.sources, &linked, scene, &resolution, catalog)?;
    Ok((resolution, graph))
}

/// The packages that close the gap, and what is taken of each: link → missing → candidates → choose → fetch → overlay
/// → link again, until nothing is missing. What is included is put into the sources, and what its objects lack is a
/// part of the gap. `choose` is as for [`resolve()`].
///
/// # Errors
/// As for [`resolve()`]; when no choice of packages closes the gap; when what is to be included can't be had; when the
/// base can't be read; when `debs` fails.
pub fn close<Error>(
    sources: &mut Sources,
    settings: &LinkerSettings,
    architecture: Option<Architecture>,
    terms: &ClosureOptions,
    choose: impl FnOnce(Option<Architecture>) -> Result<Catalogs, Error>,
    debs: &impl Debs<Error = Error>,
) -> Result<Closed, Error>
where
    Error: From<CatalogError> + From<CloseError>,
{
    let environment = Environment { settings, architecture, terms };
    let root = sources.root();
    let question = environment.question(sources);
    let trees = LinkedTrees::of(&root, question);
    let catalogs = choose(architecture.or_else(|| trees.architecture()))?;
    let mut including = Including::named(terms, catalogs.main.as_ref(), debs)?;
    let first = match including.packages[..] {
        [] => Some(close_gap(&root, trees, question, terms, &catalogs, &[], debs)?),
        _ => {
            drop(trees);
            None
        }
    };
    drop(root);
    let mut closed = match first {
        Some(closed) => closed,
        None => close_with(&including, sources, environment, &catalogs, debs)?,
    };
    loop {
        let due = including.due(&closed, sources, terms, catalogs.main.as_ref(), debs)?;
        if due.is_empty() {
            break;
        }
        including.add(due.clone());
        if due.iter().any(IncludedPackage::has_object) {
            closed = close_with(&including, sources, environment, &catalogs, debs)?;
        } else {
            sources.included = including.sources();
            closed.add(&due, &sources.root());
        }
    }
    closed.useful = including.useful;
    closed.add_unread(including.unread);
    finish(&mut closed, sources, &catalogs, debs)?;
    Ok(closed)
}

/// What is the same in every pass of a closing.
#[derive(Clone, Copy)]
struct Environment<'question> {
    settings: &'question LinkerSettings,
    architecture: Option<Architecture>,
    terms: &'question ClosureOptions,
}

impl<'question> Environment<'question> {
    fn question(self, sources: &'question Sources) -> Question<'question> {
        Question { sources, settings: self.settings, architecture: self.architecture }
    }
}

/// Puts into the sources what is included so far, and closes their gap.
fn close_with<Error>(
    including: &Including,
    sources: &mut Sources,
    environment: Environment<'_>,
    catalogs: &Catalogs,
    debs: &impl Debs<Error = Error>,
) -> Result<Closed, Error>
where
    Error: From<CatalogError> + From<CloseError>,
{
    sources.included = including.sources();
    let root = sources.root();
    let question = environment.question(sources);
    let trees = LinkedTrees::of(&root, question);
    close_gap(&root, trees, question, environment.terms, catalogs, &including.packages, debs)
}

fn close_gap<Error>(
    root: &Root<'_>,
    trees: LinkedTrees<'_>,
    question: Question<'_>,
    terms: &ClosureOptions,
    catalogs: &Catalogs,
    included: &[IncludedPackage],
    debs: &impl Debs<Error = Error>,
) -> Result<Closed, Error>
where
    Error: From<CatalogError> + From<CloseError>,
{
    let resolution = trees.resolve(root, question.sources, catalogs.main.as_ref(), &catalogs.others())?;
    let scene = trees.scene;
    let Some(scene) = scene else {
        let mut closed = Closed::of_nothing(&resolution);
        closed.add(included, root);
        return Ok(closed);
    };
    drop(trees);
    let catalog = catalogs.main.as_ref();
    let closing = closing(root, question, scene, &resolution, included, catalog, terms)?;
    settled(closing, catalog, debs, ClosureSolver::settle)
}

fn closing<'trees>(
    root: &'trees Root<'trees>,
    question: Question<'trees>,
    scene: TargetAbi,
    resolution: &'trees Resolution,
    included: &'trees [IncludedPackage],
    catalog: &'trees dyn Catalog,
    terms: &'trees ClosureOptions,
) -> Result<ClosureSolver<'trees>, CatalogError> {
    let Question { sources, settings, .. } = question;
    ClosureSolver::new(Trees { root, sources, settings, scene, resolution, included }, catalog, terms)
}

/// Goes on until a choice closes the gap.
fn settled<'trees, Answer, Error>(
    mut closing: ClosureSolver<'trees>,
    catalog: &dyn Catalog,
    debs: &impl Debs<Error = Error>,
    mut settle: impl FnMut(&mut ClosureSolver<'trees>) -> Result<Option<Answer>, CloseError>,
) -> Result<Answer, Error>
where
    Error: From<CatalogError> + From<CloseError>,
{
    loop {
        study(&mut closing, catalog, debs)?;
        if let Some(answer) = settle(&mut closing)? {
            return Ok(answer);
        }
    }
}

/// Reads packages until the best choice has none that was not read.
fn study<Error>(
    closing: &mut ClosureSolver<'_>,
    catalog: &dyn Catalog,
    debs: &impl Debs<Error = Error>,
) -> Result<(), Error>
where
    Error: From<CatalogError> + From<CloseError>,
{
    loop {
        let unread = closing.unread().map_err(CloseError::from)?;
        if unread.is_empty() {
            return Ok(());
        }
        let read = debs.read(catalog.provenance(), &unread, Reading::Libraries)?;
        closing.learn(unread.into_iter().zip(read).collect())?;
    }
}

/// Fills in what only the outside knows: the base's digest, the releases that have what this one lacks, the URLs.
fn finish<Error>(
    closed: &mut Closed,
    sources: &Sources,
    catalogs: &Catalogs,
    debs: &impl Debs<Error = Error>,
) -> Result<(), Error>
where
    Error: From<CatalogError> + From<CloseError>,
{
    if let Some(base) = &sources.base {
        let objects = closed.base_objects.iter();
        let read: Vec<BString> =
            objects.filter_map(|path| Some(BString::from(path.below(&RootedPath::root())?))).collect();
        let digest = match &sources.image {
            Some(image) => image.digest,
            None => base.inventory.digest(&read).map_err(CloseError::Base)?,
        };
        closed.plan.base = Some(PlannedBase { digest });
    }
    for lacking in &closed.lacking {
        let since = first_release_with(lacking, catalogs.main.as_ref(), &catalogs.others(), debs)?;
        closed.plan.problems.push(lacking.problem(&since));
    }
    closed.plan.problems.sort();
    for planned in &mut closed.plan.packages {
        planned.urls = debs.urls(catalogs.main.provenance(), &planned.package);
    }
    Ok(())
}

/// The first newer release whose library defines a version that this one's lacks.
fn first_release_with<Error: From<CatalogError>>(
    lacking: &LackingVersion,
    main: &dyn Catalog,
    others: &[&dyn Catalog],
    debs: &impl Debs<Error = Error>,
) -> Result<Since, Error> {
    for successor in lacking.successors(main, others)? {
        let package = slice::from_ref(&successor.package);
        match debs.read(successor.catalog.provenance(), package, Reading::Libraries)?.pop() {
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

/// The trees, linked.
struct LinkedTrees<'root> {
    linked: Linked<'root>,
    scene: Option<TargetAbi>,
}

impl<'root> LinkedTrees<'root> {
    fn of(root: &'root Root<'root>, question: Question<'_>) -> Self {
        let Question { sources, settings, architecture } = question;
        let linked = link(root, sources, settings, Scope::InContext);
        let scene = resolve::scene(root, &linked, sources.base.is_some(), architecture.and_then(machine_of));
        Self { linked, scene }
    }

    /// The architecture of the objects that count.
    fn architecture(&self) -> Option<Architecture> {
        self.scene.and_then(architecture_of)
    }

    fn resolve(
        &self,
        root: &Root<'_>,
        sources: &Sources,
        main: &dyn Catalog,
        others: &[&dyn Catalog],
    ) -> Result<Resolution, CatalogError> {
        resolve::resolve(root, sources, &self.linked, self.scene, main, others)
    }
}

/// Debian's architecture of a scene; the linker's constants and Debian's names meet in the triplet.
fn architecture_of(scene: TargetAbi) -> Option<Architecture> {
    Architecture::from_triplet(Platform::of(scene.machine)?.triplet)
}

fn machine_of(architecture: Architecture) -> Option<Machine> {
    Platform::of_triplet(architecture.triplet()).map(Platform::machine)
}
