//! Registries that send what was not asked for: each is a clear error, and nothing of it is kept.

use std::process::Output;

use serde_json::{Value, json};

use super::{assert_fails, cached, registry, run, stderr, world};
use crate::support::fixture::Fixture;
use crate::support::images::{Layout, for_platform, hex, tar_of};
use crate::support::registry_server::{Fault, RegistryServer};

fn pull(fixture: &Fixture, server: &RegistryServer) -> Output {
    run(fixture, &format!("{}/team/base:1", server.host()), &[])
}

/// The digest of the one layer, and its size.
fn layer(layout: &Layout, manifest: &Value) -> (String, usize) {
    let name = manifest["digest"].as_str().expect("a digest").replace("sha256:", "blobs/sha256/");
    let (_, bytes) = layout.parts.iter().find(|(part, _)| *part == name).expect("the manifest");
    let parsed: Value = serde_json::from_slice(bytes).expect("JSON");
    let layer = &parsed["layers"][0];
    let size = usize::try_from(layer["size"].as_u64().expect("a size")).expect("small");
    (layer["digest"].as_str().expect("a digest").to_owned(), size)
}

#[track_caller]
fn assert_no_layer(fixture: &Fixture, digest: &str) {
    let hex = digest.strip_prefix("sha256:").expect("is of SHA-256");
    assert!(!cached(fixture, "blobs/sha256").iter().any(|name| name == hex), "{hex}");
    assert!(cached(fixture, "references").is_empty());
}

#[test]
fn a_blob_with_another_digest() {
    let fixture = world();
    let (server, layout, manifest) = registry(&fixture);
    let (digest, size) = layer(&layout, &manifest);
    server.fault(&digest, Fault::Instead(vec![b'x'; size]));
    let found = hex(&vec![b'x'; size]);
    let output = pull(&fixture, &server);
    let message = format!("a blob of {} has the digest sha256:{found} and not {digest}", server.host());
    assert_fails(&output, 3, &message);
    assert_no_layer(&fixture, &digest);
}

#[test]
fn a_blob_that_is_longer_or_shorter() {
    let fixture = world();
    let (server, layout, manifest) = registry(&fixture);
    let (digest, size) = layer(&layout, &manifest);
    server.fault(&digest, Fault::Instead(vec![b'x'; size + 1]));
    let message = format!("{digest} of {} is larger than the stated {size} bytes", server.host());
    assert_fails(&pull(&fixture, &server), 3, &message);
    server.reset();
    server.fault(&digest, Fault::Instead(vec![b'x'; size - 1]));
    let output = pull(&fixture, &server);
    assert_fails(&output, 3, &format!("broke off after {} bytes", size - 1));
    assert_no_layer(&fixture, &digest);
}

#[test]
fn a_manifest_that_is_not_the_one_that_was_named() {
    let fixture = world();
    let (server, _, manifest) = registry(&fixture);
    let digest = manifest["digest"].as_str().expect("a digest");
    server.fault(digest, Fault::Instead(b"{}".to_vec()));
    let output = run(&fixture, &format!("{}/team/base@{digest}", server.host()), &[]);
    assert_fails(&output, 3, &format!("has the digest sha256:{} and not {digest}", hex(b"{}")));
}

#[test]
fn manifests_that_are_none() {
    let fixture = world();
    let (server, ..) = registry(&fixture);
    let both = json!({"manifests": [], "config": {"digest": "x"}, "layers": []}).to_string();
    for (content, cause) in [
        (b"{}".to_vec(), "it is neither an index nor an image"),
        (both.into_bytes(), "it is both an index and an image"),
        (b"<html>".to_vec(), "expected value at line 1 column 1"),
        (vec![b' '; (4 << 20) + 1], "it exceeds the limit of 4 MiB"),
    ] {
        server.reset();
        server.fault("/manifests/1", Fault::Instead(content));
        assert_fails(&pull(&fixture, &server), 3, &format!("manifest 1 of {}: {cause}", server.host()));
    }
}

#[test]
fn a_manifest_that_promises_too_much() {
    let fixture = world();
    let (server, ..) = registry(&fixture);
    let digest = format!("sha256:{}", hex(b"config"));
    let config = json!({"digest": digest, "size": 6});
    let blob = |digest: &str, size: u64| json!({"digest": digest, "size": size});
    for (layers, cause) in [
        (vec![blob(&digest, 1 << 40)], "it exceeds the limit of 64 GiB"),
        (vec![blob("sha256:../../x", 1)], "it is no SHA-256 digest"),
        (vec![blob("md5:0123456789abcdef0123456789abcdef", 1)], "it is no SHA-256 digest"),
        (vec![blob(&digest, 1); 1025], "it exceeds the limit of 1024 layers"),
    ] {
        server.reset();
        let manifest = json!({"config": config, "layers": layers}).to_string();
        server.fault("/manifests/1", Fault::Instead(manifest.into_bytes()));
        assert_fails(&pull(&fixture, &server), 3, cause);
    }
}

#[test]
fn lists_that_lie_too_deep() {
    let fixture = world();
    let server = RegistryServer::start();
    let mut layout = Layout::default();
    let image = layout.image("amd64", &[tar_of(&[])], "", &json!({}));
    let mut list = layout.index(&[for_platform(image, "amd64", None)]);
    for _ in 0..5 {
        list = layout.index(&[list]);
    }
    server.publish("team/base", "1", &layout.parts, &list);
    assert_fails(&pull(&fixture, &server), 3, "it exceeds the limit of 4 nested indexes");
}

#[test]
fn redirects_that_are_not_followed() {
    let fixture = world();
    let (server, ..) = registry(&fixture);
    for (part, to) in [
        ("/manifests/1", "file:///etc/passwd"),
        ("/blobs/", "file:///etc/passwd"),
        ("/manifests/1", "/v2/team/base/manifests/1"),
    ] {
        server.reset();
        server.fault(part, Fault::Redirect(to.to_owned()));
        assert_fails(&pull(&fixture, &server), 3, &format!("cannot pull {}/team/base:1: ", server.host()));
    }
}

#[test]
fn what_a_registry_says_does_not_break_out_of_its_line() {
    let fixture = world();
    let (server, ..) = registry(&fixture);
    server.fault("/manifests/1", Fault::Status { code: 404, headers: "", times: 9 });
    let output = pull(&fixture, &server);
    assert_fails(&output, 3, "answered 404 Not Found for manifest 1\nhint: check the name and the tag");
    let said = stderr(&run(&fixture, "docker://x\u{1b}[31m", &[]));
    assert!(said.contains("cannot read the image reference 'docker://x\\u{1b}[31m'"), "{said}");
}

#[test]
fn what_can_be_neither_a_path_nor_an_image() {
    let fixture = world();
    for word in ["https://gcr.io/distroless/cc", "docker://UPPER", "gcr.io/a//b", "docker-daemon:"] {
        let output = run(&fixture, word, &[]);
        assert_fails(&output, 2, &format!("cannot read the image reference '{word}'"));
        assert!(stderr(&output).contains("hint: an image is docker://NAME[:TAG]"), "{}", stderr(&output));
    }
}

#[test]
fn a_path_that_is_not_there_may_have_been_meant_for_an_image() {
    let output = run(&world(), "debian:jessie-slim", &[]);
    assert_fails(
        &output,
        2,
        "cannot read debian:jessie-slim: No such file or directory (os error 2)\nhint: a base is ",
    );
}
