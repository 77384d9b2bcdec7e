//! Graphs of linked objects.

use hashbrown::HashMap;

use super::builder::{Builder, ObjectKey};
use super::model::{Graph, ObjectOwner};
use super::unloaded::UnloadedName;
use crate::app::{InputTrees, LinkedApps, StartObject};
use crate::debian::catalog::{Catalog, CatalogError, Package};
use crate::loader::{ObjectIndex, Outcome};
use crate::solve::resolve::{Resolution, TargetAbi, requested_soname};
use crate::tree::root::{NodeId, Root};
use crate::vocabulary::{RootedPath, Soname};

/// Facts about objects and names that link maps do not have.
pub struct GraphContext<'known> {
    /// Paths of the apps in the image.
    pub apps: Vec<RootedPath>,
    /// Packages of the answer, sorted by name.
    pub packages: Vec<Package>,
    /// Returns the owner of an object.
    pub owner: &'known dyn Fn(NodeId) -> ObjectOwner,
    /// Describes a name for which nothing is loaded.
    pub unloaded: &'known dyn Fn(&Soname) -> UnloadedName,
}

impl Graph {
    /// Makes the graph of apps and the answers of their resolution: a package is a node without objects.
    ///
    /// # Errors
    /// If the catalog's data is broken.
    pub fn from_apps(
        root: &Root<'_>,
        trees: &InputTrees,
        linked: &LinkedApps<'_>,
        target: Option<TargetAbi>,
        resolution: &Resolution,
        catalog: &dyn Catalog,
    ) -> Result<Self, CatalogError> {
        let is_for_target =
            |start: &&StartObject<'_>| target.is_some_and(|target| target.matches(start.map.start().facts));
        let starts: Vec<&StartObject<'_>> =
            linked.required().map(|(_, start)| start).filter(is_for_target).collect();
        let context = GraphContext {
            apps: resolution.apps.iter().map(|app| app.at.clone()).collect(),
            packages: resolution.packages.iter().map(|chosen| chosen.package.clone()).collect(),
            owner: &|node| ObjectOwner::of_input(root, trees, node),
            unloaded: &|soname| UnloadedName::of(resolution, soname),
        };
        Self::from_links(root, &starts, context, catalog)
    }

    /// Makes the graph of everything that some start objects load. The catalog decides by which of several
    /// alternative names a library is requested.
    ///
    /// # Errors
    /// If the catalog's data is broken.
    pub fn from_links(
        root: &Root<'_>,
        starts: &[&StartObject<'_>],
        context: GraphContext<'_>,
        catalog: &dyn Catalog,
    ) -> Result<Self, CatalogError> {
        let GraphContext { apps, packages, owner, unloaded } = context;
        let mut builder = Builder::default();
        let mut keys: HashMap<NodeId, ObjectKey> = HashMap::new();
        for start in starts {
            let map = &start.map;
            let mut key_of = |builder: &mut Builder<'_>, object: ObjectIndex| {
                let loaded = &map[object];
                *keys
                    .entry(loaded.node)
                    .or_insert_with(|| builder.object(root.path(loaded.node), owner(loaded.node)))
            };
            let first = key_of(&mut builder, map.start);
            builder.start(first);
            for edge in &map.edges {
                let by = key_of(&mut builder, edge.by);
                let found = match &edge.outcome {
                    Outcome::Found { object, .. } => Some(*object),
                    Outcome::Missing { .. } => None,
                };
                let place = found.map(|object| {
                    let place = key_of(&mut builder, object);
                    builder.found_as(place, RootedPath::new(map[object].path.as_slice()));
                    place
                });
                builder.need(first, by, edge.kind, requested_soname(edge, catalog)?, place);
            }
        }
        Ok(builder.finish(apps, packages, unloaded))
    }
}

impl ObjectOwner {
    /// Returns the owner of an object of the apps, the included files or the base.
    pub fn of_input(root: &Root<'_>, trees: &InputTrees, node: NodeId) -> Self {
        let mount = root.mount_of(node);
        if let Some(app) = trees.app_mounts().position(|(app, _)| app == mount) {
            return Self::App(app);
        }
        let included = trees.included_mounts().find(|(included, _)| *included == mount);
        included.map_or(Self::Base, |(_, included)| Self::Package(included.package.clone()))
    }
}
