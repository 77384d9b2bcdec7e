//! Confirmation of an answer whose packages were not read, by the .debs that are known.

use super::Debs;
use crate::debian::catalog::Package;
use crate::debian::debs::DebFacts;
use crate::solve::resolve::{Resolution, SonameAnswer};
use crate::vocabulary::{PackageName, RootedPath};

/// Finds the packages of a resolution that a .deb with a signed digest confirms: it has the file that the answer names. An
/// index whose Contents did not match its Release vouches for none.
pub fn confirm(resolution: &mut Resolution, debs: &impl Debs) {
    if resolution.unverified.is_empty() {
        return;
    }
    let is_confirmed = |name: &PackageName| {
        let mut chosen = resolution.packages.iter().map(|chosen| &chosen.package);
        let package = chosen.find(|package| package.name == *name);
        package.is_some_and(|package| confirms(package, &resolution.sonames, debs))
    };
    let unverified = resolution.unverified.iter().filter(|name| !is_confirmed(name)).cloned().collect();
    resolution.provenance.verified = false;
    resolution.set_unverified(unverified);
}

/// Returns true if the package's .deb is known, and has all files that the answers name.
fn confirms(package: &Package, answers: &[SonameAnswer], debs: &impl Debs) -> bool {
    let Some(facts) = debs.known(package) else { return false };
    let is_of_package =
        |answer: &&SonameAnswer| answer.package.as_ref().is_some_and(|(name, _)| *name == package.name);
    answers
        .iter()
        .filter(is_of_package)
        .filter_map(|answer| answer.path.as_ref())
        .all(|path| has(&facts, path))
}

/// Returns true if a .deb has a file, in a merged `/usr` or not.
fn has(facts: &DebFacts, path: &RootedPath) -> bool {
    let path = path.as_bytes().strip_prefix(b"/").unwrap_or_default();
    let below_usr = [b"usr/", path].concat();
    let variants = [Some(path), path.strip_prefix(b"usr/"), Some(below_usr.as_slice())];
    variants.into_iter().flatten().any(|path| facts.inventory.get(path).is_some())
}
