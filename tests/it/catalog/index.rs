//! `sodeb index` from outside.

use std::path::Path;
use std::process::{Command, Output};

use super::cached::World;

fn sodeb(cache: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sodeb"));
    command.arg("index").args(arguments).arg("--cache-dir").arg(cache).current_dir(cache);
    for variable in ["SODEB_RELEASE", "SODEB_ARCH", "SODEB_MIRROR", "SODEB_OFFLINE"] {
        command.env_remove(variable);
    }
    command.output().expect("sodeb runs")
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).expect("is JSON")
}

#[test]
fn what_was_updated_is_shown_found_and_built_from() {
    let world = World::new();
    let (url, key) = (world.server.url(), world.cache().join("key.asc"));
    let archive = ["--release", "bookworm", "--mirror", &url, "--keyring", key.to_str().expect("is text")];
    let updated = sodeb(world.cache(), &[&["update"], &archive[..]].concat());
    assert!(updated.status.success(), "{updated:?}");

    let shown = json(&sodeb(world.cache(), &["show", "--format", "json"]));
    assert_eq!(shown["schema"], "sodeb.index-show/1");
    assert_eq!(shown["catalogs"][0]["index"], "archive");
    assert_eq!(shown["catalogs"][0]["libraries"], 1);
    assert_eq!(shown["catalogs"][1]["index"], "embedded");

    let find = ["find", "libgmp*", "--format", "json"];
    let found = sodeb(world.cache(), &[&find[..], &archive[..]].concat());
    assert_eq!(found.status.code(), Some(0));
    assert_eq!(json(&found)["catalogs"][0]["libraries"][0]["package"], "libgmp10");
    assert_eq!(json(&found)["catalogs"][0]["index"], "archive");

    let built = world.cache().join("built.catalog");
    let output = ["--output", built.to_str().expect("is text")];
    let status = sodeb(world.cache(), &[&["build"], &archive[..], &output[..]].concat()).status;
    assert!(status.success() && std::fs::read(built).expect("is there").starts_with(b"sodebcat"));
}

#[test]
fn nothing_found_is_bad_news_and_an_unknown_release_a_bad_question() {
    let world = World::new();
    assert_eq!(sodeb(world.cache(), &["find", "no-such-library"]).status.code(), Some(1));
    let unknown = sodeb(world.cache(), &["find", "libgmp", "--release", "potato"]);
    assert_eq!(unknown.status.code(), Some(2));
    let message = String::from_utf8_lossy(&unknown.stderr).into_owned();
    assert!(message.contains("sodeb index update --release potato"), "{message}");
}
