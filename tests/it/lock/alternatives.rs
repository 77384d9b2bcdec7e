//! Libraries that update-alternatives links into place, and files that dpkg-divert moves away.

use super::World;
use crate::support::fixture::{Object, library};
use crate::support::package::{LIBRARIES, TestPackage};

fn lib(name: &str) -> Object {
    library(&format!("{LIBRARIES}/{name}"))
}

/// A package with its libblas.so.3 in a directory of its own, as libblas3 has it, and with the priority of its link.
fn blas(package: &str, directory: &str, priority: u32, object: Object) -> TestPackage {
    let script = format!(
        "#!/bin/sh\nset -e\nupdate-alternatives --install {LIBRARIES}/libblas.so.3 \\\n\
         \tlibblas.so.3-x86_64-linux-gnu {LIBRARIES}/{directory}/libblas.so.3 {priority}\n"
    );
    TestPackage::new(package)
        .object(&format!("{LIBRARIES}/{directory}/libblas.so.3"), object)
        .field("Provides: libblas.so.3")
        .script("postinst", &script)
}

fn links_to(directory: &str) -> Vec<String> {
    let mut links = vec![
        format!("/etc/alternatives/libblas.so.3-x86_64-linux-gnu -> {LIBRARIES}/{directory}/libblas.so.3"),
        format!("{LIBRARIES}/{directory}/libblas.so.3"),
        format!("{LIBRARIES}/libblas.so.3 -> /etc/alternatives/libblas.so.3-x86_64-linux-gnu"),
    ];
    links.sort();
    links
}

#[test]
fn the_links_of_an_alternative_are_part_of_the_plan() {
    let world = World::new(
        lib("x.so").needs("libblas.so.3"),
        &[
            blas("libatlas3", "atlas", 35, lib("libblas.so.3")).size_kib(300),
            blas("libopenblas0", "openblas", 100, lib("libblas.so.3")).size_kib(9000),
        ],
    );
    let lock = world.lock(&[]);
    assert_eq!((lock.status, lock.packages()), (0, vec!["libopenblas0"]), "{}", lock.stderr);
    assert_eq!(lock.files(), links_to("openblas"));
    assert!(lock.text.contains("origin = \"alternatives\""), "{}", lock.text);
    assert_eq!(lock.reason("libopenblas0"), ("debians-preference", vec!["libatlas3"]));
    let preferring = world.lock(&["--prefer", "libatlas3"]);
    assert_eq!(preferring.files(), links_to("atlas"));
}

/// As libopenblas0-pthread, whose shlibs file names libblas3 for libblas.so.3.
#[test]
fn the_package_that_the_shlibs_files_name_goes_before_the_higher_priority() {
    let shlibs = "libblas 3 libref | libblas.so.3\n";
    let world = World::new(
        lib("x.so").needs("libblas.so.3"),
        &[
            blas("libref", "blas", 10, lib("libblas.so.3")).size_kib(9000).script("shlibs", shlibs),
            blas("libopenblas0", "openblas", 100, lib("libblas.so.3")).size_kib(300).script("shlibs", shlibs),
        ],
    );
    let lock = world.lock(&[]);
    assert_eq!((lock.status, lock.packages()), (0, vec!["libref"]), "{}", lock.stderr);
    assert_eq!(lock.reason("libref"), ("debians-preference", vec!["libopenblas0"]));
    let preferring = world.lock(&["--prefer", "libopenblas0"]);
    assert_eq!(preferring.packages(), ["libopenblas0"]);
    let resolved = |options: &[&str]| {
        let arguments = [&["resolve", "app", "--at", "/app", "--format", "json"], options].concat();
        let output = world.run(&arguments);
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("is JSON");
        json["smaller"].clone()
    };
    let smaller = resolved(&[]);
    assert_eq!(smaller["prefer"], serde_json::json!(["libopenblas0"]), "{smaller}");
    assert_eq!(smaller["instead_of"], serde_json::json!(["libref"]));
    assert_eq!((&smaller["saved_packages"], &smaller["saved_kib"]), (&0.into(), &8700.into()));
    assert_eq!(resolved(&["--prefer", "libopenblas0"]), serde_json::Value::Null);
}

