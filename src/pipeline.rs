//! The spine: read → overlay → link → look up, each stage a function from the value of the one before.

use crate::app::{Linked, Scope, Sources, link};
use crate::catalog::{Catalog, CatalogError};
use crate::elf::Machine;
use crate::loader::{LinkerSettings, Platform};
use crate::resolve::{self, Chain, Resolution, Scene};
use crate::root::Root;
use crate::vocabulary::Architecture;

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

/// The chains that pull in a soname or a package. `choose` is as for [`resolve()`].
///
/// # Errors
/// As for [`resolve()`].
pub fn why<Error: From<CatalogError>>(
    question: Question<'_>,
    query: &str,
    choose: impl FnOnce(Option<Architecture>) -> Result<Catalogs, Error>,
) -> Result<Vec<Chain>, Error> {
    let root = question.sources.root();
    let Answer { linked, scene, resolution } = answer(&root, question, choose)?;
    Ok(resolve::why(&root, &linked, scene, &resolution, query))
}

/// What every stage has come to.
struct Answer<'root> {
    linked: Linked<'root>,
    scene: Option<Scene>,
    resolution: Resolution,
}

fn answer<'root, Error: From<CatalogError>>(
    root: &'root Root<'root>,
    Question { sources, settings, architecture }: Question<'_>,
    choose: impl FnOnce(Option<Architecture>) -> Result<Catalogs, Error>,
) -> Result<Answer<'root>, Error> {
    let mut linked = link(root, sources, settings, Scope::InContext);
    let scene = resolve::scene(root, &linked, sources.base.is_some(), architecture.and_then(machine_of));
    let Catalogs { main, others } = choose(architecture.or_else(|| scene.and_then(architecture_of)))?;
    let others: Vec<&dyn Catalog> = others.iter().map(AsRef::as_ref).collect();
    let resolution = resolve::resolve(root, sources, &mut linked, scene, main.as_ref(), &others)?;
    Ok(Answer { linked, scene, resolution })
}

/// Debian's architecture of a scene; the linker's constants and Debian's names meet in the triplet.
fn architecture_of(scene: Scene) -> Option<Architecture> {
    Architecture::from_triplet(Platform::of(scene.machine)?.triplet)
}

fn machine_of(architecture: Architecture) -> Option<Machine> {
    Platform::of_triplet(architecture.triplet()).map(Platform::machine)
}
