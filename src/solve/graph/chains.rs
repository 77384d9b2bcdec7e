//! Why something is loaded or looked for: the shortest chains of objects that end at it.
//!
//! A chain begins at a start object; each object asks for a name that leads to the next, all of it in the process
//! of that start object, and the last asks for a name that is meant. For each start object and each name that is
//! meant, all the shortest chains are told, of which there may be as many as there are ways through a lattice:
//! they are counted without being made, and made one after the other up to a limit.
//!
//! A breadth-first search from the start object gives each object its distance and those before it on shortest
//! ways. It meets each object once, so that circles of NEEDED end.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Asked, Edge, Graph, Id, Node, Object, Owner};
use crate::vocabulary::{PackageName, RootedPath, Soname};

/// As many chains as anyone is given.
pub const MAX_CHAINS: usize = 10_000;

/// One shortest way from a start object to a name.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Chain {
    /// The start object, what it made the linker load, and at last the object that asks.
    pub objects: Vec<RootedPath>,
    /// The packages that these objects are of, in their order, each named once.
    pub through: Vec<PackageName>,
    /// What the last one asks for.
    pub soname: Soname,
    /// The file that is loaded for it; none where it is missing.
    pub found: Option<RootedPath>,
    /// The package that has it; none where a tree, the base or nothing has it.
    pub package: Option<PackageName>,
}

/// All shortest chains to what is asked about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chains {
    /// The chains, sorted by length, then by start object, by soname, and by the objects between; up to the limit.
    pub chains: Vec<Chain>,
    /// How many there are in all.
    pub count: u64,
    /// The start objects that are meant themselves: nothing needs to ask for them.
    pub starts: Vec<RootedPath>,
}

impl Graph {
    /// For every start object all shortest chains to each name that the query means, at most `limit` of them: a
    /// soname itself; what leads to a file, by its path or its file name; or what a package has. To a package a
    /// chain ends where it enters it.
    pub fn chains_to(&self, query: &[u8], limit: usize) -> Chains {
        let meant = Meant::new(self, query);
        let mut ends: Vec<End> = Vec::new();
        for start in self.starts() {
            let ways = Ways::from(self, start, &meant);
            let asked = ways.asked.iter().filter(|(asked, _)| meant.names.contains(*asked));
            ends.extend(asked.map(|(asked, reached)| End {
                length: reached.length,
                start,
                asked: *asked,
                count: reached.count,
            }));
        }
        ends.sort_unstable();
        let count = ends.iter().fold(0_u64, |sum, end| sum.saturating_add(end.count));
        let mut chains = Vec::new();
        let mut last: Option<(Id, Ways)> = None;
        for end in ends {
            if chains.len() >= limit {
                break;
            }
            let (_, ways) = match last.take().filter(|(start, _)| *start == end.start) {
                Some(known) => last.insert(known),
                None => last.insert((end.start, Ways::from(self, end.start, &meant))),
            };
            let room = limit - chains.len();
            chains.extend(ways.to(end.asked, room).iter().filter_map(|way| self.chain(way, end.asked)));
        }
        let is_meant = |id: &Id| meant.objects.contains(id);
        let starts = self.starts().filter(is_meant).filter_map(|id| self.object(id));
        Chains { chains, count, starts: starts.map(|object| object.path.clone()).collect() }
    }

    fn starts(&self) -> impl Iterator<Item = Id> {
        self.nodes().filter(|(_, node)| matches!(node, Node::Object(it) if it.is_start)).map(|(id, _)| id)
    }

    fn object(&self, id: Id) -> Option<&Object> {
        match self.node(id)? {
            Node::Object(object) => Some(object),
            Node::Asked(_) | Node::Package(_) => None,
        }
    }

    fn asked(&self, id: Id) -> Option<&Asked> {
        match self.node(id)? {
            Node::Asked(asked) => Some(asked),
            Node::Object(_) | Node::Package(_) => None,
        }
    }

