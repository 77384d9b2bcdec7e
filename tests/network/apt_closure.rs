//! What apt would install, held against the real apt: the same indices of the real archive, an apt of its own that
//! knows nothing else of this machine, and the sets compared name by name.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::Timestamp;
use sodeb::debian::archive::{Archive, ArchiveSettings, IndexSet, Mirrors};
use sodeb::debian::catalog::{Catalog, FileCatalog, refresh_catalog};
use sodeb::solve::closure::depends_closure;
use sodeb::support::progress::Silent;
use sodeb::vocabulary::{Architecture, Distribution, PackageName, Release, Target};
use tempfile::TempDir;

/// From small to large, with virtual packages, alternatives and cycles on the way.
const BOOKWORM: &[&str] = &[
    "libgmp10",
    "libmpc3",
    "libxml2",
    "libxslt1.1",
    "libpq5",
    "libcairo2",
    "libgit2-1.5",
    "libhdf5-103-1",
    "libgtk-3-0",
    "libmagickcore-6.q16-6",
    "libblas3",
    "liblapack3",
    "libvips42",
    "libqt5gui5",
    "libsnmp40",
    "libodbc2",
    "libgdal32",
    "libopencv-core406",
    "libwebkit2gtk-4.1-0",
    "libpython3.11",
    "libsoup2.4-1",
    "libgtk2.0-0",
];
const TRIXIE: &[&str] =
    &["libgmp10", "libcairo2", "libgtk-3-0t64", "libvips42t64", "libpq5", "libqt6gui6", "tk"];

/// An archive's indices and the catalog that is made of them, beside an apt that has no other.
struct World {
    directory: TempDir,
    catalog: FileCatalog,
}

