//! Locks in CI: a lock records what it was made from, so that it is compared and updated without arguments, and a base or
//! an index that is newer is no reason to fail.

use std::fs;
use std::process::{Command, Output};

use crate::support::fixture::{Object, library};
use crate::support::package::{LIBRARIES, TestPackage};
use crate::support::world::World;

fn lib(name: &str) -> Object {
    library(&format!("{LIBRARIES}/{name}"))
}

fn package(version: &str) -> TestPackage {
    TestPackage::new("liba1")
        .version(version)
        .object(&format!("{LIBRARIES}/liba.so.1"), lib("liba.so.1").needs("libbase.so.1"))
}

/// Tree that needs a library of a package, which needs one of the base.
fn world() -> World {
    let world = World::new(lib("x.so").needs("liba.so.1"), &[package("1.0-1")]);
    base(&world, "base", "bookworm");
    world
}

fn base(world: &World, name: &str, release: &str) {
    world.fixture.build(lib("libbase.so.1").at(&format!("/{name}{LIBRARIES}/libbase.so.1")));
    let text = format!("ID=debian\nVERSION_CODENAME={release}\n");
    world.fixture.file(&format!("/{name}/etc/os-release"), &text);
}

impl World {
    /// Runs the program without options of the archive.
    fn plainly(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sodeb"));
        command.env_clear().env("HOME", self.fixture.host("/home")).current_dir(self.fixture.root());
        command.args(arguments).output().expect("the program runs")
    }

    #[track_caller]
    fn locked(&self, options: &[&str]) -> String {
        let paths = ["lock", "app", "--at", "/app", "--base", "base", "--refresh", "-o", "sodeb.lock"];
        let output = self.run(&[&paths[..], options].concat());
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        self.text("/sodeb.lock")
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.fixture.host(path)).expect("was written")
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[track_caller]
fn assert_ends(output: &Output, status: i32, parts: &[&str]) {
    let said = said(output);
    assert_eq!(output.status.code(), Some(status), "{said}");
    for part in parts {
        assert!(said.contains(part), "{said}\nwithout {part}");
    }
}

#[test]
fn a_lock_records_its_base_its_paths_and_its_options() {
    let world = world();
    let lock = world.locked(&[
        "--prefer",
        "liba1",
        "--data",
        "none",
        "--catalog",
        "archive",
        "--ld-library-path",
        "/app/lib",
    ]);
    let value: toml::Value = toml::from_str(&lock).expect("TOML");
    assert_eq!(value["base"]["name"].as_str(), Some("./base"));
    let object = format!("{LIBRARIES}/libbase.so.1");
    assert_eq!(value["base"]["objects"][0]["path"].as_str(), Some(object.as_str()));
    assert_eq!(
        (value["app"][0]["path"].as_str(), value["app"][0]["at"].as_str()),
        (Some("app"), Some("/app"))
    );
    for (option, recorded) in [
        ("prefer", "liba1"),
        ("data", "none"),
        ("catalog", "archive"),
        ("ld-library-path", "/app/lib"),
        ("release", "bookworm"),
        ("keyring", "key.asc"),
    ] {
        assert_eq!(value["options"][option][0].as_str(), Some(recorded), "{option}");
    }
    // It is found from elsewhere, and after the whole directory was moved.
    assert_ends(&world.plainly(&["lock", "--check"]), 0, &["sodeb.lock is up to date\n"]);
    let mut elsewhere = Command::new(env!("CARGO_BIN_EXE_sodeb"));
    elsewhere.env_clear().env("HOME", world.fixture.host("/home")).current_dir("/");
    let path = world.fixture.host("/sodeb.lock");
    let output = elsewhere.args(["lock", "--check", "-o"]).arg(path).output().expect("runs");
    assert_ends(&output, 0, &["is up to date\n"]);
    fs::remove_dir_all(world.fixture.host("/app")).expect("is removed");
    assert_ends(
        &world.plainly(&["lock", "--check"]),
        2,
        &["cannot read app, which sodeb.lock was made for", "PATH…"],
    );
}

#[test]
fn no_arguments_are_needed_for_an_update() {
    let world = world();
    world.locked(&[]);
    world.publish(&[package("1.0-2")]);
    let check = world.plainly(&["lock", "--check", "--refresh"]);
    assert_ends(&check, 1, &["package liba1: 1.0-1 → 1.0-2: bookworm has it in the index of "]);
    assert_ends(&world.plainly(&["lock", "--update"]), 0, &[]);
    assert!(world.text("/sodeb.lock").contains("1.0-2\""));
    assert_ends(&world.plainly(&["lock", "--check"]), 0, &["up to date"]);
}

#[test]
fn a_newer_index_with_the_same_packages_changes_the_date_alone() {
    let world = world();
    let first = world.locked(&[]);
    // Another package changes the index; the archive's date is that of the run.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    world.publish(&[
        package("1.0-1"),
        TestPackage::new("libother1").object(&format!("{LIBRARIES}/libother.so.1"), lib("libother.so.1")),
    ]);
    let check = world.plainly(&["lock", "--check", "--refresh"]);
    assert_ends(&check, 0, &["sodeb.lock is up to date\n"]);
    let second = world.locked(&["--update"]);
    let changed: Vec<_> = first.lines().zip(second.lines()).filter(|(old, new)| old != new).collect();
    assert_eq!(first.lines().count(), second.lines().count());
    assert!(changed.iter().all(|(old, _)| old.starts_with("date = ")), "{changed:?}");
}

