//! The Plan beside what apt would install, without a base and on one.

use serde_json::{Value, json};

use super::World;
use crate::support::fixture::library;
use crate::support::package::{LIBRARIES, TestPackage};

/// A library that needs one of two others, some data, and a program that two packages have. No file of theirs is
/// loaded.
fn packages() -> Vec<TestPackage> {
    let path = format!("{LIBRARIES}/liba.so.1");
    let liba = TestPackage::new("liba1").object(&path, library(&path)).size_kib(1);
    vec![
        liba.field("Pre-Depends: a-data\nDepends: libgone1 | libb1 (>= 1.0) | libb2, a-helper"),
        TestPackage::new("a-data").size_kib(10).field("Depends: liba1"),
        TestPackage::new("libb1").size_kib(100),
        TestPackage::new("libb2").size_kib(1000),
        TestPackage::new("one-helper").size_kib(10_000).field("Provides: a-helper\nPriority: optional"),
        TestPackage::new("two-helper").size_kib(100_000).field("Provides: a-helper\nPriority: important"),
    ]
}

impl World {
    /// What `sodeb lock` says beside the lock.
    #[track_caller]
    fn comparison(&self, options: &[&str]) -> Value {
        let lock = ["lock", "app", "--at", "/app", "--refresh", "--format", "json"];
        let output = self.run(&[&lock, options].concat());
        let json: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|cause| {
            panic!("no report ({cause}): {}", String::from_utf8_lossy(&output.stderr));
        });
        json["comparison"].clone()
    }
}

/// How many packages apt would install and what they come to, in KiB.
fn depends(comparison: &Value) -> (&Value, &Value) {
    let closure = &comparison["depends_closure"];
    assert!(closure["debs_size_bytes"].as_u64().is_some_and(|size| size > 0), "{comparison}");
    (&closure["packages"], &closure["installed_size_kib"])
}

fn never_loaded(names: &[&str]) -> Value {
    json!([{ "package": "liba1", "depends": names }])
}

#[test]
fn without_a_base_all_that_is_declared_counts() {
    let world = World::new(library("/app/x.so").needs("liba.so.1"), &packages());
    let comparison = world.comparison(&[]);
    assert_eq!(depends(&comparison), (&json!(4), &json!(100_111)));
    assert_eq!(comparison["elf_closure"]["packages"], 1);
    assert_eq!(comparison["declared_never_loaded"], never_loaded(&["a-data", "a-helper", "libgone1"]));
}

fn installed(name: &str, architecture: &str, fields: &str) -> String {
    format!(
        "Package: {name}\nStatus: install ok installed\nArchitecture: {architecture}\nVersion: 1.0-1\n{fields}\n"
    )
}

#[test]
fn the_packages_of_the_base_count_as_there_with_what_they_provide() {
    let world = World::new(library("/app/x.so").needs("liba.so.1"), &packages());
    let status = [
        installed("libb2", "amd64", ""),
        installed("one-helper", "amd64", "Provides: a-helper\n"),
        installed("base-files", "amd64", ""),
        installed("a-data", "i386", ""),
    ];
    world.fixture.file("/base/var/lib/dpkg/status", &status.concat());
    let comparison = world.comparison(&["--base", "base"]);
    assert_eq!(depends(&comparison), (&json!(2), &json!(11)));
    assert_eq!(comparison["declared_never_loaded"], never_loaded(&["a-data"]));
}

#[test]
fn a_distroless_base_tells_its_packages_in_a_file_each() {
    let world = World::new(library("/app/x.so").needs("liba.so.1"), &packages());
    let stanza = "Package: libb2\nVersion: 1.0-1\nArchitecture: amd64\n";
    world.fixture.file("/base/var/lib/dpkg/status.d/libb2", stanza);
    let sums = "Package: a-data\nVersion: 1.0-1\nArchitecture: amd64\n";
    world.fixture.file("/base/var/lib/dpkg/status.d/libb2.md5sums", sums);
    let comparison = world.comparison(&["--base", "base"]);
    assert_eq!(depends(&comparison), (&json!(3), &json!(100_011)));
}

#[test]
fn a_base_without_packages_has_none_and_one_that_leads_out_of_itself_is_not_followed() {
    let world = World::new(library("/app/x.so").needs("liba.so.1"), &packages());
    world.fixture.make_directory("/base/var/lib/dpkg");
    assert_eq!(depends(&world.comparison(&["--base", "base"])).0, 4);
    world.fixture.file("/elsewhere", &installed("libb2", "amd64", ""));
    world.fixture.link("/base/var/lib/dpkg/status", "../../../../elsewhere");
    assert_eq!(depends(&world.comparison(&["--base", "base"])).0, 4);
}

#[test]
fn a_base_in_a_tar_tells_its_packages_and_has_a_digest_of_its_own() {
    let world = World::new(library("/app/x.so").needs("liba.so.1"), &packages());
    world.fixture.file("/base/var/lib/dpkg/status", &installed("libb2", "amd64", ""));
    let distroless = "Package: one-helper\nVersion: 1.0-1\nArchitecture: amd64\nProvides: a-helper\n";
    world.fixture.file("/base/var/lib/dpkg/status.d/one-helper", distroless);
    let mut tar = tar::Builder::new(Vec::new());
    tar.append_dir_all(".", world.fixture.host("/base")).expect("is read");
    let tar = tar.into_inner().expect("memory writes");
    std::fs::write(world.fixture.host("/base.tar"), &tar).expect("a file");
    let zstd = zstd::encode_all(tar.as_slice(), 1).expect("memory writes");
    std::fs::write(world.fixture.host("/base.tar.zst"), zstd).expect("a file");
    let on_directory = world.comparison(&["--base", "base"]);
    assert_eq!(depends(&on_directory).0, 2);
    let digest = |base: &str| {
        let lock = world.lock(&["--base", base]);
        lock.value["base"]["digest"].as_str().expect("a digest").to_owned()
    };
    for base in ["base.tar", "base.tar.zst"] {
        assert_eq!(world.comparison(&["--base", base]), on_directory);
        assert_eq!(digest(base), digest("base.tar"), "however it is compressed");
    }
    assert_ne!(digest("base"), digest("base.tar"));
}
