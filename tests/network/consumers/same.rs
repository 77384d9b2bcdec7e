//! The same image of a real venv, byte by byte, whatever the machine is like.

use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use super::tools::run;
use super::{AT, TAG, gmpy2_venv};
use crate::machine::python_base::python_base;
use crate::machine::trees::kept;
use crate::support::archive_server::sha256;

/// What differs from one run to the next.
struct Machine<'settings> {
    umask: &'settings str,
    jobs: &'settings str,
    zone: &'settings str,
    locale: &'settings str,
    cache: &'settings Path,
}

/// The digest of an image that is composed on such a machine.
fn digest(venv: &Path, base: &Path, output: &Path, machine: &Machine<'_>) -> String {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", "umask \"$1\"; shift; exec \"$@\"", "sh", machine.umask]);
    shell
        .arg(env!("CARGO_BIN_EXE_sodeb"))
        .arg("image")
        .arg(venv)
        .args(["--at", AT, "--tag", TAG, "--base"])
        .arg(base);
    shell
        .args(["--release", "bookworm", "--jobs", machine.jobs, "--cache-dir"])
        .arg(machine.cache)
        .arg("-o")
        .arg(output);
    shell.env("TZ", machine.zone).env("LC_ALL", machine.locale).env_remove("SOURCE_DATE_EPOCH");
    run(&mut shell);
    sha256(&std::fs::read(output).expect("is written"))
}

/// Copies a tree so that its directories list their entries in another order. Times are kept: bytecode
/// counts on those of its sources.
fn copied_backwards(tree: &Path, copy: &Path) {
    std::fs::create_dir(copy).expect("a directory");
    let script = "cd \"$1\" && find . -mindepth 1 | LC_ALL=C sort -r | \
        tar --create --no-recursion --files-from=- | tar --extract --directory \"$2\"";
    run(Command::new("/bin/sh").args(["-c", script, "sh"]).arg(tree).arg(copy));
}

#[test]
fn an_image_of_a_real_venv_is_the_same_everywhere() {
    let Some(venv) = gmpy2_venv() else { return };
    let base = python_base(false);
    let directory = tempfile::tempdir().expect("a directory");
    let path = |name: &str| directory.path().join(name);
    let copy = path("copy");
    copied_backwards(&venv, &copy);
    let (warm, cold) = (kept("archive-cache"), path("cache"));
    let here = Machine { umask: "022", jobs: "1", zone: "UTC", locale: "C.UTF-8", cache: &warm };
    let there = Machine { umask: "077", jobs: "7", zone: "Asia/Tokyo", locale: "tr_TR.UTF-8", cache: &cold };
    let first = digest(&venv, base.path(), &path("first.tar"), &here);
    // The clock shows another second.
    sleep(Duration::from_millis(1100));
    let second = digest(&venv, base.path(), &path("second.tar"), &there);
    assert_eq!(first, second, "another machine");
    let third = digest(&copy, base.path(), &path("third.tar"), &there);
    assert_eq!(first, third, "a tree that was copied");
}
