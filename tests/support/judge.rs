//! sodeb's verdict on an object of a fixture, and whether the real linker's is the same.

use super::fixture::{Fixture, INTERPRETER};
use super::real::{self, MUSL, Real, Surroundings};
use super::sodeb::{Edge, Tree, tree};

/// Links one object in surroundings and asks the real linker too.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Judge<'fixture> {
    fixture: &'fixture Fixture,
    surroundings: Surroundings<'fixture>,
}

impl<'fixture> Judge<'fixture> {
    /// In the plainest surroundings.
    pub(crate) fn of(fixture: &'fixture Fixture) -> Self {
        Self { fixture, surroundings: Surroundings::default() }
    }

    /// With LD_LIBRARY_PATH.
    pub(crate) fn ld_library_path(mut self, list: &'fixture str) -> Self {
        self.surroundings.ld_library_path = Some(list);
        self
    }

    /// In this directory.
    pub(crate) fn workdir(mut self, directory: &'fixture str) -> Self {
        self.surroundings.workdir = directory;
        self
    }

    /// On a machine of this level.
    pub(crate) fn hwcaps(mut self, level: &'fixture str) -> Self {
        self.surroundings.hwcaps = level;
        self
    }

    /// sodeb's answer about one file of the root.
    pub(crate) fn tree(self, path: &str) -> Tree {
        let root = self.fixture.root();
        let Surroundings { ld_library_path, workdir, hwcaps } = self.surroundings;
        let base = root.to_str().expect("a temporary directory with a plain name");
        let mut options = vec!["--base", base, "--workdir", workdir, "--hwcaps", hwcaps];
        options.extend(ld_library_path.iter().flat_map(|list| ["--ld-library-path", list]));
        tree(&root.join(path.trim_start_matches('/')), &options)
    }

    /// The edges of a program that the kernel starts.
    pub(crate) fn program(self, path: &str) -> Vec<Edge> {
        let edges = self.edges(path);
        if let Some(real) = real::glibc(self.fixture, path, true, self.surroundings) {
            assert_agreement(&edges, &real);
        }
        edges
    }

    /// The edges of a library, as if it were opened by a program that has nothing of its own.
    pub(crate) fn library(self, path: &str) -> Vec<Edge> {
        let edges = self.edges(path);
        if let Some(real) = real::glibc(self.fixture, path, false, self.surroundings) {
            assert_agreement(&edges, &real);
        }
        edges
    }

    /// The edges of a program of musl's.
    pub(crate) fn musl_program(self, path: &str) -> Vec<Edge> {
        let edges = self.edges(path);
        if let Some(real) = real::musl(self.fixture, path, self.surroundings) {
            // It tells what it has loaded apart from what it has not.
            let (loaded, missing): (Vec<_>, Vec<_>) =
                loads(&edges).into_iter().partition(|(_, path)| path.is_some());
            assert_eq!([loaded, missing].concat(), real.loaded, "what musl loads: {real:?}");
        }
        edges
    }

    /// The one start object's edges; its path may be another than the one asked for, which may be a link.
    pub(crate) fn edges(self, path: &str) -> Vec<Edge> {
        let tree = self.tree(path);
        let starts: Vec<String> = tree.starts().into_iter().map(str::to_owned).collect();
        assert_eq!(starts.len(), 1, "one object was asked for: {starts:?}");
        tree.edges(&starts[0])
    }
}

/// What was loaded or not found, in order: every edge that is no repetition. A file that another name led to
/// before is one, and a name with a token is told as the path that it stands for.
pub(crate) fn loads(edges: &[Edge]) -> Vec<(String, Option<String>)> {
    let mut loads: Vec<(String, Option<String>)> = Vec::new();
    for edge in edges.iter().filter(|edge| edge.rule.as_deref() != Some("loaded")) {
        let path = edge.found.as_deref();
        let is_own = path.is_some_and(|path| path == INTERPRETER || path == MUSL);
        if is_own || path.is_some() && loads.iter().any(|(_, loaded)| loaded.as_deref() == path) {
            continue;
        }
        let name = path.filter(|_| edge.soname.contains('$')).unwrap_or(&edge.soname);
        loads.push((name.to_owned(), edge.found.clone()));
    }
    loads
}

/// Every path the same, in the same order, by the same rule, and the same end.
///
/// # Panics
/// At the first difference.
pub(crate) fn assert_agreement(edges: &[Edge], real: &Real) {
    let ended = edges.iter().position(|edge| edge.fatal.is_some());
    assert_eq!(ended.is_some(), real.fatal.is_some(), "whether ld.so gives up: {edges:#?} {real:#?}");
    if let Some(end) = ended {
        let last = real.searches.last().map(|(name, _)| name.as_str());
        assert_eq!(last, Some(edges[end].soname.as_str()), "where ld.so gives up: {real:#?}");
    } else {
        assert_eq!(loads(edges), real.loaded, "what ld.so loads: {edges:#?} {real:#?}");
    }
    let until = ended.unwrap_or(edges.len());
    for edge in edges[..until].iter().filter(|edge| edge.found.is_some()) {
        let rule = edge.rule.as_deref();
        if rule != Some("loaded") && rule != Some("path") {
            let known = real.searches.iter().any(|(name, by)| *name == edge.soname && *by == rule);
            assert!(known, "ld.so found it by another rule than {edge:?}: {real:#?}");
        }
    }
}