impl World {
    fn of(release: &str) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let settings = ArchiveSettings {
            mirrors: Mirrors::Host("/etc/apt".into()),
            credentials: sodeb::debian::archive::CredentialFiles::default(),
            snapshot: None,
            keyrings: Vec::new(),
            cache_dir: directory.path().join("cache"),
            offline: false,
            components: Vec::new(),
            backports: false,
            allow_unverified_contents: true,
            now: Timestamp::now(),
        };
        let target = Target {
            distribution: Distribution::Debian,
            release: Release::new(release),
            architecture: Architecture::Amd64,
        };
        let set = Archive::new(settings).expect("set up").update(&target, &Silent).expect("up to date");
        let catalog = refresh_catalog(&set, None, &directory.path().join("cache")).expect("is made");
        let world = Self { directory, catalog };
        world.prepare_apt(&set);
        world
    }

    fn path(&self, below: &str) -> PathBuf {
        self.directory.path().join("apt").join(below)
    }

    /// Each Packages is a repository of its own in a directory.
    fn prepare_apt(&self, set: &IndexSet) {
        for directory in
            ["etc/apt/preferences.d", "etc/apt/apt.conf.d", "lists/partial", "archives/partial", "dpkg"]
        {
            fs::create_dir_all(self.path(directory)).expect("a directory");
        }
        let mut sources = String::new();
        for index in &set.packages {
            let suite = self.path(&index.suite);
            fs::create_dir_all(&suite).expect("a directory");
            let mut packages = fs::File::create(suite.join("Packages")).expect("a file");
            std::io::copy(&mut index.open().expect("opens"), &mut packages).expect("is copied");
            sources += &format!("deb [trusted=yes] file:{} ./\n", suite.display());
        }
        fs::write(self.path("sources.list"), sources).expect("written");
        let top = self.path("");
        let configuration = format!(
            "Dir \"{0}\";\nDir::Etc::sourcelist \"{0}sources.list\";\nDir::State::lists \"{0}lists\";\n\
             Dir::Cache::archives \"{0}archives\";\nDir::State::status \"{0}dpkg/status\";\n\
             APT::Architecture \"amd64\";\nAPT::Architectures {{ \"amd64\"; }};\nAPT::Sandbox::User \"root\";\n\
             APT::Install-Recommends \"false\";\n",
            top.display()
        );
        fs::write(self.path("apt.conf"), configuration).expect("written");
        fs::write(self.path("dpkg/status"), "").expect("written");
        self.apt_get(&["update"]);
    }

    /// What apt-get prints.
    fn apt_get(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("apt-get");
        command.env("APT_CONFIG", self.path("apt.conf")).env("LC_ALL", "C").args(arguments);
        let output = command.output().expect("apt-get runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "apt-get {arguments:?}: {said}");
        String::from_utf8(output.stdout).expect("is text")
    }

    fn apt_installs(&self, packages: &[&str]) -> BTreeSet<String> {
        let told = self.apt_get(&[&["install", "--simulate", "--no-install-recommends"], packages].concat());
        let installed = told.lines().filter_map(|line| line.strip_prefix("Inst "));
        // What is there already is upgraded: the version of now stands in brackets.
        let new = installed.filter(|line| !line.split(' ').nth(1).is_some_and(|word| word.starts_with('[')));
        new.filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
    }

    fn closure(&self, packages: &[&str], present: &BTreeSet<PackageName>) -> BTreeSet<String> {
        let index = self.catalog.dependency_index().expect("is told");
        let wanted: Vec<PackageName> = packages.iter().map(|name| PackageName::new(*name)).collect();
        let closure = depends_closure(index, &wanted, present).expect("is whole");
        let closure = closure.unwrap_or_else(|| panic!("the index does not know {packages:?}"));
        closure.into_keys().map(|name| name.to_string()).collect()
    }

    #[track_caller]
    fn assert_same(&self, packages: &[&str], present: &BTreeSet<PackageName>) {
        let (ours, apts) = (self.closure(packages, present), self.apt_installs(packages));
        let only_ours: Vec<_> = ours.difference(&apts).collect();
        let only_apts: Vec<_> = apts.difference(&ours).collect();
        let is_same = only_ours.is_empty() && only_apts.is_empty();
        assert!(is_same, "{packages:?}: {} of apt's {}; {only_ours:?} {only_apts:?}", ours.len(), apts.len());
        assert!(!ours.is_empty());
    }

    /// Makes apt believe that these packages are installed, and whatever they depend on.
    fn install(&self, packages: &[&str]) -> BTreeSet<PackageName> {
        let there = self.apt_installs(packages);
        let mut status = String::new();
        for name in &there {
            let stanza = self.apt_cache_show(name);
            status += &stanza.replacen('\n', "\nStatus: install ok installed\n", 1);
            status += "\n";
        }
        fs::write(self.path("dpkg/status"), status).expect("written");
        let root = self.path("root");
        fs::create_dir_all(root.join("var/lib/dpkg")).expect("a directory");
        fs::copy(self.path("dpkg/status"), root.join("var/lib/dpkg/status")).expect("copied");
        installed_names(&root)
    }

    fn apt_cache_show(&self, name: &str) -> String {
        let mut command = Command::new("apt-cache");
        command.env("APT_CONFIG", self.path("apt.conf")).args(["show", "--no-all-versions", name]);
        let output = command.output().expect("apt-cache runs");
        assert!(output.status.success(), "{name}");
        String::from_utf8(output.stdout).expect("is text").trim_end().to_owned() + "\n"
    }
}

fn installed_names(root: &Path) -> BTreeSet<PackageName> {
    let status = fs::read(root.join("var/lib/dpkg/status")).expect("is read");
    sodeb::debian::catalog::installed_names([status.as_slice()])
}

#[test]
fn on_nothing_the_packages_are_those_that_apt_would_install() {
    for (release, packages) in [("bookworm", BOOKWORM), ("trixie", TRIXIE)] {
        let world = World::of(release);
        for package in packages {
            world.assert_same(&[*package], &BTreeSet::new());
        }
        world.assert_same(packages, &BTreeSet::new());
    }
}

#[test]
fn on_a_base_the_packages_are_those_that_apt_would_install() {
    let world = World::of("bookworm");
    let present = world.install(&["libcairo2", "mawk", "exim4-daemon-light"]);
    assert!(present.contains(&PackageName::new("mail-transport-agent")), "what is provided is there");
    for package in BOOKWORM.iter().filter(|package| !present.contains(&PackageName::new(**package))) {
        world.assert_same(&[*package], &present);
    }
}
