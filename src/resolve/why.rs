//! Why a library or a package is needed: the chains of loaded objects that end at it.

use super::{Resolution, Scene};
use crate::app::Linked;
use crate::loader::Outcome;
use crate::root::Root;
use crate::vocabulary::{PackageName, RootedPath, Soname};

/// One way from a start object to a soname.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Chain {
    /// The start object, what it made the linker load, and at last the object that asks.
    pub objects: Vec<RootedPath>,
    /// What that one asks for.
    pub soname: Soname,
    /// The file that is loaded for it; none where it is missing.
    pub found: Option<RootedPath>,
    /// The package that has it, where it is missing.
    pub package: Option<PackageName>,
}

/// For every start object the shortest chain to each soname that the query means: a soname itself, or every
/// soname that a package answers. Sorted by length, then by path.
pub fn why(
    root: &Root<'_>,
    linked: &Linked<'_>,
    scene: Option<Scene>,
    resolution: &Resolution,
    query: &str,
) -> Vec<Chain> {
    let package_of = |soname: &Soname| {
        let answer = resolution.sonames.iter().find(|answer| answer.soname == *soname)?;
        answer.package.as_ref().map(|(package, _)| package.clone())
    };
    let mut chains = Vec::new();
    for start in
        linked.starts.iter().filter(|start| scene.is_some_and(|scene| scene.holds(start.map.start().facts)))
    {
        let map = &start.map;
        let mut told: Vec<&Soname> = Vec::new();
        // Edges are in breadth-first order, so that the first to a soname is a shortest one.
        for edge in &map.edges {
            let package = package_of(edge.soname);
            let is_meant = edge.soname.as_bytes() == query.as_bytes()
                || package.as_ref().is_some_and(|package| package.as_str() == query);
            if !is_meant || told.contains(&edge.soname) {
                continue;
            }
            told.push(edge.soname);
            let objects =
                map.chain(edge.by).into_iter().map(|object| root.path(map.objects[object].node)).collect();
            let found = match &edge.outcome {
                Outcome::Found { object, .. } => Some(root.path(map.objects[*object].node)),
                Outcome::Missing { .. } => None,
            };
            let package = package.filter(|_| found.is_none());
            chains.push(Chain { objects, soname: edge.soname.clone(), found, package });
        }
    }
    chains.sort_by_cached_key(|chain| (chain.objects.len(), chain.objects.clone(), chain.soname.clone()));
    chains
}
