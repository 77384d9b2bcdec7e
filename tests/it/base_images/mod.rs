//! Bases that are images in files: whatever form one root has, the answer is the same; each layer is read once; and
//! what is broken is a clear error.

mod hostile;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::fixture::{Fixture, INTERPRETER, library, program};
use crate::support::images::{
    Layout, Member, Parts, compressed, docker_parts, for_platform, oci_parts, tar_of, tar_of_directory,
    tar_of_parts, write_parts,
};
use serde_json::{Value, json};
use tar::EntryType::{Directory, Regular, Symlink};

const LIBRARIES: &str = "/usr/lib/x86_64-linux-gnu";

/// A program in `/app` that needs a library that the base in `/rootfs` has, one that only a package has, and one that
/// the linker does not find there.
fn world() -> Fixture {
    let fixture = Fixture::empty();
    fixture.build(program("/app/prog").needs("libc.so.6").needs("libgmp.so.10").needs("libown.so.1"));
    fixture.build(library(&format!("/rootfs/usr{INTERPRETER}")));
    fixture.build(library(&format!("/rootfs{LIBRARIES}/libc.so.6")));
    fixture.build(library("/rootfs/opt/own/libown.so.1"));
    fixture.file("/rootfs/etc/ld.so.conf", "/opt/own\n");
    fixture.file("/rootfs/usr/lib/os-release", "ID=debian\nVERSION_CODENAME=bookworm\n");
    let links = [("lib64", "usr/lib64"), ("lib", "usr/lib"), ("etc/os-release", "../usr/lib/os-release")];
    for (link, target) in links {
        std::os::unix::fs::symlink(target, fixture.host("/rootfs").join(link)).expect("a link");
    }
    fixture
}

