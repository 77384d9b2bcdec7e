//! A graph as the page draws it: objects, names that lead to none, and packages without objects of their own.
//!
//! A name that leads to an object is an edge between two objects. Each edge holds in the processes of some start
//! objects, as [`Edge::Needs`] says; most edges share their set with others, so that a set is stated once, as runs of
//! start objects: `[first, how many, first, how many …]`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::report::Kind;
use crate::emit::escape::printable;
use crate::emit::humanize::mebibytes;
use crate::loader::NeedKind;
use crate::solve::graph::{Edge, Ended, Graph, Id, Node, Object, Owner};
use crate::solve::resolve::Status;
use crate::vocabulary::{PackageName, RootedPath};

/// What is known of an object beside the graph.
#[derive(Debug, Default)]
pub(in crate::emit) struct ObjectPlace {
    /// What it is, where that is not as the graph has it.
    pub(in crate::emit) kind: Option<Kind>,
    /// Who brought it.
    pub(in crate::emit) owner: Option<String>,
    /// The layer that it is from.
    pub(in crate::emit) layer: Option<String>,
    /// Its size.
    pub(in crate::emit) bytes: Option<u64>,
}

/// A graph as the page draws it.
#[derive(Debug, Serialize)]
pub(in crate::emit) struct GraphView {
    nodes: Vec<NodeView>,
    /// The sonames on edges.
    names: Vec<String>,
    /// Sets of start objects, as runs of their numbers among all start objects.
    processes: Vec<Vec<usize>>,
    edges: Vec<EdgeView>,
}

#[derive(Debug, Serialize)]
struct NodeView {
    /// The last part of its path, the soname, or the package.
    name: String,
    /// Its path, or what becomes of the name.
    detail: String,
    kind: Kind,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    start: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    layer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
}

/// From a node to a node, by which name, in which set of processes, and whether it is merely opened; as an array.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct EdgeView(usize, usize, Option<usize>, Option<usize>, u8);

/// The graph; `place` tells what is known of an object. None where it has no node.
pub(in crate::emit) fn graph_view(
    graph: &Graph,
    place: impl Fn(&Object) -> ObjectPlace,
) -> Option<GraphView> {
    let mut places: BTreeMap<Id, usize> = BTreeMap::new();
    let mut nodes = Vec::new();
    let with_objects = packages_with_objects(graph);
    for (id, node) in graph.nodes() {
        let view = match node {
            Node::Object(object) => object_view(graph, id, object, place(object)),
            Node::Asked(_) if graph.found_at(id).is_some() => continue,
            Node::Asked(asked) => NodeView {
                name: printable(&asked.soname),
                detail: status_words(asked.status, asked.path.as_ref()),
                kind: kind_of_status(asked.status),
                start: false,
                owner: graph.package_of(id).map(|package| printable(&package.name)),
                layer: None,
                bytes: None,
            },
            Node::Package(package) if with_objects.contains(&&package.name) => continue,
            Node::Package(package) => NodeView {
                name: printable(&package.name),
                detail: printable(format_args!(
                    "{}, {} when installed",
                    package.version,
                    mebibytes(package.installed_size_kib)
                )),
                kind: Kind::Package,
                start: false,
                owner: None,
                layer: None,
                bytes: None,
            },
        };
        places.insert(id, nodes.len());
        nodes.push(view);
    }
    let mut sets = Sets::of(graph);
    let mut edges: Vec<EdgeView> =
        graph.edges().filter_map(|ended| sets.edge_view(graph, &places, ended)).collect();
    edges.sort_unstable();
    let Sets { names, processes, .. } = sets;
    (!nodes.is_empty()).then(|| GraphView {
        nodes,
        names: in_order(names),
        processes: in_order(processes),
        edges,
    })
}

fn packages_with_objects(graph: &Graph) -> Vec<&PackageName> {
    let objects = graph.nodes().filter(|(_, node)| matches!(node, Node::Object(_)));
    let mut names: Vec<&PackageName> =
        objects.filter_map(|(id, _)| graph.package_of(id)).map(|package| &package.name).collect();
    names.sort();
    names.dedup();
    names
}

