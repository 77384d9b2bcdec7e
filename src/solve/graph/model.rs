//! Nodes and edges of the graph.

use std::collections::BTreeSet;

use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use crate::debian::catalog::Package;
use crate::loader::NeedKind;
use crate::solve::resolve::Status;
use crate::vocabulary::{PackageName, RootedPath, Soname};

/// Number of a node, from 0 in the order of [`Graph::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct GraphNodeId(u32);

impl GraphNodeId {
    /// Returns the number as an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }

    pub(super) fn of(node: NodeIndex) -> Self {
        // petgraph's own numbers have 32 bits.
        Self(u32::try_from(node.index()).unwrap_or(u32::MAX))
    }

    fn node(self) -> NodeIndex {
        NodeIndex::new(self.index())
    }
}

/// Objects, names and packages, and the edges between them.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    pub(super) inner: DiGraph<Node, Edge>,
    /// Paths of the apps in the image.
    pub(super) apps: Vec<RootedPath>,
}

/// A node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// A file that is loaded.
    Object(LoadedObject),
    /// A needed name and its outcome.
    Name(NeededName),
    /// A package of the answer.
    Package(Package),
}

/// A file that is loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadedObject {
    /// Path of the file, links resolved.
    pub path: RootedPath,
    /// Other paths by which the dynamic linker finds it.
    pub found_as: BTreeSet<RootedPath>,
    /// Owner of the file.
    pub owner: ObjectOwner,
    /// True if something starts or opens it, so that the dynamic linker begins with it.
    pub is_start: bool,
}

/// Owner of an object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObjectOwner {
    /// The app with this index in [`Graph::apps`].
    App(usize),
    /// The base.
    Base,
    /// A package.
    Package(PackageName),
}

/// A needed name and its outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeededName {
    /// The needed soname.
    pub soname: Soname,
    /// Status of the soname.
    pub status: Status,
    /// Path of the file: where it is found, where the package has it, or where it lies although the search does not
    /// find it.
    pub path: Option<RootedPath>,
}

/// Relation between two nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edge {
    /// The object needs the name.
    Needs {
        /// Kind of need.
        kind: NeedKind,
        /// Start objects in whose processes the object needs it with this outcome, sorted.
        starts: Vec<GraphNodeId>,
    },
    /// The object is loaded for the name.
    FoundAt,
    /// The package contains the object, or would provide the name.
    OfPackage,
    /// Files of the one package load files of the other.
    Loads,
}

/// An edge with its ends.
#[derive(Clone, Copy, Debug)]
pub struct EdgeWithEnds<'graph> {
    /// Node at which it begins.
    pub from: GraphNodeId,
    /// Node at which it ends.
    pub to: GraphNodeId,
    /// The edge.
    pub edge: &'graph Edge,
}

impl Graph {
    /// Returns the paths of the apps in the image, in the order in which they were given.
    pub fn apps(&self) -> &[RootedPath] {
        &self.apps
    }

    /// Returns every node, in the order of their numbers.
    pub fn nodes(&self) -> impl Iterator<Item = (GraphNodeId, &Node)> {
        self.inner
            .node_indices()
            .zip(self.inner.node_weights())
            .map(|(index, node)| (GraphNodeId::of(index), node))
    }

    /// Returns every edge, sorted by the node at which it begins, then by that at which it ends.
    pub fn edges(&self) -> impl Iterator<Item = EdgeWithEnds<'_>> {
        self.inner.edge_references().map(|edge| EdgeWithEnds {
            from: GraphNodeId::of(edge.source()),
            to: GraphNodeId::of(edge.target()),
            edge: edge.weight(),
        })
    }

    /// Returns the node with this number.
    pub fn node(&self, id: GraphNodeId) -> Option<&Node> {
        self.inner.node_weight(id.node())
    }

    /// Returns the object that is loaded for a name.
    pub fn found_at(&self, name: GraphNodeId) -> Option<GraphNodeId> {
        self.edges_from(name).find(|edge| matches!(edge.edge, Edge::FoundAt)).map(|edge| edge.to)
    }

    /// Returns the package that contains an object, or that would provide a name.
    pub fn package_of(&self, id: GraphNodeId) -> Option<&Package> {
        let package = self.edges_from(id).find(|edge| matches!(edge.edge, Edge::OfPackage))?;
        match self.node(package.to)? {
            Node::Package(package) => Some(package),
            Node::Object(_) | Node::Name(_) => None,
        }
    }

    /// Returns the edges that begin at a node, in no particular order.
    pub(super) fn edges_from(&self, id: GraphNodeId) -> impl Iterator<Item = EdgeWithEnds<'_>> {
        self.inner.edges_directed(id.node(), Direction::Outgoing).map(|edge| EdgeWithEnds {
            from: GraphNodeId::of(edge.source()),
            to: GraphNodeId::of(edge.target()),
            edge: edge.weight(),
        })
    }
}
