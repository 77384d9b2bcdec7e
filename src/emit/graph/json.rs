//! `sodeb graph --format json`, schema sodeb.graph/1: all nodes and edges.

use serde::Serialize;

use crate::debian::catalog::Provenance;
use crate::emit::rows::TargetRow;
use crate::solve::graph::{
    Edge, EdgeWithEnds, Graph, GraphNodeId, LoadedObject, NeededName, Node, ObjectOwner,
};
use crate::vocabulary::{PackageName, RootedPath, Soname};

#[derive(Serialize)]
struct Document<'graph> {
    schema: &'static str,
    target: TargetRow<'graph>,
    /// True if packages were read, so that their files are objects of the graph.
    closed: bool,
    app: &'graph [RootedPath],
    nodes: Vec<NodeRow<'graph>>,
    edges: Vec<EdgeRow<'graph>>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum NodeRow<'graph> {
    Object {
        id: GraphNodeId,
        path: &'graph RootedPath,
        found_as: Vec<&'graph RootedPath>,
        /// `app`, `base` or `package`.
        owner: &'static str,
        /// Path in the image of the app that contains it.
        app: Option<&'graph RootedPath>,
        package: Option<&'graph PackageName>,
        start: bool,
    },
    Soname {
        id: GraphNodeId,
        soname: &'graph Soname,
        status: &'static str,
        path: Option<&'graph RootedPath>,
        package: Option<&'graph PackageName>,
    },
    Package {
        id: GraphNodeId,
        name: &'graph PackageName,
        version: &'graph str,
        architecture: &'graph str,
        /// Size of the .deb in bytes.
        size: u64,
        /// Installed-Size in bytes.
        installed_size: u64,
    },
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum EdgeRow<'graph> {
    Needs {
        from: GraphNodeId,
        to: GraphNodeId,
        /// `needed`, `dlopen` or `unwinder`.
        need: &'static str,
        /// Start objects in whose processes the edge exists.
        starts: &'graph [GraphNodeId],
    },
    FoundAt {
        from: GraphNodeId,
        to: GraphNodeId,
    },
    Has {
        from: GraphNodeId,
        to: GraphNodeId,
    },
    Loads {
        from: GraphNodeId,
        to: GraphNodeId,
    },
}

/// Writes a graph as one JSON document, without a newline at its end. `release_from` is the reason for the choice of the
/// release.
///
/// # Errors
/// Never for these types; the signature is the encoder's.
pub fn graph_json(
    graph: &Graph,
    closed: bool,
    provenance: &Provenance,
    release_from: &str,
) -> serde_json::Result<String> {
    serde_json::to_string_pretty(&Document {
        schema: "sodeb.graph/1",
        target: TargetRow::new(provenance, Some(release_from)),
        closed,
        app: graph.apps(),
        nodes: graph.nodes().map(|(id, node)| node_row(graph, id, node)).collect(),
        edges: graph.edges().map(edge_row).collect(),
    })
}

fn node_row<'graph>(graph: &'graph Graph, id: GraphNodeId, node: &'graph Node) -> NodeRow<'graph> {
    match node {
        Node::Object(LoadedObject { path, found_as, owner, is_start }) => {
            let (word, app, package) = match owner {
                ObjectOwner::App(app) => ("app", graph.apps().get(*app), None),
                ObjectOwner::Base => ("base", None, None),
                ObjectOwner::Package(package) => ("package", None, Some(package)),
            };
            let found_as = found_as.iter().collect();
            NodeRow::Object { id, path, found_as, owner: word, app, package, start: *is_start }
        }
        Node::Name(NeededName { soname, status, path }) => NodeRow::Soname {
            id,
            soname,
            status: status.name(),
            path: path.as_ref(),
            package: graph.package_of(graph.found_at(id).unwrap_or(id)).map(|package| &package.name),
        },
        Node::Package(package) => NodeRow::Package {
            id,
            name: &package.name,
            version: &package.version,
            architecture: &package.architecture,
            size: package.size_bytes,
            installed_size: package.installed_size_kib.saturating_mul(1024),
        },
    }
}

fn edge_row(EdgeWithEnds { from, to, edge }: EdgeWithEnds<'_>) -> EdgeRow<'_> {
    match edge {
        Edge::Needs { kind, starts } => EdgeRow::Needs { from, to, need: kind.name(), starts },
        Edge::FoundAt => EdgeRow::FoundAt { from, to },
        Edge::OfPackage => EdgeRow::Has { from, to },
        Edge::Loads => EdgeRow::Loads { from, to },
    }
}
