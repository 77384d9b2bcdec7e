//! Bases out of registries and docker's engine, and layouts that are pushed, against a registry in memory and an engine
//! at a socket that go wrong in every way that is known.

mod audited;
mod composed;
mod engine;
mod hostile;
mod login;
mod pull;
mod push;

use std::fs;
use std::process::{Command, Output};

use crate::support::fixture::{Fixture, INTERPRETER, library, program};
use crate::support::images::{Layout, tar_of_directory};
use crate::support::registry_server::RegistryServer;
use serde_json::{Value, json};

const LIBRARIES: &str = "/usr/lib/x86_64-linux-gnu";

/// A program in `/app` that needs a library of the base in `/rootfs` and one that only a package has.
fn world() -> Fixture {
    let fixture = Fixture::empty();
    fixture.build(program("/app/prog").needs("libc.so.6").needs("libgmp.so.10"));
    fixture.build(library(&format!("/rootfs/usr{INTERPRETER}")));
    fixture.build(library(&format!("/rootfs{LIBRARIES}/libc.so.6")));
    fixture.file("/rootfs/usr/lib/os-release", "ID=debian\nVERSION_CODENAME=bookworm\n");
    for (link, target) in [("lib64", "usr/lib64"), ("lib", "usr/lib"), ("etc", "usr/lib")] {
        std::os::unix::fs::symlink(target, fixture.host("/rootfs").join(link)).expect("a link");
    }
    fixture
}

/// The root of the fixture as one layer.
fn root_layer(fixture: &Fixture) -> Vec<u8> {
    tar_of_directory(&fixture.host("/rootfs"))
}

/// A registry that has the root as `team/base:1`, and the layout of that.
fn registry(fixture: &Fixture) -> (RegistryServer, Layout, Value) {
    let server = RegistryServer::start();
    let mut layout = Layout::default();
    let manifest = layout.image("amd64", &[root_layer(fixture)], ".gz", &json!({}));
    server.publish("team/base", "1", &layout.parts, &manifest);
    (server, layout, manifest)
}

/// The program on the base, with nothing of the host's environment.
fn resolve(fixture: &Fixture, base: &str, options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sodeb"));
    command.env_clear().env("HOME", fixture.host("/home")).current_dir(fixture.root());
    command.args(["resolve", "app", "--at", "/app", "--format", "json", "--base", base]).args(options);
    command
}

fn run(fixture: &Fixture, base: &str, options: &[&str]) -> Output {
    resolve(fixture, base, options).output().expect("the program runs")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The answer, which names the base as it was typed and nowhere else.
#[track_caller]
fn answer_of(output: &Output, base: &str) -> Value {
    assert!(output.status.code() == Some(0), "{base}: {}", stderr(output));
    let text = String::from_utf8_lossy(&output.stdout).replace(base, "BASE");
    let answer: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(answer["base"]["path"], "BASE");
    answer
}

#[track_caller]
fn answer(fixture: &Fixture, base: &str, options: &[&str]) -> Value {
    answer_of(&run(fixture, base, options), base)
}

/// That it fails so.
#[track_caller]
fn assert_fails(output: &Output, status: i32, message: &str) {
    let said = stderr(output);
    assert!(output.status.code() == Some(status) && said.contains(message), "{:?}: {said}", output.status);
}

/// The names of the files below a directory of the cache; none where it is not there.
fn cached(fixture: &Fixture, directory: &str) -> Vec<String> {
    let directory = fixture.host("/home").join(".cache/sodeb/images").join(directory);
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
