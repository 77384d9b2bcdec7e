//! What is in a layer, and where.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use super::{STATUS, lib, said, succeeded, usual, usual_world, without_directories};
use crate::support::package::{LIBRARIES, TestPackage};
use crate::support::world::World;

#[test]
fn only_what_is_loaded_with_copyright_and_what_scanners_read() {
    assert_eq!(
        usual_world().shipped(&[]),
        [
            "usr/",
            "usr/lib/",
            "usr/lib/x86_64-linux-gnu/",
            "usr/lib/x86_64-linux-gnu/liba.so.1 -> liba.so.1.2.3",
            "usr/lib/x86_64-linux-gnu/liba.so.1.2.3",
            "usr/share/",
            "usr/share/doc/",
            "usr/share/doc/liba1/",
            "usr/share/doc/liba1/copyright",
            "var/",
            "var/lib/",
            "var/lib/dpkg/",
            "var/lib/dpkg/status.d/",
            "var/lib/dpkg/status.d/liba1",
            "var/lib/dpkg/status.d/liba1.md5sums",
        ]
    );
}

#[test]
fn whole_packages_come_without_documentation() {
    let files = without_directories(usual_world().shipped(&["--files", "package"]));
    assert!(files.contains(&"usr/share/a/data".to_owned()), "{files:?}");
    assert!(files.contains(&"usr/lib/x86_64-linux-gnu/libunused.so.1".to_owned()), "{files:?}");
    assert!(!files.iter().any(|path| path.contains("README")), "{files:?}");
    assert!(files.contains(&"usr/share/doc/liba1/copyright".to_owned()), "{files:?}");
}

#[test]
fn included_files_are_those_that_the_pattern_takes() {
    let world = usual_world();
    let files = without_directories(world.shipped(&["--include", "liba1:/usr/share/*/data"]));
    assert!(files.contains(&"usr/share/a/data".to_owned()), "{files:?}");
    assert!(!files.iter().any(|path| path.contains("libunused")), "{files:?}");
}

#[test]
fn certificates_come_as_a_bundle_too_unless_the_base_has_one() {
    let certificates = TestPackage::new("ca-certificates")
        .file("/usr/share/ca-certificates/mozilla/B.crt", "second\n")
        .file("/usr/share/ca-certificates/mozilla/A.crt", "first")
        .file("/usr/share/ca-certificates/notes", "no certificate");
    let world = World::new(lib("x.so").needs("liba.so.1"), &[usual(), certificates]);
    let include = ["--include", "ca-certificates:/usr/share/ca-certificates/*"];
    succeeded(&world.layer("out", &include));
    let bundle = "/out/etc/ssl/certs/ca-certificates.crt";
    assert_eq!(fs::read_to_string(world.fixture.host(bundle)).expect("is written"), "first\nsecond\n");
    world.fixture.file("/base/etc/ssl/certs/ca-certificates.crt", "its own");
    succeeded(&world.layer("other", &[&include[..], &["--base", "base"]].concat()));
    assert!(!world.fixture.host("/other/etc/ssl/certs/ca-certificates.crt").exists());
}

#[test]
fn the_stanza_is_the_packages_and_the_md5sums_are_of_what_is_shipped() {
    let world = usual_world();
    succeeded(&world.layer("out", &[]));
    let directory = world.fixture.host("/out");
    let stanza = fs::read_to_string(directory.join(STATUS).join("liba1")).expect("is written");
    assert!(stanza.starts_with("Package: liba1\nVersion: 1.0-1\n"), "{stanza}");
    assert!(stanza.contains("\nSource: a (1.0)\n"), "{stanza}");
    let sums = directory.join(STATUS).join("liba1.md5sums");
    let lines = fs::read_to_string(&sums).expect("is written");
    let paths: Vec<&str> = lines.lines().filter_map(|line| Some(line.split_once("  ")?.1)).collect();
    assert_eq!(paths, ["usr/lib/x86_64-linux-gnu/liba.so.1.2.3", "usr/share/doc/liba1/copyright"]);
    let checked = Command::new("md5sum").arg("-c").arg(&sums).current_dir(&directory).output();
    succeeded(&checked.expect("md5sum runs"));
}

#[test]
fn a_merged_base_has_its_links_and_directories_left_alone() {
    let package = TestPackage::new("liba1")
        .object("/lib/x86_64-linux-gnu/liba.so.1", lib("liba.so.1"))
        .file("/usr/share/doc/liba1/copyright", "free");
    let world = World::new(lib("x.so").needs("liba.so.1"), &[package]);
    let base = world.fixture.host("/base");
    fs::create_dir_all(base.join("usr/lib/x86_64-linux-gnu")).expect("made");
    symlink("usr/lib", base.join("lib")).expect("made");
    assert_eq!(
        world.shipped(&["--base", "base"]),
        [
            "usr/lib/x86_64-linux-gnu/liba.so.1",
            "usr/share/",
            "usr/share/doc/",
            "usr/share/doc/liba1/",
            "usr/share/doc/liba1/copyright",
            "var/",
            "var/lib/",
            "var/lib/dpkg/",
            "var/lib/dpkg/status.d/",
            "var/lib/dpkg/status.d/liba1",
            "var/lib/dpkg/status.d/liba1.md5sums",
        ]
    );
}

