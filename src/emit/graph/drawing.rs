//! Drawing of a graph, from which the pictures are made.
//!
//! A soname is written on an edge only if the file at its end has another name. The objects of one app, of the base or
//! of one package are a group.

use std::collections::BTreeMap;

use bstr::BStr;

use crate::debian::catalog::Package;
use crate::emit::drawn::{DrawnEdge, DrawnGraph};
use crate::emit::escape::printable;
use crate::emit::humanize::{listed, shortened, size_of_kib};
use crate::solve::graph::{Graph, GraphNodeId, LoadedObject, NeededName, Node, ObjectOwner};
use crate::solve::resolve::Status;
use crate::vocabulary::RootedPath;

/// Class of a node, which decides its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NodeClass {
    /// Start object of an app.
    Start,
    /// Other object of an app.
    App,
    /// LoadedObject of the base.
    Base,
    /// Package, or an object of one.
    Package,
    /// Missing soname that a package provides.
    Missing,
    /// Soname that a driver of the host provides.
    Host,
    /// Soname that nothing provides, or that is outside the search path.
    Unresolved,
}

impl NodeClass {
    /// Every class, in the order of the legend.
    pub(super) const ALL: [Self; 7] =
        [Self::Start, Self::App, Self::Base, Self::Package, Self::Missing, Self::Host, Self::Unresolved];

    /// Returns the name in style sheets.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::App => "app",
            Self::Base => "base",
            Self::Package => "package",
            Self::Missing => "missing",
            Self::Host => "host",
            Self::Unresolved => "unresolved",
        }
    }

    /// Returns the label in the legend.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Start => "start object",
            Self::App => "library of the app",
            Self::Base => "base",
            Self::Package => "package",
            Self::Missing => "missing, provided by a package",
            Self::Host => "provided by the host",
            Self::Unresolved => "not found",
        }
    }
}

/// A picture before layout. All texts are printable.
pub(super) struct Drawing {
    /// Title.
    pub(super) title: String,
    /// Groups of nodes.
    pub(super) groups: Vec<Group>,
    /// Nodes.
    pub(super) nodes: Vec<DrawnNode>,
    /// Edges, sorted by both ends.
    pub(super) edges: Vec<Arrow>,
}

/// A group of nodes.
pub(super) struct Group {
    pub(super) label: String,
    /// Places of its nodes, ascending.
    pub(super) nodes: Vec<usize>,
}

/// A node.
pub(super) struct DrawnNode {
    pub(super) label: String,
    /// Second, smaller line.
    pub(super) detail: Option<String>,
    /// Tooltip.
    pub(super) tip: String,
    pub(super) class: NodeClass,
}

/// An edge between the places of two nodes.
pub(super) struct Arrow {
    pub(super) from: usize,
    pub(super) to: usize,
    /// Sonames that lead there and differ from the file name at the end.
    pub(super) names: Vec<String>,
    /// True if the library is only opened by dlopen(3).
    pub(super) is_opened: bool,
}

impl Drawing {
    /// Draws a graph.
    pub(super) fn new(graph: &Graph) -> Self {
        let drawn = DrawnGraph::new(graph);
        let mut groups: BTreeMap<&ObjectOwner, (String, Vec<usize>)> = BTreeMap::new();
        for (place, (id, node)) in drawn.nodes.iter().enumerate() {
            if let Node::Object(object) = node {
                let label = || group_label(graph, *id, &object.owner);
                groups.entry(&object.owner).or_insert_with(|| (label(), Vec::new())).1.push(place);
            }
        }
        let apps = if graph.apps().is_empty() {
            "the app".to_owned()
        } else {
            listed(graph.apps().iter().map(printable))
        };
        Self {
            title: format!("Libraries loaded by {apps}"),
            groups: groups.into_values().map(|(label, nodes)| Group { label, nodes }).collect(),
            nodes: drawn.nodes.iter().map(|(id, node)| drawn_node(graph, *id, node)).collect(),
            edges: arrows(&drawn),
        }
    }

    /// Returns the edge between two nodes.
    pub(super) fn edge(&self, from: usize, to: usize) -> Option<&Arrow> {
        let found = self.edges.binary_search_by_key(&(from, to), |arrow| (arrow.from, arrow.to)).ok()?;
        self.edges.get(found)
    }

