//! Images that are audited: directories as layers, and what `sodeb audit` says of them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

use super::images::{docker_parts, tar_of_directory, tar_of_parts};

/// An image in the making: its layers as tars, and what it starts.
#[derive(Clone, Debug)]
pub(crate) struct TestImage {
    pub(crate) layers: Vec<Vec<u8>>,
    pub(crate) run: Value,
}

impl TestImage {
    /// One whose layers are these directories, which starts these words.
    pub(crate) fn of_directories(directories: &[&Path], entrypoint: &[&str]) -> Self {
        let layers = directories.iter().map(|directory| tar_of_directory(directory)).collect();
        Self { layers, run: json!({"Entrypoint": entrypoint}) }
    }

    /// Writes it as `docker save` does.
    pub(crate) fn write(&self, path: &Path) {
        std::fs::write(path, tar_of_parts(&docker_parts(&self.layers, &self.run))).expect("is written");
    }
}

/// What an audit came to.
#[derive(Debug)]
pub(crate) struct Report {
    /// The exit status.
    pub(crate) status: i32,
    /// The document, schema sodeb.audit/1.
    pub(crate) json: Value,
}

/// `sodeb audit` with these arguments, the cache in a directory.
pub(crate) fn audit(cache: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sodeb"));
    command.env_clear().env("HOME", cache).current_dir(cache).arg("audit").args(arguments);
    command.output().expect("sodeb runs")
}

/// What is found in one image file or root.
pub(crate) fn report(cache: &Path, image: &Path, options: &[&str]) -> Report {
    let mut arguments = vec![image.to_str().expect("a plain name"), "--format", "json"];
    arguments.extend(options);
    let output = audit(cache, &arguments);
    let json = serde_json::from_slice(&output.stdout).unwrap_or_else(|cause| {
        panic!("no JSON ({cause}): {:?} {}", output.status, String::from_utf8_lossy(&output.stderr))
    });
    Report { status: output.status.code().expect("an exit status"), json }
}

/// A file in a directory, for the image of a test.
pub(crate) fn image_file(directory: &Path) -> PathBuf {
    directory.join("image.tar")
}

impl Report {
    /// The findings of the first image.
    pub(crate) fn findings(&self) -> &[Value] {
        self.json["images"][0]["findings"].as_array().expect("a list of findings")
    }

    /// Each finding as `SEVERITY CODE PATH SUBJECT`, in order.
    pub(crate) fn lines(&self) -> Vec<String> {
        let text = |finding: &Value, field: &str| finding[field].as_str().unwrap_or_default().to_owned();
        let line = |finding: &Value| {
            ["severity", "rule", "path", "subject"].map(|field| text(finding, field)).join(" ")
        };
        self.findings().iter().map(line).collect()
    }

    /// The first finding of a rule.
    #[track_caller]
    pub(crate) fn of_rule(&self, code: &str) -> &Value {
        self.findings()
            .iter()
            .find(|finding| finding["rule"] == code)
            .unwrap_or_else(|| panic!("no {code} in {:#?}", self.lines()))
    }
}