fn run(fixture: &Fixture, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sodeb"));
    command.env_clear().env("HOME", fixture.host("/home")).current_dir(fixture.root());
    command.args(arguments).output().expect("the program runs")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The answer on a base, without what names the base.
#[track_caller]
fn answer(fixture: &Fixture, command: &str, base: &str, options: &[&str]) -> Value {
    let question = [command, "app", "--at", "/app", "--format", "json", "--base", base];
    let output = run(fixture, &[&question, options].concat());
    let text = String::from_utf8_lossy(&output.stdout).replace(base, "BASE");
    let mut answer: Value =
        serde_json::from_str(&text).unwrap_or_else(|cause| panic!("{base}: {cause}: {}", stderr(&output)));
    answer["status"] = json!(output.status.code());
    answer
}

fn write(fixture: &Fixture, name: &str, bytes: &[u8]) {
    fs::write(fixture.host(&format!("/{name}")), bytes).expect("a file");
}

/// The same root in every form that is read.
fn every_form(fixture: &Fixture) -> Vec<String> {
    let root = tar_of_directory(&fixture.host("/rootfs"));
    let mut forms = Vec::new();
    let mut add = |name: &str, bytes: &[u8]| {
        write(fixture, name, bytes);
        forms.push(name.to_owned());
    };
    for ending in ["", ".gz", ".xz", ".zst", ".bz2"] {
        add(&format!("root.tar{ending}"), &compressed(ending, &root));
    }
    let run = json!({});
    let upper = tar_of(&[("etc/.wh.gone", Regular, ""), ("usr/share/new", Regular, "new")]);
    let layers = [root, upper];
    let docker = docker_parts(&layers, &run);
    add("docker.tar", &tar_of_parts(&docker));
    add("docker.tar.gz", &compressed(".gz", &tar_of_parts(&docker)));
    for ending in ["", ".gz", ".zst"] {
        let oci = oci_parts(&layers, ending, &run);
        add(&format!("oci{ending}.tar"), &tar_of_parts(&oci));
        add(&format!("oci{ending}.tar.xz"), &compressed(".xz", &tar_of_parts(&oci)));
        let directory = format!("oci{ending}-directory");
        write_parts(&oci, &fixture.host(&format!("/{directory}")));
    }
    forms.extend(["", ".gz", ".zst"].map(|ending| format!("oci{ending}-directory")));
    forms
}

#[test]
fn whatever_form_a_root_has_the_answer_is_the_same() {
    let fixture = world();
    let resolved = answer(&fixture, "resolve", "rootfs", &[]);
    let statuses: Vec<_> =
        resolved["sonames"].as_array().expect("a list").iter().map(|row| &row["status"]).collect();
    assert_eq!(statuses, ["base", "package", "off-path"], "{resolved}");
    assert_eq!(resolved["target"]["release_from"], "from BASE");
    let tree = answer(&fixture, "tree", "rootfs", &["--ld-library-path", "/opt/own"]);
    for form in every_form(&fixture) {
        // Once read, and once out of the cache.
        for _ in 0..2 {
            assert_eq!(answer(&fixture, "resolve", &form, &[]), resolved, "{form}");
        }
        assert_eq!(answer(&fixture, "tree", &form, &["--ld-library-path", "/opt/own"]), tree, "{form}");
    }
}

#[test]
fn a_new_docker_archive_is_read_by_its_digests() {
    let fixture = world();
    let layers = [tar_of_directory(&fixture.host("/rootfs"))];
    let mut parts = oci_parts(&layers, "", &json!({}));
    let manifest = json!([{"Config": "nowhere", "Layers": []}]);
    parts.push(("manifest.json".to_owned(), manifest.to_string().into()));
    write(&fixture, "new.tar", &tar_of_parts(&parts));
    assert_eq!(answer(&fixture, "resolve", "new.tar", &[]), answer(&fixture, "resolve", "rootfs", &[]));
}

#[test]
fn a_layer_takes_away_what_lower_ones_have() {
    let fixture = world();
    let root = tar_of_directory(&fixture.host("/rootfs"));
    let in_lib = &LIBRARIES[1..];
    let cases: [(&str, Vec<Member>, &str); 4] = [
        ("a file", vec![("usr/lib/x86_64-linux-gnu/.wh.libc.so.6", Regular, "")], "package"),
        (
            "all",
            vec![(in_lib, Directory, ""), ("usr/lib/x86_64-linux-gnu/.wh..wh..opq", Regular, "")],
            "package",
        ),
        ("through a link", vec![("lib/x86_64-linux-gnu/.wh.libc.so.6", Regular, "")], "package"),
        ("a link", vec![("lib", Symlink, "nowhere"), (".wh.etc", Regular, "")], "base"),
    ];
    for (case, members, expected) in cases {
        let parts = docker_parts(&[root.clone(), tar_of(&members)], &json!({}));
        write(&fixture, "image.tar", &tar_of_parts(&parts));
        let answer = answer(&fixture, "resolve", "image.tar", &["--release", "bookworm"]);
        assert_eq!(answer["sonames"][0]["status"], expected, "{case}: {answer}");
    }
}

#[test]
fn a_layer_is_read_once_ever() {
    let fixture = world();
    let layers = [tar_of_directory(&fixture.host("/rootfs"))];
    let parts = docker_parts(&layers, &json!({}));
    write(&fixture, "image.tar", &tar_of_parts(&parts));
    let first = answer(&fixture, "resolve", "image.tar", &[]);
    // What is in the archive now is no layer; its configuration says that it is the one of before.
    let is_layer = |name: &str| name.ends_with("layer.tar");
    let emptied: Parts = parts
        .into_iter()
        .map(|(name, bytes)| if is_layer(&name) { (name, Vec::new()) } else { (name, bytes) })
        .collect();
    write(&fixture, "image.tar", &tar_of_parts(&emptied));
    assert_eq!(answer(&fixture, "resolve", "image.tar", &[]), first);
    let elsewhere = run(&fixture, &["app", "--base", "image.tar", "--cache-dir", "other"]);
    assert_eq!(elsewhere.status.code(), Some(2), "{}", stderr(&elsewhere));
}

/// A layout for three platforms, in a list within the list, and an attestation as BuildKit adds one.
fn several(fixture: &Fixture) {
    let mut layout = Layout::default();
    let root = tar_of_directory(&fixture.host("/rootfs"));
    let other = tar_of(&[("etc/x", Regular, "other")]);
    let amd64 = for_platform(layout.image("amd64", &[root], ".gz", &json!({})), "amd64", None);
    let arm64 = for_platform(
        layout.image("arm64", std::slice::from_ref(&other), "", &json!({})),
        "arm64",
        Some("v8"),
    );
    let armhf = for_platform(layout.image("arm", &[other], "", &json!({})), "arm", Some("v7"));
    let mut attestation = for_platform(layout.blob("application/json", b"{}".to_vec()), "unknown", None);
    attestation["annotations"] = json!({"vnd.docker.reference.type": "attestation-manifest"});
    let nested = layout.index(&[amd64, arm64, armhf, attestation]);
    write_parts(&layout.listing(&[nested]), &fixture.host("/several"));
}

#[test]
fn of_several_platforms_that_of_the_trees_is_taken_unless_another_is_asked_for() {
    let fixture = world();
    several(&fixture);
    let on_directory = answer(&fixture, "resolve", "rootfs", &[]);
    assert_eq!(answer(&fixture, "resolve", "several", &[]), on_directory);
    assert_eq!(answer(&fixture, "resolve", "several", &["--platform", "linux/amd64"]), on_directory);
    for option in [["--platform", "linux/arm64"], ["--platform", "linux/arm/v7"], ["--arch", "arm64"]] {
        let other =
            answer(&fixture, "resolve", "several", &[&["--release", "bookworm"], &option[..]].concat());
        let has_base = other["sonames"].as_array().expect("a list").iter().any(|row| row["status"] == "base");
        assert!(!has_base, "{option:?}: {other}");
        let tree = answer(&fixture, "tree", "several", &option);
        assert_eq!(tree, answer(&fixture, "tree", "several", &["--platform", "linux/arm64"]), "{option:?}");
    }
    assert_ne!(
        answer(&fixture, "tree", "several", &[]),
        answer(&fixture, "tree", "several", &["--arch", "arm64"])
    );
    fs::create_dir(fixture.host("/empty")).expect("a directory");
    let cases: [(&[&str], &str, &str); 3] = [
        (
            &["app", "--base", "several", "--platform", "linux/riscv64"],
            "several",
            "no image for linux/riscv64, only for linux/amd64, linux/arm/v7, linux/arm64/v8",
        ),
        (&["app", "--base", "several", "--platform", "linux/arm/v5"], "several", "no image for linux/arm/v5"),
        (&["empty", "--base", "several"], "several", "it has 3 images that match"),
    ];
    for (arguments, file, expected) in cases {
        let output = run(&fixture, arguments);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(
            said.contains(&format!("cannot read the image {file}: ")) && said.contains(expected),
            "{said}"
        );
        assert!(said.contains("--platform"), "{said}");
    }
}

#[test]
fn an_image_for_another_architecture_is_an_error() {
    let fixture = world();
    let layers = [tar_of_directory(&fixture.host("/rootfs"))];
    write(&fixture, "image.tar", &tar_of_parts(&docker_parts(&layers, &json!({}))));
    let output = run(&fixture, &["app", "--base", "image.tar", "--arch", "arm64"]);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains(
            "cannot read the image image.tar: it has no image for linux/arm64, only for linux/amd64"
        ),
        "{said}"
    );
}

