//! Real trees, resolved and held against what Debian's own tools say of them.
//!
//! The trees are built by the scripts in fixtures/, which install what they need and fetch from the host's
//! archive, PyPI and npm: hence the feature `network-tests`. dpkg-shlibdeps, and the Depends that it has
//! filled in for Debian's own packages, are the truth about direct needs.

use std::collections::BTreeSet;
use std::path::Path;

mod answer;

use crate::machine::debian_tools::{Alternatives, apt_stanza, depended_libraries, host_release, shlibdeps};
use crate::machine::trees::{files_ending, fixture, fixture_by, kept};
use answer::{Answer, resolve};

/// The releases whose catalog is compiled in.
const EMBEDDED: [&str; 3] = ["bullseye", "bookworm", "trixie"];

/// The catalogs that can know the host's release, the one without network first.
fn catalogs() -> Vec<&'static str> {
    let embedded = EMBEDDED.contains(&host_release().as_str());
    if !embedded {
        eprintln!("not asked: the embedded catalog, which has no {}", host_release());
    }
    embedded.then_some("embedded").into_iter().chain(["archive", "installed"]).collect()
}

/// Asks for the host's release by that catalog.
fn resolve_by(catalog: &str, tree: &Path) -> Answer {
    let (release, cache) = (host_release(), kept("archive-cache"));
    let cache = cache.to_string_lossy();
    let mut question = vec!["--catalog", catalog, "--release", &release];
    match catalog {
        "archive" => question.extend(["--refresh", "--cache-dir", &cache]),
        _ => question.push("--offline"),
    }
    let answer = resolve(tree, &question);
    assert_eq!((answer.target("index"), answer.target("release")), (catalog, release.as_str()));
    answer
}

/// Asks where one catalog is enough.
fn resolve_once(tree: &Path) -> Answer {
    resolve_by(catalogs()[0], tree)
}

/// Asserts that each of `expected` is answered by one of its alternatives, and that there is nothing else.
fn assert_packages(expected: &BTreeSet<Alternatives>, ours: &BTreeSet<&str>, of: &str) {
    let is_met = |any: &&Alternatives| any.iter().any(|name| ours.contains(name.as_str()));
    let missing: Vec<_> = expected.iter().filter(|any| !is_met(any)).collect();
    let is_expected = |name: &&&str| expected.iter().any(|any| any.contains(**name));
    let surplus: Vec<_> = ours.iter().filter(|name| !is_expected(name)).collect();
    assert!(missing.is_empty() && surplus.is_empty(), "{of}: {missing:?} not said, {surplus:?} said in vain");
}

#[test]
fn gmpy2_needs_three_packages_beside_libc() {
    // The first python3 of PATH, which may be a foreign one that leaves its own directory in RUNPATH.
    for tree in [fixture("gmpy2-venv"), fixture_by("gmpy2-venv", "/usr/bin/python3")] {
        for catalog in catalogs() {
            let answer = resolve_by(catalog, &tree);
            let packages = answer.direct_packages();
            for (soname, package) in
                [("libgmp.so.10", "libgmp10"), ("libmpc.so.3", "libmpc3"), ("libmpfr.so.6", "libmpfr6")]
            {
                assert_eq!(packages.get(soname), Some(&package), "{soname} by the {catalog} catalog");
                assert_same_as_apt(&answer, package, catalog);
            }
            let rest: BTreeSet<&str> = packages.into_values().collect();
            assert_eq!(rest, BTreeSet::from(["libc6", "libgmp10", "libmpc3", "libmpfr6"]), "{catalog}");
        }
    }
}

/// Version, pool path, digest and size are the archive's. The embedded catalog may be older than apt's lists,
/// and dpkg's database, which the installed one is, has a version only.
fn assert_same_as_apt(answer: &Answer, package: &str, catalog: &str) {
    let version = answer.package(package, "version").as_str().expect("a version");
    let Some(stanza) = apt_stanza(package, version) else {
        assert_ne!(catalog, "archive", "apt does not know {package} {version}");
        eprintln!(
            "not compared with apt, which does not know it: {package} {version} of the {catalog} catalog"
        );
        return;
    };
    assert_eq!(answer.package(package, "architecture"), stanza["Architecture"].as_str());
    if catalog == "installed" {
        return;
    }
    assert_eq!(answer.package(package, "filename"), stanza["Filename"].as_str());
    assert_eq!(answer.package(package, "sha256"), stanza["SHA256"].as_str());
    assert_eq!(answer.package(package, "size").to_string(), stanza["Size"]);
}

