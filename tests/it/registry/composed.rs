//! Images that are composed and sent at once.

use std::fs;
use std::process::{Command, Output};

use serde_json::Value;

use super::{assert_fails, registry, stderr, world};
use crate::support::fixture::Fixture;
use crate::support::registry_server::{Fault, RegistryServer};

/// An image of a text on a base, sent to a registry.
fn send(fixture: &Fixture, base: &str, server: &RegistryServer, name: &str) -> Output {
    fixture.file("/text/x.js", "x");
    let mut command = Command::new(env!("CARGO_BIN_EXE_sodeb"));
    command.env_clear().env("HOME", fixture.host("/home")).current_dir(fixture.root());
    command.args(["image", "text", "--at", "/text", "--base", base, "--format", "json", "-o"]);
    command.arg(format!("docker://{}/{name}", server.host())).output().expect("the program runs")
}

#[track_caller]
fn report(output: &Output) -> Value {
    assert!(output.status.success(), "{}", stderr(output));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// What is left of images on their way.
fn left(fixture: &Fixture) -> Vec<String> {
    let entries = fs::read_dir(fixture.host("/home/.cache/sodeb")).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.starts_with(".sodeb") || name == "outgoing").collect()
}

#[test]
fn a_composed_image_is_sent_with_what_the_registry_lacks_and_nothing_stays_here() {
    let fixture = world();
    let (server, _, manifest) = registry(&fixture);
    let base = format!("{}/team/base:1", server.host());
    let sent = report(&send(&fixture, &base, &server, "team/app:2"));
    assert_eq!((&sent["output"]["kind"], &sent["output"]["blobs_reused"]), (&"registry".into(), &1.into()));
    assert_eq!(sent["annotations"]["org.opencontainers.image.base.digest"], manifest["digest"]);
    assert_eq!(sent["annotations"]["org.opencontainers.image.base.name"], base.as_str());
    let stored = server.manifest("team/app", "2").expect("is there");
    let stored: Value = serde_json::from_slice(&stored).expect("JSON");
    assert_eq!(stored["layers"].as_array().map(Vec::len), Some(2));
    assert_eq!(left(&fixture), [""; 0]);
    let again = report(&send(&fixture, &base, &server, "team/app:2"));
    assert_eq!((&again["output"]["blobs_uploaded"], &again["digest"]), (&0.into(), &sent["digest"]));
}

#[test]
fn what_breaks_off_leaves_no_name_and_nothing_here() {
    let fixture = world();
    let server = RegistryServer::start();
    server.fault("/blobs/uploads/", Fault::Status { code: 403, headers: "", times: 9 });
    let output = send(&fixture, "scratch", &server, "team/app:2");
    assert_fails(&output, 3, "team/app:2");
    assert_eq!(server.manifest("team/app", "2"), None);
    assert_eq!(left(&fixture), [""; 0]);
}
