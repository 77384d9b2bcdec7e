//! The formats: each is read back as what it says it is.

use serde_json::Value;
use sodeb::audit::rules;

use super::sample::{EXTENSION, Sample};
use crate::support::audits::audit;
use crate::support::fixture::library;

/// A name that is markup in XML, and control characters, which XML has no place for.
const HOSTILE: &str =
    "/venv/lib/python3.11/site-packages/pkg/<a&\"'>\u{1b}[31m.cpython-311-x86_64-linux-gnu.so";

/// The sample with a library missing of two objects, one with a hostile name.
fn broken() -> Sample {
    let sample = Sample::new();
    for path in [EXTENSION, HOSTILE] {
        sample.venv.build(library(path).without_soname().needs("libdep.so.1").needs("libgmp.so.10"));
    }
    sample
}

/// Standard output of an audit of the sample and of an image that is not there.
fn written(sample: &Sample, format: &str) -> String {
    let image = sample.write();
    let arguments = [image.to_str().expect("a plain name"), "absent.tar", "--format", format];
    let output = audit(sample.directory(), &arguments);
    assert_eq!(output.status.code(), Some(2), "the worse of bad news and an image that is not there");
    String::from_utf8(output.stdout).expect("is UTF-8")
}

#[test]
fn text_groups_what_is_the_same() {
    let text = written(&broken(), "text");
    assert_eq!(text.matches("libgmp.so.10 is missing").count(), 1, "{text}");
    assert!(text.contains("missing-library  a library is missing"), "{text}");
    assert!(text.contains("wheel pkg 1.0, layer 2 of 2"), "{text}");
    assert!(text.contains("fix: add libgmp10"), "{text}");
    assert!(text.contains("2 errors, 0 warnings, 1 note"), "{text}");
    assert!(!text.contains('\u{1b}'), "no escape of a name's gets through, and no colours: {text}");
}

#[test]
fn json_lines_have_an_image_each() {
    let text = written(&broken(), "jsonl");
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("is JSON")).collect();
    assert_eq!(lines.len(), 2);
    assert!(lines.iter().all(|line| line["schema"] == "sodeb.audit-image/1"));
    assert_eq!(lines[0]["summary"]["error"], 2);
    assert!(lines[1]["error"].as_str().is_some_and(|cause| cause.contains("absent.tar")), "{}", lines[1]);
}

#[test]
fn sarif_has_a_run_for_each_image() {
    let document: Value = serde_json::from_str(&written(&broken(), "sarif")).expect("is JSON");
    assert_eq!(document["version"], "2.1.0");
    let runs = document["runs"].as_array().expect("runs");
    assert_eq!(runs.len(), 2);
    let rules = runs[0]["tool"]["driver"]["rules"].as_array().expect("rules");
    let results = runs[0]["results"].as_array().expect("results");
    for result in results {
        let rule =
            &rules[usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("is small")];
        assert_eq!(rule["id"], result["ruleId"]);
    }
    let place = &results[1]["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(place["uri"], EXTENSION[1..]);
    assert_eq!(runs[1]["invocations"][0]["executionSuccessful"], false);
}

#[test]
fn junit_is_xml_whose_counts_are_right() {
    let text = written(&broken(), "junit");
    let document = roxmltree::Document::parse(&text).expect("is XML");
    let root = document.root_element();
    let cases: Vec<_> = root.descendants().filter(|node| node.has_tag_name("testcase")).collect();
    let with = |tag: &str| root.descendants().filter(|node| node.has_tag_name(tag)).count();
    assert_eq!(root.attribute("tests"), Some(cases.len().to_string().as_str()));
    assert_eq!((root.attribute("failures"), with("failure")), (Some("2"), 2));
    assert_eq!((root.attribute("errors"), with("error")), (Some("1"), 1));
    let passed = cases.iter().filter(|case| !case.has_children()).count();
    assert_eq!(passed, rules::all().count() - 2, "a rule that finds nothing passes");
    let hostile =
        cases.iter().filter_map(|case| case.attribute("name")).any(|name| name.contains("<a&\"'>\\u{1b}"));
    assert!(hostile, "{text}");
}

#[test]
fn a_file_is_written_whole_or_not_at_all() {
    let sample = broken();
    let image = sample.write();
    let image = image.to_str().expect("a plain name");
    for format in ["text", "json", "jsonl", "sarif", "junit"] {
        let output = audit(sample.directory(), &[image, "--format", format, "-o", "report"]);
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(output.stdout.is_empty());
        let text = std::fs::read_to_string(sample.directory().join("report")).expect("is written");
        assert!(text.contains("libgmp.so.10") && text.ends_with('\n'), "{format}");
    }
    let output = audit(sample.directory(), &[image, "-o", "absent/report"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(!sample.directory().join("absent").exists());
}

#[test]
fn rules_are_listed_and_explained() {
    let sample = Sample::new();
    let said = |arguments: &[&str]| {
        let output = audit(sample.directory(), arguments);
        let text = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(text).expect("is UTF-8"))
    };
    let (status, list) = said(&["--list-rules"]);
    assert_eq!((status, list.lines().count()), (Some(0), rules::all().count()));
    for line in list.lines() {
        let code = line.split(' ').next().expect("a code");
        let (status, text) = said(&["--explain", code]);
        assert_eq!(status, Some(0));
        assert!(text.starts_with(&format!("{code}: ")) && text.contains("How to fix it:"), "{text}");
    }
    let (_, json) = said(&["--list-rules", "--format", "json"]);
    let json: Value = serde_json::from_str(&json).expect("is JSON");
    assert_eq!(json["schema"], "sodeb.rules/1");
    assert_eq!(json["rules"].as_array().map(Vec::len), Some(rules::all().count()));
    let (status, text) = said(&["--explain", "nothing"]);
    assert_eq!(status, Some(2));
    assert!(text.contains("--list-rules"), "{text}");
}

#[test]
fn images_come_from_a_list() {
    let sample = broken();
    let image = sample.write();
    let list = format!("# the fleet\n\n{}  # this one\n", image.display());
    std::fs::write(sample.directory().join("fleet"), list).expect("is written");
    let output = audit(sample.directory(), &["--images-from", "fleet", "--format", "jsonl"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 1);
    assert_eq!(output.status.code(), Some(1));
    let output = audit(sample.directory(), &["--images-from", "none"]);
    assert_eq!(output.status.code(), Some(2));
}
