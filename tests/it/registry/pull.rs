//! What comes out of a registry, and when nothing has to.

use serde_json::{Value, json};

use super::{answer, answer_of, assert_fails, cached, registry, root_layer, run, stderr, world};
use crate::support::fixture::Fixture;
use crate::support::images::{Layout, compressed, for_platform, hex, tar_of};
use crate::support::registry_server::{Fault, RegistryServer};

fn base(server: &RegistryServer) -> String {
    format!("{}/team/base:1", server.host())
}

#[test]
fn the_answer_is_that_of_the_directory() {
    let fixture = world();
    let (server, ..) = registry(&fixture);
    let expected = answer(&fixture, "rootfs", &[]);
    assert_eq!(answer(&fixture, &base(&server), &[]), expected);
    assert_eq!(answer(&fixture, &format!("docker://{}", base(&server)), &[]), expected);
}

#[test]
fn as_long_as_a_tag_stands_for_the_same_nothing_else_is_fetched() {
    let fixture = world();
    let (server, mut layout, _) = registry(&fixture);
    answer(&fixture, &base(&server), &[]);
    let methods: Vec<String> = server.requests().iter().map(|line| line[..4].to_owned()).collect();
    assert_eq!(methods, ["GET "; 3], "the manifest, the configuration and the layer");
    server.reset();
    answer(&fixture, &base(&server), &[]);
    assert_eq!(server.requests(), ["HEAD /v2/team/base/manifests/1 200"]);

    let upper = tar_of(&[("usr/share/new", tar::EntryType::Regular, "new")]);
    let newer = layout.image("amd64", &[root_layer(&fixture), upper.clone()], ".gz", &json!({}));
    server.publish("team/base", "1", &layout.parts, &newer);
    server.reset();
    answer(&fixture, &base(&server), &[]);
    let fetched = server.requests();
    let blobs: Vec<_> = fetched.iter().filter(|line| line.contains("/blobs/")).collect();
    let upper_blob = hex(&compressed(".gz", &upper));
    assert!(blobs.len() == 2 && blobs.iter().any(|line| line.contains(&upper_blob)), "{blobs:?}");
}

#[test]
fn offline_what_was_fetched_before_serves_and_says_of_when_it_is() {
    let fixture = world();
    let (server, ..) = registry(&fixture);
    let refused = run(&fixture, &base(&server), &["--offline"]);
    assert_fails(&refused, 3, &format!("cannot work offline: the cache has no {}", base(&server)));
    let expected = answer(&fixture, &base(&server), &[]);
    server.reset();
    let output = run(&fixture, &base(&server), &["--offline"]);
    assert_eq!(answer_of(&output, &base(&server)), expected);
    assert!(
        stderr(&output).contains(&format!("note: using the cached {}, as of 2", base(&server))),
        "{}",
        stderr(&output)
    );
    assert!(server.requests().is_empty());
}

#[test]
fn a_digest_needs_no_network_once_it_is_here() {
    let fixture = world();
    let (server, _, manifest) = registry(&fixture);
    let base = format!("{}/team/base@{}", server.host(), manifest["digest"].as_str().expect("a digest"));
    let expected = answer(&fixture, &base, &[]);
    server.reset();
    let output = run(&fixture, &base, &[]);
    assert_eq!(answer_of(&output, &base), expected);
    assert!(server.requests().is_empty() && !stderr(&output).contains("note:"), "{}", stderr(&output));
}

#[test]
fn what_is_broken_in_the_cache_is_fetched_anew() {
    let fixture = world();
    let (server, ..) = registry(&fixture);
    let expected = answer(&fixture, &base(&server), &[]);
    for name in cached(&fixture, "blobs/sha256") {
        let path = fixture.host("/home").join(".cache/sodeb/images/blobs/sha256").join(name);
        std::fs::write(path, "cut").expect("a file");
    }
    assert_eq!(answer(&fixture, &base(&server), &[]), expected);
}

