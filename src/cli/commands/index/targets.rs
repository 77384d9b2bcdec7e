//! The targets that a command is about, and their catalogs.

use crate::cli::arguments::TargetArguments;
use crate::cli::catalogs::none_at_hand;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::debian::catalog::{Catalog, FileCatalog, cached_catalog, embedded_catalogs};
use crate::debian::distributions::{default_release, distribution_of};
use crate::vocabulary::{Architecture, Release, Target};

/// Each release that is asked for on each architecture.
pub(super) fn targets(arguments: &TargetArguments, session: &Session) -> Result<Vec<Target>, Failure> {
    let configured =
        || session.config.release.clone().map(Release::new).unwrap_or_else(|| default_release().1);
    let mut releases: Vec<_> = arguments.release.iter().map(Release::new).collect();
    if releases.is_empty() {
        releases.push(configured());
    }
    let mut architectures = arguments.arch.clone();
    if architectures.is_empty() {
        architectures.push(session.config.arch()?.unwrap_or(Architecture::Amd64));
    }
    let each = |release: &Release| {
        let (distribution, release) = (distribution_of(release), release.clone());
        let target = move |&architecture| Target { distribution, release: release.clone(), architecture };
        architectures.iter().map(target).collect::<Vec<_>>()
    };
    let mut all: Vec<Target> = Vec::new();
    for target in releases.iter().flat_map(each) {
        // What is named twice is asked about once.
        if !all.contains(&target) {
            all.push(target);
        }
    }
    Ok(all)
}

/// The catalog of a target: what was fetched or what is compiled in, the newer one.
pub(super) fn at_hand(target: &Target, session: &Session) -> Result<FileCatalog, Failure> {
    let cached = cached_catalog(&session.cache_dir()?, target)?;
    let embedded = embedded_catalogs()?.into_iter().find(|catalog| catalog.provenance().target == *target);
    let at_hand = [cached, embedded].into_iter().flatten();
    at_hand.max_by_key(|catalog| catalog.provenance().date).ok_or_else(|| none_at_hand(target))
}
