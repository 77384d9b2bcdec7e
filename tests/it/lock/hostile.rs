//! An archive whose .debs are not what they should be, and locks that were tampered with.

use std::fs;
use std::process::Output;

use super::World;
use crate::support::fixture::library;
use crate::support::package::{LIBRARIES, TestPackage, archive};

fn liba() -> TestPackage {
    let path = format!("{LIBRARIES}/liba.so.1");
    TestPackage::new("liba1").object(&path, library(&path))
}

fn needing_liba(packages: &[TestPackage]) -> World {
    World::new(library("/app/x.so").needs("liba.so.1"), packages)
}

fn lock_to(world: &World, path: &str) -> (Option<i32>, String) {
    let output = world.run(&["lock", "app", "--at", "/app", "--refresh", "--output", path]);
    (output.status.code(), said(&output))
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Every file below a directory.
fn files(directory: &std::path::Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let below = |entry: fs::DirEntry| match entry.path().is_dir() {
        true => files(&entry.path()),
        false => vec![entry.path().display().to_string()],
    };
    entries.map(|entry| entry.expect("an entry")).flat_map(below).collect()
}

#[test]
fn a_deb_with_another_digest_is_refused_and_the_cache_stays_good() {
    let world = needing_liba(&[liba()]);
    let mut files_of_archive = archive(&[liba()], &world.key);
    let deb = files_of_archive.get_mut(&liba().filename()).expect("is in the pool");
    let last = deb.len() - 1;
    deb[last] ^= 1;
    world.server.publish(files_of_archive);
    let (status, said) = lock_to(&world, "x.lock");
    assert_eq!(status, Some(3), "{said}");
    assert!(said.contains("liba1_1.0-1_amd64.deb") && said.contains("sha256"), "{said}");
    assert!(!world.fixture.host("/x.lock").exists());
    world.publish(&[liba()]);
    let (status, said) = lock_to(&world, "x.lock");
    assert_eq!(status, Some(0), "{said}");
}

#[test]
fn a_deb_that_is_cut_off_or_longer_is_refused() {
    for change in [|deb: &mut Vec<u8>| deb.truncate(100), |deb: &mut Vec<u8>| deb.extend([0; 5000])] {
        let world = needing_liba(&[liba()]);
        let mut files_of_archive = archive(&[liba()], &world.key);
        change(files_of_archive.get_mut(&liba().filename()).expect("is in the pool"));
        world.server.publish(files_of_archive);
        let (status, said) = lock_to(&world, "x.lock");
        assert_eq!(status, Some(3), "{said}");
        assert!(said.contains("liba1_1.0-1_amd64.deb") && said.contains("size"), "{said}");
        assert!(!world.fixture.host("/x.lock").exists());
    }
}

#[test]
fn a_deb_that_is_gone_from_the_pool_is_told() {
    let world = needing_liba(&[liba()]);
    world.server.remove(".deb");
    let (status, said) = lock_to(&world, "x.lock");
    assert_eq!(status, Some(3), "{said}");
    assert!(said.contains("liba1_1.0-1_amd64.deb: ") && said.contains("404 Not Found"), "{said}");
}

#[test]
fn a_signed_deb_that_can_not_be_read_is_a_finding_and_no_lock_is_written() {
    let world = needing_liba(&[liba().bytes(b"!<arch>\nnot a deb")]);
    let (status, said) = lock_to(&world, "x.lock");
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("liba1 could not be read"), "{said}");
    assert!(!world.fixture.host("/x.lock").exists());
}

#[test]
fn a_kept_reading_that_was_damaged_is_made_anew() {
    let world = needing_liba(&[liba()]);
    let whole = world.lock(&["--cache-dir", "cache"]).text;
    let kept: Vec<String> = files(&world.fixture.host("/cache/debs"));
    assert_eq!(kept.len(), 1, "{kept:?}");
    for damage in [&b""[..], b"damaged", &[0; 4096]] {
        fs::write(&kept[0], damage).expect("is written");
        assert_eq!(world.lock(&["--cache-dir", "cache"]).text, whole);
        assert_ne!(fs::read(&kept[0]).expect("is there"), damage);
    }
}

#[test]
fn a_damaged_lock_is_an_error_that_names_the_line_and_stays() {
    let world = needing_liba(&[liba()]);
    assert_eq!(lock_to(&world, "x.lock").0, Some(0));
    let path = world.fixture.host("/x.lock");
    let good = fs::read_to_string(&path).expect("is text");
    for (part, instead, expected) in [
        ("sha256 = \"", "sha256 = \"zz", "sha256 digest"),
        ("name = \"liba1\"", "name = \"liba1; rm -r\"", "package name"),
        ("filename = \"pool", "filename = \"../pool", "path"),
        ("version = 1\n", "version = 99\n", "version 99"),
    ] {
        let bad = good.replace(part, instead);
        assert_ne!(bad, good, "{part}");
        fs::write(&path, &bad).expect("is written");
        let (status, said) = lock_to(&world, "x.lock");
        assert_eq!(status, Some(2), "{said}");
        assert!(said.contains("x.lock") && said.contains("line ") && said.contains(expected), "{said}");
        assert_eq!(fs::read_to_string(&path).expect("is text"), bad);
    }
}

#[test]
fn what_is_to_be_updated_has_to_be_in_the_lock() {
    let world = needing_liba(&[liba()]);
    assert_eq!(lock_to(&world, "x.lock").0, Some(0));
    let output = world.run(&["lock", "app", "--at", "/app", "-o", "x.lock", "--update", "libz9"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("cannot update libz9: it is not in the lock"), "{}", said(&output));
}

#[test]
fn there_must_be_a_lock_to_check() {
    let world = needing_liba(&[liba()]);
    let output = world.run(&["lock", "app", "--at", "/app", "--check"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("cannot read the lock sodeb.lock: no such file"), "{}", said(&output));
}
