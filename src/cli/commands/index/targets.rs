//! Targets of a command, and their catalogs.

use crate::cli::arguments::{ScopeArguments, TargetArguments};
use crate::cli::config::cached_archive;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::debian::catalog::{FileCatalog, newest_catalog};
use crate::debian::distributions::{default_release, distribution_of};
use crate::vocabulary::{Architecture, Release, Target};

/// Returns each requested release on each requested architecture.
pub(super) fn targets(arguments: &TargetArguments, session: &Session) -> Result<Vec<Target>, Failure> {
    let mut releases = arguments.release.clone();
    if releases.is_empty() {
        releases.push(session.config.release()?.unwrap_or_else(|| default_release().1));
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
        // A target that is named twice is answered once.
        if !all.contains(&target) {
            all.push(target);
        }
    }
    Ok(all)
}

/// Opens the catalog of a target.
pub(super) fn catalog_of(
    target: &Target,
    scope: &ScopeArguments,
    session: &Session,
) -> Result<FileCatalog, Failure> {
    Ok(newest_catalog(&cached_archive(scope, session)?, target)?)
}
