//! Graph as the page draws it, in a compact form.
//!
//! Each edge applies to the processes of some start objects; most edges share their set with others, so that each set is
//! written once, as runs of start objects: `[first, count, first, count …]`.

use std::collections::BTreeMap;

use bstr::BStr;
use serde::Serialize;

use super::kind::PartKind;
use crate::emit::drawn::{DrawnEdge, DrawnGraph};
use crate::emit::escape::printable;
use crate::emit::humanize::size_of_kib;
use crate::solve::graph::{Graph, GraphNodeId, LoadedObject, NeededName, Node, ObjectOwner};
use crate::solve::resolve::Status;
use crate::vocabulary::RootedPath;

/// Facts of an object that the graph does not contain.
#[derive(Debug, Default)]
pub(in crate::emit) struct ObjectDetails {
    /// Kind, if it differs from the one that the graph implies.
    pub(in crate::emit) kind: Option<PartKind>,
    /// Package that owns it.
    pub(in crate::emit) owner: Option<String>,
    /// Layer that contains it.
    pub(in crate::emit) layer: Option<String>,
    /// Size in bytes.
    pub(in crate::emit) bytes: Option<u64>,
}

/// Graph as the page draws it.
#[derive(Debug, Serialize)]
pub(in crate::emit) struct GraphView {
    nodes: Vec<NodeView>,
    /// Sonames of the edges.
    names: Vec<String>,
    /// Sets of start objects, as runs of their numbers among all start objects.
    processes: Vec<Vec<usize>>,
    edges: Vec<EdgeView>,
}

#[derive(Debug, Serialize)]
struct NodeView {
    /// File name of an object, soname, or name of a package.
    name: String,
    /// Path, status of the soname, or version and size of the package.
    detail: String,
    kind: PartKind,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    start: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    layer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
}

/// Edge, as an array: places of the two nodes, index of the soname, index of the set of processes, and 1 if it is a
/// dlopen(3).
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct EdgeView(usize, usize, Option<usize>, Option<usize>, u8);

/// Converts a graph; `details` returns the facts of an object. None if the graph is empty.
pub(in crate::emit) fn graph_view(
    graph: &Graph,
    details: impl Fn(&LoadedObject) -> ObjectDetails,
) -> Option<GraphView> {
    let drawn = DrawnGraph::new(graph);
    let view = |(id, node): &(GraphNodeId, &Node)| match node {
        Node::Object(object) => object_view(graph, *id, object, details(object)),
        Node::Name(asked) => soname_view(graph, *id, asked),
        Node::Package(package) => {
            let size = size_of_kib(package.installed_size_kib);
            let detail = printable(format_args!("{}, {size} when installed", package.version));
            NodeView::new(printable(&package.name), detail, PartKind::Package)
        }
    };
    let nodes: Vec<NodeView> = drawn.nodes.iter().map(view).collect();
    let mut tables = Tables::new(graph);
    let mut edges: Vec<EdgeView> = drawn.edges().map(|edge| tables.edge_view(&edge)).collect();
    edges.sort_unstable();
    let Tables { names, processes, .. } = tables;
    (!nodes.is_empty()).then(|| GraphView {
        nodes,
        names: names.into_list(),
        processes: processes.into_list(),
        edges,
    })
}

impl NodeView {
    fn new(name: String, detail: String, kind: PartKind) -> Self {
        Self { name, detail, kind, start: false, owner: None, layer: None, bytes: None }
    }
}

fn object_view(graph: &Graph, id: GraphNodeId, object: &LoadedObject, details: ObjectDetails) -> NodeView {
    let of_package = graph.package_of(id).map(|package| format!("{} {}", package.name, package.version));
    let (kind, owner) = match &object.owner {
        ObjectOwner::App(app) => (PartKind::App, graph.apps().get(*app).map(|at| format!("the app at {at}"))),
        ObjectOwner::Base => (PartKind::Base, Some("the base".to_owned())),
        ObjectOwner::Package(name) => (PartKind::Package, of_package.or_else(|| Some(name.to_string()))),
    };
    let name = printable(BStr::new(object.path.file_name()));
    NodeView {
        start: object.is_start,
        owner: if details.kind.is_some() { details.owner } else { owner.map(printable) },
        layer: details.layer,
        bytes: details.bytes,
        ..NodeView::new(name, printable(&object.path), details.kind.unwrap_or(kind))
    }
}

fn soname_view(graph: &Graph, id: GraphNodeId, asked: &NeededName) -> NodeView {
    let kind = match asked.status {
        Status::Package => PartKind::Missing,
        Status::Host => PartKind::Host,
        Status::App | Status::Base | Status::OffPath | Status::Unresolved => PartKind::Unresolved,
    };
    let package = graph.package_of(id).map(|package| printable(&package.name));
    let detail = status_words(asked.status, package.as_deref(), asked.path.as_ref());
    NodeView { owner: package, ..NodeView::new(printable(&asked.soname), detail, kind) }
}

fn status_words(status: Status, package: Option<&str>, path: Option<&RootedPath>) -> String {
    let words = match status {
        Status::Package => format!("missing, provided by {}", package.unwrap_or("a package")),
        Status::Host => "missing, provided by a driver of the host".to_owned(),
        Status::OffPath => "not found: it is not on the search path".to_owned(),
        Status::App | Status::Base | Status::Unresolved => "not found, no package provides it".to_owned(),
    };
    match path {
        Some(path) => printable(format_args!("{words}: {path}")),
        None => words,
    }
}

/// Values that edges refer to by their numbers.
struct Tables {
    /// Number of each start object among them.
    starts: BTreeMap<GraphNodeId, usize>,
    names: Table<String>,
    processes: Table<Vec<usize>>,
}

impl Tables {
    fn new(graph: &Graph) -> Self {
        let starts = graph.nodes().filter(|(_, node)| matches!(node, Node::Object(it) if it.is_start));
        let starts = starts.zip(0..).map(|((id, _), number)| (id, number)).collect();
        Self { starts, names: Table::default(), processes: Table::default() }
    }

    fn edge_view(&mut self, edge: &DrawnEdge<'_>) -> EdgeView {
        let Some(need) = &edge.need else { return EdgeView(edge.from, edge.to, None, None, 0) };
        let name = self.names.number(printable(need.soname));
        let runs = runs(need.starts.iter().filter_map(|start| self.starts.get(start).copied()));
        let processes = self.processes.number(runs);
        EdgeView(edge.from, edge.to, Some(name), Some(processes), u8::from(need.is_opened))
    }
}

/// Distinct values, numbered in the order in which they are added.
struct Table<Value>(BTreeMap<Value, usize>);

impl<Value> Default for Table<Value> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<Value: Ord> Table<Value> {
    fn number(&mut self, value: Value) -> usize {
        let next = self.0.len();
        *self.0.entry(value).or_insert(next)
    }

    fn into_list(self) -> Vec<Value> {
        let mut pairs: Vec<(usize, Value)> =
            self.0.into_iter().map(|(value, number)| (number, value)).collect();
        pairs.sort_by_key(|(number, _)| *number);
        pairs.into_iter().map(|(_, value)| value).collect()
    }
}

/// Converts ascending numbers to runs: the first number of each and its length.
fn runs(numbers: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut runs: Vec<usize> = Vec::new();
    for number in numbers {
        match runs.as_mut_slice() {
            [.., first, count] if *first + *count == number => *count += 1,
            _ => runs.extend([number, 1]),
        }
    }
    runs
}
