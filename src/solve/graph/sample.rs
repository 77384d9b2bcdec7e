//! Graphs for tests, written by hand.

use std::collections::BTreeMap;

use super::builder::{Builder, ObjectKey};
use super::{Graph, ObjectOwner, UnloadedName};
use crate::debian::catalog::Package;
use crate::loader::NeedKind;
use crate::solve::resolve::Status;
use crate::vocabulary::{PackageName, RootedPath, Soname};

/// A graph to build. Objects belong to the base unless [`Self::is_of`] says otherwise.
#[derive(Default)]
pub(crate) struct Sketch {
    starts: Vec<RootedPath>,
    needs: Vec<SketchedNeed>,
    owners: BTreeMap<RootedPath, ObjectOwner>,
    unloaded: BTreeMap<Soname, UnloadedName>,
    packages: Vec<Package>,
    links: Vec<(RootedPath, RootedPath)>,
}

struct SketchedNeed {
    start: RootedPath,
    by: RootedPath,
    kind: NeedKind,
    soname: Soname,
    found: Option<RootedPath>,
}

impl Sketch {
    /// Adds a start object; the needs that follow are in its process.
    pub(crate) fn start(&mut self, path: &str) -> &mut Self {
        self.starts.push(RootedPath::new(path));
        self
    }

    pub(crate) fn needs(&mut self, by: &str, soname: &str, found: &str) -> &mut Self {
        self.need(by.as_bytes(), soname.as_bytes(), NeedKind::Needed, Some(found))
    }

    pub(crate) fn opens(&mut self, by: &str, soname: &str, found: &str) -> &mut Self {
        self.need(by.as_bytes(), soname.as_bytes(), NeedKind::Dlopen, Some(found))
    }

    pub(crate) fn misses(&mut self, by: &str, soname: &str) -> &mut Self {
        self.need(by.as_bytes(), soname.as_bytes(), NeedKind::Needed, None)
    }

    pub(crate) fn need(
        &mut self,
        by: &[u8],
        soname: &[u8],
        kind: NeedKind,
        found: Option<&str>,
    ) -> &mut Self {
        let start = self.starts.last().cloned().unwrap_or_else(RootedPath::root);
        let (by, soname) = (RootedPath::new(by), Soname::new(soname));
        self.needs.push(SketchedNeed { start, by, kind, soname, found: found.map(RootedPath::new) });
        self
    }

    /// Adds another path by which the last needed object is found.
    pub(crate) fn found_as(&mut self, path: &str) -> &mut Self {
        let found = self.needs.last().and_then(|need| need.found.clone());
        self.links.extend(found.map(|found| (found, RootedPath::new(path))));
        self
    }

    pub(crate) fn is_of(&mut self, path: &str, owner: ObjectOwner) -> &mut Self {
        self.owners.insert(RootedPath::new(path), owner);
        self
    }

    pub(crate) fn package(&mut self, name: &str, version: &str) -> &mut Self {
        self.packages.push(Package {
            name: PackageName::new(name),
            version: version.to_owned(),
            architecture: "amd64".to_owned(),
            suite: "bookworm".to_owned(),
            section: "libs".to_owned(),
            filename: String::new(),
            sha256: None,
            size_bytes: 1_000,
            installed_size_kib: 1_536,
            provides_sonames: Vec::new(),
        });
        self
    }

    /// Sets the answer for a name that is missed.
    pub(crate) fn answer(&mut self, soname: &str, status: Status, package: Option<&str>) -> &mut Self {
        let path = package.map(|_| RootedPath::new(format!("/usr/lib/{soname}")));
        let package = package.map(PackageName::new);
        self.unloaded.insert(Soname::new(soname), UnloadedName { status, path, package });
        self
    }

    pub(crate) fn graph(&self) -> Graph {
        let mut builder = Builder::default();
        let mut keys: BTreeMap<RootedPath, ObjectKey> = BTreeMap::new();
        let mut key_of = |builder: &mut Builder<'_>, path: &RootedPath| {
            let owner = || self.owners.get(path).cloned().unwrap_or(ObjectOwner::Base);
            *keys.entry(path.clone()).or_insert_with(|| builder.object(path.clone(), owner()))
        };
        for start in &self.starts {
            let start = key_of(&mut builder, start);
            builder.start(start);
        }
        for need in &self.needs {
            let (start, by) = (key_of(&mut builder, &need.start), key_of(&mut builder, &need.by));
            let found = need.found.as_ref().map(|found| key_of(&mut builder, found));
            builder.need(start, by, need.kind, &need.soname, found);
        }
        for (path, link) in &self.links {
            let object = key_of(&mut builder, path);
            builder.found_as(object, link.clone());
        }
        let unloaded =
            |soname: &Soname| self.unloaded.get(soname).cloned().unwrap_or(UnloadedName::UNRESOLVED);
        builder.finish(vec![RootedPath::new("/venv")], self.packages.clone(), unloaded)
    }
}

/// An app with a vendored library, and names that it misses: one of a package, one of a driver, one of nothing.
pub(crate) fn open() -> Graph {
    let mut sketch = Sketch::default();
    let (one, two, own) =
        ("/venv/site-packages/a.so", "/venv/site-packages/b.so", "/venv/site-packages/libs/libown.so.1.2");
    for path in [one, two, own] {
        sketch.is_of(path, ObjectOwner::App(0));
    }
    sketch.start(one).needs(one, "libown.so.1", own).found_as("/venv/site-packages/libs/libown.so.1");
    sketch.misses(own, "libgmp.so.10").misses(one, "libcuda.so.1");
    sketch.start(two).misses(two, "libgmp.so.10").misses(two, "libnowhere.so.7");
    sketch.opens(two, "libbase.so.1", "/usr/lib/libbase.so.1");
    sketch.answer("libgmp.so.10", Status::Package, Some("libgmp10")).answer(
        "libcuda.so.1",
        Status::Host,
        None,
    );
    sketch.package("libgmp10", "2:6.2.1+dfsg1-1.1").graph()
}

/// An app with the files of packages that it loads.
pub(crate) fn closed() -> Graph {
    let mut sketch = Sketch::default();
    let (app, mpfr) = ("/venv/site-packages/a.so", "/usr/lib/libmpfr.so.6.2.0");
    let (gmp, gmpxx) = ("/usr/lib/libgmp.so.10.4.1", "/usr/lib/libgmpxx.so.4.6.1");
    let of = |package: &str| ObjectOwner::Package(PackageName::new(package));
    sketch.is_of(app, ObjectOwner::App(0)).is_of(mpfr, of("libmpfr6"));
    sketch.is_of(gmp, of("libgmp10")).is_of(gmpxx, of("libgmp10"));
    sketch.start(app).needs(app, "libmpfr.so.6", mpfr).found_as("/usr/lib/libmpfr.so.6");
    sketch.needs(mpfr, "libgmpxx.so.4", gmpxx).needs(gmpxx, "libgmp.so.10", gmp).misses(gmp, "libgone.so.1");
    sketch.start("/venv/site-packages/b.so").is_of("/venv/site-packages/b.so", ObjectOwner::App(0));
    sketch.needs("/venv/site-packages/b.so", "libgmp.so.10", gmp);
    sketch.package("libgmp10", "2:6.2.1+dfsg1-1.1").package("libmpfr6", "4.2.0-1").graph()
}
