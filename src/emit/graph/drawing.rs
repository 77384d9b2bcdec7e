//! What a picture shows of a graph: objects, names that lead to none, and packages that have no objects of their own.
//!
//! A name that leads to an object is an edge between two objects, and is written on it only where the object's
//! file is not called so. What one tree, the base or one package has is a group.

use std::collections::BTreeMap;

use crate::debian::catalog::Package;
use crate::emit::escape::printable;
use crate::emit::humanize::{mebibytes, shortened};
use crate::loader::NeedKind;
use crate::solve::graph::{Asked, Edge, Graph, Id, Node, Object, Owner};
use crate::solve::resolve::Status;
use crate::vocabulary::{PackageName, RootedPath, Soname};

/// What a node of a picture stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// An object of a tree that something starts or opens.
    Start,
    /// Another object of a tree.
    App,
    /// An object of the base.
    Base,
    /// A package, or an object of one.
    Package,
    /// A name that a package has.
    Lacked,
    /// A name that a driver brings.
    Host,
    /// A name that nothing has, or that nothing finds.
    Unresolved,
}

impl Look {
    /// Every look.
    pub(super) const ALL: [Self; 7] =
        [Self::Start, Self::App, Self::Base, Self::Package, Self::Lacked, Self::Host, Self::Unresolved];

    /// Its name as a class of styles.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::App => "app",
            Self::Base => "base",
            Self::Package => "package",
            Self::Lacked => "lacked",
            Self::Host => "host",
            Self::Unresolved => "unresolved",
        }
    }

    /// What it stands for, in words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Start => "start object",
            Self::App => "library of the tree",
            Self::Base => "of the base",
            Self::Package => "package",
            Self::Lacked => "lacked, a package has it",
            Self::Host => "from the host",
            Self::Unresolved => "not found",
        }
    }
}

/// A picture before it is drawn. All texts are printable.
pub(super) struct Drawing {
    /// What it shows.
    pub(super) title: String,
    /// What belongs together.
    pub(super) groups: Vec<Group>,
    /// What there is.
    pub(super) nodes: Vec<Shown>,
    /// What leads where, sorted by both ends.
    pub(super) edges: Vec<Arrow>,
}

/// What belongs together.
pub(super) struct Group {
    pub(super) label: String,
    /// The places of its nodes, ascending.
    pub(super) nodes: Vec<usize>,
}

/// A node that is shown.
pub(super) struct Shown {
    pub(super) label: String,
    /// A second, smaller line.
    pub(super) detail: Option<String>,
    /// All that is to be said of it.
    pub(super) tip: String,
    pub(super) look: Look,
}

/// An edge that is shown, between the places of its nodes.
pub(super) struct Arrow {
    pub(super) from: usize,
    pub(super) to: usize,
    /// The names that lead there and that the label of its end does not tell.
    pub(super) names: Vec<String>,
    /// Whether the one only opens the other by itself.
    pub(super) is_opened: bool,
}

impl Drawing {
    pub(super) fn of(graph: &Graph) -> Self {
        let mut places: BTreeMap<Id, usize> = BTreeMap::new();
        let mut groups: BTreeMap<&Owner, Vec<usize>> = BTreeMap::new();
        let mut nodes = Vec::new();
        let with_objects = packages_with_objects(graph);
        for (id, node) in graph.nodes() {
            let shown = match node {
                Node::Object(object) => shown_object(graph, id, object),
                Node::Asked(_) if graph.found_at(id).is_some() => continue,
                Node::Asked(asked) => shown_name(asked),
                Node::Package(package) if with_objects.contains_key(&package.name) => continue,
                Node::Package(package) => shown_package(package),
            };
            if let Node::Object(object) = node {
                groups.entry(&object.owner).or_default().push(nodes.len());
            }
            places.insert(id, nodes.len());
            nodes.push(shown);
        }
        let groups = groups
            .into_iter()
            .map(|(owner, nodes)| Group { label: group_label(graph, owner, &with_objects), nodes });
        let apps: Vec<String> = graph.apps().iter().map(printable).collect();
        Self {
            title: format!(
                "What {} loads",
                if apps.is_empty() { "the tree".to_owned() } else { apps.join(", ") }
            ),
            groups: groups.collect(),
            nodes,
            edges: arrows(graph, &places),
        }
    }
}

