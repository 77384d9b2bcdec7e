//! `sodeb diff` from outside: images and locks.

use crate::support::audits::TestImage;
use crate::support::fixture::{Fixture, INTERPRETER, library, program};
use crate::support::package::{LIBRARIES, TestPackage};
use crate::support::world::World;
use serde_json::{Value, json};

/// A system with one library of a package, as one layer.
fn system(version: &str, file: &str) -> Fixture {
    let system = Fixture::new();
    system.build(program("/usr/bin/app").needs("libdep.so.1"));
    system.build(library(&format!("{LIBRARIES}/{file}")).soname("libdep.so.1"));
    system.link(&format!("{LIBRARIES}/libdep.so.1"), file);
    system.file("/etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\n");
    for (package, version, path) in [
        ("libc6", "1.0-1", INTERPRETER),
        ("app", "1.0-1", "/usr/bin/app"),
        ("libdep1", version, &format!("{LIBRARIES}/{file}")),
    ] {
        let status = format!("Package: {package}\nVersion: {version}\nArchitecture: amd64\n");
        system.file(&format!("/var/lib/dpkg/status.d/{package}"), &status);
        let sums = format!("0123456789abcdef0123456789abcdef  {}\n", path.trim_start_matches('/'));
        system.file(&format!("/var/lib/dpkg/status.d/{package}.md5sums"), &sums);
    }
    system
}

fn diff(directory: &std::path::Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_sodeb"));
    command.env_clear().env("HOME", directory).current_dir(directory).arg("diff").args(arguments);
    let output = command.output().expect("sodeb runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("is UTF-8");
    (output.status.code().expect("a status"), text(output.stdout), text(output.stderr))
}

#[test]
fn two_images() {
    let directory = tempfile::tempdir().expect("a directory");
    let old = system("1.0-1", "libdep.so.1.0.0");
    let new = system("2.0-1", "libdep.so.1.2.0");
    new.build(program("/usr/bin/app").needs("libdep.so.1").needs("libgmp.so.10"));
    for (name, fixture) in [("old.tar", &old), ("new.tar", &new)] {
        TestImage::of_directories(&[&fixture.root()], &["/usr/bin/app"]).write(&directory.path().join(name));
    }
    let (status, text, said) = diff(directory.path(), &["old.tar", "new.tar", "--format", "json"]);
    assert_eq!(status, 1, "a finding is gained: {said}");
    let json: Value = serde_json::from_str(&text).expect("is JSON");
    assert_eq!(json["schema"], "sodeb.diff/1");
    let packages = json["packages"].as_array().expect("packages");
    let dep = packages.iter().find(|row| row["name"] == "libdep1").expect("changed");
    assert_eq!((&dep["kind"], &dep["change"]), (&json!("deb"), &json!("changed")));
    assert_eq!((&dep["old"]["versions"], &dep["new"]["versions"]), (&json!(["1.0-1"]), &json!(["2.0-1"])));
    assert_eq!(json["libraries"].as_array().map(Vec::len), Some(1));
    assert_eq!(json["libraries"][0]["new"][0]["path"], format!("{LIBRARIES}/libdep.so.1.2.0"));
    assert_eq!(json["findings"]["added"][0]["subject"], "libgmp.so.10");
    assert_eq!(json["findings"]["removed"], json!([]));

    let (status, text, _) = diff(directory.path(), &["new.tar", "old.tar"]);
    assert_eq!(status, 0, "nothing is gained");
    for line in [
        "new.tar → old.tar",
        "findings removed 1",
        "  error missing-library: /usr/bin/app: libgmp.so.10 is missing",
        "  ~ deb libdep1 2.0-1 → 1.0-1 (same size)",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}: {text}");
    }
    let (status, text, _) = diff(directory.path(), &["old.tar", "old.tar"]);
    assert_eq!(status, 0);
    assert!(text.ends_with("nothing changed\n"), "{text}");
    assert_eq!(diff(directory.path(), &["old.tar", "new.tar", "--fail-on", "never"]).0, 0);
    let (status, _, said) = diff(directory.path(), &["old.tar", "absent.tar"]);
    assert_eq!(status, 2);
    assert!(said.contains("absent.tar"), "{said}");
}

#[test]
fn two_locks() {
    let package = |version: &str| {
        TestPackage::new("libdep1")
            .version(version)
            .object(&format!("{LIBRARIES}/libdep.so.1"), library("/libdep.so.1"))
    };
    let world = World::new(library("/x.so").without_soname().needs("libdep.so.1"), &[package("1.0-1")]);
    let lock = |name: &str| {
        let output = world.run(&["lock", "app", "--at", "/app", "--refresh", "-o", name]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    };
    lock("old.lock");
    world.publish(&[package("2.0-1")]);
    lock("new.lock");
    let root = world.fixture.root();
    let (status, text, said) = diff(&root, &["old.lock", "new.lock"]);
    assert_eq!(status, 0, "{said}");
    assert!(text.contains("  ~ deb libdep1 1.0-1 → 2.0-1"), "{text}");
    let (status, text, _) = diff(&root, &["old.lock", "new.lock", "--format", "json", "-o", "diff.json"]);
    assert_eq!((status, text.as_str()), (0, ""));
    let written = std::fs::read(root.join("diff.json")).expect("is written");
    let json: Value = serde_json::from_slice(&written).expect("is JSON");
    assert_eq!(json["packages"][0]["new"]["versions"], json!(["2.0-1"]));
    // A lock is no image.
    let (status, _, said) = diff(&root, &["old.lock", "app"]);
    assert_eq!(status, 2);
    assert!(said.contains("cannot compare the lock old.lock with app"), "{said}");
}
