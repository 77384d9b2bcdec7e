//! Each format's whole text for one Plan, as it stands in fixtures/manifests.

use bstr::BString;

use super::sample::{empty_plan, hostile_plan, plan};
use super::*;
use crate::solve::plan::{TakenKind, read_lock, write_lock};
use crate::vocabulary::RootedPath;

/// A file of fixtures/manifests.
macro_rules! fixture {
    ($path:expr) => {
        include_str!(concat!("../../../fixtures/manifests/", $path))
    };
}

/// What is expected of each format that is named, out of a directory of fixtures/manifests.
macro_rules! expected {
    ($directory:literal: $($format:literal)+) => {
        [$(($format, fixture!(concat!($directory, $format, ".txt")))),+]
    };
}

/// That the formats write a Plan as expected. The program's version has a word in its place.
#[track_caller]
fn assert_written(plan: &Plan, expected: &[(&str, &str)]) {
    let version = env!("CARGO_PKG_VERSION");
    for (format, expected) in expected {
        let text = manifest(plan, format.parse().expect("is a format")).expect("is written");
        let text = text.replace(&format!("sodeb-{version}"), "sodeb-VERSION");
        let text = text.replace(&format!("\"version\": \"{version}\""), "\"version\": \"VERSION\"");
        assert!(text == *expected, "{format} is written so:\n{text}\ninstead of:\n{expected}");
    }
}

/// That every format is among those that are expected.
#[track_caller]
fn assert_all(expected: &[(&str, &str)]) {
    let names: Vec<&str> = expected.iter().map(|(format, _)| *format).collect();
    let all: Vec<&str> = ManifestFormat::ALL.iter().map(|format| format.name()).collect();
    assert_eq!(names, all);
}

#[test]
fn the_locks_beside_the_manifests_are_those_of_the_samples() {
    for (lock, plan) in [
        (fixture!("sodeb.lock"), plan()),
        (fixture!("hostile/sodeb.lock"), hostile_plan()),
        (fixture!("empty/sodeb.lock"), empty_plan()),
    ] {
        assert_eq!(write_lock(&plan), lock);
        assert_eq!(read_lock(lock), Ok(plan));
    }
}

#[test]
fn every_format_is_written_as_expected() {
    let expected = expected!("": "rules-distroless" "rules-distroless-lock" "rules-distroless-module"
        "rules-distroless-lock-v2" "rules-oci" "bazel-legacy" "dockerfile-apt" "dockerfile-sodeb" "dockerfile-layer"
        "apt" "mmdebstrap" "chisel" "spdx" "cyclonedx" "json");
    assert_all(&expected);
    assert_written(&plan(), &expected);
}

#[test]
fn a_plan_without_packages_is_a_manifest_too() {
    let expected = expected!("empty/": "rules-distroless" "rules-distroless-lock" "rules-distroless-module"
        "rules-distroless-lock-v2" "rules-oci" "bazel-legacy" "dockerfile-apt" "dockerfile-sodeb" "dockerfile-layer"
        "apt" "mmdebstrap" "chisel" "spdx" "cyclonedx" "json");
    assert_all(&expected);
    assert_written(&empty_plan(), &expected);
}

#[test]
fn odd_paths_stay_words_in_the_formats_that_name_files() {
    let expected =
        expected!("hostile/": "rules-oci" "bazel-legacy" "dockerfile-apt" "chisel" "spdx" "cyclonedx" "json");
    assert_written(&hostile_plan(), &expected);
}

/// Which formats refuse a Plan with this path, both of a link that update-alternatives makes and of a file.
fn refusing(path: &[u8]) -> Vec<ManifestFormat> {
    let mut plan = plan();
    for file in plan.packages[0].files.iter_mut().take(3) {
        file.path = RootedPath::new([b"/usr/lib/", path].concat());
    }
    let refuses = |format: &ManifestFormat| match manifest(&plan, *format) {
        Ok(_) => false,
        Err(ManifestError { fault: ManifestFault::Path(_), .. }) => true,
        Err(error) => panic!("{error}"),
    };
    ManifestFormat::ALL.iter().copied().filter(refuses).collect()
}

#[test]
fn a_path_that_a_format_cannot_hold_is_refused() {
    use ManifestFormat::{BazelLegacy, Chisel, CycloneDx, DockerfileApt, Spdx};
    assert_eq!(refusing(b"a b"), []);
    assert_eq!(refusing(b"a\nRUN id"), [DockerfileApt]);
    assert_eq!(refusing(b"a\x1b[0m"), [DockerfileApt]);
    assert_eq!(refusing(b"a\xff"), [BazelLegacy, DockerfileApt, Chisel, Spdx, CycloneDx]);
    assert_eq!(refusing(b"a?"), [Chisel]);
}

#[test]
fn so_is_the_target_of_a_link() {
    let mut plan = plan();
    for file in &mut plan.packages[0].files {
        if let TakenKind::Link { target, .. } = &mut file.kind {
            *target = BString::from(&b"a\xff"[..]);
        }
    }
    let refuses = |format: &ManifestFormat| {
        matches!(manifest(&plan, *format), Err(ManifestError { fault: ManifestFault::Target(_), .. }))
    };
    let refusing: Vec<ManifestFormat> = ManifestFormat::ALL.iter().copied().filter(refuses).collect();
    assert_eq!(
        refusing,
        [ManifestFormat::BazelLegacy, ManifestFormat::DockerfileApt, ManifestFormat::Chisel]
    );
}

#[test]
fn an_error_names_the_format_and_what_can_be_done() {
    let mut plan = plan();
    plan.packages[0].urls.clear();
    let error = manifest(&plan, ManifestFormat::RulesDistrolessLock).expect_err("is refused");
    assert_eq!(error.to_string(), "cannot write rules-distroless-lock: no URL of libblas3 is known");
    assert!(error.hint().is_some_and(|hint| hint.contains("--snapshot")));
    assert!(manifest(&plan, ManifestFormat::Apt).is_ok(), "apt needs none");
}