/// As libopenblas.so.0: the script links it, and no package provides it by that name.
#[test]
fn a_link_that_no_package_provides_by_name_is_found_beside_one_that_is() {
    let package = |package: &str, directory: &str, priority: u32| {
        let link = format!(
            "update-alternatives --install {LIBRARIES}/libopen.so.0 libopen.so.0 \
             {LIBRARIES}/{directory}/libopen.so.0 {priority}\n"
        );
        blas(package, directory, priority, lib("libblas.so.3"))
            .object(&format!("{LIBRARIES}/{directory}/libopen.so.0"), lib("libopen.so.0"))
            .script("preinst", &link)
    };
    let world = World::new(
        lib("x.so").needs("libopen.so.0"),
        &[package("libopen0-serial", "serial", 90), package("libopen0-pthread", "pthread", 100)],
    );
    let lock = world.lock(&[]);
    assert_eq!((lock.status, lock.packages()), (0, vec!["libopen0-pthread"]), "{}", lock.stderr);
    assert!(lock.files().iter().any(|file| file.starts_with(&format!("{LIBRARIES}/libopen.so.0 -> "))));
    let preferring = world.lock(&["--prefer", "libopen0-serial"]);
    assert_eq!((preferring.status, preferring.packages()), (0, vec!["libopen0-serial"]));
}

#[test]
fn of_two_that_are_chosen_the_higher_priority_wins() {
    let with_more = blas("libopenblas0", "openblas", 100, lib("libblas.so.3"));
    let world = World::new(
        lib("x.so").needs("libblas.so.3").needs("libmore.so.1").needs("libless.so.1"),
        &[
            blas("libblas3", "blas", 10, lib("libblas.so.3"))
                .object(&format!("{LIBRARIES}/libless.so.1"), lib("libless.so.1")),
            with_more.object(&format!("{LIBRARIES}/libmore.so.1"), lib("libmore.so.1")),
        ],
    );
    let lock = world.lock(&[]);
    assert_eq!(lock.packages(), ["libblas3", "libopenblas0"]);
    let expected = [
        links_to("openblas"),
        vec![format!("{LIBRARIES}/libless.so.1"), format!("{LIBRARIES}/libmore.so.1")],
    ];
    let mut expected = expected.concat();
    expected.sort();
    assert_eq!(lock.files(), expected);
}

#[test]
fn a_link_that_no_script_makes_is_told() {
    let package = TestPackage::new("libblas3")
        .object(&format!("{LIBRARIES}/blas/libblas.so.3"), lib("libblas.so.3"))
        .field("Provides: libblas.so.3");
    let world = World::new(lib("x.so").needs("libblas.so.3"), &[package]);
    let lock = world.lock(&[]);
    assert_eq!(lock.status, 1);
    assert_eq!(lock.problems()[0].0, "unresolved");
}

#[test]
fn a_diverted_file_is_not_found_where_it_was() {
    let diverting = TestPackage::new("libgl-other")
        .object(&format!("{LIBRARIES}/libother.so.1"), lib("libother.so.1"))
        .object(&format!("{LIBRARIES}/other/libgl.so.1"), lib("libgl.so.1"))
        .link(&format!("{LIBRARIES}/libgl.so.1"), "other/libgl.so.1")
        .script(
            "preinst",
            &format!(
                "dpkg-divert --package libgl-other --rename --add \
                 --divert {LIBRARIES}/mesa/libgl.so.1 {LIBRARIES}/libgl.so.1\n"
            ),
        );
    let diverted = TestPackage::new("libgl1")
        .object(&format!("{LIBRARIES}/libgl.so.1"), lib("libgl.so.1"))
        .object(&format!("{LIBRARIES}/libgl-more.so.1"), lib("libgl-more.so.1"));
    let app = lib("x.so").needs("libgl.so.1").needs("libother.so.1").needs("libgl-more.so.1");
    let lock = World::new(app, &[diverting, diverted]).lock(&[]);
    assert_eq!((lock.status, lock.packages()), (0, vec!["libgl-other", "libgl1"]), "{}", lock.stderr);
    assert_eq!(
        lock.files(),
        [
            format!("{LIBRARIES}/libgl-more.so.1"),
            format!("{LIBRARIES}/libgl.so.1 -> other/libgl.so.1"),
            format!("{LIBRARIES}/libother.so.1"),
            format!("{LIBRARIES}/other/libgl.so.1"),
        ]
    );
}
