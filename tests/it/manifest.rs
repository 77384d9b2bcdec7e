//! `sodeb manifest`: of a lock, of a tree, and what can't be written.

use std::fs;
use std::process::Command;

use crate::support::archive_server::{ArchiveServer, SigningKey};
use crate::support::command_line::{assert_says, command, said};
use crate::support::fixture::{Fixture, library};
use crate::support::package::{LIBRARIES, TestPackage, archive};

/// A file of fixtures/manifests.
fn expected(name: &str) -> String {
    let path = format!("{}/fixtures/manifests/{name}", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(path).expect("a file of fixtures/manifests")
}

/// A directory with a lock of fixtures/manifests.
fn with_lock(name: &str) -> Fixture {
    let fixture = Fixture::empty();
    fixture.file("/sodeb.lock", &expected(name));
    fixture
}

fn manifest(fixture: &Fixture, arguments: &[&str]) -> String {
    said(fixture, &mut command(fixture, &[&["manifest"], arguments].concat()))
}

const WARNING: &str = "! warning: unresolved: \
    /venv/lib/python3.11/site-packages/gmpy2/gmpy2.cpython-311-x86_64-linux-gnu.so: \
    no package has libnowhere.so.1\n";

#[test]
fn a_lock_is_written_as_a_manifest_and_what_it_does_not_mend_is_bad_news() {
    let fixture = with_lock("sodeb.lock");
    let apt = manifest(&fixture, &["sodeb.lock", "--format", "apt"]);
    assert_says(&apt, &format!("{}{WARNING}exit 1\n", expected("apt.txt")));
    let fixed = with_lock("empty/sodeb.lock");
    let text = manifest(&fixed, &["sodeb.lock", "--format", "dockerfile-apt"]);
    assert_says(&text, &format!("{}exit 0\n", expected("empty/dockerfile-apt.txt")));
}

#[test]
fn a_manifest_is_written_byte_for_byte() {
    let fixture = with_lock("empty/sodeb.lock");
    let arguments = ["manifest", "sodeb.lock", "--format", "rules-distroless-lock"];
    let printed = command(&fixture, &arguments).output().expect("the program runs");
    let lock = expected("empty/rules-distroless-lock.txt");
    assert!(!lock.ends_with('\n'), "as Bazel writes it");
    assert_eq!(String::from_utf8(printed.stdout).expect("is text"), lock);
    let to_file = [&arguments[1..], &["-o", "bookworm.lock.json"]].concat();
    assert_says(&manifest(&fixture, &to_file), "exit 0\n");
    assert_eq!(fs::read_to_string(fixture.host("/bookworm.lock.json")).expect("is written"), lock);
}

#[test]
fn a_plan_that_a_format_cannot_say_leaves_the_file_alone() {
    let fixture = Fixture::empty();
    let lock = expected("sodeb.lock").replace("\"https://snapshot.debian.org/", "\"https://other.example/x/");
    let lock = lock.replace("_amd64.deb\",\n]", "_arm64.deb\",\n]");
    fixture.file("/sodeb.lock", &lock);
    fixture.file("/WORKSPACE", "before\n");
    let text = manifest(&fixture, &["sodeb.lock", "--format", "bazel-legacy", "-o", "WORKSPACE"]);
    assert_says(
        &text,
        "! error: cannot write bazel-legacy: no URL of libblas3 ends in its pool path \
         pool/main/libblas3/libblas3_3.11.0-2_amd64.deb\n\
         ! hint: name an archive that keeps its packages with --mirror, or a --snapshot\nexit 2\n",
    );
    assert_eq!(fs::read_to_string(fixture.host("/WORKSPACE")).expect("is there"), "before\n");
}

#[test]
fn a_broken_lock_is_told_with_its_line() {
    let fixture = Fixture::empty();
    fixture.file("/sodeb.lock", &expected("sodeb.lock").replacen("\"libblas3\"", "\"$(id)\"", 1));
    let text = manifest(&fixture, &["sodeb.lock", "--format", "apt"]);
    let begin = "! error: cannot read sodeb.lock: cannot read the lock: line ";
    assert!(text.starts_with(begin) && text.contains("'$(id)' is not a valid package name"), "{text}");
    assert!(text.ends_with("exit 2\n"), "{text}");
}

#[test]
fn a_format_that_is_not_known_is_answered_with_those_that_are() {
    let text = manifest(&with_lock("sodeb.lock"), &["sodeb.lock", "--format", "nix"]);
    assert!(
        text.contains("[possible values: rules-distroless, ") && text.contains(", cyclonedx, json]"),
        "{text}"
    );
    assert!(text.ends_with("exit 2\n"), "{text}");
}

#[test]
fn a_tree_is_closed_first_and_a_directory_is_a_tree_whatever_its_name() {
    let fixture = Fixture::empty();
    fixture.build(library("/app.lock/x.so").needs("liba.so.1"));
    let key = SigningKey::new("Test archive");
    key.write_public(&fixture.host("/key.asc"));
    let path = format!("{LIBRARIES}/liba.so.1");
    let server =
        ArchiveServer::start([archive(&[TestPackage::new("liba1").object(&path, library(&path))], &key)]);
    let manifest = |format: &str| {
        let mut command: Command =
            command(&fixture, &["manifest", "app.lock", "--at", "/app", "--refresh", "--quiet"]);
        command.args([
            "--release",
            "bookworm",
            "--arch",
            "amd64",
            "--keyring",
            "key.asc",
            "--format",
            format,
        ]);
        said(&fixture, command.arg("--mirror").arg(server.url()))
    };
    assert_says(&manifest("apt"), "liba1=1.0-1\nexit 0\n");
    let bill = manifest("cyclonedx");
    assert!(bill.contains("\"purl\": \"pkg:deb/debian/liba1@1.0-1?arch=amd64&distro=debian-12\""), "{bill}");
}
