//! Builder of a graph: nodes in the order in which they are found, sorted at the end.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;
use petgraph::graph::{DiGraph, NodeIndex};

use super::model::{Edge, Graph, GraphNodeId, LoadedObject, NeededName, Node, ObjectOwner};
use super::unloaded::UnloadedName;
use crate::debian::catalog::Package;
use crate::loader::NeedKind;
use crate::solve::resolve::Status;
use crate::vocabulary::{PackageName, RootedPath, Soname};

/// Key of an object: its position in the order in which objects are added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ObjectKey(usize);

/// A graph that is being built.
#[derive(Default)]
pub(crate) struct Builder<'names> {
    objects: Vec<LoadedObject>,
    needs: HashMap<(ObjectKey, NameOutcome<'names>), BuiltNeed>,
}

/// A name, and the object that is loaded for it.
type NameOutcome<'names> = (&'names Soname, Option<ObjectKey>);

struct BuiltNeed {
    kind: NeedKind,
    starts: BTreeSet<ObjectKey>,
}

impl<'names> Builder<'names> {
    /// Adds an object.
    pub(crate) fn object(&mut self, path: RootedPath, owner: ObjectOwner) -> ObjectKey {
        self.objects.push(LoadedObject { path, found_as: BTreeSet::new(), owner, is_start: false });
        ObjectKey(self.objects.len() - 1)
    }

    /// Marks an object as a start object.
    pub(crate) fn start(&mut self, object: ObjectKey) {
        self.objects[object.0].is_start = true;
    }

    /// Adds a path by which the dynamic linker finds an object.
    pub(crate) fn found_as(&mut self, object: ObjectKey, path: RootedPath) {
        let object = &mut self.objects[object.0];
        if object.path != path {
            object.found_as.insert(path);
        }
    }

    /// Adds a need: in the process of `start` the object `by` needs a name, for which `found` is loaded.
    pub(crate) fn need(
        &mut self,
        start: ObjectKey,
        by: ObjectKey,
        kind: NeedKind,
        soname: &'names Soname,
        found: Option<ObjectKey>,
    ) {
        let need = self
            .needs
            .entry((by, (soname, found)))
            .or_insert_with(|| BuiltNeed { kind, starts: BTreeSet::new() });
        need.kind = need.kind.min(kind);
        need.starts.insert(start);
    }

    /// Builds the graph; `unloaded` describes a name for which nothing is loaded.
    pub(crate) fn finish(
        self,
        apps: Vec<RootedPath>,
        packages: Vec<Package>,
        unloaded: impl Fn(&Soname) -> UnloadedName,
    ) -> Graph {
        let mut numbered = Numbered::default();
        let mut order: Vec<ObjectKey> = (0..self.objects.len()).map(ObjectKey).collect();
        order.sort_by(|one, other| self.objects[one.0].path.cmp(&self.objects[other.0].path));
        for key in order {
            numbered.add_object(key, self.objects[key.0].clone());
        }
        let object_of: HashMap<ObjectKey, NodeIndex> = numbered.objects.clone();
        let outcomes: BTreeMap<(&Soname, Option<NodeIndex>), NameOutcome<'_>> = self
            .needs
            .keys()
            .map(|(_, outcome)| {
                ((outcome.0, outcome.1.and_then(|key| object_of.get(&key).copied())), *outcome)
            })
            .collect();
        let mut provided_by: Vec<(NodeIndex, PackageName)> = Vec::new();
        for ((soname, found), outcome) in outcomes {
            let (name, package) = match outcome.1 {
                Some(key) => (found_node(soname, &self.objects[key.0]), None),
                None => unloaded(soname).node(soname),
            };
            let node = numbered.add_name(outcome, name);
            match found {
                Some(object) => numbered.edge(node, object, Edge::FoundAt),
                None => provided_by.extend(package.map(|package| (node, package))),
            }
        }
        for package in packages {
            numbered.add_package(package);
        }
        for (node, package) in provided_by {
            numbered.of_package(node, &package);
        }
        for (key, object) in self.objects.iter().enumerate() {
            if let ObjectOwner::Package(package) = &object.owner {
                numbered.of_package(object_of[&ObjectKey(key)], package);
            }
        }
        numbered.needs(&self.needs, &self.objects);
        numbered.graph(apps)
    }
}

fn found_node(soname: &Soname, object: &LoadedObject) -> NeededName {
    let status = match object.owner {
        ObjectOwner::App(_) => Status::App,
        ObjectOwner::Base => Status::Base,
        ObjectOwner::Package(_) => Status::Package,
    };
    NeededName { soname: soname.clone(), status, path: Some(object.path.clone()) }
}

/// Nodes in their order, and the edges between them.
#[derive(Default)]
struct Numbered<'names> {
    inner: DiGraph<Node, Edge>,
    objects: HashMap<ObjectKey, NodeIndex>,
    name: HashMap<NameOutcome<'names>, NodeIndex>,
    packages: BTreeMap<PackageName, NodeIndex>,
    edges: BTreeMap<(NodeIndex, NodeIndex), Edge>,
}

impl<'names> Numbered<'names> {
    fn add_object(&mut self, key: ObjectKey, object: LoadedObject) {
        let node = self.inner.add_node(Node::Object(object));
        self.objects.insert(key, node);
    }

    fn add_name(&mut self, outcome: NameOutcome<'names>, name: NeededName) -> NodeIndex {
        let node = self.inner.add_node(Node::Name(name));
        self.name.insert(outcome, node);
        node
    }

    fn add_package(&mut self, package: Package) {
        let name = package.name.clone();
        let node = self.inner.add_node(Node::Package(package));
        self.packages.insert(name, node);
    }

    fn edge(&mut self, from: NodeIndex, to: NodeIndex, edge: Edge) {
        self.edges.insert((from, to), edge);
    }

    fn of_package(&mut self, node: NodeIndex, package: &PackageName) {
        if let Some(package) = self.packages.get(package) {
            self.edges.insert((node, *package), Edge::OfPackage);
        }
    }

    /// Adds the needs of objects, and the loads from one package to another that follow.
    fn needs(&mut self, needs: &HashMap<(ObjectKey, NameOutcome<'_>), BuiltNeed>, objects: &[LoadedObject]) {
        let package_of = |key: ObjectKey| match &objects[key.0].owner {
            ObjectOwner::Package(package) => Some(package),
            ObjectOwner::App(_) | ObjectOwner::Base => None,
        };
        for ((by, outcome), need) in needs {
            let (Some(from), Some(to)) = (self.objects.get(by), self.name.get(outcome)) else { continue };
            let mut starts: Vec<GraphNodeId> = need
                .starts
                .iter()
                .filter_map(|key| self.objects.get(key))
                .map(|node| GraphNodeId::of(*node))
                .collect();
            starts.sort_unstable();
            self.edges.insert((*from, *to), Edge::Needs { kind: need.kind, starts });
            let Some((one, other)) = package_of(*by).zip(outcome.1.and_then(package_of)) else { continue };
            let ends = self.packages.get(one).zip(self.packages.get(other)).filter(|_| one != other);
            if let Some((one, other)) = ends {
                self.edges.insert((*one, *other), Edge::Loads);
            }
        }
    }

    fn graph(mut self, apps: Vec<RootedPath>) -> Graph {
        for ((from, to), edge) in self.edges {
            self.inner.add_edge(from, to, edge);
        }
        Graph { inner: self.inner, apps }
    }
}
