//! Each format's whole text for one Plan, as it stands in fixtures/manifests.

use bstr::BString;

use super::sample::{empty_plan, hostile_plan, plan};
use super::*;
use crate::emit::golden::assert_golden;
use crate::solve::plan::{TakenKind, read_lock, write_lock};
use crate::vocabulary::RootedPath;

/// Asserts that a text is the file of fixtures/manifests.
#[track_caller]
fn assert_file(path: &str, text: &str) {
    assert_golden(&format!("fixtures/manifests/{path}"), text);
}

/// Asserts that each format writes a Plan as in the directory, with a word in place of the program's version.
#[track_caller]
fn assert_written(plan: &Plan, directory: &str, formats: &[ManifestFormat]) {
    let version = env!("CARGO_PKG_VERSION");
    for format in formats {
        let text = manifest(plan, *format).expect("is written");
        let text = text.replace(&format!("sodeb-{version}"), "sodeb-VERSION");
        let text = text.replace(&format!("\"version\": \"{version}\""), "\"version\": \"VERSION\"");
        assert_file(&format!("{directory}{}.txt", format.name()), &text);
    }
}

#[test]
fn the_locks_beside_the_manifests_are_those_of_the_samples() {
    for (path, plan) in
        [("sodeb.lock", plan()), ("hostile/sodeb.lock", hostile_plan()), ("empty/sodeb.lock", empty_plan())]
    {
        let lock = write_lock(&plan);
        assert_file(path, &lock);
        assert_eq!(read_lock(&lock), Ok(plan));
    }
}

#[test]
fn every_format_is_written_as_expected() {
    assert_written(&plan(), "", &ManifestFormat::ALL);
}

#[test]
fn a_plan_without_packages_is_a_manifest_too() {
    assert_written(&empty_plan(), "empty/", &ManifestFormat::ALL);
}

#[test]
fn odd_paths_stay_words_in_the_formats_that_name_files() {
    use ManifestFormat::{BazelLegacy, Chisel, CycloneDx, DockerfileApt, Json, RulesOci, Spdx};
    let formats = [RulesOci, BazelLegacy, DockerfileApt, Chisel, Spdx, CycloneDx, Json];
    assert_written(&hostile_plan(), "hostile/", &formats);
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
