//! Images for several platforms in one list.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use super::{blob, said};
use crate::support::fixture::Fixture;

/// Two trees of texts, one for each platform.
fn trees() -> Fixture {
    let fixture = Fixture::empty();
    fixture.file("/one/x.js", "for amd64");
    fixture.file("/other/x.js", "for arm64");
    fixture
}

fn run(fixture: &Fixture, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sodeb"));
    command.env_clear().env("HOME", fixture.host("/home")).current_dir(fixture.root());
    command.args(arguments).output().expect("the program runs")
}

fn document(layout: &Path, descriptor: &Value) -> Value {
    serde_json::from_slice(&blob(layout, descriptor)).expect("JSON")
}

const EACH: [&str; 2] = ["linux/amd64=one", "linux/arm64=other"];

#[test]
fn each_platform_has_its_image_in_one_list() {
    let fixture = trees();
    let options =
        ["--at", "/app", "--base", "scratch", "--tag", "me/app:1", "--format", "json", "-o", "oci:out"];
    let output = run(&fixture, &[&["image"], &EACH[..], &options].concat());
    assert!(output.status.success(), "{}", said(&output));
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(report["schema"], "sodeb.images/1");
    let layout = fixture.host("/out");
    let index: Value =
        serde_json::from_slice(&fs::read(layout.join("index.json")).expect("is there")).expect("JSON");
    assert_eq!(index["manifests"][0]["digest"], report["digest"]);
    assert_eq!(index["manifests"][0]["annotations"]["org.opencontainers.image.ref.name"], "me/app:1");
    let list = document(&layout, &index["manifests"][0]);
    for (place, architecture) in ["amd64", "arm64"].into_iter().enumerate() {
        let descriptor = &list["manifests"][place];
        assert_eq!(descriptor["platform"]["architecture"], architecture);
        assert_eq!(descriptor["digest"], report["images"][place]["digest"]);
        let manifest = document(&layout, descriptor);
        let config = document(&layout, &manifest["config"]);
        assert_eq!(config["architecture"], architecture);
        assert_eq!(manifest["layers"].as_array().map(Vec::len), Some(1));
    }
    // The reader of bases chooses among them.
    for platform in ["linux/amd64", "linux/arm64"] {
        let command =
            ["image", "one", "--at", "/more", "--base", "out", "--platform", platform, "-o", "oci:again"];
        let output = run(&fixture, &command);
        assert!(output.status.success(), "{}", said(&output));
        fs::remove_dir_all(fixture.host("/again")).expect("is there");
    }
}

#[test]
fn what_can_not_be_in_a_list_is_refused() {
    let fixture = trees();
    let usual = ["--at", "/app", "--base", "scratch", "-o"];
    for (paths, output, cause) in [
        (&EACH[..], "out.tar", "docker loads archives of one platform only"),
        (&["linux/amd64=one", "other"][..], "out", "cannot tell which platform each path is for"),
    ] {
        let output = run(&fixture, &[&["image"], paths, &usual, &[output]].concat());
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains(cause), "{}", said(&output));
        assert!(!fixture.host("/out").exists() && !fixture.host("/out.tar").exists());
    }
}