#[test]
fn an_unmerged_base_has_the_packages_own_directories() {
    let package = TestPackage::new("liba1").object("/lib/x86_64-linux-gnu/liba.so.1", lib("liba.so.1"));
    let world = World::new(lib("x.so").needs("liba.so.1"), &[package]);
    fs::create_dir_all(world.fixture.host("/base/lib/y")).expect("made");
    fs::create_dir_all(world.fixture.host("/base/usr/lib")).expect("made");
    let shipped = world.shipped(&["--base", "base"]);
    assert_eq!(shipped[..2], ["lib/x86_64-linux-gnu/", "lib/x86_64-linux-gnu/liba.so.1"]);
    // A directory has those of the base too, as they are there.
    let (there, copied) = (world.fixture.host("/base/lib"), world.fixture.host("/out/lib"));
    fs::set_permissions(&there, fs::Permissions::from_mode(0o711)).expect("changed");
    succeeded(&world.layer("out", &["--base", "base"]));
    assert_eq!(copied.metadata().expect("is there").permissions().mode() & 0o7777, 0o711);
    assert!(copied.join("x86_64-linux-gnu/liba.so.1").is_file());
}

#[test]
fn what_the_base_has_already_is_not_repeated() {
    let world = usual_world();
    let copyright = world.fixture.host("/base/usr/share/doc/liba1/copyright");
    fs::write(&copyright, "free").expect("written");
    let shipped = without_directories(world.shipped(&["--base", "base"]));
    assert!(!shipped.iter().any(|path| path.contains("copyright")), "{shipped:?}");
    fs::write(&copyright, "an older one").expect("written");
    let shipped = without_directories(world.shipped(&["--base", "base"]));
    assert!(shipped.iter().any(|path| path.contains("copyright")), "{shipped:?}");
}

#[test]
fn the_links_of_an_alternative_are_made() {
    let script = format!(
        "#!/bin/sh\nupdate-alternatives --install {LIBRARIES}/libblas.so.3 blas {LIBRARIES}/b/libblas.so.3 1\n"
    );
    let package = TestPackage::new("libblas3")
        .object(&format!("{LIBRARIES}/b/libblas.so.3"), lib("libblas.so.3"))
        .field("Provides: libblas.so.3")
        .script("postinst", &script);
    let world = World::new(lib("x.so").needs("libblas.so.3"), &[package]);
    let shipped = without_directories(world.shipped(&[]));
    assert_eq!(
        shipped[..3],
        [
            format!("etc/alternatives/blas -> {LIBRARIES}/b/libblas.so.3"),
            "usr/lib/x86_64-linux-gnu/b/libblas.so.3".to_owned(),
            "usr/lib/x86_64-linux-gnu/libblas.so.3 -> /etc/alternatives/blas".to_owned(),
        ]
    );
}

#[test]
fn a_documentation_directory_that_is_a_link_brings_the_other_packages_copyright() {
    let linked = TestPackage::new("liba1")
        .object(&format!("{LIBRARIES}/liba.so.1"), lib("liba.so.1").needs("libb.so.1"))
        .link("/usr/share/doc/liba1", "libb1");
    let other = TestPackage::new("libb1")
        .object(&format!("{LIBRARIES}/libb.so.1"), lib("libb.so.1"))
        .file("/usr/share/doc/libb1/copyright", "free");
    let world = World::new(lib("x.so").needs("liba.so.1"), &[linked, other]);
    let shipped = without_directories(world.shipped(&[]));
    assert!(shipped.contains(&"usr/share/doc/liba1 -> libb1".to_owned()), "{shipped:?}");
    assert!(shipped.contains(&"usr/share/doc/libb1/copyright".to_owned()), "{shipped:?}");
}

#[test]
fn a_copyright_that_no_package_of_the_plan_has_is_told() {
    let linked = TestPackage::new("liba1")
        .object(&format!("{LIBRARIES}/liba.so.1"), lib("liba.so.1"))
        .link("/usr/share/doc/liba1", "a-base");
    let world = World::new(lib("x.so").needs("liba.so.1"), &[linked]);
    let output = world.layer("out.tar", &[]);
    succeeded(&output);
    let words = "liba1: no package of the plan has its /usr/share/doc/a-base/copyright";
    assert!(said(&output).contains(words), "{}", said(&output));
    let shipped = super::entries(&world.fixture.host("/out.tar"));
    assert!(shipped.contains(&"usr/share/doc/liba1 -> a-base".to_owned()), "{shipped:?}");
}

#[test]
fn a_package_that_is_not_needed_is_not_there() {
    let world = World::new(lib("x.so"), &[usual()]);
    assert_eq!(world.shipped(&[]), [""; 0]);
}
