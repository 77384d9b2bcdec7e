//! A graph as it grows: nodes as they are met, put in order at the end.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;
use petgraph::graph::{DiGraph, NodeIndex};

use super::linked::Missing;
use super::{Asked, Edge, Graph, Id, Node, Object, Owner};
use crate::debian::catalog::Package;
use crate::loader::NeedKind;
use crate::solve::resolve::Status;
use crate::vocabulary::{PackageName, RootedPath, Soname};

/// An object that was met, by the order in which they were.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Met(usize);

/// A graph as it grows.
#[derive(Default)]
pub(crate) struct Builder<'names> {
    objects: Vec<Object>,
    needs: HashMap<(Met, Outcome<'names>), Need>,
}

/// A name, and the object that it leads to.
type Outcome<'names> = (&'names Soname, Option<Met>);

struct Need {
    kind: NeedKind,
    starts: BTreeSet<Met>,
}

impl<'names> Builder<'names> {
    /// An object that was not met before.
    pub(crate) fn object(&mut self, path: RootedPath, owner: Owner) -> Met {
        self.objects.push(Object { path, found_as: BTreeSet::new(), owner, is_start: false });
        Met(self.objects.len() - 1)
    }

    /// That the linker begins with an object.
    pub(crate) fn start(&mut self, object: Met) {
        self.objects[object.0].is_start = true;
    }

    /// That the linker finds an object by this path.
    pub(crate) fn found_as(&mut self, object: Met, path: RootedPath) {
        let object = &mut self.objects[object.0];
        if object.path != path {
            object.found_as.insert(path);
        }
    }

    /// That in the process of `start` the object `by` asks for a name, and what it leads to.
    pub(crate) fn need(
        &mut self,
        start: Met,
        by: Met,
        kind: NeedKind,
        soname: &'names Soname,
        found: Option<Met>,
    ) {
        let need =
            self.needs.entry((by, (soname, found))).or_insert_with(|| Need { kind, starts: BTreeSet::new() });
        need.kind = need.kind.min(kind);
        need.starts.insert(start);
    }

    /// The graph; `missing` says what becomes of a name that leads to nothing.
    pub(crate) fn finish(
        self,
        apps: Vec<RootedPath>,
        packages: Vec<Package>,
        missing: impl Fn(&Soname) -> Missing,
    ) -> Graph {
        let mut numbered = Numbered::default();
        let mut order: Vec<Met> = (0..self.objects.len()).map(Met).collect();
        order.sort_by(|one, other| self.objects[one.0].path.cmp(&self.objects[other.0].path));
        for met in order {
            numbered.put_object(met, self.objects[met.0].clone());
        }
        let object_of: HashMap<Met, NodeIndex> = numbered.objects.clone();
        let outcomes: BTreeMap<(&Soname, Option<NodeIndex>), Outcome<'_>> = self
            .needs
            .keys()
            .map(|(_, outcome)| {
                ((outcome.0, outcome.1.and_then(|met| object_of.get(&met).copied())), *outcome)
            })
            .collect();
        let mut would_have: Vec<(NodeIndex, PackageName)> = Vec::new();
        for ((soname, found), outcome) in outcomes {
            let (asked, package) = match outcome.1 {
                Some(met) => (found_name(soname, &self.objects[met.0]), None),
                None => missing(soname).asked(soname),
            };
            let node = numbered.put_asked(outcome, asked);
            match found {
                Some(object) => numbered.edge(node, object, Edge::FoundAt),
                None => would_have.extend(package.map(|package| (node, package))),
            }
        }
        for package in packages {
            numbered.put_package(package);
        }
        for (node, package) in would_have {
            numbered.has(node, &package);
        }
        for (met, object) in self.objects.iter().enumerate() {
            if let Owner::Package(package) = &object.owner {
                numbered.has(object_of[&Met(met)], package);
            }
        }
        numbered.needs(&self.needs, &self.objects);
        numbered.graph(apps)
    }
}

fn found_name(soname: &Soname, object: &Object) -> Asked {
    let status = match object.owner {
        Owner::App(_) => Status::App,
        Owner::Base => Status::Base,
        Owner::Package(_) => Status::Package,
    };
    Asked { soname: soname.clone(), status, path: Some(object.path.clone()) }
}

/// Nodes in their order, and the edges between them.
#[derive(Default)]
struct Numbered<'names> {
    inner: DiGraph<Node, Edge>,
    objects: HashMap<Met, NodeIndex>,
    asked: HashMap<Outcome<'names>, NodeIndex>,
    packages: BTreeMap<PackageName, NodeIndex>,
    edges: BTreeMap<(NodeIndex, NodeIndex), Edge>,
}

impl<'names> Numbered<'names> {
    fn put_object(&mut self, met: Met, object: Object) {
        let node = self.inner.add_node(Node::Object(object));
        self.objects.insert(met, node);
    }

    fn put_asked(&mut self, outcome: Outcome<'names>, asked: Asked) -> NodeIndex {
        let node = self.inner.add_node(Node::Asked(asked));
        self.asked.insert(outcome, node);
        node
    }

    fn put_package(&mut self, package: Package) {
        let name = package.name.clone();
        let node = self.inner.add_node(Node::Package(package));
        self.packages.insert(name, node);
    }

    fn edge(&mut self, from: NodeIndex, to: NodeIndex, edge: Edge) {
        self.edges.insert((from, to), edge);
    }

    fn has(&mut self, node: NodeIndex, package: &PackageName) {
        if let Some(package) = self.packages.get(package) {
            self.edges.insert((node, *package), Edge::Has);
        }
    }

    /// What objects ask for, and which packages load which others by it.
    fn needs(&mut self, needs: &HashMap<(Met, Outcome<'_>), Need>, objects: &[Object]) {
        let package_of = |met: Met| match &objects[met.0].owner {
            Owner::Package(package) => Some(package),
            Owner::App(_) | Owner::Base => None,
        };
        for ((by, outcome), need) in needs {
            let (Some(from), Some(to)) = (self.objects.get(by), self.asked.get(outcome)) else { continue };
            let mut starts: Vec<Id> = need
                .starts
                .iter()
                .filter_map(|met| self.objects.get(met))
                .map(|node| Id::of(*node))
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