    fn chain(&self, way: &[Id], asked: Id) -> Option<Chain> {
        let objects: Vec<&Object> = way.iter().filter_map(|id| self.object(*id)).collect();
        let mut through: Vec<PackageName> = Vec::new();
        for object in &objects {
            if let Owner::Package(package) = &object.owner
                && !through.contains(package)
            {
                through.push(package.clone());
            }
        }
        let found = self.found_at(asked);
        Some(Chain {
            objects: objects.iter().map(|object| object.path.clone()).collect(),
            through,
            soname: self.asked(asked)?.soname.clone(),
            found: found.and_then(|id| self.object(id)).map(|object| object.path.clone()),
            package: self.package_of(found.unwrap_or(asked)).map(|package| package.name.clone()),
        })
    }
}

/// What a query means.
struct Meant {
    /// The names that chains end at.
    names: BTreeSet<Id>,
    /// The objects of that path or file name.
    objects: BTreeSet<Id>,
    /// Objects of the package that is meant, behind which nothing is looked for.
    inside: BTreeSet<Id>,
}

impl Meant {
    fn new(graph: &Graph, query: &[u8]) -> Self {
        let path = query.starts_with(b"/").then(|| RootedPath::new(query));
        let is_file = |place: &RootedPath| match &path {
            Some(path) => place == path,
            None => place.file_name() == query,
        };
        let is_of_package =
            |id: Id| graph.package_of(id).is_some_and(|it| it.name.as_str().as_bytes() == query);
        let mut meant = Self { names: BTreeSet::new(), objects: BTreeSet::new(), inside: BTreeSet::new() };
        for (id, node) in graph.nodes() {
            let Node::Object(object) = node else { continue };
            if is_file(&object.path) || object.found_as.iter().any(is_file) {
                meant.objects.insert(id);
            }
            if is_of_package(id) {
                meant.inside.insert(id);
            }
        }
        for (id, node) in graph.nodes() {
            let Node::Asked(asked) = node else { continue };
            let leads_there = match graph.found_at(id) {
                Some(object) => meant.objects.contains(&object) || meant.inside.contains(&object),
                None => asked.path.as_ref().is_some_and(is_file) || is_of_package(id),
            };
            if leads_there || asked.soname.as_bytes() == query {
                meant.names.insert(id);
            }
        }
        meant
    }
}

/// The end of some chains of one length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct End {
    length: usize,
    start: Id,
    asked: Id,
    count: u64,
}

/// The shortest ways from one start object.
struct Ways {
    start: Id,
    /// Each object that is reached.
    objects: BTreeMap<Id, Reached>,
    /// Each name that is asked for, and the nearest objects that ask for it.
    asked: BTreeMap<Id, Reached>,
}

/// How far an object or a name is.
#[derive(Default)]
struct Reached {
    /// How many objects there are before it.
    length: usize,
    /// Those right before it on shortest ways.
    before: BTreeSet<Id>,
    /// How many shortest ways there are.
    count: u64,
}

impl Reached {
    /// Takes in one more object from which this is reached, if it is not on a longer way.
    fn from(&mut self, by: Id, length: usize, count: u64) {
        if self.before.is_empty() {
            self.length = length;
        }
        if self.length == length && self.before.insert(by) {
            self.count = self.count.saturating_add(count);
        }
    }
}