#[test]
fn what_an_image_sets_is_used_unless_the_user_says_otherwise() {
    let fixture = world();
    let layers = [tar_of_directory(&fixture.host("/rootfs"))];
    let environment = json!({"Env": ["PATH=/bin", "LD_LIBRARY_PATH=own"], "WorkingDir": "/opt"});
    write(&fixture, "image.tar", &tar_of_parts(&oci_parts(&layers, "", &environment)));
    let found = |options: &[&str]| {
        let answer = answer(&fixture, "resolve", "image.tar", options);
        answer["sonames"][2]["status"].as_str().expect("a status").to_owned()
    };
    assert_eq!(found(&[]), "base");
    assert_eq!(found(&["--workdir", "/"]), "off-path");
    assert_eq!(found(&["--ld-library-path", "/opt"]), "off-path");
    assert_eq!(found(&["--workdir", "/", "--ld-library-path", "/opt/own"]), "base");
    let said = stderr(&run(&fixture, &["app", "--base", "image.tar"]));
    assert!(said.contains("note: using the base image's LD_LIBRARY_PATH \"own\"\n"), "{said}");
    assert!(said.contains("note: using the base image's working directory \"/opt\"\n"), "{said}");
}

#[test]
fn nothing_is_written_but_the_cache() {
    let fixture = world();
    let root = tar_of(&[("usr/lib/x", Regular, "x"), ("../outside", Regular, "x"), ("/etc/y", Regular, "y")]);
    write(&fixture, "root.tar", &root);
    let names = |directory: &Path| {
        let mut names: Vec<_> = fs::read_dir(directory)
            .expect("a directory")
            .map(|entry| entry.expect("an entry").file_name())
            .collect();
        names.sort();
        names
    };
    let before = names(&fixture.root());
    run(&fixture, &["app", "--at", "/app", "--base", "root.tar", "--cache-dir", "home/cache"]);
    let (mut after, home) = (names(&fixture.root()), names(&fixture.host("/home")));
    after.retain(|name| name != "home");
    assert_eq!(after, before.into_iter().filter(|name| name != "home").collect::<Vec<_>>());
    assert_eq!(home, ["cache"]);
    assert_eq!(names(&fixture.host("/home/cache")), ["layers"]);
}
