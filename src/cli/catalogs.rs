//! Which catalog answers: what was fetched, what is compiled in, or an installed root's.

use super::Failure;
use super::arguments::CatalogArguments;
use super::config::Config;
use super::release::{ChosenRelease, stable};
use crate::catalog::{Catalog, FileCatalog, embedded_catalogs};
use crate::vocabulary::{Architecture, Target};

/// The architecture that is assumed where a tree has no objects.
const DEFAULT_ARCHITECTURE: Architecture = Architecture::Amd64;

/// The catalogs at hand, opened.
pub(super) struct CatalogSet {
    /// The one that answers.
    pub(super) main: Box<dyn Catalog>,
    /// Those of other releases for the same architecture.
    pub(super) others: Vec<FileCatalog>,
    /// Why this release, in words.
    pub(super) learned_from: String,
    /// What is worth knowing of the choice.
    pub(super) notes: Vec<String>,
}

/// Opens the catalogs for a release.
pub(super) fn open(
    arguments: &CatalogArguments,
    config: &Config,
    release: &ChosenRelease,
    architecture: Option<Architecture>,
) -> Result<CatalogSet, Failure> {
    let _ = (arguments, config);
    let architecture = architecture.unwrap_or(DEFAULT_ARCHITECTURE);
    let target = |release: &ChosenRelease| Target {
        distribution: release.distribution,
        release: release.release.clone(),
        architecture,
    };
    let wanted = target(release);
    let mut embedded = embedded_catalogs().map_err(Failure::question)?;
    let mut notes = Vec::new();
    let mut learned_from = release.learned_from.clone();
    let position = |wanted: &Target, catalogs: &[FileCatalog]| {
        catalogs.iter().position(|catalog| catalog.provenance().target == *wanted)
    };
    let found = match position(&wanted, &embedded) {
        Some(found) => found,
        None if !release.is_asked => {
            let instead = stable("Debian stable");
            notes.push(format!("there is no index of {wanted} at hand; answered for {}", instead.release));
            learned_from = instead.learned_from.clone();
            position(&target(&instead), &embedded).ok_or_else(|| none_at_hand(&wanted))?
        }
        None => return Err(none_at_hand(&wanted)),
    };
    let main = embedded.swap_remove(found);
    let others = embedded
        .into_iter()
        .filter(|catalog| catalog.provenance().target.architecture == architecture)
        .collect();
    Ok(CatalogSet { main: Box::new(main), others, learned_from, notes })
}

fn none_at_hand(target: &Target) -> Failure {
    Failure::question(anyhow::anyhow!(
        "cannot look up packages for {target}: there is no index of it at hand"
    ))
    .hint(format!(
        "`sodeb index update --release {} --arch {}` fetches it",
        target.release, target.architecture
    ))
}
