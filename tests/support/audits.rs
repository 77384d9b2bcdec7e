//! Images made of directories, and the findings of `sodeb audit`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

use super::images::{docker_parts, tar_of_directory, tar_of_parts};

/// Image before it is written: its layers as tars, and its command.
#[derive(Clone, Debug)]
pub(crate) struct TestImage {
    pub(crate) layers: Vec<Vec<u8>>,
    pub(crate) run: Value,
}

impl TestImage {
    /// Creates an image with a layer for each directory and an entrypoint.
    pub(crate) fn of_directories(directories: &[&Path], entrypoint: &[&str]) -> Self {
        let layers = directories.iter().map(|directory| tar_of_directory(directory)).collect();
        Self { layers, run: json!({"Entrypoint": entrypoint}) }
    }

    /// Writes the image as `docker save` does.
    pub(crate) fn write(&self, path: &Path) {
        std::fs::write(path, tar_of_parts(&docker_parts(&self.layers, &self.run))).expect("is written");
    }
}

/// Result of an audit.
#[derive(Debug)]
pub(crate) struct Report {
    /// Exit status.
    pub(crate) status: i32,
    /// Document with the schema sodeb.audit/1.
    pub(crate) json: Value,
}

/// Runs `sodeb audit` with a cache directory.
pub(crate) fn audit(cache: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sodeb"));
    command.env_clear().env("HOME", cache).current_dir(cache).arg("audit").args(arguments);
    command.output().expect("sodeb runs")
}

/// Audits one image file or root.
pub(crate) fn report(cache: &Path, image: &Path, options: &[&str]) -> Report {
    let mut arguments = vec![image.to_str().expect("a plain name"), "--format", "json"];
    arguments.extend(options);
    let output = audit(cache, &arguments);
    let json = serde_json::from_slice(&output.stdout).unwrap_or_else(|cause| {
        panic!("no JSON ({cause}): {:?} {}", output.status, String::from_utf8_lossy(&output.stderr))
    });
    Report { status: output.status.code().expect("an exit status"), json }
}

/// Writes an image into a file of the directory.
pub(crate) fn image_file(directory: &Path) -> PathBuf {
    directory.join("image.tar")
}

impl Report {
    /// Returns the findings of the first image.
    pub(crate) fn findings(&self) -> &[Value] {
        self.json["images"][0]["findings"].as_array().expect("a list of findings")
    }

    /// Returns each finding as `SEVERITY CODE PATH SUBJECT`, in order.
    pub(crate) fn lines(&self) -> Vec<String> {
        let text = |finding: &Value, field: &str| finding[field].as_str().unwrap_or_default().to_owned();
        let line = |finding: &Value| {
            ["severity", "rule", "path", "subject"].map(|field| text(finding, field)).join(" ")
        };
        self.findings().iter().map(line).collect()
    }

    /// Returns the first finding of a rule.
    #[track_caller]
    pub(crate) fn of_rule(&self, code: &str) -> &Value {
        self.findings()
            .iter()
            .find(|finding| finding["rule"] == code)
            .unwrap_or_else(|| panic!("no {code} in {:#?}", self.lines()))
    }
}
