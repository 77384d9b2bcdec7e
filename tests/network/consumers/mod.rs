//! Images and layers in the hands of those who use them: podman, docker, buildah, skopeo, umoci and the real dynamic
//! linkers. Bases are made of Debian's own packages, trees are real ones.

mod article;
mod dockerfile;
mod foreign;
mod modules;
mod same;
mod tools;

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::machine::debian_tools::host_release;
use crate::machine::trees::{fixture_by, kept};
use tools::run;

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
        eprintln!("not run: Python, since apt has no {:?} here", crate::machine::python_base::PYTHON);
    }
    has_python
}
