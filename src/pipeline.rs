//! The spine: read → overlay → link → look up, each stage a function from the value of the one before.

use crate::app::{Linked, Scope, Sources, link};
use crate::catalog::{Catalog, CatalogError};
use crate::elf::Machine;
use crate::loader::{LinkerSettings, Platform};
use crate::resolve::{self, Chain, Resolution, Scene};
use crate::root::Root;
use crate::vocabulary::Architecture;

/// The catalogs that an answer is made from.
pub struct Catalogs<'catalogs> {
    /// The release that is asked for.
    pub main: &'catalogs dyn Catalog,
    /// Other releases, for what that one does not have.
    pub others: Vec<&'catalogs dyn Catalog>,
}

/// What the trees lack and which packages have it. `choose` opens the catalogs once the architecture of the
/// trees' objects is known.
///
/// # Errors
/// When `choose` fails or a catalog's data is broken.
pub fn resolve<'catalogs, Error: From<CatalogError>>(
    sources: &Sources,
    settings: &LinkerSettings,
    architecture: Option<Architecture>,
    choose: impl FnOnce(Option<Architecture>) -> Result<Catalogs<'catalogs>, Error>,
) -> Result<Resolution, Error> {
    let root = sources.root();
    Ok(answer(&root, sources, settings, architecture, choose)?.resolution)
}

/// The chains that pull in a soname or a package. `choose` is as for [`resolve()`].
///
/// # Errors
/// As for [`resolve()`].
pub fn why<'catalogs, Error: From<CatalogError>>(
    sources: &Sources,
    settings: &LinkerSettings,
    architecture: Option<Architecture>,
    query: &str,
    choose: impl FnOnce(Option<Architecture>) -> Result<Catalogs<'catalogs>, Error>,
) -> Result<Vec<Chain>, Error> {
    let root = sources.root();
    let Answer { linked, scene, resolution } = answer(&root, sources, settings, architecture, choose)?;
    Ok(resolve::why(&root, &linked, scene, &resolution, query))
}

/// What every stage has come to.
struct Answer<'root> {
    linked: Linked<'root>,
    scene: Option<Scene>,
    resolution: Resolution,
}

fn answer<'root, 'catalogs, Error: From<CatalogError>>(
    root: &'root Root<'root>,
    sources: &Sources,
    settings: &LinkerSettings,
    architecture: Option<Architecture>,
    choose: impl FnOnce(Option<Architecture>) -> Result<Catalogs<'catalogs>, Error>,
) -> Result<Answer<'root>, Error> {
    let mut linked = link(root, sources, settings, Scope::InContext);
    let scene = resolve::scene(root, &linked, sources.base.is_some(), architecture.and_then(machine_of));
    let catalogs = choose(architecture.or_else(|| scene.and_then(architecture_of)))?;
    let resolution = resolve::resolve(root, sources, &mut linked, scene, catalogs.main, &catalogs.others)?;
    Ok(Answer { linked, scene, resolution })
}

/// Debian's architecture of a scene; the linker's constants and Debian's names meet in the triplet.
fn architecture_of(scene: Scene) -> Option<Architecture> {
    Architecture::from_triplet(Platform::of(scene.machine)?.triplet)
}

fn machine_of(architecture: Architecture) -> Option<Machine> {
    Platform::of_triplet(architecture.triplet()).map(Platform::machine)
}
