//! Log-ins for mirrors: they are sent to the mirror, and are in nothing that is written.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::fixture::library;
use crate::support::package::{LIBRARIES, TestPackage};
use crate::support::world::World;

/// Password of the mirror, and the log-in as it is sent.
const SECRET: &str = "s3cr3t";
const AUTHORIZATION: &str = "Basic dXNlcjpzM2NyM3Q=";

/// Formats of `sodeb manifest`.
const FORMATS: [&str; 15] = [
    "rules-distroless",
    "rules-distroless-lock",
    "rules-distroless-module",
    "rules-distroless-lock-v2",
    "rules-oci",
    "bazel-legacy",
    "dockerfile-apt",
    "dockerfile-sodeb",
    "dockerfile-layer",
    "apt",
    "mmdebstrap",
    "chisel",
    "spdx",
    "cyclonedx",
    "json",
];

fn world() -> World {
    let a = library(&format!("{LIBRARIES}/liba.so.1"));
    let package = TestPackage::new("liba1").object(&format!("{LIBRARIES}/liba.so.1"), a);
    let world = World::new(library("/x.so").without_soname().needs("liba.so.1"), &[package]);
    world.server.require(AUTHORIZATION);
    world
}

/// The program with a mirror, in the world's directory.
fn command(world: &World, mirror: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sodeb"));
    command.env_clear().env("HOME", world.fixture.host("/home")).current_dir(world.fixture.root());
    command.args(arguments).args(["--release", "bookworm", "--arch", "amd64", "--keyring", "key.asc"]);
    command.args(["--mirror", mirror]);
    command
}

/// Runs a command whose output has no secret, and returns its status.
#[track_caller]
fn status_without_secret(command: &mut Command) -> i32 {
    let Output { status, stdout, stderr } = command.output().expect("the program runs");
    for text in [stdout, stderr] {
        let text = String::from_utf8_lossy(&text);
        assert!(!has_secret(text.as_bytes()), "{text}");
    }
    status.code().expect("ends by itself")
}

fn has_secret(bytes: &[u8]) -> bool {
    [SECRET, "dXNlcjpzM2NyM3Q", "user:", "user@"]
        .iter()
        .any(|word| bytes.windows(word.len()).any(|window| window == word.as_bytes()))
}

/// Asserts that no file below a directory, nor its name, has a secret.
fn assert_no_secret_below(directory: &Path) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        assert!(!has_secret(path.as_os_str().as_bytes()), "{}", path.display());
        let metadata = path.symlink_metadata().expect("is there");
        if metadata.is_dir() {
            assert_no_secret_below(&path);
        } else if metadata.is_file() {
            assert!(!has_secret(&fs::read(&path).expect("is read")), "{}", path.display());
        }
    }
}

#[test]
fn a_password_in_the_url_of_a_mirror_is_written_nowhere() {
    let world = world();
    let mirror = world.server.url().replace("http://", "http://user:s3cr3t@");
    let run = |arguments: &[&str]| status_without_secret(&mut command(&world, &mirror, arguments));
    assert_eq!(run(&["lock", "app", "--at", "/app", "-o", "x.lock", "--refresh", "-v"]), 0);
    let lock = fs::read_to_string(world.fixture.host("/x.lock")).expect("is written");
    assert!(lock.contains(&format!("urls = [\n    \"{}/pool/", world.server.url())), "{lock}");
    assert_eq!(run(&["lock", "app", "--at", "/app", "--format", "json"]), 0);
    assert_eq!(run(&["lock", "app", "--at", "/app", "-o", "x.lock", "--check"]), 0);
    for format in FORMATS {
        let output = format!("manifest-{format}");
        let status = run(&["manifest", "app", "--at", "/app", "--format", format, "-o", &output]);
        assert!(matches!(status, 0 | 2), "{format}: some formats need more than this archive has");
    }
    for format in ["text", "json", "html"] {
        let question = ["resolve", "app", "--at", "/app", "-v", "--format", format, "-o", format];
        assert_eq!(run(&question), 0, "{format}");
    }
    assert_eq!(run(&["graph", "app", "--at", "/app", "--format", "json", "-o", "graph"]), 0);
    assert_eq!(run(&["layer", "app", "--at", "/app", "-o", "layer"]), 0);
    let image =
        ["image", "app", "--at", "/app", "--base", "scratch", "-o", "image", "--report", "report.html"];
    assert_eq!(run(&image), 0);
    assert_eq!(run(&["audit", "image", "--format", "sarif", "-o", "sarif", "--fail-on", "never"]), 0);
    assert_eq!(run(&["index", "update"]), 0);
    assert_eq!(run(&["index", "build", "--from-debs"]), 0);
    assert_eq!(
        status_without_secret(
            command(&world, &mirror, &["index", "find", "liba*", "-v", "--format", "json"]).env("X", "")
        ),
        0
    );
    // Mirrors that fail, and texts that are no URLs.
    let wrong = mirror.replace("user:s3cr3t", "user:s3cr3t-no");
    let gone = "http://user:s3cr3t@127.0.0.1:9/debian".to_owned();
    for (mirror, status) in [
        (wrong, 3),
        (gone, 3),
        ("ftp://user:s3cr3t@host/debian".to_owned(), 2),
        ("user:s3cr3t@host/x".to_owned(), 2),
    ] {
        let question = ["resolve", "app", "--refresh", "-v", "--cache-dir", "other"];
        assert_eq!(status_without_secret(&mut command(&world, &mirror, &question)), status, "{mirror}");
    }
    let base = ["resolve", "app", "--base", "docker://user:s3cr3t@127.0.0.1:9/x"];
    assert_eq!(status_without_secret(&mut command(&world, &world.server.url(), &base)), 2);
    assert_no_secret_below(&world.fixture.root());
}