#[test]
fn extensions_built_from_source_need_what_dpkg_shlibdeps_says() {
    let tree = fixture("source-venv");
    let answers: Vec<_> =
        catalogs().into_iter().map(|catalog| (catalog, resolve_by(catalog, &tree))).collect();
    let modules = files_ending(&tree, &[".so"]);
    assert!(modules.len() >= 15, "fifteen packages were built, not {modules:?}");
    for module in modules {
        let expected = shlibdeps(&module);
        for (catalog, answer) in &answers {
            let of = format!("{} by the {catalog} catalog", module.display());
            assert_packages(&expected, &answer.packages_of(&module), &of);
        }
    }
}

#[test]
fn gems_need_what_their_debian_packages_depend_on() {
    let tree = fixture("gem-tree");
    let answer = resolve_once(&tree);
    let gems = files_ending(&tree.join("debian"), &[".control"]);
    assert!(!gems.is_empty(), "no gem in {}", tree.display());
    for control in gems {
        let package = control.file_stem().expect("a package's name").to_string_lossy();
        // ruby-charlock-holmes is the gem charlock_holmes, in charlock_holmes-0.7.7/.
        let gem = package.trim_start_matches("ruby-").replace('-', "_");
        let is_its = |path: &&Path| path.to_string_lossy().contains(&format!("/{gem}-"));
        let objects = files_ending(&tree, &[".so"]);
        let mut ours = BTreeSet::new();
        for object in objects.iter().map(|path| path.as_path()).filter(is_its) {
            ours.extend(answer.packages_of(object));
        }
        assert_packages(&depended_libraries(&control), &ours, &package);
    }
}

#[test]
fn arm64_modules_need_what_their_debian_packages_depend_on() {
    let tree = fixture("arm64-tree");
    let answer = resolve_once(&tree);
    assert_eq!(answer.target("architecture"), "arm64");
    for package in
        ["python3-gmpy2", "python3-lxml", "python3-pil", "python3-psycopg2", "ruby-nokogiri", "ruby-rugged"]
    {
        let directory = tree.join(package);
        let expected = depended_libraries(&directory.join("DEBIAN/control"));
        assert_packages(&expected, &answer.packages_below(&directory), package);
    }
}

#[test]
fn node_addons_that_were_built_need_what_dpkg_shlibdeps_says() {
    let tree = fixture("node-tree");
    let answer = resolve_once(&tree);
    for addon in ["libpq/build/Release/addon.node", "canvas/build/Release/canvas.node"] {
        let addon = tree.join("node_modules").join(addon);
        assert_packages(&shlibdeps(&addon), &answer.packages_of(&addon), &addon.display().to_string());
    }
    assert_eq!(answer.direct_packages().get("libpq.so.5"), Some(&"libpq5"));
}

#[test]
fn node_prebuilds_for_other_systems_are_told_apart_and_not_resolved() {
    let tree = fixture("node-tree");
    let answer = resolve_once(&tree);
    let prebuilds = tree.join("node_modules/bcrypt/prebuilds");
    let musl = answer.problems("musl-on-glibc");
    assert!(musl.contains(&prebuilds.join("linux-x64/bcrypt.musl.node")), "{musl:?}");
    let foreign = answer.problems("wrong-architecture");
    assert!(foreign.contains(&prebuilds.join("linux-arm/bcrypt.glibc.node")), "{foreign:?}");
    assert!(foreign.contains(&prebuilds.join("linux-arm64/bcrypt.glibc.node")), "{foreign:?}");
    assert!(answer.packages_of(&prebuilds.join("linux-arm64/bcrypt.glibc.node")).is_empty());
}

#[test]
fn a_library_that_an_addon_brings_along_is_found_in_the_tree() {
    let tree = fixture("node-tree");
    let answer = resolve_once(&tree);
    let vendored = files_ending(&tree.join("node_modules/@img"), &[".8.18.7"]);
    let name = vendored.first().and_then(|path| path.file_name()).expect("sharp's library").to_string_lossy();
    assert_eq!(answer.soname(&name, "status").expect("the soname"), "app");
}

#[test]
fn plugins_and_variants_of_real_packages_add_nothing() {
    let trees = fixture("optional-trees");
    // Each: a tree, the most packages that it may need, and a soname that only optional objects miss. A QApplication, java -version,
    // dotnet --info and require() ran with those packages.
    let rows = [
        ("qt", 60, Some("libpq.so.5")),
        ("jdk", 3, Some("libXtst.so.6")),
        ("dotnet", 30, Some("liblttng-ust.so.0")),
        ("node", 6, None),
    ];
    for (name, most, optional) in rows {
        let answer = resolve(&trees.join(name), &["--release", "bookworm", "--catalog", "embedded"]);
        assert_eq!(answer.errors(), [""; 0], "{name}");
        let packages = answer.package_names();
        assert!(packages.len() <= most, "{name}: {packages:?}");
        assert!(
            !packages.iter().any(|package| package.starts_with("libqt6") || package.starts_with("libc++"))
        );
        if let Some(soname) = optional {
            assert!(answer.optional().contains(&soname), "{name}: {:?}", answer.optional());
        }
    }
}
