//! Catalogs made of a signed archive, in the cache.

use std::path::Path;

use jiff::Timestamp;
use sodeb::debian::archive::{Archive, ArchiveSettings, IndexScope, IndexSet, Mirrors};
use sodeb::debian::catalog::{BuildError, Catalog, IndexKind, cached_catalog, cached_files, refresh_catalog};
use sodeb::support::progress::Silent;
use sodeb::vocabulary::{Architecture, Distribution, PackageName};
use tempfile::TempDir;

use super::{ask, names, target};
use crate::support::archive_server::{ArchiveServer, SigningKey, TestSuite};

const CONTENTS: &str = "\
usr/lib/x86_64-linux-gnu/libgmp.so.10           libs/libgmp10
usr/lib/x86_64-linux-gnu/libgone.so.1           libs/libgone1
usr/share/doc/libgmp10/copyright                libs/libgmp10
";

fn stanza(name: &str, version: &str) -> String {
    let file = version.rsplit(':').next().unwrap_or_default();
    format!(
        "Package: {name}\nSource: gmp\nVersion: {version}\nArchitecture: amd64\nSection: libs\n\
         Installed-Size: 855\nFilename: pool/main/g/gmp/{name}_{file}_amd64.deb\nSize: 562588\n\
         SHA256: 187aedef2ed763f425c1e523753b9719677633c7eede660401739e9c893482bd\n\n"
    )
}

pub(super) struct World {
    directory: TempDir,
    key: SigningKey,
    pub(super) server: ArchiveServer,
}

impl World {
    pub(super) fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let key = SigningKey::new("Test archive");
        key.write_public(&directory.path().join("key.asc"));
        let main = TestSuite::debian("bookworm").contents("main", "amd64", CONTENTS).packages(
            "main",
            "amd64",
            &stanza("libgmp10", "2:6.2.1+dfsg1-1.1"),
        );
        let server = ArchiveServer::start([main.publish(&key)]);
        Self { directory, key, server }
    }

    fn publish_security(&self, version: &str) {
        let security = TestSuite::debian("bookworm-security").contents("main", "amd64", "").packages(
            "main",
            "amd64",
            &stanza("libgmp10", version),
        );
        self.server.publish(security.publish(&self.key));
    }

    pub(super) fn cache(&self) -> &Path {
        self.directory.path()
    }

    fn settings(&self) -> ArchiveSettings {
        ArchiveSettings {
            mirrors: Mirrors::Given(vec![self.server.url()]),
            credentials: sodeb::debian::archive::CredentialFiles::default(),
            snapshot: None,
            keyrings: vec![self.directory.path().join("key.asc")],
            cache_dir: self.cache().to_owned(),
            offline: false,
            components: Vec::new(),
            backports: false,
            allow_unverified_contents: false,
            now: Timestamp::now(),
        }
    }

    fn scope(&self) -> IndexScope {
        self.settings().scope(Distribution::Debian)
    }

    fn update(&self) -> IndexSet {
        let archive = Archive::new(self.settings()).expect("is ready");
        archive.update(&target("bookworm", Architecture::Amd64), &Silent).expect("is signed")
    }

    /// The catalog files in the cache and when each was written.
    fn files(&self) -> Vec<(std::path::PathBuf, std::time::SystemTime)> {
        let files = cached_files(self.cache()).expect("reads").into_iter();
        files.map(|file| (file.path.clone(), written(&file.path))).collect()
    }
}

fn written(path: &Path) -> std::time::SystemTime {
    path.metadata().and_then(|metadata| metadata.modified()).expect("is there")
}

#[test]
fn an_archive_becomes_a_catalog_that_answers_and_says_where_from() {
    let world = World::new();
    let catalog = refresh_catalog(&world.update(), None, world.cache()).expect("is built");
    let answer = ask(&catalog, "libgmp.so.10", &[]);
    assert_eq!(names(&answer), ["libgmp10"]);
    let package = &answer.candidates[0].package;
    assert_eq!(package.filename, "pool/main/g/gmp/libgmp10_6.2.1+dfsg1-1.1_amd64.deb");
    assert_eq!((package.suite.as_str(), package.size_bytes), ("bookworm", 562_588));
    let provenance = catalog.provenance();
    assert_eq!((provenance.index, provenance.verified), (IndexKind::Archive, true));
    assert!(provenance.sources.iter().any(|source| source.file.contains("Contents-amd64")));
}

