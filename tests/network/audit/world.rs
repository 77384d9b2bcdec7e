//! A distroless Python with gmpy2 and the libraries that it needs: three layers, the last of which is a test's own.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::machine::python_base::{PYTHON, STANDARD_LIBRARY};
use crate::machine::rootfs::unpack_debs;
use crate::machine::trees::{fixture_by, kept};
use crate::support::audits::{Report, report};
use crate::support::fixture::Fixture;
use crate::support::images::{Layout, OCI_LAYER, config, tar_of_directory};

/// The libraries of gmpy2, in their packages.
pub(crate) const GMPY2_LIBRARIES: [&str; 3] = ["libgmp10", "libmpc3", "libmpfr6"];

/// What distroless' Python has although no module of Python's loads it.
const OF_NO_USE: [&str; 2] = ["libgomp1", "libstdc++6"];

pub(crate) const LIBRARIES: &str = "/usr/lib/x86_64-linux-gnu";
pub(crate) const PACKAGES: &str = "/venv/lib/python3.11/site-packages";
pub(crate) const GMPY2: &str =
    "/venv/lib/python3.11/site-packages/gmpy2/gmpy2.cpython-311-x86_64-linux-gnu.so";

/// The two lower layers, as directories and as tars.
pub(crate) struct Lower {
    pub(crate) system: PathBuf,
    pub(crate) venv: PathBuf,
    layers: [Vec<u8>; 2],
    _directory: TempDir,
}

/// The lower layers, made once.
pub(crate) fn lower() -> &'static Lower {
    static LOWER: OnceLock<Lower> = OnceLock::new();
    LOWER.get_or_init(|| {
        let directory = tempfile::tempdir().expect("a directory");
        let (system, venv) = (directory.path().join("system"), directory.path().join("venv"));
        let mut packages = [&PYTHON[..], &STANDARD_LIBRARY, &GMPY2_LIBRARIES].concat();
        packages.retain(|package| !OF_NO_USE.contains(package));
        unpack_debs(&packages, &system);
        symlink("python3.11", system.join("usr/bin/python3")).expect("a link");
        let release = "ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\n";
        fs::create_dir_all(system.join("etc")).expect("a directory");
        fs::write(system.join("etc/os-release"), release).expect("a file");
        install_venv(&venv.join("venv"));
        let layers = [&system, &venv].map(|directory| tar_of_directory(directory));
        Lower { system, venv, layers, _directory: directory }
    })
}

/// The venv as someone copies it into an image: its packages without pip, and a link to the image's Python.
fn install_venv(venv: &Path) {
    let packages = venv.join("lib/python3.11/site-packages");
    fs::create_dir_all(&packages).expect("a directory");
    fs::create_dir_all(venv.join("bin")).expect("a directory");
    symlink("/usr/bin/python3", venv.join("bin/python")).expect("a link");
    fs::write(venv.join("pyvenv.cfg"), "home = /usr/bin\nversion = 3.11.2\n").expect("a file");
    let built = built_venv().join("lib/python3.11/site-packages");
    for entry in fs::read_dir(built).expect("a venv") {
        let entry = entry.expect("an entry");
        if entry.file_name().to_string_lossy().starts_with("gmpy2") {
            copy(&entry.path(), &packages);
        }
    }
}

/// gmpy2, built from source by Debian's Python, whose libraries are where every linker looks.
fn built_venv() -> PathBuf {
    fixture_by("gmpy2-venv", "/usr/bin/python3")
}

/// Copies a file or directory into a directory.
pub(crate) fn copy(from: &Path, into: &Path) {
    let status = Command::new("cp").arg("--archive").args([from, into]).status();
    assert!(status.is_ok_and(|status| status.success()), "cp {}", from.display());
}

/// An image in the making: the lower layers and one of one's own.
pub(crate) struct Image {
    pub(crate) upper: Fixture,
    pub(crate) entrypoint: Vec<&'static str>,
}

impl Image {
    pub(crate) fn new() -> Self {
        Self { upper: Fixture::empty(), entrypoint: vec!["/venv/bin/python", "/app.py"] }
    }

    /// Takes away what a lower layer has.
    pub(crate) fn whiteout(&self, path: &str) {
        let (directory, name) = path.rsplit_once('/').expect("an absolute path");
        self.upper.file(&format!("{directory}/.wh.{name}"), "");
    }

    /// Copies what a lower layer has to another path.
    pub(crate) fn copy_up(&self, from: &str, to: &str) {
        let lower = lower();
        let directory = if from.starts_with("/venv/") { &lower.venv } else { &lower.system };
        let from = fs::canonicalize(directory.join(from.trim_start_matches('/'))).expect("is there");
        fs::copy(from, self.upper.host(to)).expect("is copied");
    }

    /// Moves a library with its link away from where the linker looks; `file` is its real name.
    pub(crate) fn move_library(&self, soname: &str, file: &str, to: &str) {
        self.copy_up(&format!("{LIBRARIES}/{soname}"), &format!("{to}/{soname}"));
        self.whiteout(&format!("{LIBRARIES}/{soname}"));
        self.whiteout(&format!("{LIBRARIES}/{file}"));
    }

    /// Changes an object by patchelf.
    pub(crate) fn patchelf(&self, path: &str, arguments: &[&str]) {
        let output = Command::new("patchelf")
            .args(arguments)
            .arg(self.upper.host(path))
            .output()
            .expect("patchelf runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Unpacks wheels that pip fetches for a platform.
    pub(crate) fn install_wheel(&self, requirement: &str, python: &str, platform: &str) {
        let target = self.upper.host(&format!("{PACKAGES}/x")).parent().expect("a parent").to_owned();
        let mut pip = Command::new(built_venv().join("bin/pip"));
        pip.args(["--quiet", "install", "--no-deps", "--only-binary", ":all:", "--upgrade", "--target"])
            .arg(target);
        pip.args(["--python-version", python, "--platform", platform, requirement]);
        let output = pip.output().expect("pip runs");
        assert!(output.status.success(), "{requirement}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Unpacks Debian's packages.
    pub(crate) fn install_debs(&self, packages: &[&str]) {
        unpack_debs(packages, &self.upper.root());
    }

    /// Writes the image as an OCI layout and audits it.
    pub(crate) fn audit(&self, options: &[&str]) -> Report {
        let cache = cache();
        let directory = tempfile::tempdir().expect("a directory");
        self.write(directory.path());
        report(cache, directory.path(), options)
    }

    /// Writes the image as an OCI layout.
    pub(crate) fn write(&self, directory: &Path) {
        let mut layers = lower().layers.to_vec();
        layers.push(tar_of_directory(&self.upper.root()));
        let mut layout = Layout::default();
        let run = json!({"Entrypoint": self.entrypoint});
        let config = layout.blob("application/vnd.oci.image.config.v1+json", config("amd64", &layers, &run));
        let layers: Vec<Value> = layers.into_iter().map(|layer| layout.blob(OCI_LAYER, layer)).collect();
        let manifest = layout.manifest(&config, &layers);
        crate::support::images::write_parts(&layout.listing(&[manifest]), directory);
    }
}

/// One cache for all tests, so that the lower layers are read once.
pub(crate) fn cache() -> &'static Path {
    static CACHE: OnceLock<PathBuf> = OnceLock::new();
    CACHE.get_or_init(|| {
        let directory = kept("audit-cache");
        fs::create_dir_all(&directory).expect("a directory");
        directory
    })
}
