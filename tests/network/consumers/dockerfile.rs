//! A layer as a directory in a Dockerfile of several stages, built by buildah without a network. trixie's /lib is a link,
//! bookworm's is a directory in packages: COPY must take neither's place.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::tools::{consumers, run, said};
use super::{TAG, sodeb};

/// The base, what the module lacks, and the module.
const DOCKERFILE: &str = "FROM scratch AS base\nCOPY base/ /\nFROM base\nCOPY deps/ /\nCOPY app/ /app/\n";

/// What is run.
const PROGRAM: [&str; 3] = [
    "/usr/bin/python3",
    "-c",
    "import os, sys; sys.path.insert(0, '/app'); import gmpy2; print(gmpy2.mpz(2) ** 100, os.path.islink('/lib'))",
];

/// Where Debian has modules of Python.
const DIST_PACKAGES: &str = "usr/lib/python3/dist-packages";

/// A layer as a directory.
#[track_caller]
fn layer(tree: &Path, release: &str, options: &[&str], output: &Path) {
    let mut layer = sodeb("layer", tree);
    layer.args(["--arch", "amd64", "--release", release, "--refresh", "--allow-unverified-contents"]);
    run(layer.args(options).arg("-o").arg(output));
}

/// What the build needs: gmpy2 of a release as a tree, a base with its Python, and the libraries beside it.
fn context(release: &str) -> TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    let path = |name: &str| directory.path().join(name);
    fs::create_dir(path("empty")).expect("a directory");
    layer(&path("empty"), release, &["--with", "python3"], &path("base"));
    let module = format!("python3-gmpy2:/{DIST_PACKAGES}/*");
    layer(&path("empty"), release, &["--include", &module], &path("package"));
    fs::rename(path("package").join(DIST_PACKAGES), path("app")).expect("was included");
    let base = path("base").display().to_string();
    layer(&path("app"), release, &["--at", "/app", "--base", &base], &path("deps"));
    fs::write(path("Dockerfile"), DOCKERFILE).expect("is written");
    directory
}

#[test]
fn a_directory_is_copied_onto_both_kinds_of_base() {
    let buildah = |storage: &TempDir| {
        let mut command = Command::new("buildah");
        command.args(["--storage-driver", "overlay", "--root"]).arg(storage.path().join("root"));
        command.arg("--runroot").arg(storage.path().join("run"));
        command
    };
    let consumers = consumers();
    for (release, lib_is_link) in [("bookworm", false), ("trixie", true)] {
        let (storage, context) = (tempfile::tempdir().expect("a directory"), context(release));
        if !buildah(&storage).arg("info").output().is_ok_and(|output| output.status.success()) {
            eprintln!("not asked: buildah, since it is not here or may not have storage");
            return;
        }
        let image = context.path().join("image.tar");
        run(buildah(&storage).args(["bud", "--isolation", "chroot", "--tag", TAG]).arg(context.path()));
        let target = format!("docker-archive:{}:{TAG}", image.display());
        run(buildah(&storage).args(["push", "--quiet", TAG, &target]));
        let python = if lib_is_link { "True" } else { "False" };
        for consumer in &consumers {
            let told = said(&consumer.in_image(&image, TAG, &PROGRAM));
            let expected = format!("1267650600228229401496703205376 {python}\n");
            assert_eq!(told, expected, "{release}: {}", consumer.name());
            eprintln!("{release}: {} runs what buildah has built", consumer.name());
        }
    }
}