#[test]
fn a_package_that_has_left_the_archive_is_left_out_with_its_paths() {
    let world = World::new();
    let catalog = refresh_catalog(&world.update(), None, world.cache()).expect("is built");
    assert_eq!(ask(&catalog, "libgone.so.1", &[]).candidates, []);
    assert_eq!(catalog.package(&PackageName::new("libgone1")).expect("is whole"), None);
    assert_eq!(catalog.counts(), (1, 1));
}

#[test]
fn the_newest_version_among_the_suites_counts() {
    let version = |world: &World| {
        let catalog = refresh_catalog(&world.update(), None, world.cache()).expect("is built");
        let package = catalog.package(&PackageName::new("libgmp10")).expect("is whole").expect("is there");
        (package.version, package.suite)
    };
    let world = World::new();
    world.publish_security("2:6.2.1+dfsg1-1.1+deb12u1");
    assert_eq!(version(&world), ("2:6.2.1+dfsg1-1.1+deb12u1".into(), "bookworm-security".into()));
    let world = World::new();
    world.publish_security("6.3.0");
    assert_eq!(version(&world), ("2:6.2.1+dfsg1-1.1".into(), "bookworm".into()), "an epoch outweighs");
}

/// An archive in which `libgmp10` leads to a package, a virtual one and on from there.
fn world_with_depends() -> World {
    let world = World::new();
    let depends = |name: &str, fields: &str| {
        stanza(name, "1-1").replacen("Section: libs\n", &format!("Section: misc\n{fields}"), 1)
    };
    let libgmp10 = stanza("libgmp10", "2:6.2.1+dfsg1-1.1");
    let stanzas = [
        libgmp10.replacen(
            "Section",
            "Depends: gone | c-library (>= 2), a-virtual, gone2, c-library (>= 2)\nSection",
            1,
        ),
        depends("c-library", "Pre-Depends: base\n"),
        depends("one", "Provides: a-virtual (= 1), other\nPriority: optional\nDepends: deep\n"),
        depends("two", "Provides: a-virtual\nPriority: standard\nDepends: libgmp10\n"),
        depends("base", ""),
        depends("deep", "Depends: other\n"),
        depends("unrelated", "Depends: libgmp10\n"),
    ];
    let main = TestSuite::debian("bookworm").contents("main", "amd64", CONTENTS).packages(
        "main",
        "amd64",
        &stanzas.concat(),
    );
    world.server.publish(main.publish(&world.key));
    world
}

/// A package's groups, alternatives with a bar between them; none where the index does not know it.
fn groups(catalog: &dyn Catalog, package: &str) -> Option<String> {
    let index = catalog.dependency_index().expect("is told");
    let dependencies = index.dependencies(&PackageName::new(package)).expect("is whole")?;
    let group =
        |names: &Vec<PackageName>| names.iter().map(PackageName::as_str).collect::<Vec<_>>().join("|");
    Some(dependencies.groups.iter().map(group).collect::<Vec<_>>().join(" "))
}

#[test]
fn what_packages_with_libraries_lead_to_is_told_and_nothing_else() {
    let world = world_with_depends();
    let catalog = refresh_catalog(&world.update(), None, world.cache()).expect("is built");
    let told = |package| groups(&catalog, package);
    assert_eq!(told("libgmp10").as_deref(), Some("c-library a-virtual"), "what nobody has is left out");
    assert_eq!(told("c-library").as_deref(), Some("base"));
    assert_eq!(told("base").as_deref(), Some(""));
    assert_eq!(told("one").as_deref(), Some("deep"));
    assert_eq!([told("unrelated"), told("a-virtual"), told("gone")], [None, None, None]);
    let index = catalog.dependency_index().expect("is told");
    let providers = |name| index.providers(&PackageName::new(name)).expect("is whole");
    assert_eq!(providers("a-virtual"), ["two", "one"].map(PackageName::new));
    assert_eq!(providers("other"), [PackageName::new("one")]);
    let base = index.dependencies(&PackageName::new("base")).expect("is whole").expect("is there");
    assert_eq!((base.installed_size_kib, base.size_bytes), (855, 562_588));
}