impl Ways {
    fn from(graph: &Graph, start: Id, meant: &Meant) -> Self {
        let mut ways = Self { start, objects: BTreeMap::new(), asked: BTreeMap::new() };
        ways.objects.insert(start, Reached { length: 0, before: BTreeSet::new(), count: 1 });
        let mut queue = VecDeque::from([start]);
        while let Some(by) = queue.pop_front() {
            let Some((length, count)) = ways.objects.get(&by).map(|it| (it.length + 1, it.count)) else {
                continue;
            };
            if by != start && meant.inside.contains(&by) {
                continue;
            }
            for ended in graph.from(by) {
                let Edge::Needs { starts, .. } = ended.edge else { continue };
                if starts.binary_search(&start).is_err() {
                    continue;
                }
                ways.asked.entry(ended.to).or_default().from(by, length, count);
                let Some(found) = graph.found_at(ended.to).filter(|found| *found != start) else { continue };
                // Everything at one distance is taken from the queue before anything farther, so that all the ways
                // to an object are counted before it is looked behind.
                if !ways.objects.contains_key(&found) {
                    queue.push_back(found);
                }
                ways.objects.entry(found).or_default().from(by, length, count);
            }
        }
        ways
    }

    /// At most `limit` shortest ways to a name, sorted by their objects.
    fn to(&self, asked: Id, limit: usize) -> Vec<Vec<Id>> {
        let Some(end) = self.asked.get(&asked) else { return Vec::new() };
        // What follows each object on the ways that come to this end.
        let mut after: BTreeMap<Id, BTreeSet<Id>> = BTreeMap::new();
        let mut left: Vec<Id> = end.before.iter().copied().collect();
        let mut seen: BTreeSet<Id> = end.before.clone();
        while let Some(object) = left.pop() {
            for before in self.objects.get(&object).into_iter().flat_map(|reached| &reached.before) {
                after.entry(*before).or_default().insert(object);
                if seen.insert(*before) {
                    left.push(*before);
                }
            }
        }
        let mut found = Vec::new();
        let mut ways = vec![vec![self.start]];
        while let Some(way) = ways.pop() {
            if found.len() == limit {
                break;
            }
            if way.len() == end.length {
                found.push(way);
                continue;
            }
            let next = way.last().and_then(|last| after.get(last)).into_iter().flatten();
            // The first is to be looked at next, so that it is put last.
            ways.extend(next.rev().map(|object| [&way[..], &[*object]].concat()));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::solve::graph::sample::{self, Sketch};

    /// Each chain as its objects' last letters, with what the last one asks for.
    fn told(graph: &Graph, query: &str) -> Vec<String> {
        let chains = graph.chains_to(query.as_bytes(), MAX_CHAINS);
        assert_eq!(chains.count, chains.chains.len() as u64);
        chains.chains.iter().map(told_chain).collect()
    }

    fn told_chain(chain: &Chain) -> String {
        let mut words: Vec<String> = chain.objects.iter().map(ToString::to_string).collect();
        words.push(chain.soname.to_string());
        words.join(" ")
    }

    #[test]
    fn all_the_shortest_chains_are_told_and_no_longer_one() {
        let mut sketch = Sketch::default();
        sketch.start("/a").needs("/a", "b", "/b").needs("/a", "c", "/c").needs("/a", "d", "/d");
        sketch.needs("/b", "x", "/x").needs("/c", "x", "/x").needs("/d", "e", "/e").needs("/e", "x", "/x");
        sketch.lacks("/x", "gone");
        let graph = sketch.graph();
        assert_eq!(told(&graph, "x"), ["/a /b x", "/a /c x"]);
        assert_eq!(told(&graph, "gone"), ["/a /b /x gone", "/a /c /x gone"]);
        assert_eq!(told(&graph, "/x"), ["/a /b x", "/a /c x"]);
    }

    #[test]
    fn circles_of_needs_end() {
        let mut sketch = Sketch::default();
        sketch.start("/a").needs("/a", "b", "/b").needs("/b", "c", "/c").needs("/c", "b", "/b");
        sketch.needs("/c", "a", "/a").needs("/c", "c", "/c").lacks("/c", "gone");
        let graph = sketch.graph();
        assert_eq!(told(&graph, "gone"), ["/a /b /c gone"]);
        assert_eq!(told(&graph, "b"), ["/a b"]);
        assert_eq!(told(&graph, "a"), ["/a /b /c a"]);
    }

    #[test]
    fn a_name_leads_elsewhere_in_another_process() {
        let mut sketch = Sketch::default();
        sketch.start("/a").needs("/a", "m", "/m").needs("/m", "x", "/one/x");
        sketch.start("/b").needs("/b", "m", "/m").needs("/m", "x", "/two/x");
        sketch.start("/c").needs("/c", "m", "/m").lacks("/m", "x");
        let graph = sketch.graph();
        assert_eq!(told(&graph, "/one/x"), ["/a /m x"]);
        assert_eq!(told(&graph, "/two/x"), ["/b /m x"]);
        assert_eq!(told(&graph, "x"), ["/a /m x", "/b /m x", "/c /m x"]);
        let found: Vec<_> = graph.chains_to(b"x", 9).chains.into_iter().map(|chain| chain.found).collect();
        assert_eq!(found, [Some(RootedPath::new("/one/x")), Some(RootedPath::new("/two/x")), None]);
    }

    #[test]
    fn a_file_is_meant_by_its_path_or_its_name_or_a_link_to_it() {
        let mut sketch = Sketch::default();
        sketch.start("/a").needs("/a", "liby.so.1", "/lib/liby.so.1.2").found_as("/lib/liby.so.1");
        let graph = sketch.graph();
        for query in ["/lib/liby.so.1.2", "/lib//liby.so.1", "liby.so.1.2", "liby.so.1"] {
            assert_eq!(told(&graph, query), ["/a liby.so.1"], "{query}");
        }
        assert_eq!(told(&graph, "/lib"), [""; 0]);
        assert_eq!(graph.chains_to(b"/a", 9).starts, [RootedPath::new("/a")]);
    }

    #[test]
    fn a_packages_chains_go_through_others_and_end_where_they_enter_it() {
        let graph = sample::closed();
        let chains = graph.chains_to(b"libgmp10", 9).chains;
        let told: Vec<String> = chains.iter().map(told_chain).collect();
        let through_mpfr = "/venv/site-packages/a.so /usr/lib/libmpfr.so.6.2.0 libgmpxx.so.4";
        assert_eq!(told, ["/venv/site-packages/b.so libgmp.so.10", through_mpfr]);
        assert_eq!(chains[1].through, [PackageName::new("libmpfr6")]);
        assert_eq!(chains[1].package, Some(PackageName::new("libgmp10")));
        // Asked for by name, it is worth telling that a library of the package needs it too.
        let inside = graph.chains_to(b"libgmp.so.10", 9).chains;
        assert!(told_chain(&inside[1]).ends_with("/usr/lib/libgmpxx.so.4.6.1 libgmp.so.10"));
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
        sketch.lacks("/80a", "gone").lacks("/80b", "gone");
        let chains = sketch.graph().chains_to(b"gone", 3);
        assert_eq!(chains.count, u64::MAX);
        assert_eq!(chains.chains.len(), 3);
        assert!(told_chain(&chains.chains[1]).ends_with("/79a /80b gone"));
    }

    proptest! {
        /// Against every simple way through the needs, of which the shortest are kept.
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
                while let Some(way) = all.get(place).cloned() {
                    place += 1;
                    let next = needs.iter().filter(|(from, to)| Some(from) == way.last() && !way.contains(to));
                    all.extend(next.map(|(_, to)| [&way[..], &[*to]].concat()));
                }
                let asks = |way: &&Vec<usize>| way.last().is_some_and(|last| needs.contains(&(*last, 6)));
                let shortest = all.iter().filter(asks).map(Vec::len).min();
                expected.extend(all.iter().filter(asks).filter(|way| Some(way.len()) == shortest).cloned());
            }
            expected.sort_by_key(|way| (way.len(), way.clone()));
            expected.dedup();
            let expected: Vec<String> = expected
                .iter()
                .map(|way| way.iter().map(|object| format!("/{object} ")).collect::<String>() + "6")
                .collect();
            prop_assert_eq!(told(&sketch.graph(), "6"), expected);
        }
    }
}
