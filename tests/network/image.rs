//! Images that are composed here, before the tools that others use: skopeo copies them, umoci unpacks them, and Python
//! runs in them. The base is made of Debian's own packages.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::machine::debian_tools::host_release;
use crate::machine::python_base::{PYTHON, python_base};
use crate::machine::trees::{fixture_by, kept};

/// What the image is called.
const TAG: &str = "example/gmp:1";

/// What is run in it.
const PROGRAM: &str = "import gmpy2; print(gmpy2.mpz(2) ** 100)";

struct World {
    directory: TempDir,
}

impl World {
    /// Runs a tool in the world's directory.
    #[track_caller]
    fn run(&self, program: &str, arguments: &[&str]) -> Output {
        let mut command = Command::new(program);
        let output = command.current_dir(self.directory.path()).args(arguments).output();
        let output = output.unwrap_or_else(|error| panic!("{program}: {error}"));
        assert!(output.status.success(), "{program} {arguments:?}: {}", said(&output));
        output
    }

    /// Composes an image of the venv.
    #[track_caller]
    fn image(&self, venv: &Path, base: &str, output: &str) {
        let (venv, cache, release) =
            (venv.to_str().expect("a plain name"), kept("archive-cache"), host_release());
        let cache = cache.to_str().expect("a plain name");
        let question = ["image", venv, "--at", "/venv", "--base", base, "-o", output, "--tag", TAG];
        let settings = ["--release", &release, "--cache-dir", cache, "--entrypoint", "/venv/bin/python3"];
        self.run(env!("CARGO_BIN_EXE_sodeb"), &[&question[..], &settings].concat());
    }

    /// What skopeo says of an image: its configuration.
    #[track_caller]
    fn inspected(&self, image: &str) -> Value {
        let output = self.run("skopeo", &["inspect", "--config", image]);
        serde_json::from_slice(&output.stdout).expect("is JSON")
    }

    /// What Python says in an image that umoci unpacks; none where bubblewrap is not at hand.
    #[track_caller]
    fn python(&self, image: &str, options: &[&str]) -> Option<Output> {
        let bundle = self.directory.path().join("bundle");
        let _ = fs::remove_dir_all(&bundle);
        self.run("umoci", &["unpack", "--rootless", "--image", image, "bundle"]);
        let mut command = Command::new("bwrap");
        command.args(["--unshare-all", "--clearenv", "--ro-bind"]).arg(bundle.join("rootfs"));
        command.args(["/", "--proc", "/proc", "/venv/bin/python3"]).args(options).args(["-c", PROGRAM]);
        command.output().ok()
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn skopeo_and_umoci_take_what_is_composed_and_python_runs_in_it() {
    if host_release() != "bookworm" {
        eprintln!("not run: Python, since apt has no {PYTHON:?} here");
        return;
    }
    // Its interpreter is the base's, wherever else this machine has a Python.
    let venv = fixture_by("gmpy2-venv", "/usr/bin/python3");
    let base = python_base(true);
    fs::create_dir(base.path().join("proc")).expect("a directory");
    let world = World { directory: tempfile::tempdir().expect("a directory") };
    world.image(&venv, base.path().to_str().expect("a plain name"), "out.tar");
    world.image(&venv, base.path().to_str().expect("a plain name"), "oci:layout");
    let config = world.inspected(&format!("oci:layout:{TAG}"));
    assert_eq!(config["config"]["Entrypoint"][0], "/venv/bin/python3");
    // The archive is of both kinds.
    world.run("skopeo", &["copy", "--quiet", "docker-archive:out.tar", "oci:of-docker:x"]);
    world.run("skopeo", &["copy", "--quiet", &format!("oci-archive:out.tar:{TAG}"), "oci:of-oci:x"]);
    for image in ["oci:of-docker:x", "oci:of-oci:x"] {
        assert_eq!(world.inspected(image)["rootfs"], config["rootfs"], "{image}");
        let Some(output) = world.python(&image["oci:".len()..], &[]) else {
            eprintln!("not run: Python, since bubblewrap is not at hand");
            return;
        };
        assert_eq!(said(&output), "1267650600228229401496703205376\n", "{image}");
    }
    // Bytecode is taken as it is: of the venv's own modules none is compiled anew.
    let verbose = said(&world.python("of-docker:x", &["-v"]).expect("bubblewrap is at hand"));
    let pyc = "/venv/lib/python3.11/site-packages/gmpy2/__pycache__/__init__.cpython-311.pyc";
    assert!(verbose.contains(&format!("{pyc} matches ")), "{verbose}");
    // What skopeo makes of it is a base again, of which nothing is lost.
    world.run("skopeo", &["copy", "--quiet", "oci:of-docker:x", &format!("docker-archive:base.tar:{TAG}")]);
    world.image(&venv, "base.tar", "oci:again");
    let again = world.inspected(&format!("oci:again:{TAG}"));
    let diff_ids = |config: &Value| config["rootfs"]["diff_ids"].as_array().cloned().expect("a list");
    assert!(diff_ids(&again).starts_with(&diff_ids(&config)));
    assert_eq!(again["config"], config["config"]);
}
