//! What is written, judged by what reads it.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::world::{Image, LIBRARIES, cache};
use crate::machine::trees::fixture;
use crate::support::audits::audit;

/// What fixtures/validate.py says of a file.
fn validated(format: &str, file: &Path) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/validate.py");
    let python = fixture("validators").join("bin/python");
    let output = Command::new(python).arg(script).arg(format).arg(file).output().expect("python runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("is UTF-8")
}

#[test]
fn sarif_keeps_to_its_schema_and_junit_is_read() {
    let image = Image::new();
    image.whiteout(&format!("{LIBRARIES}/libmpfr.so.6"));
    let directory = tempfile::tempdir().expect("a directory");
    image.write(directory.path());
    let written = |format: &str| {
        let file = directory.path().join(format!("report.{format}"));
        let (image, report) = (directory.path().to_str().expect("plain"), file.to_str().expect("plain"));
        let output = audit(cache(), &[image, "absent.tar", "--format", format, "-o", report]);
        assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
        file
    };
    validated("sarif", &written("sarif"));
    let counts: Value = serde_json::from_str(&validated("junit", &written("junit"))).expect("is JSON");
    let failures = counts["Failure"].as_u64().expect("a number");
    assert!(failures >= 1, "{counts}");
    assert_eq!(counts["Error"], json!(1));
}

#[test]
fn sarif_that_breaks_its_schema_is_told() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("broken.sarif");
    std::fs::write(&file, r#"{"version": "2.1.0", "runs": [{}]}"#).expect("is written");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/validate.py");
    let python = fixture("validators").join("bin/python");
    let output = Command::new(python).arg(script).arg("sarif").arg(&file).output().expect("python runs");
    assert!(!output.status.success());
}