#[test]
fn a_login_is_in_the_environment_in_netrc_or_in_the_settings() {
    let world = world();
    let url = world.server.url();
    let host = url.trim_start_matches("http://").split(['/', ':']).next().unwrap_or_default();
    let question = ["lock", "app", "--at", "/app", "--refresh", "--format", "json"];
    let refused = command(&world, &url, &question).output().expect("the program runs");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("the server answered 401 Unauthorized"), "{said}");
    assert!(
        said.contains(
            "hint: write a log-in for the server to ~/.netrc (machine HOST login NAME password PASSWORD)"
        ),
        "{said}"
    );
    assert_eq!(refused.status.code(), Some(3), "{said}");
    // The hint works.
    let netrc = format!("machine {host}\n  login user\n  password {SECRET}\n");
    fs::create_dir_all(world.fixture.host("/home")).expect("a directory");
    fs::write(world.fixture.host("/home/.netrc"), &netrc).expect("written");
    assert_eq!(status_without_secret(&mut command(&world, &url, &question)), 0);
    fs::rename(world.fixture.host("/home/.netrc"), world.fixture.host("/logins")).expect("is there");
    assert_eq!(status_without_secret(&mut command(&world, &url, &question)), 3);
    assert_eq!(status_without_secret(command(&world, &url, &question).env("NETRC", "logins")), 0);
    let with_login = url.replace("http://", "http://user:s3cr3t@");
    let in_environment = |variable: &str, value: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sodeb"));
        command.env_clear().env("HOME", world.fixture.host("/home")).current_dir(world.fixture.root());
        command.args(question).args(["--release", "bookworm", "--arch", "amd64", "--keyring", "key.asc"]);
        status_without_secret(command.env(variable, value))
    };
    assert_eq!(in_environment("SODEB_MIRROR", &with_login), 0);
    world.fixture.file("/sodeb.toml", &format!("mirror = [\"{with_login}\"]\n"));
    assert_eq!(in_environment("UNUSED", ""), 0);
}

#[test]
fn a_lock_with_a_password_is_refused_without_showing_it() {
    let world = world();
    let mirror = world.server.url().replace("http://", "http://user:s3cr3t@");
    let lock = ["lock", "app", "--at", "/app", "-o", "x.lock"];
    assert_eq!(status_without_secret(&mut command(&world, &mirror, &lock)), 0);
    let text = fs::read_to_string(world.fixture.host("/x.lock")).expect("is written");
    fs::write(world.fixture.host("/x.lock"), text.replace("\"http://", "\"http://user:s3cr3t@"))
        .expect("written");
    let mut manifest = Command::new(env!("CARGO_BIN_EXE_sodeb"));
    manifest.env_clear().env("HOME", world.fixture.host("/home")).current_dir(world.fixture.root());
    assert_eq!(status_without_secret(manifest.args(["manifest", "x.lock", "--format", "spdx"])), 2);
}
