//! Runs of `sodeb tree`, with its parsed output.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// Output of `sodeb tree --format json`.
#[derive(Debug)]
pub(crate) struct Tree {
    /// Exit status.
    pub(crate) status: i32,
    /// Printed document.
    pub(crate) json: Value,
}

/// Needed edge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Edge {
    /// Needed name.
    pub(crate) soname: String,
    /// Object that needs it.
    pub(crate) by: String,
    /// Path of the found file.
    pub(crate) found: Option<String>,
    /// Rule by which it was found.
    pub(crate) rule: Option<String>,
    /// File at which the loader stops, with the cause; none if the library is merely not found.
    pub(crate) fatal: Option<String>,
}

/// Runs the program.
pub(crate) fn sodeb<I: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = I>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sodeb"));
    command.env_clear().args(arguments).output().expect("sodeb runs")
}

/// Runs `sodeb tree` on a path.
pub(crate) fn tree(path: &Path, options: &[&str]) -> Tree {
    tree_of(&[path], options)
}

/// Runs `sodeb tree` on several paths.
pub(crate) fn tree_of(paths: &[&Path], options: &[&str]) -> Tree {
    let mut arguments: Vec<&OsStr> = vec!["tree".as_ref(), "--format".as_ref(), "json".as_ref()];
    arguments.extend(paths.iter().map(|path| path.as_os_str()));
    arguments.extend(options.iter().map(OsStr::new));
    let output = sodeb(&arguments);
    let json = serde_json::from_slice(&output.stdout).unwrap_or_else(|cause| {
        panic!("no JSON ({cause}): {:?} {}", output.status, String::from_utf8_lossy(&output.stderr))
    });
    Tree { status: output.status.code().expect("an exit status"), json }
}

impl Tree {
    /// Returns the paths of the start objects, in order.
    pub(crate) fn starts(&self) -> Vec<&str> {
        self.objects().map(|object| text(object, "path")).collect()
    }

    fn objects(&self) -> impl Iterator<Item = &Value> {
        self.json["objects"].as_array().expect("a list of objects").iter()
    }

    /// Returns the start object with that path.
    pub(crate) fn object(&self, path: &str) -> &Value {
        self.objects()
            .find(|object| object["path"] == path)
            .unwrap_or_else(|| panic!("{path} is none of {:?}", self.starts()))
    }

    /// Returns every edge of the process of a start object, in order.
    pub(crate) fn edges(&self, path: &str) -> Vec<Edge> {
        let needed = self.object(path)["needed"].as_array().expect("a list of edges");
        needed.iter().map(Edge::of).collect()
    }

    /// Returns the detail of each problem of a kind that a start object has.
    pub(crate) fn problems(&self, path: &str, kind: &str) -> Vec<&str> {
        let problems = self.object(path)["problems"].as_array().expect("a list of problems");
        problems.iter().filter(|problem| problem["kind"] == kind).map(|it| text(it, "detail")).collect()
    }
}

impl Edge {
    fn of(value: &Value) -> Self {
        let optional = |field: &str| value[field].as_str().map(str::to_owned);
        Self {
            soname: text(value, "soname").to_owned(),
            by: text(value, "by").to_owned(),
            found: optional("found"),
            rule: optional("rule"),
            fatal: optional("error").filter(|error| error != "not found"),
        }
    }
}

fn text<'value>(value: &'value Value, field: &str) -> &'value str {
    value[field].as_str().unwrap_or_else(|| panic!("{field} is a text in {value}"))
}
