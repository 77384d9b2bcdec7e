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
            blas("libblas3", "blas", 10, lib("libblas.so.3")).size_kib(300),
            blas("libopenblas0", "openblas", 100, lib("libblas.so.3")).size_kib(9000),
        ],
    );
    let lock = world.lock(&[]);
    assert_eq!((lock.status, lock.packages()), (0, vec!["libblas3"]), "{}", lock.stderr);
    assert_eq!(lock.files(), links_to("blas"));
    assert!(lock.text.contains("origin = \"alternatives\""), "{}", lock.text);
    assert_eq!(lock.reason("libblas3"), ("fewest-bytes", vec!["libopenblas0"]));
    let preferring = world.lock(&["--prefer", "libopenblas0"]);
    assert_eq!(preferring.files(), links_to("openblas"));
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
