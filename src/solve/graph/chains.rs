//! Shortest chains of objects that lead to a name, a file or a package.
//!
//! A chain begins at a start object; each object needs a name for which the next is loaded, all of it in the
//! process of that start object, and the last needs a name that the query matches. For each start object and each
//! matched name all the shortest chains are returned, of which there may be as many as there are paths through a
//! lattice: they are counted without being made, and made one after the other up to a limit.
//!
//! A breadth-first search from the start object gives each object its distance and its predecessors on shortest
//! paths. It visits each object once, so that circles of NEEDED end.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::model::{Edge, Graph, GraphNodeId, LoadedObject, NeededName, Node, ObjectOwner};
use crate::vocabulary::{PackageName, RootedPath, Soname};

/// Largest number of chains that are returned.
pub const MAX_CHAINS: usize = 10_000;

/// A shortest path from a start object to a name.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Chain {
    /// Start object, the objects that are loaded from one to the next, and last the object that needs the name.
    pub objects: Vec<RootedPath>,
    /// Packages of these objects, in their order, each once.
    pub through: Vec<PackageName>,
    /// Soname that the last object needs.
    pub soname: Soname,
    /// File that is loaded for it; none if it is missing.
    pub found: Option<RootedPath>,
    /// Package that provides it; none for a file of an app or the base, and if nothing provides it.
    pub package: Option<PackageName>,
}

/// All shortest chains that a query matches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chains {
    /// Chains, sorted by length, then by start object, by soname, and by the objects between; up to the limit.
    pub chains: Vec<Chain>,
    /// Number of all chains.
    pub count: u64,
    /// Start objects that the query matches: nothing has to need them.
    pub starts: Vec<RootedPath>,
}

impl Graph {
    /// Finds for every start object all shortest chains to each name that the query matches, at most `limit` of
    /// them: a soname itself; the names for which a file is loaded, by its path or its file name; or the names that
    /// a package provides. A chain to a package ends where it enters it.
    pub fn chains_to(&self, query: &[u8], limit: usize) -> Chains {
        let matched = QueryMatch::new(self, query);
        let mut ends: Vec<ChainEnd> = Vec::new();
        for start in self.starts() {
            let paths = ShortestPaths::from(self, start, &matched);
            let names = paths.names.iter().filter(|(name, _)| matched.names.contains(*name));
            ends.extend(names.map(|(name, reached)| ChainEnd {
                length: reached.length,
                start,
                name: *name,
                count: reached.count,
            }));
        }
        ends.sort_unstable();
        let count = ends.iter().fold(0_u64, |sum, end| sum.saturating_add(end.count));
        let mut chains = Vec::new();
        let mut last: Option<(GraphNodeId, ShortestPaths)> = None;
        for end in ends {
            if chains.len() >= limit {
                break;
            }
            let (_, paths) = match last.take().filter(|(start, _)| *start == end.start) {
                Some(known) => last.insert(known),
                None => last.insert((end.start, ShortestPaths::from(self, end.start, &matched))),
            };
            let room = limit - chains.len();
            chains.extend(paths.to(end.name, room).iter().filter_map(|path| self.chain(path, end.name)));
        }
        let is_matched = |id: &GraphNodeId| matched.objects.contains(id);
        let starts = self.starts().filter(is_matched).filter_map(|id| self.object(id));
        Chains { chains, count, starts: starts.map(|object| object.path.clone()).collect() }
    }

    fn starts(&self) -> impl Iterator<Item = GraphNodeId> {
        self.nodes().filter(|(_, node)| matches!(node, Node::Object(it) if it.is_start)).map(|(id, _)| id)
    }

    fn object(&self, id: GraphNodeId) -> Option<&LoadedObject> {
        match self.node(id)? {
            Node::Object(object) => Some(object),
            Node::Name(_) | Node::Package(_) => None,
        }
    }

    fn name(&self, id: GraphNodeId) -> Option<&NeededName> {
        match self.node(id)? {
            Node::Name(name) => Some(name),
            Node::Object(_) | Node::Package(_) => None,
        }
    }

