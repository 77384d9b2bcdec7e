//! Real trees, which the scripts in fixtures/ build.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

/// Returns the tree of `fixtures/NAME.sh`.
pub(crate) fn fixture(name: &str) -> PathBuf {
    build(name, &[], kept(name), None)
}

/// Returns a venv of one of the packages of `fixtures/package-venv.sh`.
pub(crate) fn package_venv(name: &str) -> PathBuf {
    build("package-venv", &[name], kept(&format!("{name}-venv")), None)
}

/// Returns the tree of `fixtures/NAME.sh` with another Python, at a path of its own.
pub(crate) fn fixture_by(name: &str, python: &str) -> PathBuf {
    build(name, &[], kept(&format!("{name}{}", python.replace('/', "-"))), Some(python))
}

/// Builds the tree once and keeps it in Cargo's directory for the files of tests, until a script is newer. Tests run in several
/// threads and processes, and apt allows one at a time, so one builds and the others wait.
fn build(name: &str, arguments: &[&str], tree: PathBuf, python: Option<&str>) -> PathBuf {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let script = fixtures.join(name).with_extension("sh");
    let done = tree.with_extension("done");

    let file = File::create(kept("fixtures.lock")).expect("a lock file");
    let mut lock = fd_lock::RwLock::new(file);
    let _held = lock.write().expect("the lock");
    let built = modified(&done);
    if built.is_some_and(|built| {
        [&script, &fixtures.join("common.sh")].iter().all(|of| modified(of) < Some(built))
    }) {
        return tree;
    }
    if tree.exists() {
        fs::remove_dir_all(&tree).expect("the old tree can be removed");
    }
    let mut command = Command::new(&script);
    command.args(arguments).arg(&tree).envs(python.map(|python| ("PYTHON", python))).stdin(Stdio::null());
    let status = command.status();
    assert!(status.is_ok_and(|status| status.success()), "{} did not build its tree", script.display());
    File::create(done).expect("a mark");
    tree
}

/// Returns a path in Cargo's directory for the files of tests, which later runs reuse.
pub(crate) fn kept(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

/// Returns the files below a directory whose names end in one of `suffixes`, sorted; links are not followed.
pub(crate) fn files_ending(directory: &Path, suffixes: &[&str]) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = walkdir::WalkDir::new(directory)
        .into_iter()
        .map(|entry| entry.expect("a readable tree"))
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .filter(|path| suffixes.iter().any(|suffix| path.to_string_lossy().ends_with(suffix)))
        .collect();
    files.sort();
    files
}