#[test]
fn a_base_that_changed_is_up_to_date_with_a_note_and_what_it_brings_is_named() {
    let world = world();
    world.locked(&[]);
    world.fixture.file("/base/var/log/more", "what nothing loads");
    assert_ends(&world.plainly(&["lock", "--check"]), 0, &["up to date\n"]);
    assert!(!said(&world.plainly(&["lock", "--check"])).contains("note"));
    let changed = lib("libbase.so.1")
        .flag("-DCHANGED")
        .source("int changed;")
        .at(&format!("/base{LIBRARIES}/libbase.so.1"));
    world.fixture.build(changed);
    let note = format!("note: the base ./base has changed since the lock was made: {LIBRARIES}/libbase.so.1");
    assert_ends(&world.plainly(&["lock", "--check"]), 0, &["up to date\n", &note]);
    // Now the base has the library itself.
    world.fixture.build(lib("liba.so.1").at(&format!("/base{LIBRARIES}/liba.so.1")));
    let gone = ["package removed: liba1 1.0-1 (1 file): the base has liba.so.1 now"];
    assert_ends(&world.plainly(&["lock", "--check"]), 1, &gone);
}

#[test]
fn a_lock_is_for_its_base_release_and_architecture() {
    let world = world();
    world.locked(&[]);
    base(&world, "other", "trixie");
    base(&world, "bare", "bookworm");
    fs::remove_file(world.fixture.host(&format!("/bare{LIBRARIES}/libbase.so.1"))).expect("is removed");
    let layer =
        |options: &[&str]| world.plainly(&[&["layer", "sodeb.lock", "-o", "out.tar"], options].concat());
    // The lock's own base is the default.
    assert_ends(&layer(&[]), 0, &[]);
    let hint = "hint: use --base ";
    assert_ends(
        &layer(&["--base", "other"]),
        2,
        &["cannot put sodeb.lock on other: it is of trixie, the lock's base of bookworm", hint],
    );
    let missing = format!("cannot put sodeb.lock on bare: it has no {LIBRARIES}/libbase.so.1");
    assert_ends(&layer(&["--base", "bare"]), 2, &[&missing, hint]);
    for (option, value) in [("--release", "trixie"), ("--arch", "arm64")] {
        let expected = format!("cannot use sodeb.lock for {value}: it was made for ");
        assert_ends(&layer(&[option, value]), 2, &[&expected, &format!("leave out {option}")]);
        let manifest = ["manifest", "sodeb.lock", "--format", "apt", option, value];
        assert_ends(&world.plainly(&manifest), 2, &[&expected]);
    }
    let manifest = |base: &str| world.plainly(&["manifest", "sodeb.lock", "--format", "apt", "--base", base]);
    assert_ends(&manifest("base"), 0, &["liba1"]);
    assert_ends(&manifest("other"), 2, &["cannot use sodeb.lock for other: it was made for ./base"]);
    let image = world.plainly(&["image", "sodeb.lock", "--base", "base", "-o", "out"]);
    assert_ends(
        &image,
        2,
        &["cannot judge sodeb.lock: it is a lock of sodeb", "`sodeb layer sodeb.lock -o DIR`"],
    );
}

#[test]
fn a_lock_is_known_by_its_content_and_has_no_credentials() {
    let world = world();
    world.locked(&[]);
    fs::rename(world.fixture.host("/sodeb.lock"), world.fixture.host("/pins.toml")).expect("is moved");
    assert_ends(&world.plainly(&["manifest", "pins.toml", "--format", "apt"]), 0, &["liba1=1.0-1"]);
    assert_ends(&world.plainly(&["diff", "pins.toml", "pins.toml"]), 0, &[]);
    assert_ends(
        &world.plainly(&["resolve", "pins.toml"]),
        2,
        &["it is a lock of sodeb", "`sodeb lock --check -o pins.toml`"],
    );
}

#[test]
fn a_tree_is_gated_by_what_packages_would_have_to_provide() {
    let world = world();
    for command in [&["resolve"][..], &[]] {
        let run = |options: &[&str]| {
            world.run(&[command, &["app", "--base", "base"], options].concat()).status.code()
        };
        assert_eq!(run(&["--refresh"]), Some(0));
        assert_eq!(run(&["--fail-on", "problem"]), Some(0));
        assert_eq!(run(&["--fail-on", "missing"]), Some(1));
        assert_eq!(run(&["--fail-on", "never"]), Some(0));
        assert_eq!(run(&["--fail-on", "sometimes"]), Some(2));
    }
    world.fixture.build(lib("liba.so.1").at(&format!("/base{LIBRARIES}/liba.so.1")));
    let run = world.run(&["app", "--base", "base", "--fail-on", "missing"]);
    assert_ends(&run, 0, &["nothing is missing"]);
    world.fixture.build(lib("y.so").needs("libnowhere.so.7").at("/app/y.so"));
    for (level, status) in [("problem", 1), ("missing", 1), ("never", 0)] {
        assert_eq!(world.run(&["app", "--base", "base", "--fail-on", level]).status.code(), Some(status));
    }
}