    fn chain(&self, path: &[GraphNodeId], name: GraphNodeId) -> Option<Chain> {
        let objects: Vec<&LoadedObject> = path.iter().filter_map(|id| self.object(*id)).collect();
        let mut through: Vec<PackageName> = Vec::new();
        for object in &objects {
            if let ObjectOwner::Package(package) = &object.owner
                && !through.contains(package)
            {
                through.push(package.clone());
            }
        }
        let found = self.found_at(name);
        Some(Chain {
            objects: objects.iter().map(|object| object.path.clone()).collect(),
            through,
            soname: self.name(name)?.soname.clone(),
            found: found.and_then(|id| self.object(id)).map(|object| object.path.clone()),
            package: self.package_of(found.unwrap_or(name)).map(|package| package.name.clone()),
        })
    }
}

/// Nodes that a query matches.
struct QueryMatch {
    /// Names at which chains end.
    names: BTreeSet<GraphNodeId>,
    /// Objects of that path or file name.
    objects: BTreeSet<GraphNodeId>,
    /// Objects of the matched package, behind which the search stops.
    inside: BTreeSet<GraphNodeId>,
}

impl QueryMatch {
    fn new(graph: &Graph, query: &[u8]) -> Self {
        let path = query.starts_with(b"/").then(|| RootedPath::new(query));
        let is_file = |place: &RootedPath| match &path {
            Some(path) => place == path,
            None => place.file_name() == query,
        };
        let is_of_package =
            |id: GraphNodeId| graph.package_of(id).is_some_and(|it| it.name.as_str().as_bytes() == query);
        let mut matched = Self { names: BTreeSet::new(), objects: BTreeSet::new(), inside: BTreeSet::new() };
        for (id, node) in graph.nodes() {
            let Node::Object(object) = node else { continue };
            if is_file(&object.path) || object.found_as.iter().any(is_file) {
                matched.objects.insert(id);
            }
            if is_of_package(id) {
                matched.inside.insert(id);
            }
        }
        for (id, node) in graph.nodes() {
            let Node::Name(name) = node else { continue };
            let leads_there = match graph.found_at(id) {
                Some(object) => matched.objects.contains(&object) || matched.inside.contains(&object),
                None => name.path.as_ref().is_some_and(is_file) || is_of_package(id),
            };
            if leads_there || name.soname.as_bytes() == query {
                matched.names.insert(id);
            }
        }
        matched
    }
}

/// End of some chains of one length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct ChainEnd {
    length: usize,
    start: GraphNodeId,
    name: GraphNodeId,
    count: u64,
}

/// Shortest paths from one start object.
struct ShortestPaths {
    start: GraphNodeId,
    /// Objects that are reached.
    objects: BTreeMap<GraphNodeId, Reached>,
    /// Needed names, each with the nearest objects that need it.
    names: BTreeMap<GraphNodeId, Reached>,
}

/// Distance of an object or a name.
#[derive(Default)]
struct Reached {
    /// Number of objects before it.
    length: usize,
    /// Predecessors on shortest paths.
    before: BTreeSet<GraphNodeId>,
    /// Number of shortest paths.
    count: u64,
}

impl Reached {
    /// Adds a predecessor, unless its path is longer.
    fn from(&mut self, by: GraphNodeId, length: usize, count: u64) {
        if self.before.is_empty() {
            self.length = length;
        }
        if self.length == length && self.before.insert(by) {
            self.count = self.count.saturating_add(count);
        }
    }
}

impl ShortestPaths {
    fn from(graph: &Graph, start: GraphNodeId, matched: &QueryMatch) -> Self {
        let mut paths = Self { start, objects: BTreeMap::new(), names: BTreeMap::new() };
        paths.objects.insert(start, Reached { length: 0, before: BTreeSet::new(), count: 1 });
        let mut queue = VecDeque::from([start]);
        while let Some(by) = queue.pop_front() {
            let Some((length, count)) = paths.objects.get(&by).map(|it| (it.length + 1, it.count)) else {
                continue;
            };
            if by != start && matched.inside.contains(&by) {
                continue;
            }
            for edge in graph.edges_from(by) {
                let Edge::Needs { starts, .. } = edge.edge else { continue };
                if starts.binary_search(&start).is_err() {
                    continue;
                }
                paths.names.entry(edge.to).or_default().from(by, length, count);
                let Some(found) = graph.found_at(edge.to).filter(|found| *found != start) else { continue };
                // The queue has everything at one distance before anything farther, so that all the paths to an
                // object are counted before the search goes on behind it.
                if !paths.objects.contains_key(&found) {
                    queue.push_back(found);
                }
                paths.objects.entry(found).or_default().from(by, length, count);
            }
        }
        paths
    }

