//! The graph of what was linked.

use hashbrown::HashMap;

use super::builder::{Builder, Met};
use super::{Asked, Graph, Owner};
use crate::app::{InputTrees, LinkedApps, StartObject};
use crate::debian::catalog::{Catalog, CatalogError, Package};
use crate::loader::{ObjectIndex, Outcome};
use crate::solve::resolve::{Resolution, Status, TargetAbi, asked_name};
use crate::tree::root::{NodeId, Root};
use crate::vocabulary::{PackageName, RootedPath, Soname};

/// What is known of objects and names beside what the linker made of them.
pub struct Surroundings<'known> {
    /// Where the trees are mounted.
    pub apps: Vec<RootedPath>,
    /// The packages of the answer, sorted by name.
    pub packages: Vec<Package>,
    /// RuleOwner an object is.
    pub owner: &'known dyn Fn(NodeId) -> Owner,
    /// What becomes of a name that leads to nothing.
    pub missing: &'known dyn Fn(&Soname) -> Missing,
}

/// What becomes of a name that leads to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// In a word.
    pub status: Status,
    /// Where the package has it, or where it lies although nothing finds it there.
    pub path: Option<RootedPath>,
    /// The package that has it.
    pub package: Option<PackageName>,
}

impl Missing {
    /// Of a name that nothing is known of.
    pub const UNRESOLVED: Self = Self { status: Status::Unresolved, path: None, package: None };

    /// What a resolution answers to a name.
    pub fn of(resolution: &Resolution, soname: &Soname) -> Self {
        let found = resolution.sonames.binary_search_by(|answer| answer.soname.cmp(soname));
        let Some(answer) = found.ok().and_then(|place| resolution.sonames.get(place)) else {
            return Self::UNRESOLVED;
        };
        Self {
            status: answer.status,
            path: answer.path.clone(),
            package: answer.package.as_ref().map(|(package, _)| package.clone()),
        }
    }

    pub(super) fn asked(self, soname: &Soname) -> (Asked, Option<PackageName>) {
        (Asked { soname: soname.clone(), status: self.status, path: self.path }, self.package)
    }
}

impl Graph {
    /// Of trees and what a resolution answers: what packages have is a name in them.
    ///
    /// # Errors
    /// When the catalog's data is broken.
    pub fn of_trees(
        root: &Root<'_>,
        sources: &InputTrees,
        linked: &LinkedApps<'_>,
        scene: Option<TargetAbi>,
        resolution: &Resolution,
        catalog: &dyn Catalog,
    ) -> Result<Self, CatalogError> {
        let in_scene =
            |start: &&StartObject<'_>| scene.is_some_and(|scene| scene.holds(start.map.start().facts));
        let starts: Vec<&StartObject<'_>> = linked.starts.iter().filter(in_scene).collect();
        let surroundings = Surroundings {
            apps: resolution.apps.iter().map(|app| app.at.clone()).collect(),
            packages: resolution.packages.iter().map(|chosen| chosen.package.clone()).collect(),
            owner: &|node| Owner::of_trees(root, sources, node),
            missing: &|soname| Missing::of(resolution, soname),
        };
        Self::of_linked(root, &starts, surroundings, catalog)
    }

    /// Of what these start objects make the linker load. The catalog tells which of several names that will do
    /// one is looked for by.
    ///
    /// # Errors
    /// When the catalog's data is broken.
    pub fn of_linked(
        root: &Root<'_>,
        starts: &[&StartObject<'_>],
        surroundings: Surroundings<'_>,
        catalog: &dyn Catalog,
    ) -> Result<Self, CatalogError> {
        let Surroundings { apps, packages, owner, missing } = surroundings;
        let mut builder = Builder::default();
        let mut met: HashMap<NodeId, Met> = HashMap::new();
        for start in starts {
            let map = &start.map;
            let mut meet = |builder: &mut Builder<'_>, object: ObjectIndex| {
                let loaded = &map[object];
                *met.entry(loaded.node)
                    .or_insert_with(|| builder.object(root.path(loaded.node), owner(loaded.node)))
            };
            let first = meet(&mut builder, map.start);
            builder.start(first);
            for edge in &map.edges {
                let by = meet(&mut builder, edge.by);
                let found = match &edge.outcome {
                    Outcome::Found { object, .. } => Some(*object),
                    Outcome::Missing { .. } => None,
                };
                let place = found.map(|object| {
                    let place = meet(&mut builder, object);
                    builder.found_as(place, RootedPath::new(map[object].path.as_slice()));
                    place
                });
                builder.need(first, by, edge.kind, asked_name(edge, catalog)?, place);
            }
        }
        Ok(builder.finish(apps, packages, missing))
    }
}

impl Owner {
    /// Of an object of the trees or of what lies below them.
    pub fn of_trees(root: &Root<'_>, sources: &InputTrees, node: NodeId) -> Self {
        let mount = root.mount_of(node);
        if let Some(app) = sources.app_mounts().position(|(app, _)| app == mount) {
            return Self::App(app);
        }
        let included = sources.included_mounts().find(|(included, _)| *included == mount);
        included.map_or(Self::Base, |(_, included)| Self::Package(included.package.clone()))
    }
}