    /// Returns the nodes that belong to no group, each with its place.
    pub(super) fn ungrouped(&self) -> impl Iterator<Item = (usize, &DrawnNode)> {
        let mut is_grouped = vec![false; self.nodes.len()];
        for place in self.groups.iter().flat_map(|group| &group.nodes) {
            is_grouped[*place] = true;
        }
        self.nodes.iter().enumerate().filter(move |(place, _)| !is_grouped[*place])
    }
}

fn drawn_node(graph: &Graph, id: GraphNodeId, node: &Node) -> DrawnNode {
    match node {
        Node::Object(object) => drawn_object(graph, id, object),
        Node::Name(asked) => drawn_soname(asked),
        Node::Package(package) => DrawnNode {
            label: printable(&package.name),
            detail: Some(version_and_size(package)),
            tip: printable(format_args!("package {} {}", package.name, package.version)),
            class: NodeClass::Package,
        },
    }
}

fn drawn_object(graph: &Graph, id: GraphNodeId, object: &LoadedObject) -> DrawnNode {
    let (label, class) = match &object.owner {
        ObjectOwner::App(_) if object.is_start => (shortened(&object.path, graph.apps()), NodeClass::Start),
        ObjectOwner::App(_) => (shortened(&object.path, graph.apps()), NodeClass::App),
        ObjectOwner::Base => (object.path.to_string(), NodeClass::Base),
        ObjectOwner::Package(_) => (BStr::new(object.path.file_name()).to_string(), NodeClass::Package),
    };
    let package = graph.package_of(id);
    let of = package.map(|package| format!(" ({} {})", package.name, package.version)).unwrap_or_default();
    DrawnNode {
        label: printable(label),
        detail: package.map(|package| printable(&package.name)),
        tip: printable(format_args!("{}{of}", object.path)),
        class,
    }
}

fn drawn_soname(asked: &NeededName) -> DrawnNode {
    let class = match asked.status {
        Status::Package => NodeClass::Missing,
        Status::Host => NodeClass::Host,
        Status::App | Status::Base | Status::OffPath | Status::Unresolved => NodeClass::Unresolved,
    };
    let path = asked.path.as_ref().map(|path| format!(", {path}")).unwrap_or_default();
    DrawnNode {
        label: printable(&asked.soname),
        detail: (asked.status == Status::OffPath).then(|| "not on the search path".to_owned()),
        tip: printable(format_args!("{}: {}{path}", asked.soname, asked.status)),
        class,
    }
}

fn version_and_size(package: &Package) -> String {
    printable(format_args!("{}, {}", package.version, size_of_kib(package.installed_size_kib)))
}

fn group_label(graph: &Graph, object: GraphNodeId, owner: &ObjectOwner) -> String {
    match owner {
        ObjectOwner::App(app) => printable(graph.apps().get(*app).unwrap_or(&RootedPath::root())),
        ObjectOwner::Base => "base".to_owned(),
        ObjectOwner::Package(name) => match graph.package_of(object) {
            Some(package) => format!("{} {}", printable(name), version_and_size(package)),
            None => printable(name),
        },
    }
}

/// Joins the edges between each pair of nodes into one arrow.
fn arrows(drawn: &DrawnGraph<'_>) -> Vec<Arrow> {
    let mut arrows: BTreeMap<(usize, usize), Arrow> = BTreeMap::new();
    for edge in drawn.edges() {
        let (from, to) = (edge.from, edge.to);
        let is_opened = edge.need.as_ref().is_some_and(|need| need.is_opened);
        let new = || Arrow { from, to, names: Vec::new(), is_opened };
        let arrow = arrows.entry((from, to)).or_insert_with(new);
        arrow.is_opened &= is_opened;
        arrow.names.extend(differing_name(drawn, &edge));
    }
    arrows.into_values().collect()
}

/// Returns the soname of an edge if no path to the object at its end has it as file name.
fn differing_name(drawn: &DrawnGraph<'_>, edge: &DrawnEdge<'_>) -> Option<String> {
    let need = edge.need.as_ref()?;
    let (_, Node::Object(object)) = drawn.nodes[edge.to] else { return None };
    let mut paths = object.found_as.iter().chain([&object.path]);
    let is_file_name = paths.any(|path| path.file_name() == need.soname.file_name());
    (!is_file_name).then(|| printable(need.soname))
}
