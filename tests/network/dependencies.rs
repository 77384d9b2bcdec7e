//! Closures out of the library index that is compiled in, held against the .debs themselves and against the real ld.so.
//!
//! `SODEB_BIGVENV` names a venv of wheels that is there already; otherwise fixtures/bigvenv.sh makes one from PyPI.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sodeb::app::{InputTrees, LinkScope, TargetAbi, link};
use sodeb::debian::archive::{Archive, ArchiveSettings, Mirrors};
use sodeb::debian::catalog::{Package, Provenance, cached_catalog, refresh_catalog};
use sodeb::debian::debs::{Availability, DebFacts, DebStore};
use sodeb::debian::library_index::{IndexedDebs, embedded_libraries};
use sodeb::loader::LinkerSettings;
use sodeb::pipeline::{Catalogs, Debs, Planner};
use sodeb::solve::closure::ClosureOptions;
use sodeb::solve::plan::Plan;
use sodeb::support::progress::Silent;
use sodeb::tree::inventory::{Deb, ReadDepth};
use sodeb::vocabulary::{Architecture, Distribution, Release, RootedPath, Target};

use crate::machine::trees::{fixture, kept};
use crate::support::sodeb::tree;

/// glibc's dynamic linker on x86-64.
const LINKER: &str = "/lib64/ld-linux-x86-64.so.2";

/// How many of the venv's packages are asked about one by one.
const PACKAGES: usize = 50;

/// Of how many of them the closures in the next release are compared, too.
const TREES_OF_TRIXIE: usize = 12;

fn venv() -> PathBuf {
    std::env::var_os("SODEB_BIGVENV").map_or_else(|| fixture("bigvenv"), PathBuf::from)
}

fn settings() -> ArchiveSettings {
    ArchiveSettings {
        mirrors: Mirrors::Host(PathBuf::from("/etc/apt")),
        credentials: sodeb::debian::archive::CredentialFiles::default(),
        snapshot: None,
        keyrings: Vec::new(),
        cache_dir: kept("closures-cache"),
        offline: false,
        components: Vec::new(),
        backports: false,
        allow_unverified_contents: true,
        now: jiff::Timestamp::now(),
    }
}

/// The index of a release as it is now: what it lists can be fetched.
fn catalogs(release: &str) -> Catalogs {
    let target = Target {
        distribution: Distribution::Debian,
        release: Release::new(release),
        architecture: Architecture::Amd64,
    };
    let main = cached_catalog(&settings().cache_dir, &target, &settings().scope(target.distribution))
        .expect("is whole")
        .unwrap_or_else(|| {
            let archive = Archive::new(settings()).expect("has its keys");
            let indices = archive.update(&target, &Silent).expect("is fetched");
            refresh_catalog(&indices, None, &settings().cache_dir).expect("is kept")
        });
    Catalogs { main: Box::new(main), others: Vec::new() }
}

/// Source that reads the .debs, or one that reads the library index and only .debs that are newer.
struct Source<'run> {
    debs: IndexedDebs<'run>,
    from_index: bool,
}

impl Source<'_> {
    fn new(from_index: bool) -> Self {
        let cache_dir = settings().cache_dir.join(if from_index { "graph" } else { "debs" });
        let settings = ArchiveSettings { cache_dir, ..settings() };
        let store = DebStore::new(settings, std::collections::HashMap::new(), &Silent);
        let indices =
            if from_index { vec![embedded_libraries().expect("is of this version")] } else { Vec::new() };
        Self { debs: IndexedDebs::new(store, indices), from_index }
    }
}

impl Debs for Source<'_> {
    type Error = Box<dyn Error>;

    fn facts(
        &self,
        provenance: &Provenance,
        packages: &[Package],
    ) -> Result<Vec<Availability<DebFacts>>, Self::Error> {
        Ok(match self.from_index {
            true => self.debs.facts_with_few_downloads(provenance, packages),
            false => self.debs.facts(provenance, packages)?,
        })
    }

    fn known_facts(&self, packages: &[Package]) -> Vec<Option<DebFacts>> {
        self.debs.known_facts(packages)
    }

    fn debs(
        &self,
        provenance: &Provenance,
        packages: &[Package],
    ) -> Result<Vec<Availability<Deb>>, Self::Error> {
        Ok(self.debs.store().debs(provenance, packages)?)
    }

    fn known(&self, package: &Package) -> Option<DebFacts> {
        self.debs.known(package.sha256?)
    }

    fn urls(&self, _: &Provenance, _: &Package) -> Vec<String> {
        Vec::new()
    }
}