fn object_view(graph: &Graph, id: Id, object: &Object, place: ObjectPlace) -> NodeView {
    let of_package = graph.package_of(id).map(|package| format!("{} {}", package.name, package.version));
    let of_graph = match &object.owner {
        Owner::App(app) => (Kind::Tree, graph.apps().get(*app).map(|at| format!("the tree at {at}"))),
        Owner::Base => (Kind::Base, Some("the base".to_owned())),
        Owner::Package(name) => (Kind::Package, of_package.or_else(|| Some(name.to_string()))),
    };
    NodeView {
        name: printable(bstr::BStr::new(object.path.file_name())),
        detail: printable(&object.path),
        kind: place.kind.unwrap_or(of_graph.0),
        start: object.is_start,
        owner: if place.kind.is_some() { place.owner } else { of_graph.1.map(printable) },
        layer: place.layer,
        bytes: place.bytes,
    }
}

fn kind_of_status(status: Status) -> Kind {
    match status {
        Status::Package => Kind::Lacked,
        Status::Host => Kind::Host,
        Status::App | Status::Base | Status::OffPath | Status::Unresolved => Kind::Unresolved,
    }
}

fn status_words(status: Status, path: Option<&RootedPath>) -> String {
    let words = match status {
        Status::Package => "lacked; a package has it",
        Status::Host => "lacked; a driver of the host brings it",
        Status::OffPath => "not found: it lies where nothing looks for it",
        Status::App | Status::Base | Status::Unresolved => "not found, and no package has it",
    };
    match path {
        Some(path) => printable(format_args!("{words}: {path}")),
        None => words.to_owned(),
    }
}

/// What edges share.
struct Sets {
    /// Each start object's number among them.
    starts: BTreeMap<Id, usize>,
    names: BTreeMap<String, usize>,
    processes: BTreeMap<Vec<usize>, usize>,
}

impl Sets {
    fn of(graph: &Graph) -> Self {
        let starts = graph.nodes().filter(|(_, node)| matches!(node, Node::Object(it) if it.is_start));
        let starts = starts.zip(0..).map(|((id, _), number)| (id, number)).collect();
        Self { starts, names: BTreeMap::new(), processes: BTreeMap::new() }
    }

    fn edge_view(
        &mut self,
        graph: &Graph,
        places: &BTreeMap<Id, usize>,
        ended: Ended<'_>,
    ) -> Option<EdgeView> {
        let Ended { from, to, edge } = ended;
        let end = graph.found_at(to).unwrap_or(to);
        let (from, end) = (*places.get(&from)?, *places.get(&end)?);
        let Edge::Needs { kind, starts } = edge else {
            return matches!(edge, Edge::Has).then_some(EdgeView(from, end, None, None, 0));
        };
        let Some(Node::Asked(asked)) = graph.node(to) else { return None };
        let name = number_of(&mut self.names, printable(&asked.soname));
        let runs = runs(starts.iter().filter_map(|start| self.starts.get(start).copied()));
        let set = number_of(&mut self.processes, runs);
        Some(EdgeView(from, end, Some(name), Some(set), u8::from(*kind == NeedKind::Dlopen)))
    }
}

/// The number under which something is stated, a new one for what is not yet.
fn number_of<Key: Ord>(numbers: &mut BTreeMap<Key, usize>, key: Key) -> usize {
    let next = numbers.len();
    *numbers.entry(key).or_insert(next)
}

/// What was stated, in the order of its numbers.
fn in_order<Key: Ord>(numbers: BTreeMap<Key, usize>) -> Vec<Key> {
    let mut pairs: Vec<(usize, Key)> = numbers.into_iter().map(|(key, number)| (number, key)).collect();
    pairs.sort_by_key(|(number, _)| *number);
    pairs.into_iter().map(|(_, key)| key).collect()
}

/// Ascending numbers as runs: where each begins, and how long it is.
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
