//! Layers of real venvs, run for real: on nothing, and on bases made of Debian's own packages.
//!
//! The venvs are built from source by the scripts in fixtures/ against the host's own libraries. A base has the
//! packages of Python that apt gives, and no library that the venv needs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::machine::debian_tools::host_release;
use crate::machine::python_base::{PYTHON, python_base, unpack};
use crate::machine::trees::{files_ending, fixture, fixture_by, kept, package_venv};

/// Where the venvs lie in the image.
const AT: &str = "/venv";

/// glibc's dynamic linker on x86-64.
const LINKER: &str = "/lib64/ld-linux-x86-64.so.2";

/// Writes a layer of a venv.
#[track_caller]
fn layer(venv: &Path, output: &Path, options: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sodeb"));
    command.arg("layer").arg(venv).args(["--at", AT, "--release", &host_release(), "-o"]).arg(output);
    command.arg("--cache-dir").arg(kept("archive-cache")).args(options);
    let answer = command.output().expect("sodeb runs");
    assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
}

/// A command in a root with a venv in it.
fn enter(root: &Path, venv: &Path, command: &[&str]) -> std::io::Result<Output> {
    Command::new("bwrap")
        .args(["--unshare-all", "--clearenv", "--bind"])
        .arg(root)
        .args(["/", "--ro-bind"])
        .arg(venv)
        .args([AT, "--proc", "/proc"])
        .args(command)
        .output()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The top of a directory with the kind of each entry.
fn top(root: &Path) -> Vec<(PathBuf, bool)> {
    let entries = fs::read_dir(root).expect("a directory").map(|entry| entry.expect("an entry"));
    let is_link = |entry: &fs::DirEntry| entry.file_type().expect("a type").is_symlink();
    let mut top: Vec<_> = entries.map(|entry| (entry.path(), is_link(&entry))).collect();
    top.sort();
    top
}

#[test]
fn the_real_linker_finds_everything_in_a_layer_on_nothing() {
    for venv in [fixture("gmpy2-venv"), package_venv("numpy-blas")] {
        let directory = tempfile::tempdir().expect("a directory");
        let root = directory.path().join("root");
        layer(&venv, &root, &[]);
        let objects = files_ending(&venv, &[".so"]);
        assert!(!objects.is_empty());
        for object in &objects {
            let inside = Path::new(AT).join(object.strip_prefix(&venv).expect("is in the venv"));
            let inside = inside.to_str().expect("a plain name");
            let Ok(output) = enter(&root, &venv, &[LINKER, "--list", inside]) else {
                eprintln!("not asked: ld.so, since bubblewrap is not at hand");
                return;
            };
            let said = said(&output);
            let is_listed = said.contains("libc.so.6 => ") || said.trim() == "statically linked";
            assert!(is_listed && !said.contains("not found"), "{inside}: {said}");
        }
        let sums = files_ending(&root.join("var/lib/dpkg/status.d"), &[".md5sums"]);
        assert!(!sums.is_empty());
        for sums in sums {
            let checked = Command::new("md5sum").arg("-c").arg(&sums).current_dir(&root).output();
            let checked = checked.expect("md5sum runs");
            assert!(checked.status.success(), "{}", said(&checked));
        }
    }
}

#[test]
fn python_imports_gmpy2_with_the_layer_and_not_without_on_both_kinds_of_base() {
    if host_release() != "bookworm" {
        eprintln!("not run: Python, since apt has no {PYTHON:?} here");
        return;
    }
    // Its interpreter is the base's, wherever else this machine has a Python.
    let venv = fixture_by("gmpy2-venv", "/usr/bin/python3");
    let program = ["/venv/bin/python3", "-c", "import gmpy2; print(gmpy2.mpz(2) ** 100)"];
    for is_merged in [false, true] {
        let base = python_base(is_merged);
        for directory in ["proc", "venv"] {
            fs::create_dir(base.path().join(directory)).expect("a directory");
        }
        let Ok(before) = enter(base.path(), &venv, &program) else {
            eprintln!("not run: Python, since bubblewrap is not at hand");
            return;
        };
        assert!(said(&before).contains("ImportError: libmpc.so.3: cannot open"), "{}", said(&before));
        if is_merged {
            // Then the layer brings a new cache.
            let cached = Command::new("/sbin/ldconfig").arg("-r").arg(base.path()).status();
            assert!(cached.is_ok_and(|status| status.success()), "ldconfig -r needs to enter a root");
        }
        let directory = tempfile::tempdir().expect("a directory");
        let tar = directory.path().join("layer.tar");
        layer(&venv, &tar, &["--base", base.path().to_str().expect("a plain name")]);
        let before = top(base.path());
        unpack(base.path(), fs::File::open(&tar).expect("is written").into());
        let after = enter(base.path(), &venv, &program).expect("bwrap runs");
        assert_eq!(said(&after), "1267650600228229401496703205376\n", "merged: {is_merged}");
        let kept = top(base.path());
        assert!(before.iter().all(|entry| kept.contains(entry)), "{before:?} {kept:?}");
        eprintln!("{} bytes on a base that is merged: {is_merged}", tar.metadata().expect("is there").len());
    }
}
