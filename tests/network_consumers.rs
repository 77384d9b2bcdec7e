//! Images and layers in the hands of those who use them: podman, docker, buildah, skopeo, umoci and the real dynamic
//! linkers. Bases are made of Debian's own packages, trees are real ones.

#![allow(clippy::print_stderr, reason = "what was not compared is said, not passed over")]

mod support;

#[path = "network_consumers/article.rs"]
mod article;
#[path = "network_consumers/consumers.rs"]
mod consumers;
#[path = "network_consumers/dockerfile.rs"]
mod dockerfile;
#[path = "network_consumers/foreign.rs"]
mod foreign;
#[path = "network_consumers/modules.rs"]
mod modules;
#[path = "network_consumers/same.rs"]
mod same;
#[path = "support/truth.rs"]
mod truth;

use std::path::{Path, PathBuf};
use std::process::Command;

use consumers::run;
use support::trees::{fixture_by, kept};
use truth::host_release;

/// What images are called.
const TAG: &str = "localhost/example:1";

/// Where venvs lie in them.
const AT: &str = "/venv";

/// A command of the program, with the cache that the tests share.
fn sodeb(command: &str, tree: &Path) -> Command {
    let mut sodeb = Command::new(env!("CARGO_BIN_EXE_sodeb"));
    sodeb.arg(command).arg(tree).arg("--cache-dir").arg(kept("archive-cache"));
    sodeb
}

/// Composes an image of a venv on a base.
#[track_caller]
fn image_of_venv(venv: &Path, base: &Path, output: &Path) {
    let mut image = sodeb("image", venv);
    image.args(["--at", AT, "--release", &host_release(), "--tag", TAG, "--base"]).arg(base);
    run(image.args(["--entrypoint", "/venv/bin/python3", "-o"]).arg(output));
}

/// gmpy2's venv by the base's Python; none where apt has no such base, which is said.
fn gmpy2_venv() -> Option<PathBuf> {
    has_python().then(|| fixture_by("gmpy2-venv", "/usr/bin/python3"))
}

/// Whether apt has the packages of the bases' Python.
fn has_python() -> bool {
    let has_python = host_release() == "bookworm";
    if !has_python {
        eprintln!("not run: Python, since apt has no {:?} here", support::python_base::PYTHON);
    }
    has_python
}
