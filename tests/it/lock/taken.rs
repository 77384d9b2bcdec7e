//! The very files that are taken, and the lock that says so.

use std::fs;

use super::{Lock, World};
use crate::support::fixture::{Object, library};
use crate::support::package::{LIBRARIES, TestPackage};

fn lib(name: &str) -> Object {
    library(&format!("{LIBRARIES}/{name}"))
}

/// A library as packages have it: a file with its full version, a link for its soname, and more.
fn usual() -> TestPackage {
    TestPackage::new("liba1")
        .object(&format!("{LIBRARIES}/liba.so.1.2.3"), lib("liba.so.1"))
        .link(&format!("{LIBRARIES}/liba.so.1"), "liba.so.1.2.3")
        .object(&format!("{LIBRARIES}/libunused.so.1"), lib("libunused.so.1"))
        .file("/usr/share/doc/liba1/copyright", "free")
}

fn taken() -> [String; 2] {
    [format!("{LIBRARIES}/liba.so.1 -> liba.so.1.2.3"), format!("{LIBRARIES}/liba.so.1.2.3")]
}

#[test]
fn only_what_is_loaded_is_taken_and_a_link_stays_a_link() {
    let world = World::new(lib("x.so").needs("liba.so.1"), &[usual()]);
    let lock = world.lock(&[]);
    assert_eq!(lock.status, 0, "{}", lock.stderr);
    assert_eq!(lock.files(), taken());
}

#[test]
fn a_private_directory_of_a_package_is_searched_for_its_own_libraries() {
    let package = TestPackage::new("liba1")
        .object(
            &format!("{LIBRARIES}/liba.so.1"),
            lib("liba.so.1").needs("libp.so").runpath(&format!("{LIBRARIES}/a")),
        )
        .object(&format!("{LIBRARIES}/a/libp.so"), lib("libp.so"));
    let lock = World::new(lib("x.so").needs("liba.so.1"), &[package]).lock(&[]);
    assert_eq!(lock.status, 0, "{}", lock.stderr);
    assert_eq!(lock.files(), [format!("{LIBRARIES}/a/libp.so"), format!("{LIBRARIES}/liba.so.1")]);
}

#[test]
fn copies_for_newer_processors_are_left_out() {
    let copy = format!("{LIBRARIES}/glibc-hwcaps/x86-64-v3/liba.so.1");
    let lock =
        World::new(lib("x.so").needs("liba.so.1"), &[usual().object(&copy, lib("liba.so.1"))]).lock(&[]);
    assert_eq!(lock.files(), taken());
}

#[test]
fn what_the_base_has_costs_nothing_and_paths_lead_through_its_links() {
    let package = TestPackage::new("liba1")
        .object("/lib/x86_64-linux-gnu/liba.so.1", lib("liba.so.1").needs("libb.so.1"));
    let more = TestPackage::new("libb1").object("/lib/x86_64-linux-gnu/libb.so.1", lib("libb.so.1"));
    let world = World::new(lib("x.so").needs("liba.so.1"), &[package, more]);
    let base = &world.fixture;
    base.make_directory(&format!("/base{LIBRARIES}"));
    base.link("/base/lib", "usr/lib");
    base.build(lib("libb.so.1").at(&format!("/base{LIBRARIES}/libb.so.1")));
    let lock = world.lock(&["--base", "base"]);
    assert_eq!((lock.status, lock.packages()), (0, vec!["liba1"]), "{}", lock.stderr);
    assert_eq!(lock.files(), [format!("{LIBRARIES}/liba.so.1")]);
    let digest = lock.value["base"]["digest"].clone();
    base.build(lib("libb.so.1").source("int more;\n").at(&format!("/base{LIBRARIES}/libb.so.1")));
    assert_ne!(world.lock(&["--base", "base"]).value["base"]["digest"], digest);
}

#[test]
fn the_lock_is_the_same_on_every_run() {
    let world = World::new(lib("x.so").needs("liba.so.1"), &[usual()]);
    let first = world.lock(&["--jobs", "1"]);
    let again = world.lock(&["--jobs", "7"]);
    assert_eq!(first.text, again.text);
    let mut command = world.command(&["lock", "app", "--at", "/app", "--cache-dir", "cold", "--refresh"]);
    let cold = command.env("LC_ALL", "tr_TR.UTF-8").env("TZ", "Asia/Tokyo").output().expect("runs");
    assert_eq!(Lock::of(&cold).text, first.text);
}

#[test]
fn offline_says_what_it_could_not_see_and_writes_no_lock() {
    let world = World::new(lib("x.so").needs("liba.so.1"), &[usual()]);
    assert!(world.run(&["index", "update", "--release", "bookworm"]).status.success());
    let offline = world.run(&["lock", "app", "--at", "/app", "--offline", "--output", "x.lock"]);
    assert_eq!(offline.status.code(), Some(1));
    let said =
        format!("{}{}", String::from_utf8_lossy(&offline.stdout), String::from_utf8_lossy(&offline.stderr));
    assert!(said.contains("liba1"), "{said}");
    assert!(!world.fixture.host("/x.lock").exists());
    let whole = world.lock(&[]);
    let warm = world.run(&["lock", "app", "--at", "/app", "--offline"]);
    assert_eq!(Lock::of(&warm).text, whole.text);
}

#[test]
fn check_tells_what_changed() {
    let world = World::new(lib("x.so").needs("liba.so.1"), &[usual()]);
    let check = |options: &[&str]| {
        let output = world.run(&[&["lock", "app", "--at", "/app", "--refresh", "--check"], options].concat());
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    assert!(world.run(&["lock", "app", "--at", "/app", "--refresh", "-o", "sodeb.lock"]).status.success());
    assert_eq!(check(&[]).0, Some(0));
    world.publish(&[usual().version("1.0-2")]);
    let (status, said) = check(&[]);
    assert!(status == Some(1) && said.contains("1.0-1") && said.contains("1.0-2"), "{said}");
    world.publish(&[usual()]);
    world.fixture.build(lib("x.so").needs("libunused.so.1").at("/app/x.so"));
    let (status, said) = check(&[]);
    assert!(status == Some(1) && said.contains("libunused.so.1"), "{said}");
}

#[test]
fn a_lock_keeps_its_versions_until_they_are_updated() {
    let world = World::new(lib("x.so").needs("liba.so.1"), &[usual()]);
    let lock = |options: &[&str]| {
        let output =
            world.run(&[&["lock", "app", "--at", "/app", "--refresh", "-o", "sodeb.lock"], options].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        fs::read_to_string(world.fixture.host("/sodeb.lock")).expect("was written")
    };
    let first = lock(&[]);
    world.publish(&[usual().version("1.0-2")]);
    assert!(lock(&[]).contains("1.0-1\""));
    let updated = lock(&["--update", "liba1"]);
    assert!(updated.contains("1.0-2\""), "{updated}");
    assert_ne!(first, updated);
}
