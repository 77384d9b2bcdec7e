//! Manifests held against what reads them: the validators of CycloneDX and SPDX, hadolint, buildifier and PyYAML, on the
//! locks of fixtures/manifests, of which one is hostile, and one has no packages.
//!
//! The script fixtures/validators.sh fetches them from PyPI and npm: hence the feature `network-tests`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

mod stage;

use crate::machine::trees::kept;

/// The directories of fixtures/manifests.
const ALL: [&str; 3] = ["", "empty", "hostile"];

/// A manifest of the lock in a directory of fixtures/manifests, as a file.
fn manifest(directory: &str, format: &str) -> PathBuf {
    let lock =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/manifests").join(directory).join("sodeb.lock");
    let file = kept(&format!("manifest-{directory}-{format}"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_sodeb"));
    command.env_clear().arg("manifest").arg(lock).args(["--format", format, "--quiet", "-o"]).arg(&file);
    let status = command.status().expect("the program runs").code();
    assert!(matches!(status, Some(0 | 1)), "{format} of {directory} is not written");
    file
}

fn validator(name: &str) -> Command {
    Command::new(crate::machine::trees::fixture("validators").join("bin").join(name))
}

#[track_caller]
fn assert_passes(output: &Output, of: &Path) -> String {
    let told = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let text = told(&output.stdout);
    assert!(output.status.success(), "{}: {text}{}", of.display(), told(&output.stderr));
    text
}

/// Has fixtures/validate.py judge a file.
#[track_caller]
fn validate(format: &str, file: &Path) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/validate.py");
    let output = validator("python").arg(script).arg(format).arg(file).output().expect("python runs");
    assert_passes(&output, file)
}

#[track_caller]
fn yaml(file: &Path) -> Value {
    serde_json::from_str(&validate("yaml", file)).expect("is JSON")
}

#[test]
fn bills_of_materials_keep_to_their_schemas() {
    for directory in ALL {
        validate("cyclonedx", &manifest(directory, "cyclonedx"));
        validate("spdx", &manifest(directory, "spdx"));
    }
}

#[test]
fn a_bill_of_materials_that_breaks_its_schema_is_told() {
    for (format, good, bad) in
        [("cyclonedx", "\"operating-system\",", "\"system\","), ("spdx", "\"SPDX-2.3\"", "\"SPDX-9\"")]
    {
        let text = fs::read_to_string(manifest("", format)).expect("is written");
        assert!(text.contains(good), "{text}");
        let file = kept(&format!("manifest-broken-{format}"));
        fs::write(&file, text.replace(good, bad)).expect("is written");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/validate.py");
        let output = validator("python").arg(script).arg(format).arg(&file).output().expect("python runs");
        assert!(!output.status.success(), "{format}");
    }
}

#[test]
fn hadolint_has_nothing_to_say_of_the_dockerfiles() {
    for directory in ALL {
        for format in ["dockerfile-apt", "dockerfile-sodeb", "dockerfile-layer"] {
            let file = manifest(directory, format);
            // That nothing expands in single quotes is what hostile paths are in them for.
            let mut hadolint = validator("hadolint");
            let output = hadolint.args(["--ignore", "SC2016"]).arg(&file).output().expect("hadolint runs");
            assert_passes(&output, &file);
        }
    }
}

#[test]
fn buildifier_finds_the_files_of_bazel_as_it_would_write_them() {
    for directory in ALL {
        assert_formatted("module", &manifest(directory, "rules-distroless-module"));
        assert_formatted("build", &manifest(directory, "rules-oci"));
        let text = fs::read_to_string(manifest(directory, "bazel-legacy")).expect("is written");
        let (workspace, build) = text.split_once("\n# File BUILD.\n").expect("has two parts");
        for (kind, part) in [("workspace", workspace), ("build", build)] {
            let file = kept(&format!("manifest-{directory}-bazel-legacy-{kind}"));
            fs::write(&file, part).expect("is written");
            assert_formatted(kind, &file);
        }
    }
}

#[track_caller]
fn assert_formatted(kind: &str, file: &Path) {
    let mut buildifier = validator("buildifier");
    buildifier.args(["-mode=diff", "-type", kind]).stdin(fs::File::open(file).expect("is written"));
    assert_passes(&buildifier.output().expect("buildifier runs"), file);
}

#[test]
fn the_manifest_of_rules_distroless_says_in_yaml_what_the_plan_has() {
    let archive = "https://snapshot.debian.org/archive";
    let expected = json!({
        "version": 1,
        "sources": [
            {"channel": "bookworm main", "url": format!("{archive}/debian/20260818T205150Z")},
            {"channel": "bookworm-security main", "url": format!("{archive}/debian-security/20260818T205150Z")},
        ],
        "archs": ["amd64"],
        "packages": [
            "libblas3 (= 3.11.0-2)",
            "libgmp10 (= 2:6.2.1+dfsg1-1.1)",
            "libmpfr6 (= 4.2.0-1)",
            "libssl3 (= 3.0.20-1~deb12u2)",
        ],
    });
    assert_eq!(yaml(&manifest("", "rules-distroless")), expected);
    let empty = json!({"version": 1, "sources": [], "archs": ["amd64"], "packages": []});
    assert_eq!(yaml(&manifest("empty", "rules-distroless")), empty);
}

/// The slice definitions, each with the name of its file.
fn definitions(directory: &str) -> Vec<(String, Value)> {
    let text = fs::read_to_string(manifest(directory, "chisel")).expect("is written");
    let parts = text.split("\n# slices/").skip(1).map(|part| part.split_once(".yaml\n").expect("is named"));
    let definition = |(name, part): (&str, &str)| {
        let file = kept(&format!("manifest-{directory}-chisel-{name}"));
        fs::write(&file, part).expect("is written");
        (name.to_owned(), yaml(&file))
    };
    parts.map(definition).collect()
}

#[test]
fn slice_definitions_say_in_yaml_what_the_plan_has() {
    let plain = definitions("");
    let names: Vec<&str> = plain.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["libblas3", "libgmp10", "libmpfr6", "libssl3"]);
    for (name, definition) in &plain {
        assert_eq!(definition["package"], **name, "chisel compares it with the file's name");
    }
    let expected = json!({
        "essential": ["libgmp10_libs"],
        "contents": {
            "/usr/lib/x86_64-linux-gnu/libmpfr.so.6": null,
            "/usr/lib/x86_64-linux-gnu/libmpfr.so.6.2.0": null,
        },
    });
    assert_eq!(plain[2].1["slices"]["libs"], expected);
    assert!(definitions("empty").is_empty());
}

#[test]
fn hostile_paths_are_read_back_as_paths() {
    let contents = json!({
        "/usr/lib/- 'b\"$(id)`\\": null,
        "/usr/lib/a'b\"c$(id)`id`\\ #x: {y}, [z]=%é": {"symlink": "../-t'\"$(id)`\\ #: ${BASE}"},
    });
    let (_, definition) = definitions("hostile").into_iter().next().expect("is there");
    assert_eq!(definition["slices"]["libs"]["contents"], contents);
}
