//! An image for arm64, made on whatever this machine is.

use std::process::Command;

use super::tools::{run, said, unpack};
use super::{TAG, sodeb};
use crate::machine::trees::{files_ending, fixture};

/// The user emulator of arm64, as Debian calls it.
const EMULATOR: &str = "qemu-aarch64-static";

/// arm64's dynamic linker, below a root.
const LINKER: &str = "lib/ld-linux-aarch64.so.1";

#[test]
fn an_image_for_arm64_has_all_that_its_own_linker_looks_for() {
    let tree = fixture("arm64-tree");
    let directory = tempfile::tempdir().expect("a directory");
    let image = directory.path().join("image.tar");
    let mut command = sodeb("image", &tree);
    command.args(["--at", "/app", "--base", "scratch", "--release", "bookworm", "--tag", TAG, "-o"]);
    // It checks its result itself, and writes nothing if a library is not found in it. The tree has extension modules without
    // their interpreters, which is an error of its own.
    let output = command.arg(&image).output().expect("sodeb runs");
    let errors = said(&output);
    assert_eq!(output.status.code(), Some(1), "{errors}");
    let problems = errors.lines().filter(|line| line.starts_with("warning: "));
    assert!(
        problems.clone().count() == 2 && problems.clone().all(|line| line.contains("missing-interpreter")),
        "{errors}"
    );
    let archive = format!("docker-archive:{}", image.display());
    let inspected = run(Command::new("skopeo").args(["inspect", "--format", "{{.Architecture}}", &archive]));
    assert_eq!(said(&inspected).trim(), "arm64");
    unpack(&image, directory.path());
    let root = directory.path().join("bundle/rootfs");
    let objects = files_ending(&root.join("app"), &[".so"]);
    assert!(objects.len() >= 10, "{}", objects.len());
    for object in &objects {
        let below = object.strip_prefix(&root).expect("is in the root");
        let mut emulator = Command::new(EMULATOR);
        emulator.arg("-L").arg(&root).arg(root.join(LINKER)).arg("--list");
        let Ok(listed) = emulator.arg(std::path::Path::new("/").join(below)).output() else {
            eprintln!("not asked: arm64's ld.so, since {EMULATOR} is not at hand");
            return;
        };
        let told = said(&listed);
        let is_whole = told.contains("libc.so.6 => ") && !told.contains("not found");
        assert!(is_whole && listed.status.success(), "{}: {told}", below.display());
    }
    eprintln!("arm64's ld.so finds everything for {} objects", objects.len());
}
