//! How an image is started and what it is called.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;

use serde_json::{Value, json};

use super::{said, succeeded, world};
use crate::support::fixture::program;
use crate::support::images::{hex, oci_parts, write_parts};
use crate::support::world::World;

/// Builds a program that needs no dynamic linker.
fn start(world: &World, path: &str) {
    world.fixture.build(program(path).flag("-static").flag("-no-pie"));
}

#[test]
fn flags_change_the_configuration_of_the_base() {
    let world = world();
    start(&world, "/app/run");
    let run = json!({
        "Entrypoint": ["/old"], "Cmd": ["old"], "Env": ["A=old", "PATH=/bin"], "WorkingDir": "/old",
        "Healthcheck": {"Test": ["NONE"]},
    });
    write_parts(&oci_parts(&[], "", &run), &world.fixture.host("/layout"));
    let image = world.composed(
        "layout",
        &[
            "--entrypoint",
            "/app/run 'two words'",
            "--cmd",
            r#"["-c", "$HOME"]"#,
            "--env",
            "A=new",
            "--env",
            "LD_LIBRARY_PATH=/opt/lib",
            "--workdir",
            "/app",
            "--user",
            "65532",
            "--label",
            "a=b=c",
            "--annotation",
            "org.opencontainers.image.title=App",
        ],
    );
    assert_eq!(
        image.config["config"],
        json!({
            "Entrypoint": ["/app/run", "two words"], "Cmd": ["-c", "$HOME"],
            "Env": ["A=new", "PATH=/bin", "LD_LIBRARY_PATH=/opt/lib"], "WorkingDir": "/app",
            "Healthcheck": {"Test": ["NONE"]}, "User": "65532", "Labels": {"a": "b=c"},
        })
    );
    assert_eq!(image.manifest["annotations"]["org.opencontainers.image.title"], "App");
    assert_eq!(image.config["created"], "1970-01-01T00:00:00Z");
}

#[test]
fn settings_of_the_file_give_way_to_flags() {
    let world = world();
    start(&world, "/app/run");
    start(&world, "/app/flag");
    world.fixture.file(
        "/sodeb.toml",
        "[image]\nentrypoint = \"/app/run -x\"\ncmd = [\"a b\"]\nuser = \"1\"\ntag = [\"file:1\"]\n\
         [image.env]\nA = \"file\"\nB = \"file\"\n[image.labels]\nl = \"file\"\n",
    );
    let config = world.composed("scratch", &[]).config;
    assert_eq!(
        config["config"],
        json!({
            "Entrypoint": ["/app/run", "-x"], "Cmd": ["a b"], "User": "1", "Env": ["A=file", "B=file"],
            "Labels": {"l": "file"},
        })
    );
    let flags = ["--entrypoint", "/app/flag", "--env", "A=flag", "--tag", "flag:1"];
    let image = world.composed("scratch", &flags);
    assert_eq!(image.config["config"]["Entrypoint"], json!(["/app/flag"]));
    assert_eq!(image.config["config"]["Cmd"], Value::Null);
    assert_eq!(image.config["config"]["Env"], json!(["A=flag", "B=file"]));
    let annotations = &image.index["manifests"][0]["annotations"];
    assert_eq!(annotations["org.opencontainers.image.ref.name"], "flag:1");
}

#[test]
fn the_environments_library_path_counts_for_the_linker() {
    let world = world();
    world.fixture.build(super::library("/app/own/liba.so.1"));
    let image = world.composed("scratch", &["--env", "LD_LIBRARY_PATH=/app/own"]);
    assert_eq!(image.layers().len(), 1, "no package is needed");
    let image = world.composed("scratch", &["--ld-library-path", "/app/own"]);
    assert_eq!(image.layers().len(), 1, "no package is needed");
    assert_eq!(image.config["config"]["Env"], json!(["LD_LIBRARY_PATH=/app/own"]));
    let both = ["--ld-library-path", "/app/own", "--env", "LD_LIBRARY_PATH=/other"];
    let answer = world.image("scratch", "other", &both);
    assert_eq!(answer.status.code(), Some(2));
    assert!(said(&answer).contains("cannot set LD_LIBRARY_PATH: "), "{}", said(&answer));
}

#[test]
fn an_archive_is_a_layout_and_what_docker_loads() {
    let world = world();
    succeeded(&world.image("scratch", "out.tar", &["--tag", "app:1", "--tag", "ghcr.io/me/app:2"]));
    let mut members: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut archive = tar::Archive::new(File::open(world.fixture.host("/out.tar")).expect("is there"));
    for entry in archive.entries().expect("a tar") {
        let mut entry = entry.expect("an entry");
        let mut content = Vec::new();
        entry.read_to_end(&mut content).expect("is read");
        members.insert(entry.path().expect("a path").display().to_string(), content);
    }
    for (name, content) in
        members.iter().filter(|(name, _)| name.starts_with("blobs/sha256/") && name.len() > 13)
    {
        assert_eq!(name, &format!("blobs/sha256/{}", hex(content)));
    }
    let list: Value = serde_json::from_slice(&members["manifest.json"]).expect("is JSON");
    assert_eq!(list[0]["RepoTags"], json!(["app:1", "ghcr.io/me/app:2"]));
    let config: Value =
        serde_json::from_slice(&members[list[0]["Config"].as_str().expect("a name")]).expect("is JSON");
    let layers = list[0]["Layers"].as_array().expect("a list");
    assert_eq!(layers.len(), config["rootfs"]["diff_ids"].as_array().expect("a list").len());
    assert!(layers.iter().all(|layer| members.contains_key(layer.as_str().expect("a name"))));
    let index: Value = serde_json::from_slice(&members["index.json"]).expect("is JSON");
    let names: Vec<&Value> =
        (0..2).map(|number| &index["manifests"][number]["annotations"]["io.containerd.image.name"]).collect();
    assert_eq!(names, ["docker.io/library/app:1", "ghcr.io/me/app:2"]);
    assert_eq!(index["manifests"][0]["platform"], json!({"architecture": "amd64", "os": "linux"}));
}

#[test]
fn the_report_has_what_was_written() {
    let world = world();
    let answer = world.image("scratch", "out", &["--format", "json", "--tag", "app:1"]);
    succeeded(&answer);
    let report: Value = serde_json::from_slice(&answer.stdout).expect("is JSON");
    let image = super::Layout::read(&world.fixture.host("/out"));
    assert_eq!(report["schema"], "sodeb.image/1");
    assert_eq!(report["digest"], image.index["manifests"][0]["digest"]);
    assert_eq!(report["config"], image.manifest["config"]["digest"]);
    assert_eq!(report["tags"], json!(["app:1"]));
    let rows = report["layers"].as_array().expect("a list");
    let origins: Vec<_> = rows.iter().map(|row| (&row["origin"], &row["at"])).collect();
    assert_eq!(origins, [(&json!("libraries"), &Value::Null), (&json!("app"), &json!("/app"))]);
    for (number, row) in rows.iter().enumerate() {
        assert_eq!(row["digest"], image.layers()[number]["digest"]);
        assert_eq!(row["size"], image.layers()[number]["size"]);
        assert_eq!(row["diff_id"], image.config["rootfs"]["diff_ids"][number]);
    }
    assert_eq!(report["packages"][0]["name"], "liba1");
    fs::remove_dir_all(world.fixture.host("/out")).expect("is there");
    let text = world.image("scratch", "out", &[]);
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    for words in ["+ libraries  ", "+ app        ", "  /app\n", "liba1  1.0-1  ", "manifest sha256:"] {
        assert!(text.contains(words), "{words} in {text}");
    }
}
