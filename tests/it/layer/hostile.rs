//! What can't be written, and what must not be lost for it.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use super::{names_in, said, succeeded, usual_world};
use crate::support::package::LIBRARIES;

#[test]
fn an_output_that_is_there_is_not_written_over() {
    let world = usual_world();
    fs::write(world.fixture.host("/full/mine"), "mine").expect("written");
    fs::write(world.fixture.host("/file"), "mine").expect("written");
    for (output, cause) in [
        ("full", "cannot write full: the directory has other files"),
        ("file", "cannot write file: it exists and is not a directory"),
        ("app.tar.xz", "cannot write app.tar.xz: this archive format is not supported"),
    ] {
        let answer = world.layer(output, &[]);
        assert_eq!(answer.status.code(), Some(2));
        assert!(said(&answer).contains(cause), "{}", said(&answer));
    }
    assert_eq!(names_in(&world.fixture.host("/full")), ["mine"]);
    fs::create_dir(world.fixture.host("/empty")).expect("made");
    succeeded(&world.layer("empty", &[]));
    assert_eq!(names_in(&world.fixture.host("/empty")), ["usr", "var"]);
}

#[test]
fn a_directory_that_is_not_there_is_an_error_of_the_outside() {
    let answer = usual_world().layer("nowhere/out.tar", &[]);
    assert_eq!(answer.status.code(), Some(3));
    assert!(said(&answer).contains("cannot write nowhere/out.tar: No such file"), "{}", said(&answer));
}

/// A limit on the size of files is a disk that is full.
#[test]
fn a_full_disk_leaves_nothing_half_written() {
    let world = usual_world();
    succeeded(&world.layer("out.tar", &[]));
    for output in ["again.tar", "again"] {
        let before = names_in(&world.fixture.root());
        let program = world.command(&["layer", "app", "--at", "/app", "-o", output]);
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", "trap '' XFSZ; ulimit -f 4; exec \"$@\"", "sh"]);
        shell.arg(program.get_program()).args(program.get_args());
        shell.env_clear().env("HOME", world.fixture.host("/home")).current_dir(world.fixture.root());
        let answer = shell.output().expect("sh runs");
        assert_eq!(answer.status.code(), Some(3), "{}", said(&answer));
        assert!(said(&answer).contains("cannot write"), "{}", said(&answer));
        assert_eq!(names_in(&world.fixture.root()), before);
    }
}

#[test]
fn a_directory_of_the_base_is_no_place_for_a_file() {
    let world = usual_world();
    succeeded(&world.run(&["lock", "app", "--at", "/app", "--refresh", "-o", "x.lock"]));
    let there = format!("/base{LIBRARIES}/liba.so.1.2.3");
    fs::create_dir_all(world.fixture.host(&there)).expect("made");
    let answer = world.run(&["layer", "x.lock", "--base", "base", "-o", "out.tar"]);
    assert_eq!(answer.status.code(), Some(2));
    let cause =
        format!("cannot put {LIBRARIES}/liba.so.1.2.3 into the layer: the base has a directory there");
    assert!(said(&answer).contains(&cause), "{}", said(&answer));
    assert!(!world.fixture.host("/out.tar").exists());
}

#[test]
fn a_loop_of_the_bases_links_is_an_error() {
    let world = usual_world();
    succeeded(&world.run(&["lock", "app", "--at", "/app", "--refresh", "-o", "x.lock"]));
    symlink("lib", world.fixture.host("/base/usr/lib")).expect("made");
    let answer = world.run(&["layer", "x.lock", "--base", "base", "-o", "out.tar"]);
    assert_eq!(answer.status.code(), Some(2));
    assert!(said(&answer).contains("/usr/lib of the base is not a directory"), "{}", said(&answer));
}

#[test]
fn a_lock_that_was_made_for_a_base_wants_it() {
    let world = usual_world();
    fs::create_dir_all(world.fixture.host("/base/usr/lib")).expect("made");
    let lock = ["lock", "app", "--at", "/app", "--refresh", "--base", "base", "-o", "x.lock"];
    succeeded(&world.run(&lock));
    succeeded(&world.run(&["layer", "x.lock", "-o", "out.tar"]));
    world.fixture.rename("/base", "/moved");
    let answer = world.run(&["layer", "x.lock", "-o", "other.tar"]);
    assert_eq!(answer.status.code(), Some(2));
    assert!(said(&answer).contains("cannot read ./base"), "{}", said(&answer));
    succeeded(&world.run(&["layer", "x.lock", "--base", "moved", "-o", "other.tar"]));
}

#[test]
fn names_that_would_leave_the_directory_are_not_in_it() {
    let evil = super::usual().link(&format!("{LIBRARIES}/evil"), "/etc");
    let evil = evil.file(&format!("{LIBRARIES}/evil/passwd"), "mine");
    let world = super::World::new(super::lib("x.so").needs("liba.so.1"), &[evil]);
    let answer = world.layer("out", &["--files", "package"]);
    assert_eq!(answer.status.code(), Some(3));
    assert!(said(&answer).contains("evil of the layer is not a directory"), "{}", said(&answer));
    assert!(!world.fixture.host("/out/usr").exists());
}
