//! The spine: read → overlay → link → look up, each stage a function from the value of the one before.

use crate::app::{Scope, Sources, link};
use crate::catalog::{Catalog, CatalogError};
use crate::elf::Machine;
use crate::loader::{LinkerSettings, Platform};
use crate::resolve::{self, Resolution, Scene};
use crate::vocabulary::Architecture;

/// The catalogs that an answer is made from.
pub struct Catalogs<'catalogs> {
    /// The release that is asked for.
    pub main: &'catalogs dyn Catalog,
    /// Other releases, for what that one does not have.
    pub others: Vec<&'catalogs dyn Catalog>,
}

/// What the trees lack and which packages have it. `choose` opens the catalog once the architecture of the
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
    let mut linked = link(&root, sources, settings, Scope::InContext);
    let scene = resolve::scene(&root, &linked, sources.base.is_some(), architecture.and_then(machine_of));
    let catalogs = choose(scene.and_then(architecture_of))?;
    Ok(resolve::resolve(&root, sources, &mut linked, scene, catalogs.main, &catalogs.others)?)
}

/// Debian's architecture of a scene; the linker's constants and Debian's names meet in the triplet.
fn architecture_of(scene: Scene) -> Option<Architecture> {
    Architecture::from_triplet(Platform::of(scene.machine)?.triplet)
}

fn machine_of(architecture: Architecture) -> Option<Machine> {
    Platform::of_triplet(architecture.triplet()).map(Platform::machine)
}
