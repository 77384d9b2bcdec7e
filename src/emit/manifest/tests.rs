//! Complete text of each format, compared with fixtures/manifests.

use bstr::BString;

use super::sample::{empty_plan, hostile_plan, plan};
use super::*;
use crate::emit::golden::assert_golden;
use crate::solve::plan::{Plan, TakenKind, read_lock, write_lock};
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
fn the_locks_of_the_samples_are_unchanged() {
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
    assert_written(&plan(), "", ManifestFormat::ALL);
}

#[test]
fn a_plan_without_packages_is_a_manifest_too() {
    assert_written(&empty_plan(), "empty/", ManifestFormat::ALL);
}

#[test]
fn unusual_paths_are_quoted_in_the_formats_with_files() {
    use ManifestFormat::{BazelLegacy, Chisel, CycloneDx, DockerfileApt, Json, RulesOci, Spdx};
    let formats = [RulesOci, BazelLegacy, DockerfileApt, Chisel, Spdx, CycloneDx, Json];
    assert_written(&hostile_plan(), "hostile/", &formats);
}

/// Returns the formats that reject a Plan with this path, both of a link of update-alternatives and of a file.
fn rejecting(path: &[u8]) -> Vec<ManifestFormat> {
    let mut plan = plan();
    for file in plan.packages[0].files.iter_mut().take(3) {
        file.path = RootedPath::new([b"/usr/lib/", path].concat());
    }
    let rejects = |format: &ManifestFormat| match manifest(&plan, *format) {
        Ok(_) => false,
        Err(ManifestError { fault: ManifestFault::Path(_), .. }) => true,
        Err(error) => panic!("{error}"),
    };
    ManifestFormat::ALL.iter().copied().filter(rejects).collect()
}

#[test]
fn a_path_that_a_format_does_not_allow_is_rejected() {
    use ManifestFormat::{BazelLegacy, Chisel, CycloneDx, DockerfileApt, Spdx};
    assert_eq!(rejecting(b"a b"), []);
    assert_eq!(rejecting(b"a\nRUN id"), [DockerfileApt]);
    assert_eq!(rejecting(b"a\x1b[0m"), [DockerfileApt]);
    assert_eq!(rejecting(b"a\xff"), [BazelLegacy, DockerfileApt, Chisel, Spdx, CycloneDx]);
    assert_eq!(rejecting(b"a?"), [Chisel]);
}

#[test]
fn so_is_the_target_of_a_link() {
    let mut plan = plan();
    for file in &mut plan.packages[0].files {
        if let TakenKind::Link { target, .. } = &mut file.kind {
            *target = BString::from(&b"a\xff"[..]);
        }
    }
    let rejects = |format: &ManifestFormat| {
        matches!(manifest(&plan, *format), Err(ManifestError { fault: ManifestFault::Target(_), .. }))
    };
    let rejecting: Vec<ManifestFormat> = ManifestFormat::ALL.iter().copied().filter(rejects).collect();
    assert_eq!(
        rejecting,
        [ManifestFormat::BazelLegacy, ManifestFormat::DockerfileApt, ManifestFormat::Chisel]
    );
}

#[test]
fn an_error_names_the_format_and_a_remedy() {
    let mut plan = plan();
    plan.packages[0].urls.clear();
    let error = manifest(&plan, ManifestFormat::RulesDistrolessLock).expect_err("is rejected");
    assert_eq!(error.to_string(), "cannot write rules-distroless-lock: the URL of libblas3 is unknown");
    assert!(error.hint().is_some_and(|hint| hint.contains("--snapshot")));
    assert!(manifest(&plan, ManifestFormat::Apt).is_ok(), "apt needs no URL");
}