/// The Plan of a tree with nothing assumed present, where it lies.
fn closed(release: &str, tree: &Path, debs: &Source<'_>) -> Plan {
    let at = [RootedPath::new(tree.to_string_lossy().into_owned())];
    let mut trees = InputTrees::read(&[tree.to_owned()], None, &at, ReadDepth::Link).expect("is read");
    let (settings, terms) = (LinkerSettings::default(), ClosureOptions::default());
    let architecture = Some(Architecture::Amd64);
    let planner = Planner { settings: &settings, image: None, architecture, options: &terms, debs };
    let closed = planner.plan(&mut trees, |_| Ok(catalogs(release)));
    let closed = closed.unwrap_or_else(|error| panic!("{}: {error}", tree.display()));
    assert!(closed.unread.is_empty(), "{}: {:?}", tree.display(), closed.unread);
    closed.plan
}

/// Paths of the start objects that a tree does without: nothing is planned for them.
fn optional_objects(tree: &Path) -> BTreeSet<String> {
    let at = [RootedPath::new(tree.to_string_lossy().into_owned())];
    let trees = InputTrees::read(&[tree.to_owned()], None, &at, ReadDepth::Link).expect("is read");
    let root = trees.root();
    let linked = link(&root, &trees, &LinkerSettings::default(), LinkScope::InContext);
    let target = TargetAbi::of_apps(&root, &linked, false, None);
    let linked = linked.judged(&root, &trees, target);
    let nodes = linked.starts.iter().map(|start| start.map.start().node);
    let optional = nodes.filter(|node| linked.standings.optional(*node).is_some());
    optional.map(|node| root.path(node).to_string()).collect()
}

/// The directories of the venv's packages, the libraries that their wheels brought beside them, those first that have most
/// files.
fn packages(venv: &Path) -> Vec<PathBuf> {
    let library =
        fs::read_dir(venv.join("lib")).expect("a venv").next().expect("a Python").expect("an entry");
    let directory = library.path().join("site-packages");
    let entries = fs::read_dir(directory).expect("a directory").map(|entry| entry.expect("an entry").path());
    let is_package = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let has_objects = !crate::machine::trees::files_ending(path, &[".so"]).is_empty();
        path.is_dir() && !name.ends_with(".libs") && !name.ends_with(".dist-info") && has_objects
    };
    let mut packages: Vec<PathBuf> = entries.filter(is_package).collect();
    packages.sort();
    packages
}

#[test]
fn closures_out_of_the_graph_are_those_out_of_the_debs_file_for_file() {
    let venv = venv();
    let (graph, debs) = (Source::new(true), Source::new(false));
    let mut trees: Vec<PathBuf> = packages(&venv).into_iter().take(PACKAGES).collect();
    assert_eq!(trees.len(), PACKAGES, "the venv has as many packages with objects");
    trees.push(venv);
    let (mut files, mut names) = (0, BTreeSet::new());
    let of_trixie = trees.iter().take(TREES_OF_TRIXIE).map(|tree| ("trixie", tree));
    for (release, tree) in trees.iter().map(|tree| ("bookworm", tree)).chain(of_trixie) {
        let (by_graph, by_debs) = (closed(release, tree, &graph), closed(release, tree, &debs));
        assert_eq!(by_graph, by_debs, "{release}: {}", tree.display());
        files += by_graph.packages.iter().map(|planned| planned.files.len()).sum::<usize>();
        names.extend(by_graph.packages.into_iter().map(|planned| planned.package.name));
    }
    eprintln!("{} trees, {files} files of {} packages: the same", trees.len(), names.len());
}

/// What `ld.so --list` loads for an object in a root, as paths there, and whether it does not refuse it; none where this
/// machine can't run it.
fn loaded(root: &Path, venv: &Path, object: &str) -> Option<(BTreeSet<PathBuf>, bool)> {
    let output = Command::new("bwrap")
        .args(["--unshare-all", "--clearenv", "--bind"])
        .arg(root)
        .args(["/", "--ro-bind"])
        .args([venv, venv])
        .args([LINKER, "--list", object])
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let path = |line: &str| {
        let found = line.split(" => ").last()?.split(" (0x").next()?.trim();
        found.starts_with('/').then(|| PathBuf::from(found))
    };
    // One that lacks a library is listed all the same.
    let is_taken = output.status.success() || said.contains(" => ");
    Some((said.lines().filter_map(path).collect(), is_taken))
}

