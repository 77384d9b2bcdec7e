//! Bases that are modelled from their packages.

use std::process::Command;

use super::World;
use crate::support::fixture::{Object, library};
use crate::support::package::{LIBRARIES, TestPackage};

fn lib(name: &str) -> Object {
    library(&format!("{LIBRARIES}/{name}"))
}

/// A tree that needs two libraries, one of which a package of the base has.
fn world() -> World {
    let base = ["media-types", "netbase", "tzdata"].map(TestPackage::new);
    let files = TestPackage::new("base-files")
        .file("/usr/lib/os-release", "ID=debian\nVERSION_CODENAME=bookworm\n")
        .object(&format!("{LIBRARIES}/liba.so.1"), lib("liba.so.1"));
    let other = TestPackage::new("libb1").object(&format!("{LIBRARIES}/libb.so.1"), lib("libb.so.1"));
    let packages: Vec<TestPackage> = base.into_iter().chain([files, other]).collect();
    World::new(lib("x.so").needs("liba.so.1").needs("libb.so.1"), &packages)
}

#[test]
fn a_named_base_has_what_its_packages_have() {
    let world = world();
    let lock = world.lock(&["--base", "distroless/static-debian12"]);
    assert_eq!((lock.status, lock.packages()), (0, vec!["libb1"]), "{}", lock.stderr);
    let said = "distroless/static-debian12 is modelled from 4 bookworm packages (";
    assert!(lock.stderr.contains(said), "{}", lock.stderr);
    let digest = lock.value["base"]["digest"].as_str().expect("a digest").to_owned();
    let offline =
        world.run(&["lock", "app", "--at", "/app", "--offline", "--base", "distroless/static-debian12"]);
    let offline = super::Lock::of(&offline);
    assert_eq!(
        offline.value["base"]["digest"].as_str(),
        Some(digest.as_str()),
        "as long as its packages are"
    );
}

#[test]
fn a_path_of_that_name_is_meant_first_and_commands_without_catalogs_refuse() {
    let world = world();
    let mut tree = Command::new(env!("CARGO_BIN_EXE_sodeb"));
    tree.env_clear().env("HOME", world.fixture.host("/home")).current_dir(world.fixture.root());
    let output =
        tree.args(["tree", "app", "--base", "distroless/static-debian12"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("this command looks up no packages"));
    world.fixture.file("/distroless/static-debian12/etc/os-release", "ID=debian\n");
    let lock = world.lock(&["--base", "distroless/static-debian12"]);
    assert_eq!(lock.packages(), ["base-files", "libb1"], "{}", lock.stderr);
}
