//! What a project makes of findings: levels, ignores with a reason and a last day, and a baseline.

use std::fs;

use super::sample::{EXTENSION, Sample};
use crate::support::audits::audit;
use crate::support::fixture::library;

/// The sample with a library that is missing.
fn broken() -> Sample {
    let sample = Sample::new();
    sample.venv.build(library(EXTENSION).without_soname().needs("libdep.so.1").needs("libgmp.so.10"));
    sample
}

/// The exit status, the status of the one finding, and what is said on stderr.
fn judged(sample: &Sample, config: &str, options: &[&str]) -> (i32, Option<String>, String) {
    fs::write(sample.directory().join("sodeb.toml"), config).expect("is written");
    let image = sample.write();
    let mut arguments = vec![image.to_str().expect("a plain name"), "--format", "json"];
    arguments.extend(options);
    let output = audit(sample.directory(), &arguments);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let finding = &json["images"][0]["findings"][0];
    let verdict = finding["status"].as_str().map(|verdict| format!("{} {verdict}", finding["severity"]));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code().expect("a status"), verdict.map(|verdict| verdict.replace('"', "")), said)
}

#[test]
fn levels_and_the_level_that_fails() {
    let sample = broken();
    let with = |config: &str, options: &[&str]| {
        let (status, verdict, _) = judged(&sample, config, options);
        (status, verdict.unwrap_or_default())
    };
    assert_eq!(with("", &[]), (1, "error active".to_owned()));
    assert_eq!(with("", &["--fail-on", "never"]), (0, "error active".to_owned()));
    let lowered = "[audit.rules]\nmissing-library = \"warning\"\n";
    assert_eq!(with(lowered, &[]), (0, "warning active".to_owned()));
    assert_eq!(with(lowered, &["--fail-on", "warning"]), (1, "warning active".to_owned()));
    assert_eq!(with(&format!("[audit]\nfail-on = \"note\"\n{lowered}"), &[]).0, 1);
    assert_eq!(with("[audit.rules]\nmissing-library = \"off\"\n", &[]), (0, String::new()));
}

#[test]
fn an_ignore_has_a_reason_and_may_expire() {
    let sample = broken();
    let ignore =
        |more: &str| format!("[[audit.ignore]]\nrule = \"missing-library\"\nreason = \"not used\"\n{more}\n");
    let with = |more: &str| judged(&sample, &ignore(more), &[]);
    assert_eq!(with("").1.as_deref(), Some("error ignored"));
    assert_eq!(with("").0, 0);
    assert_eq!(with("path = \"/venv/*/ext.*\"").0, 0);
    assert_eq!(with("path = \"/usr/*\"").0, 1);
    assert_eq!(with("subject = \"libmpfr.so.6\"").0, 1);
    assert_eq!(with("image = \"*image.tar\"").0, 0);
    assert_eq!(with("image = \"other*\"").0, 1);
    assert_eq!(with("until = 2999-12-31").0, 0);
    let (status, verdict, said) = with("until = 2020-01-31");
    assert_eq!((status, verdict.as_deref()), (1, Some("error active")));
    assert!(said.contains("the ignore of missing-library has expired: not used"), "{said}");
}

#[test]
fn a_bad_policy_is_told_with_its_file() {
    let sample = broken();
    for (config, cause) in [
        ("[audit.rules]\nmising-library = \"off\"\n", "audit.rules.mising-library"),
        ("[audit.rules]\nmissing-library = \"loud\"\n", "loud"),
        ("[audit]\nfail-on = \"sometimes\"\n", "expected error, warning, note or never"),
        ("[audit]\nfail_on = \"note\"\n", "unknown field"),
        ("[[audit.ignore]]\nrule = \"missing-library\"\n", "missing field `reason`"),
        ("[[audit.ignore]]\nrule = \"missing-library\"\nreason = \" \"\n", "the reason is missing"),
        ("[[audit.ignore]]\nrule = \"x\"\nreason = \"y\"\n", "no rule \"x\""),
        (
            "[[audit.ignore]]\nrule = \"missing-data\"\nreason = \"y\"\npath = \"lib\"\n",
            "does not start with a slash",
        ),
        (
            "[[audit.ignore]]\nrule = \"missing-data\"\nreason = \"y\"\nuntil = 2027-01-31T10:00:00\n",
            "is not a date like",
        ),
    ] {
        let (status, _, said) = judged(&sample, config, &[]);
        assert_eq!(status, 2, "{config}: {said}");
        assert!(said.contains("sodeb.toml") && said.contains(cause), "{config}: {said}");
    }
}

#[test]
fn only_what_is_new_since_a_baseline_counts() {
    let sample = broken();
    let image = sample.write();
    let image = image.to_str().expect("a plain name");
    let written = audit(sample.directory(), &[image, "--format", "json", "-o", "known.json"]);
    assert_eq!(written.status.code(), Some(1));
    let (status, verdict, _) = judged(&sample, "", &["--baseline", "known.json"]);
    assert_eq!((status, verdict.as_deref()), (0, Some("error known")));
    // Another one counts.
    sample.venv.build(
        library(EXTENSION).without_soname().needs("libdep.so.1").needs("libgmp.so.10").needs("libmpfr.so.6"),
    );
    assert_eq!(judged(&sample, "", &["--baseline", "known.json"]).0, 1);
    // What is no baseline is told.
    fs::write(sample.directory().join("bad.json"), "{}").expect("is written");
    let (status, _, said) = judged(&sample, "", &["--baseline", "bad.json"]);
    assert_eq!(status, 2);
    assert!(said.contains("cannot read the baseline bad.json"), "{said}");
    assert_eq!(judged(&sample, "", &["--baseline", "absent.json"]).0, 2);
}