#[test]
fn a_file_that_tells_no_depends_answers_all_the_same() {
    let world = world_with_depends();
    refresh_catalog(&world.update(), None, world.cache()).expect("is built");
    let path = world.files().remove(0).0;
    // A section that nobody knows is one that is not there.
    let mut older = std::fs::read(&path).expect("is there");
    let name = memchr::memmem::find(&older, b"dependencies").expect("the directory names it");
    older[name] = b'x';
    std::fs::write(&path, &older).expect("a file");
    let wanted = target("bookworm", Architecture::Amd64);
    let catalog = cached_catalog(world.cache(), &wanted, &world.scope()).expect("reads").expect("is there");
    assert!(catalog.dependency_index().is_none());
    assert_eq!(names(&ask(&catalog, "libgmp.so.10", &[])), ["libgmp10"]);
}

#[test]
fn what_an_older_version_wrote_is_written_anew_by_an_update() {
    let world = world_with_depends();
    refresh_catalog(&world.update(), None, world.cache()).expect("is built");
    let path = world.files().remove(0).0;
    // An older version gave its files other names.
    let older = path.with_file_name("debian-bookworm-amd64-older.catalog");
    std::fs::rename(&path, &older).expect("is renamed");
    let wanted = target("bookworm", Architecture::Amd64);
    assert!(cached_catalog(world.cache(), &wanted, &world.scope()).expect("reads").is_none());
    refresh_catalog(&world.update(), None, world.cache()).expect("is built");
    assert!(path.exists() && !older.exists());
}

#[test]
fn an_unchanged_archive_is_not_read_again_and_a_changed_one_takes_the_old_ones_place() {
    let world = World::new();
    refresh_catalog(&world.update(), None, world.cache()).expect("is built");
    let first = world.files();
    assert_eq!(first.len(), 1);
    refresh_catalog(&world.update(), None, world.cache()).expect("is found");
    assert_eq!(world.files(), first);
    world.publish_security("2:6.2.1+dfsg1-1.1+deb12u1");
    refresh_catalog(&world.update(), None, world.cache()).expect("is built");
    let second = world.files();
    assert_eq!(second.len(), 1);
    assert_ne!(second[0].0, first[0].0);
}

#[test]
fn a_broken_file_in_the_cache_is_built_anew() {
    let world = World::new();
    let wanted = target("bookworm", Architecture::Amd64);
    assert!(cached_catalog(world.cache(), &wanted, &world.scope()).expect("reads").is_none());
    refresh_catalog(&world.update(), None, world.cache()).expect("is built");
    let path = world.files().remove(0).0;
    std::fs::write(&path, "sodebcat, but not whole").expect("a file");
    assert!(cached_catalog(world.cache(), &wanted, &world.scope()).expect("reads").is_none());
    refresh_catalog(&world.update(), None, world.cache()).expect("is built");
    let catalog = cached_catalog(world.cache(), &wanted, &world.scope()).expect("reads").expect("is there");
    assert_eq!(catalog.provenance().target, wanted);
    assert!(
        cached_catalog(world.cache(), &target("bookworm", Architecture::Arm64), &world.scope())
            .expect("reads")
            .is_none()
    );
}

#[test]
fn two_processes_may_build_the_same_catalog() {
    let world = World::new();
    let set = world.update();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| refresh_catalog(&set, None, world.cache()).expect("is built"));
        }
    });
    assert_eq!(world.files().len(), 1);
}

#[test]
fn a_cache_that_cannot_be_written_is_an_error_that_names_it() {
    let world = World::new();
    let set = world.update();
    std::fs::write(world.cache().join("catalogs"), "in the way").expect("a file");
    let error = refresh_catalog(&set, None, world.cache()).err().expect("fails");
    assert!(matches!(error, BuildError::Write { .. }));
    assert!(error.to_string().ends_with("/catalogs"), "{error}");
}
