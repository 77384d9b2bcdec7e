//! The graph of what is loaded: objects, the names that they ask for, and the packages that have them.
//!
//! | node | is | its edges lead to |
//! |---|---|---|
//! | [`Object`] | a file that the linker loads, of a tree, the base or a package | the names that it asks for ([`Edge::Needs`]); its package ([`Edge::Has`]) |
//! | [`Asked`] | a name that is asked for *and what comes of it* | the one object that it leads to ([`Edge::FoundAt`]), or the package that would have it ([`Edge::Has`]), or nothing |
//! | [`Package`] | a package of the answer | the packages whose files its files load ([`Edge::Loads`]) |
//!
//! One soname may be found in one place by one object, in another place by another, and nowhere by a third: each is
//! a node of its own, so that an `Asked` never has two ways out. The same object may even ask for one name with
//! different outcomes in different processes, since search paths are handed down and what is loaded already counts.
//! So each [`Edge::Needs`] says in the processes of which start objects it holds, and a chain
//! ([`Graph::chains_to`]) follows only edges of the process that it begins in.
//!
//! The graph is *open* where it is made from the trees alone ([`Graph::of_trees`]): a package is then a name that
//! something would be found in, without objects of its own. It is *closed* where the packages were read and laid
//! over the trees ([`Graph::of_linked`]): their files are objects like any other.
//!
//! Nodes are numbered in a fixed order: objects by path, names by soname and then by place, packages by name; edges
//! by their ends.

mod builder;
mod chains;
mod linked;
#[cfg(test)]
pub(crate) mod sample;

use std::collections::BTreeSet;

pub use chains::{Chain, Chains, MAX_CHAINS};
pub use linked::{Missing, Surroundings};

use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use crate::debian::catalog::Package;
use crate::loader::NeedKind;
use crate::solve::resolve::Status;
use crate::vocabulary::{PackageName, RootedPath, Soname};

/// The number of a node, from 0 in the order of [`Graph::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Id(u32);

impl Id {
    /// The number as an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }

    fn of(node: NodeIndex) -> Self {
        // The graph's own numbers are of 32 bits.
        Self(u32::try_from(node.index()).unwrap_or(u32::MAX))
    }

    fn node(self) -> NodeIndex {
        NodeIndex::new(self.index())
    }
}

/// Objects, names and packages, and what leads from one to another.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    inner: DiGraph<Node, Edge>,
    /// Where the trees are mounted.
    apps: Vec<RootedPath>,
}

/// A node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// A file that is loaded.
    Object(Object),
    /// A name that is asked for, and what comes of it.
    Asked(Asked),
    /// A package that has something.
    Package(Package),
}

/// A file that is loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its path, links resolved.
    pub path: RootedPath,
    /// The other paths by which the linker finds it.
    pub found_as: BTreeSet<RootedPath>,
    /// RuleOwner it is.
    pub owner: Owner,
    /// Whether something starts or opens it, so that the linker begins with it.
    pub is_start: bool,
}

/// RuleOwner an object is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// The tree of this place in [`Graph::apps`].
    App(usize),
    /// The base's.
    Base,
    /// A package's.
    Package(PackageName),
}

/// A name that is asked for, and what comes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The name.
    pub soname: Soname,
    /// What comes of it.
    pub status: Status,
    /// Where it is found, or where the package has it, or where it lies although nothing finds it there.
    pub path: Option<RootedPath>,
}

/// What leads from one node to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edge {
    /// The object asks for the name.
    Needs {
        /// What makes it needed.
        kind: NeedKind,
        /// The start objects in whose processes it asks and this comes of it, sorted.
        starts: Vec<Id>,
    },
    /// The name leads to the object.
    FoundAt,
    /// The name, or the object, is had by the package.
    Has,
    /// Files of the one package load files of the other.
    Loads,
}

/// An edge with its ends.
#[derive(Clone, Copy, Debug)]
pub struct Ended<'graph> {
    /// Where it begins.
    pub from: Id,
    /// Where it ends.
    pub to: Id,
    /// What it is.
    pub edge: &'graph Edge,
}

impl Graph {
    /// Where the trees are mounted, in the order in which they were given.
    pub fn apps(&self) -> &[RootedPath] {
        &self.apps
    }

    /// Every node, in the order of their numbers.
    pub fn nodes(&self) -> impl Iterator<Item = (Id, &Node)> {
        self.inner.node_indices().zip(self.inner.node_weights()).map(|(index, node)| (Id::of(index), node))
    }

    /// Every edge, sorted by where it begins and then by where it ends.
    pub fn edges(&self) -> impl Iterator<Item = Ended<'_>> {
        self.inner.edge_references().map(|edge| Ended {
            from: Id::of(edge.source()),
            to: Id::of(edge.target()),
            edge: edge.weight(),
        })
    }

    /// The node of this number.
    pub fn node(&self, id: Id) -> Option<&Node> {
        self.inner.node_weight(id.node())
    }

    /// The object that a name leads to.
    pub fn found_at(&self, asked: Id) -> Option<Id> {
        self.from(asked).find(|ended| matches!(ended.edge, Edge::FoundAt)).map(|ended| ended.to)
    }

    /// The package that has a name that is not found, or that an object is of.
    pub fn package_of(&self, id: Id) -> Option<&Package> {
        let package = self.from(id).find(|ended| matches!(ended.edge, Edge::Has))?;
        match self.node(package.to)? {
            Node::Package(package) => Some(package),
            Node::Object(_) | Node::Asked(_) => None,
        }
    }

    /// The edges that begin at a node, in no particular order.
    fn from(&self, id: Id) -> impl Iterator<Item = Ended<'_>> {
        self.inner.edges_directed(id.node(), Direction::Outgoing).map(|edge| Ended {
            from: Id::of(edge.source()),
            to: Id::of(edge.target()),
            edge: edge.weight(),
        })
    }
}