    /// Returns at most `limit` shortest paths to a name, sorted by their objects.
    fn to(&self, name: GraphNodeId, limit: usize) -> Vec<Vec<GraphNodeId>> {
        let Some(end) = self.names.get(&name) else { return Vec::new() };
        // Successors of each object on the paths to this end.
        let mut after: BTreeMap<GraphNodeId, BTreeSet<GraphNodeId>> = BTreeMap::new();
        let mut left: Vec<GraphNodeId> = end.before.iter().copied().collect();
        let mut seen: BTreeSet<GraphNodeId> = end.before.clone();
        while let Some(object) = left.pop() {
            for before in self.objects.get(&object).into_iter().flat_map(|reached| &reached.before) {
                after.entry(*before).or_default().insert(object);
                if seen.insert(*before) {
                    left.push(*before);
                }
            }
        }
        let mut found = Vec::new();
        let mut paths = vec![vec![self.start]];
        while let Some(path) = paths.pop() {
            if found.len() == limit {
                break;
            }
            if path.len() == end.length {
                found.push(path);
                continue;
            }
            let next = path.last().and_then(|last| after.get(last)).into_iter().flatten();
            // The first successor is visited next, so that it is pushed last.
            paths.extend(next.rev().map(|object| [&path[..], &[*object]].concat()));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::solve::graph::sample::{self, Sketch};

    /// Returns each chain as the paths of its objects, with the needed soname.
    fn chains_as_words(graph: &Graph, query: &str) -> Vec<String> {
        let chains = graph.chains_to(query.as_bytes(), MAX_CHAINS);
        assert_eq!(chains.count, chains.chains.len() as u64);
        chains.chains.iter().map(as_words).collect()
    }

    fn as_words(chain: &Chain) -> String {
        let mut words: Vec<String> = chain.objects.iter().map(ToString::to_string).collect();
        words.push(chain.soname.to_string());
        words.join(" ")
    }

    #[test]
    fn all_the_shortest_chains_are_found_and_no_longer_one() {
        let mut sketch = Sketch::default();
        sketch.start("/a").needs("/a", "b", "/b").needs("/a", "c", "/c").needs("/a", "d", "/d");
        sketch.needs("/b", "x", "/x").needs("/c", "x", "/x").needs("/d", "e", "/e").needs("/e", "x", "/x");
        sketch.misses("/x", "gone");
        let graph = sketch.graph();
        assert_eq!(chains_as_words(&graph, "x"), ["/a /b x", "/a /c x"]);
        assert_eq!(chains_as_words(&graph, "gone"), ["/a /b /x gone", "/a /c /x gone"]);
        assert_eq!(chains_as_words(&graph, "/x"), ["/a /b x", "/a /c x"]);
    }

    #[test]
    fn circles_of_needs_end() {
        let mut sketch = Sketch::default();
        sketch.start("/a").needs("/a", "b", "/b").needs("/b", "c", "/c").needs("/c", "b", "/b");
        sketch.needs("/c", "a", "/a").needs("/c", "c", "/c").misses("/c", "gone");
        let graph = sketch.graph();
        assert_eq!(chains_as_words(&graph, "gone"), ["/a /b /c gone"]);
        assert_eq!(chains_as_words(&graph, "b"), ["/a b"]);
        assert_eq!(chains_as_words(&graph, "a"), ["/a /b /c a"]);
    }

    #[test]
    fn a_name_leads_elsewhere_in_another_process() {
        let mut sketch = Sketch::default();
        sketch.start("/a").needs("/a", "m", "/m").needs("/m", "x", "/one/x");
        sketch.start("/b").needs("/b", "m", "/m").needs("/m", "x", "/two/x");
        sketch.start("/c").needs("/c", "m", "/m").misses("/m", "x");
        let graph = sketch.graph();
        assert_eq!(chains_as_words(&graph, "/one/x"), ["/a /m x"]);
        assert_eq!(chains_as_words(&graph, "/two/x"), ["/b /m x"]);
        assert_eq!(chains_as_words(&graph, "x"), ["/a /m x", "/b /m x", "/c /m x"]);
        let found: Vec<_> = graph.chains_to(b"x", 9).chains.into_iter().map(|chain| chain.found).collect();
        assert_eq!(found, [Some(RootedPath::new("/one/x")), Some(RootedPath::new("/two/x")), None]);
    }

    #[test]
    fn a_file_is_matched_by_its_path_or_its_name_or_a_link_to_it() {
        let mut sketch = Sketch::default();
        sketch.start("/a").needs("/a", "liby.so.1", "/lib/liby.so.1.2").found_as("/lib/liby.so.1");
        let graph = sketch.graph();
        for query in ["/lib/liby.so.1.2", "/lib//liby.so.1", "liby.so.1.2", "liby.so.1"] {
            assert_eq!(chains_as_words(&graph, query), ["/a liby.so.1"], "{query}");
        }
        assert_eq!(chains_as_words(&graph, "/lib"), [""; 0]);
        assert_eq!(graph.chains_to(b"/a", 9).starts, [RootedPath::new("/a")]);
    }

    #[test]
    fn a_packages_chains_go_through_others_and_end_where_they_enter_it() {
        let graph = sample::closed();
        let chains = graph.chains_to(b"libgmp10", 9).chains;
        let words: Vec<String> = chains.iter().map(as_words).collect();
        let through_mpfr = "/venv/site-packages/a.so /usr/lib/libmpfr.so.6.2.0 libgmpxx.so.4";
        assert_eq!(words, ["/venv/site-packages/b.so libgmp.so.10", through_mpfr]);
        assert_eq!(chains[1].through, [PackageName::new("libmpfr6")]);
        assert_eq!(chains[1].package, Some(PackageName::new("libgmp10")));
        // A query for the soname itself also shows that a library of the package needs it.
        let inside = graph.chains_to(b"libgmp.so.10", 9).chains;
        assert!(as_words(&inside[1]).ends_with("/usr/lib/libgmpxx.so.4.6.1 libgmp.so.10"));
    }

    #[test]
    fn chains_beyond_the_limit_are_counted() {
        let mut sketch = Sketch::default();
        sketch.start("/0a").needs("/0a", "1a", "/1a").needs("/0a", "1b", "/1b");
        for row in 1..80 {
            for (from, to) in [("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")] {
                let (name, next) = (format!("{}{to}", row + 1), format!("/{}{to}", row + 1));
                sketch.needs(&format!("/{row}{from}"), &name, &next);
            }
        }
        sketch.misses("/80a", "gone").misses("/80b", "gone");
        let chains = sketch.graph().chains_to(b"gone", 3);
        assert_eq!(chains.count, u64::MAX);
        assert_eq!(chains.chains.len(), 3);
        assert!(as_words(&chains.chains[1]).ends_with("/79a /80b gone"));
    }

    proptest! {
        /// Compares with every simple path through the needs, of which the shortest are kept.
        #[test]
        fn the_chains_are_those_of_a_search_through_all_ways(
            needs in prop::collection::vec((0_usize..7, 0_usize..7), 0..20),
            starts in prop::collection::btree_set(0_usize..7, 1..3),
        ) {
            let mut sketch = Sketch::default();
            for start in &starts {
                sketch.start(&format!("/{start}"));
                for (from, to) in &needs {
                    sketch.needs(&format!("/{from}"), &to.to_string(), &format!("/{to}"));
                }
            }
            let mut expected: Vec<Vec<usize>> = Vec::new();
            for start in &starts {
                let mut all = vec![vec![*start]];
                let mut place = 0;
                while let Some(path) = all.get(place).cloned() {
                    place += 1;
                    let next = needs.iter().filter(|(from, to)| Some(from) == path.last() && !path.contains(to));
                    all.extend(next.map(|(_, to)| [&path[..], &[*to]].concat()));
                }
                let needs_last = |path: &&Vec<usize>| path.last().is_some_and(|last| needs.contains(&(*last, 6)));
                let shortest = all.iter().filter(needs_last).map(Vec::len).min();
                expected.extend(all.iter().filter(needs_last).filter(|path| Some(path.len()) == shortest).cloned());
            }
            expected.sort_by_key(|path| (path.len(), path.clone()));
            expected.dedup();
            let expected: Vec<String> = expected
                .iter()
                .map(|path| path.iter().map(|object| format!("/{object} ")).collect::<String>() + "6")
                .collect();
            prop_assert_eq!(chains_as_words(&sketch.graph(), "6"), expected);
        }
    }
}