/// A list with an image for another platform, one for this and an attestation.
fn publish_list(fixture: &Fixture, server: &RegistryServer) {
    let mut layout = Layout::default();
    let amd64 = layout.image("amd64", &[root_layer(fixture)], ".gz", &json!({}));
    let arm64 = layout.image("arm64", &[tar_of(&[])], "", &json!({}));
    let mut attestation = layout.image("unknown", &[tar_of(&[])], "", &json!({"Env": []}));
    attestation["annotations"] = json!({"vnd.docker.reference.type": "attestation-manifest"});
    let inner = layout.index(&[for_platform(amd64, "amd64", None)]);
    let list = layout.index(&[for_platform(arm64, "arm64", Some("v8")), attestation, inner]);
    server.publish("team/list", "1", &layout.parts, &list);
}

#[test]
fn of_a_list_the_image_for_the_trees_is_taken_unless_another_is_asked_for() {
    let fixture = world();
    let server = RegistryServer::start();
    publish_list(&fixture, &server);
    let base = format!("{}/team/list:1", server.host());
    assert_eq!(answer(&fixture, &base, &[]), answer(&fixture, "rootfs", &[]));
    assert_eq!(server.requests().len(), 5, "{:?}", server.requests());
    let other = run(&fixture, &base, &["--platform", "linux/arm64", "--release", "bookworm"]);
    let other: Value = serde_json::from_slice(&other.stdout).expect("JSON");
    assert_eq!(other["sonames"][0]["status"], "package", "it has nothing in it");
    let refused = run(&fixture, &base, &["--platform", "linux/s390x"]);
    let message = format!("cannot choose an image of {base}: it has no image for linux/s390x, only for");
    assert_fails(&refused, 2, &message);
    assert!(stderr(&refused).contains("hint: choose one with --platform"));
}

#[test]
fn a_busy_registry_is_asked_again() {
    let fixture = world();
    let (server, ..) = registry(&fixture);
    let headers = "Retry-After: 0\r\n";
    server.fault("/manifests/", Fault::Status { code: 429, headers, times: 3 });
    server.fault("/blobs/", Fault::Status { code: 503, headers: "", times: 1 });
    answer(&fixture, &base(&server), &[]);
    assert_eq!(server.requests().len(), 3 + 3 + 1);
}

#[test]
fn one_that_stays_busy_is_given_up() {
    let fixture = world();
    let (server, ..) = registry(&fixture);
    let headers = "Retry-After: 0\r\n";
    server.fault("/manifests/", Fault::Status { code: 429, headers, times: 9 });
    let output = run(&fixture, &base(&server), &[]);
    let (base, host) = (base(&server), server.host());
    assert_fails(
        &output,
        3,
        &format!("cannot pull {base}: {host} answered 429 Too Many Requests for manifest 1"),
    );
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn a_transfer_that_breaks_off_goes_on() {
    let fixture = world();
    let (server, ..) = registry(&fixture);
    server.fault("/blobs/", Fault::BreakOff { after: 100, times: 2 });
    assert_eq!(answer(&fixture, &base(&server), &[]), answer(&fixture, "rootfs", &[]));
    let ranges = server.ranges();
    assert!(!ranges.is_empty() && ranges.iter().all(|range| range.starts_with("bytes=100-")), "{ranges:?}");
}

#[test]
fn every_command_takes_it() {
    let fixture = world();
    let (server, ..) = registry(&fixture);
    std::fs::write(fixture.host("/sodeb.toml"), format!("base = \"{}\"\n", base(&server))).expect("a file");
    let commands = [&["tree", "app"][..], &["why", "app", "libgmp.so.10"], &["graph", "app"]];
    for command in commands {
        let mut sodeb = std::process::Command::new(env!("CARGO_BIN_EXE_sodeb"));
        sodeb.env_clear().env("HOME", fixture.host("/home")).current_dir(fixture.root()).args(command);
        let output = sodeb.output().expect("the program runs");
        assert!(!stderr(&output).contains("error"), "{command:?}: {}", stderr(&output));
        assert!(!output.stdout.is_empty(), "{command:?}");
    }
    assert_eq!(cached(&fixture, "layouts").len(), 1);
    let heads = server.requests().iter().filter(|line| line.starts_with("HEAD")).count();
    assert_eq!(heads, commands.len() - 1);
}