/// The file that a path leads to in a root, as a path there.
fn end_of(root: &Path, path: &Path) -> Option<PathBuf> {
    let mut path = root.join(path.strip_prefix("/").ok()?);
    for _ in 0..8 {
        match fs::read_link(&path) {
            Ok(target) if target.is_absolute() => path = root.join(target.strip_prefix("/").ok()?),
            Ok(target) => path = path.parent()?.join(target),
            Err(_) => break,
        }
    }
    Some(Path::new("/").join(path.canonicalize().ok()?.strip_prefix(root).ok()?))
}

#[test]
fn in_a_root_with_the_packages_ld_so_loads_the_files_of_the_closure() {
    let venv = venv();
    let plan = closed("bookworm", &venv, &Source::new(true));
    let root = tempfile::tempdir().expect("a temporary directory");
    let top = root.path().canonicalize().expect("is there");
    // The whole packages, not just what is taken of them.
    let (debs, catalogs) = (Source::new(false), catalogs("bookworm"));
    let wanted: Vec<Package> = plan.packages.iter().map(|planned| planned.package.clone()).collect();
    for deb in debs.debs.store().files(catalogs.main.provenance(), &wanted).expect("are fetched") {
        let status = Command::new("dpkg-deb").arg("--extract").arg(&deb).arg(&top).status();
        assert!(status.is_ok_and(|status| status.success()), "dpkg-deb --extract {}", deb.display());
    }
    fs::create_dir_all(top.join(venv.strip_prefix("/").expect("is absolute"))).expect("a directory");

    let base = top.to_string_lossy().into_owned();
    let tree = tree(&venv, &["--base", &base]);
    let mut by_linker: BTreeMap<PathBuf, String> = BTreeMap::new();
    // What an object would load that ld.so refuses, for want of a library or a symbol version.
    let mut by_refused: BTreeSet<PathBuf> = BTreeSet::new();
    let refused = plan.problems.iter().filter(|problem| problem.is_fatal());
    let refused: BTreeSet<String> = refused.map(|problem| problem.object.to_string()).collect();
    let optional = optional_objects(&venv);
    for object in tree.starts().into_iter().filter(|object| !optional.contains(*object)) {
        let Some((paths, is_taken)) = loaded(&top, &venv, object) else {
            eprintln!("not asked: ld.so, since bubblewrap is not at hand");
            return;
        };
        let edges = tree.edges(object);
        if !is_taken {
            let paths = edges.into_iter().filter_map(|edge| end_of(&top, Path::new(&edge.found?)));
            by_refused.extend(paths);
            assert!(refused.contains(object), "{object}: ld.so refuses it and no problem tells");
            continue;
        }
        let of_packages = paths.iter().filter(|path| !path.starts_with(&venv));
        by_linker.extend(of_packages.filter_map(|path| Some((end_of(&top, path)?, object.to_owned()))));
    }
    let is_file = |size: &u64| *size > 0;
    let taken: BTreeSet<PathBuf> = plan
        .packages
        .iter()
        .flat_map(|planned| &planned.files)
        .filter(|file| is_file(&file.size_bytes()) && !file.path.as_bytes().starts_with(b"/usr/share/doc/"))
        .filter_map(|file| end_of(&top, Path::new(&file.path.to_string())))
        .collect();
    let loaded: BTreeSet<PathBuf> = by_linker.keys().cloned().collect();
    let starts = tree.starts().len();
    eprintln!("{starts} start objects load {} files of {} packages", loaded.len(), wanted.len());
    eprintln!("{} objects are refused, as told; {} are optional", refused.len(), optional.len());
    assert!(starts - optional.len() > 300 && loaded.len() > 80, "something to compare");
    let only_loaded: Vec<_> = loaded.difference(&taken).map(|path| (path, &by_linker[path])).collect();
    assert!(only_loaded.is_empty(), "{only_loaded:?}");
    let only_taken: Vec<_> = taken.difference(&loaded).filter(|path| !by_refused.contains(*path)).collect();
    assert!(only_taken.is_empty(), "{only_taken:?}");
}