impl Drawing {
    /// The edge between two nodes.
    pub(super) fn edge(&self, from: usize, to: usize) -> Option<&Arrow> {
        let found = self.edges.binary_search_by_key(&(from, to), |arrow| (arrow.from, arrow.to)).ok()?;
        self.edges.get(found)
    }
}

fn packages_with_objects(graph: &Graph) -> BTreeMap<&PackageName, &Package> {
    let objects = graph.nodes().filter(|(_, node)| matches!(node, Node::Object(_)));
    objects.filter_map(|(id, _)| graph.package_of(id)).map(|package| (&package.name, package)).collect()
}

fn shown_object(graph: &Graph, id: Id, object: &Object) -> Shown {
    let (label, look) = match &object.owner {
        Owner::App(_) => {
            (shortened(&object.path, graph.apps()), if object.is_start { Look::Start } else { Look::App })
        }
        Owner::Base => (object.path.to_string(), Look::Base),
        Owner::Package(_) => (bstr::BStr::new(object.path.file_name()).to_string(), Look::Package),
    };
    let package = graph.package_of(id);
    let of = package.map(|package| format!(" ({} {})", package.name, package.version)).unwrap_or_default();
    Shown {
        label: printable(label),
        detail: package.map(|package| printable(&package.name)),
        tip: printable(format_args!("{}{of}", object.path)),
        look,
    }
}

fn shown_name(asked: &Asked) -> Shown {
    let look = match asked.status {
        Status::Package => Look::Lacked,
        Status::Host => Look::Host,
        Status::App | Status::Base | Status::OffPath | Status::Unresolved => Look::Unresolved,
    };
    let place = asked.path.as_ref().map(|path| format!(", {path}")).unwrap_or_default();
    Shown {
        label: printable(&asked.soname),
        detail: (asked.status == Status::OffPath).then(|| "off the search path".to_owned()),
        tip: printable(format_args!("{}: {}{place}", asked.soname, asked.status)),
        look,
    }
}

fn shown_package(package: &Package) -> Shown {
    Shown {
        label: printable(&package.name),
        detail: Some(version_and_size(package)),
        tip: printable(format_args!("package {} {}", package.name, package.version)),
        look: Look::Package,
    }
}

fn version_and_size(package: &Package) -> String {
    printable(format_args!("{}, {}", package.version, mebibytes(package.installed_size_kib)))
}

fn group_label(graph: &Graph, owner: &Owner, packages: &BTreeMap<&PackageName, &Package>) -> String {
    match owner {
        Owner::App(app) => printable(graph.apps().get(*app).unwrap_or(&RootedPath::root())),
        Owner::Base => "base".to_owned(),
        Owner::Package(name) => match packages.get(name) {
            Some(package) => format!("{} {}", printable(name), version_and_size(package)),
            None => printable(name),
        },
    }
}

fn arrows(graph: &Graph, places: &BTreeMap<Id, usize>) -> Vec<Arrow> {
    let mut arrows: BTreeMap<(usize, usize), Arrow> = BTreeMap::new();
    for ended in graph.edges() {
        let (end, name, is_opened) = match ended.edge {
            Edge::Needs { kind, .. } => {
                let end = graph.found_at(ended.to).unwrap_or(ended.to);
                (end, untold_name(graph, ended.to, end), *kind == NeedKind::Dlopen)
            }
            Edge::Has => (ended.to, None, false),
            Edge::FoundAt | Edge::Loads => continue,
        };
        let Some((from, to)) = places.get(&ended.from).zip(places.get(&end)) else { continue };
        let fresh = Arrow { from: *from, to: *to, names: Vec::new(), is_opened };
        let arrow = arrows.entry((*from, *to)).or_insert(fresh);
        arrow.is_opened &= is_opened;
        arrow.names.extend(name.map(printable));
    }
    arrows.into_values().collect()
}

/// The name that is asked for, where the object at the end is not called so by any path to it.
fn untold_name(graph: &Graph, asked: Id, end: Id) -> Option<&Soname> {
    let Some(Node::Asked(asked)) = graph.node(asked) else { return None };
    let Some(Node::Object(object)) = graph.node(end) else { return None };
    let mut paths = object.found_as.iter().chain([&object.path]);
    (!paths.any(|path| path.file_name() == asked.soname.file_name())).then_some(&asked.soname)
}
