//! An image in which nothing is wrong: a Python of which only the name is one, a library of the system's, and a venv
//! with an extension that needs it.

use std::path::Path;

use tempfile::TempDir;

use crate::support::audits::{Report, TestImage, image_file, report};
use crate::support::fixture::{Fixture, INTERPRETER, library, program};

pub(crate) const PYTHON: &str = "/usr/bin/python3.11";
pub(crate) const LIBRARY: &str = "/usr/lib/x86_64-linux-gnu/libdep.so.1";
pub(crate) const PACKAGES: &str = "/venv/lib/python3.11/site-packages";
pub(crate) const EXTENSION: &str =
    "/venv/lib/python3.11/site-packages/pkg/ext.cpython-311-x86_64-linux-gnu.so";

/// The two layers of the image, each a directory, and what it starts.
pub(crate) struct Sample {
    /// The system: the linker, Python, the library, and dpkg's lists in distroless' form.
    pub(crate) system: Fixture,
    /// The venv.
    pub(crate) venv: Fixture,
    /// What is started.
    pub(crate) entrypoint: Vec<String>,
    /// More of the image's `Config`.
    pub(crate) run: serde_json::Value,
    /// The cache and the image.
    directory: TempDir,
}

impl Sample {
    pub(crate) fn new() -> Self {
        let system = Fixture::new();
        system.build(program(PYTHON));
        system.build(library(LIBRARY));
        system.file("/etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\n");
        let sample = Self {
            system,
            venv: Fixture::empty(),
            entrypoint: ["/venv/bin/python", "/app.py"].map(str::to_owned).to_vec(),
            run: serde_json::json!({}),
            directory: TempDir::new().expect("a directory"),
        };
        sample.installs("libc6", &[INTERPRETER]);
        sample.installs("python3.11-minimal", &[PYTHON]);
        sample.installs("libdep1", &[LIBRARY]);
        sample.venv.build(library(EXTENSION).without_soname().needs("libdep.so.1"));
        sample.venv.file("/venv/pyvenv.cfg", "home = /usr/bin\nversion = 3.11.2\n");
        sample.venv.link("/venv/bin/python", PYTHON);
        sample.records(&["pkg/ext.cpython-311-x86_64-linux-gnu.so"]);
        sample
    }

    /// Says that a Debian package has these files.
    pub(crate) fn installs(&self, package: &str, paths: &[&str]) {
        let status = format!("Package: {package}\nVersion: 1.0-1\nArchitecture: amd64\n");
        self.system.file(&format!("/var/lib/dpkg/status.d/{package}"), &status);
        let sum = "0123456789abcdef0123456789abcdef";
        let sums: String =
            paths.iter().map(|path| format!("{sum}  {}\n", path.trim_start_matches('/'))).collect();
        self.system.file(&format!("/var/lib/dpkg/status.d/{package}.md5sums"), &sums);
    }

    /// Says that the wheel has these files beside its metadata.
    pub(crate) fn records(&self, paths: &[&str]) {
        let lines: String = paths.iter().map(|path| format!("{path},,\n")).collect();
        self.venv.file(&format!("{PACKAGES}/pkg-1.0.dist-info/RECORD"), &lines);
    }

    /// Python code of the wheel.
    pub(crate) fn code(&self, name: &str, text: &str) {
        self.venv.file(&format!("{PACKAGES}/pkg/{name}"), text);
    }

    /// Writes the image and returns where it is.
    pub(crate) fn write(&self) -> std::path::PathBuf {
        let words: Vec<&str> = self.entrypoint.iter().map(String::as_str).collect();
        let mut image = TestImage::of_directories(&[&self.system.root(), &self.venv.root()], &words);
        for (name, value) in self.run.as_object().expect("an object") {
            image.run[name] = value.clone();
        }
        let file = image_file(self.directory.path());
        image.write(&file);
        file
    }

    /// What is found in it.
    pub(crate) fn audit(&self, options: &[&str]) -> Report {
        report(self.directory.path(), &self.write(), options)
    }

    /// Where the cache is, and the current directory.
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }
}
