//! Nodes and edges of a graph that pictures show: objects, sonames that are not found, and packages without objects of
//! their own.
//!
//! A soname that is found is not a node, but an edge between two objects.

use std::collections::{BTreeMap, BTreeSet};

use crate::loader::NeedKind;
use crate::solve::graph::{Edge, EdgeWithEnds, Graph, GraphNodeId, Node};
use crate::vocabulary::{PackageName, Soname};

/// Graph without the nodes that pictures leave out.
pub(super) struct DrawnGraph<'graph> {
    graph: &'graph Graph,
    /// Nodes, in the graph's order. The index of a node in this list is its place.
    pub(super) nodes: Vec<(GraphNodeId, &'graph Node)>,
    places: BTreeMap<GraphNodeId, usize>,
}

/// An edge between the places of two nodes.
pub(super) struct DrawnEdge<'graph> {
    /// Place of the node at which it begins.
    pub(super) from: usize,
    /// Place of the node at which it ends.
    pub(super) to: usize,
    /// Need that it stands for; none if it leads to the package that would provide a soname.
    pub(super) need: Option<DrawnNeed<'graph>>,
}

/// Need of an object for a soname.
pub(super) struct DrawnNeed<'graph> {
    /// Soname.
    pub(super) soname: &'graph Soname,
    /// True if the object opens the library by dlopen(3).
    pub(super) is_opened: bool,
    /// Start objects in whose processes the soname leads there.
    pub(super) starts: &'graph [GraphNodeId],
}

impl<'graph> DrawnGraph<'graph> {
    pub(super) fn new(graph: &'graph Graph) -> Self {
        let with_objects = packages_with_objects(graph);
        let is_drawn = |id: GraphNodeId, node: &Node| match node {
            Node::Object(_) => true,
            Node::Name(_) => graph.found_at(id).is_none(),
            Node::Package(package) => !with_objects.contains(&package.name),
        };
        let nodes: Vec<_> = graph.nodes().filter(|(id, node)| is_drawn(*id, node)).collect();
        let places = nodes.iter().zip(0..).map(|((id, _), place)| (*id, place)).collect();
        Self { graph, nodes, places }
    }

    /// Returns the edges between the nodes that are shown.
    pub(super) fn edges(&self) -> impl Iterator<Item = DrawnEdge<'graph>> {
        self.graph.edges().filter_map(|ended| self.edge(ended))
    }

    fn edge(&self, EdgeWithEnds { from, to, edge }: EdgeWithEnds<'graph>) -> Option<DrawnEdge<'graph>> {
        let need = match edge {
            Edge::Needs { kind, starts } => {
                let Some(Node::Name(asked)) = self.graph.node(to) else { return None };
                Some(DrawnNeed { soname: &asked.soname, is_opened: *kind == NeedKind::Dlopen, starts })
            }
            Edge::OfPackage => None,
            Edge::FoundAt | Edge::Loads => return None,
        };
        let end = self.graph.found_at(to).unwrap_or(to);
        Some(DrawnEdge { from: *self.places.get(&from)?, to: *self.places.get(&end)?, need })
    }
}

fn packages_with_objects(graph: &Graph) -> BTreeSet<&PackageName> {
    let objects = graph.nodes().filter(|(_, node)| matches!(node, Node::Object(_)));
    objects.filter_map(|(id, _)| graph.package_of(id)).map(|package| &package.name).collect()
}
