//! Catalogs from outside: the one that is compiled in, by the rules that answers must keep, and those made of
//! a signed archive.

mod cached;
mod embedded;
mod index;

use sodeb::debian::catalog::{Catalog, FileCatalog, SonameLookup, look_up};
use sodeb::vocabulary::{Architecture, Distribution, Release, RootedPath, Soname, Target};

fn target(release: &str, architecture: Architecture) -> Target {
    Target { distribution: Distribution::Debian, release: Release::new(release), architecture }
}

/// Asks as an object would that has no search path of its own.
fn ask(catalog: &FileCatalog, soname: &str, others: &[&dyn Catalog]) -> SonameLookup {
    let triplet = catalog.provenance().target.architecture.triplet();
    let directories =
        [format!("/lib/{triplet}"), format!("/usr/lib/{triplet}"), "/lib".into(), "/usr/lib".into()];
    look_up(catalog, &Soname::new(soname), &directories.map(RootedPath::new), others).expect("is whole")
}

fn names(answer: &SonameLookup) -> Vec<&str> {
    answer.candidates.iter().map(|candidate| candidate.package.name.as_str()).collect()
}
