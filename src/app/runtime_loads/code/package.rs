//! Packages: the source files that are evaluated together.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bstr::ByteSlice;
use rayon::prelude::*;

use super::evaluator::Evaluator;
use super::modules::Module;
use super::site::{Site, distinct};
use crate::app::interpreter::python_library;
use crate::app::runtime_loads::load::{LoadEvidence, LoadKind, RuntimeLoad};
use crate::app::runtime_loads::opener::Opener;
use crate::tree::inventory::Evidence;
use crate::tree::root::{MountId, Root};
use crate::vocabulary::{RootedPath, Soname};

/// Names of directories whose code no program of an image runs.
const TEST_DIRECTORIES: [&[u8]; 8] =
    [b"test", b"tests", b"testing", b"examples", b"_examples", b"example", b"spec", b"benchmarks"];

/// Names of directories and modules whose code other systems run.
const OTHER_SYSTEMS: [&[u8]; 22] = [
    b"aix",
    b"android",
    b"bsd",
    b"cocoa",
    b"darwin",
    b"dragonfly",
    b"freebsd",
    b"ios",
    b"mac",
    b"macos",
    b"macosx",
    b"netbsd",
    b"nt",
    b"openbsd",
    b"osx",
    b"solaris",
    b"sunos",
    b"win",
    b"win32",
    b"windows",
    b"cygwin",
    b"mswin",
];

/// Directories of distributions, each with its distributions' own directories or files.
const DISTRIBUTIONS: [&[u8]; 4] = [b"site-packages", b"dist-packages", b"gems", b"node_modules"];

/// Name of a package: its directory, or the mount of an app's own code, and the language.
type PackageKey = (MountId, RootedPath, u8);

/// Source files of the apps that may open libraries, by package.
#[derive(Default)]
pub(in crate::app) struct Sources<'root> {
    packages: BTreeMap<PackageKey, Vec<Module<'root>>>,
}

impl<'root> Sources<'root> {
    /// Adds a file, if it is a source file that may open libraries.
    pub(in crate::app) fn add(&mut self, file: &Opener<'root>, mount: MountId) {
        let Some(Evidence::Code(facts)) = file.evidence else { return };
        let path = file.path().clone();
        let key = (mount, package_directory(&path), facts.language as u8);
        self.packages.entry(key).or_default().push(Module { path, facts });
    }

    /// Returns the libraries that the files open, sorted by file and line.
    pub(in crate::app) fn loads(self, root: &Root<'root>) -> Vec<RuntimeLoad<'root>> {
        let packages: Vec<(PackageKey, Vec<Module<'root>>)> = self.packages.into_iter().collect();
        let loads: Vec<Vec<RuntimeLoad<'root>>> = packages
            .into_par_iter()
            .map(|((_, directory, _), modules)| loads_of_package(root, &directory, modules))
            .collect();
        let mut loads = loads.concat();
        loads.sort_by(|one, next| (&one.by, one.line).cmp(&(&next.by, next.line)));
        loads
    }
}

/// Directory of the distribution that a file belongs to; the root for an app's own code.
fn package_directory(path: &RootedPath) -> RootedPath {
    let components: Vec<&[u8]> = path.components().collect();
    let Some(place) = components.iter().rposition(|name| DISTRIBUTIONS.contains(name)) else {
        return RootedPath::root();
    };
    let has_scope = components.get(place + 1).is_some_and(|name| name.starts_with(b"@"));
    let end = (place + 2 + usize::from(has_scope)).min(components.len());
    RootedPath::of_components(&components[..end])
}

fn loads_of_package<'root>(
    root: &Root<'root>,
    directory: &RootedPath,
    mut modules: Vec<Module<'root>>,
) -> Vec<RuntimeLoad<'root>> {
    if !modules.iter().any(|module| module.facts.is_opener) {
        return Vec::new();
    }
    modules.retain(|module| !is_for_another_system(directory, &module.path));
    modules.sort_by(|one, next| one.path.cmp(&next.path));
    let is_distribution = *directory != RootedPath::root();
    let sites = distinct(Evaluator::run(&modules));
    let load = |mut site: Site| {
        let path = &modules[site.module].path;
        site.names.retain(|name| is_possible(root, path, name));
        let load = RuntimeLoad {
            by: path.clone(),
            kind: LoadKind::Library,
            evidence: LoadEvidence::Code(site.call),
            grade: site.grade(is_distribution, is_for_nobody(path)),
            line: Some(site.line),
            names: Cow::Owned(site.names),
        };
        (!load.names.is_empty()).then_some(load)
    };
    sites.into_iter().filter_map(load).collect()
}

/// True for a module of a package that is named for another system.
fn is_for_another_system(package: &RootedPath, path: &RootedPath) -> bool {
    let below = path.components().skip(package.components().count());
    let stem =
        |name: &'_ [u8]| name.split(|byte| *byte == b'.').next().unwrap_or_default().to_ascii_lowercase();
    below.map(stem).any(|name| {
        let name = name.strip_prefix(b"_").unwrap_or(&name);
        OTHER_SYSTEMS.contains(&name)
    })
}

/// True unless a name is the path of a file beside the code that does not exist: no package can provide it.
fn is_possible(root: &Root<'_>, code: &RootedPath, name: &Soname) -> bool {
    let name = name.as_bytes();
    if !name.starts_with(b"/") {
        return true;
    }
    let top = |path: &RootedPath| {
        let components: Vec<&[u8]> = path.components().collect();
        let place = components.iter().position(|name| DISTRIBUTIONS.contains(name));
        let end = place.map_or(components.len().saturating_sub(1), |place| place + 1);
        RootedPath::of_components(&components[..end])
    };
    let is_own = RootedPath::new(name).below(&top(code)).is_some();
    !is_own || root.resolve(root.top(), name).is_ok()
}

/// True for the code of tests and examples, and of an interpreter's own library, which also tries the libraries of other
/// systems.
pub(super) fn is_for_nobody(path: &RootedPath) -> bool {
    let text = path.as_bytes();
    let is_test = path.components().any(|component| TEST_DIRECTORIES.contains(&component))
        || path.file_name().starts_with(b"test_")
        || path.file_name() == b"conftest.py";
    let is_package =
        [&b"/site-packages/"[..], b"/dist-packages/"].iter().any(|directory| text.contains_str(directory));
    let is_library = python_library(path).is_some() || text.starts_with(b"/usr/lib/python3/");
    is_test || is_library && !is_package
}
