//! Comparison with the real linker on an object of a fixture.

use super::fixture::{Fixture, INTERPRETER};
use super::real::{self, MUSL, Real, Surroundings};
use super::sodeb::{Edge, Tree, tree};

/// Linker settings under which sodeb and the real linker are compared.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Judge<'fixture> {
    fixture: &'fixture Fixture,
    surroundings: Surroundings<'fixture>,
}

impl<'fixture> Judge<'fixture> {
    /// Creates the default settings.
    pub(crate) fn of(fixture: &'fixture Fixture) -> Self {
        Self { fixture, surroundings: Surroundings::default() }
    }

    /// Sets LD_LIBRARY_PATH.
    pub(crate) fn ld_library_path(mut self, list: &'fixture str) -> Self {
        self.surroundings.ld_library_path = Some(list);
        self
    }

    /// Sets the current directory.
    pub(crate) fn workdir(mut self, directory: &'fixture str) -> Self {
        self.surroundings.workdir = directory;
        self
    }

    /// Sets the CPU level.
    pub(crate) fn hwcaps(mut self, level: &'fixture str) -> Self {
        self.surroundings.hwcaps = level;
        self
    }

    /// Returns sodeb's answer for one file of the root.
    pub(crate) fn tree(self, path: &str) -> Tree {
        let root = self.fixture.root();
        let Surroundings { ld_library_path, workdir, hwcaps } = self.surroundings;
        let base = root.to_str().expect("a temporary directory with a plain name");
        let mut options = vec!["--base", base, "--workdir", workdir, "--hwcaps", hwcaps];
        options.extend(ld_library_path.iter().flat_map(|list| ["--ld-library-path", list]));
        tree(&root.join(path.trim_start_matches('/')), &options)
    }

    /// Returns the edges of a program that the kernel starts.
    pub(crate) fn program(self, path: &str) -> Vec<Edge> {
        let edges = self.edges(path);
        if let Some(real) = real::glibc(self.fixture, path, true, self.surroundings) {
            assert_agreement(&edges, &real);
        }
        edges
    }

    /// Returns the edges of a library, as if opened by a program without libraries of its own.
    pub(crate) fn library(self, path: &str) -> Vec<Edge> {
        let edges = self.edges(path);
        if let Some(real) = real::glibc(self.fixture, path, false, self.surroundings) {
            assert_agreement(&edges, &real);
        }
        edges
    }

    /// Returns the edges of a program for musl.
    pub(crate) fn musl_program(self, path: &str) -> Vec<Edge> {
        let edges = self.edges(path);
        if let Some(real) = real::musl(self.fixture, path, self.surroundings) {
            // It reports loaded and missing libraries separately.
            let (loaded, missing): (Vec<_>, Vec<_>) =
                loads(&edges).into_iter().partition(|(_, path)| path.is_some());
            assert_eq!([loaded, missing].concat(), real.loaded, "loads of musl: {real:?}");
        }
        edges
    }

    /// Returns the edges of the only start object; its path differs from the requested one if that is a link.
    pub(crate) fn edges(self, path: &str) -> Vec<Edge> {
        let tree = self.tree(path);
        let starts: Vec<String> = tree.starts().into_iter().map(str::to_owned).collect();
        assert_eq!(starts.len(), 1, "more than one start object: {starts:?}");
        tree.edges(&starts[0])
    }
}

/// Returns the loaded files and the missing names, in order and without repetitions. A file that was loaded under another name
/// is a repetition; a name with a token is reported as the expanded path.
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

/// Asserts the same paths in the same order by the same rules, and the same outcome.
///
/// # Panics
/// If they differ.
pub(crate) fn assert_agreement(edges: &[Edge], real: &Real) {
    let ended = edges.iter().position(|edge| edge.fatal.is_some());
    assert_eq!(ended.is_some(), real.fatal.is_some(), "whether ld.so gives up: {edges:#?} {real:#?}");
    if let Some(end) = ended {
        let last = real.searches.last().map(|(name, _)| name.as_str());
        assert_eq!(last, Some(edges[end].soname.as_str()), "where ld.so gives up: {real:#?}");
    } else {
        assert_eq!(loads(edges), real.loaded, "loads of ld.so: {edges:#?} {real:#?}");
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
