//! Running `sodeb resolve` and reading its JSON as a user of it would.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// An answer of schema sodeb.resolve/1.
#[derive(Debug)]
pub(crate) struct Answer(Value);

/// Asks about a tree. Missing libraries make the status 1, since nothing is assumed present.
pub(crate) fn resolve(tree: &Path, arguments: &[&str]) -> Answer {
    let output = Command::new(env!("CARGO_BIN_EXE_sodeb"))
        .arg("resolve")
        .arg(tree)
        .args(["--format", "json"])
        .args(arguments)
        .output()
        .expect("sodeb runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(0 | 1)), "sodeb resolve {arguments:?}: {said}");
    let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(answer["schema"], "sodeb.resolve/1");
    Answer(answer)
}

impl Answer {
    /// What the answer is about, by the field's name: release, architecture, index …
    pub(crate) fn target(&self, field: &str) -> &str {
        text(&self.0["target"][field])
    }

    /// The package of each soname that objects of the app ask for.
    pub(crate) fn direct_packages(&self) -> BTreeMap<&str, &str> {
        self.direct_needs().map(|need| (text(&need["soname"]), text(&need["package"]))).collect()
    }

    /// The packages that an object asks for itself.
    pub(crate) fn packages_of(&self, object: &Path) -> BTreeSet<&str> {
        self.packages_where(|by| by == object)
    }

    /// The packages that objects below a directory ask for.
    pub(crate) fn packages_below(&self, directory: &Path) -> BTreeSet<&str> {
        self.packages_where(|by| by.starts_with(directory))
    }

    fn packages_where(&self, is_meant: impl Fn(&Path) -> bool) -> BTreeSet<&str> {
        self.direct_needs()
            .filter(|need| items(&need["needed_by"]).any(|by| is_meant(Path::new(text(by)))))
            .map(|need| text(&need["package"]))
            .collect()
    }

    fn direct_needs(&self) -> impl Iterator<Item = &Value> {
        items(&self.0["sonames"]).filter(|need| need["direct"] == true && need["status"] == "package")
    }

    /// What is said of a soname, by the field's name.
    pub(crate) fn soname(&self, soname: &str, field: &str) -> Option<&Value> {
        items(&self.0["sonames"]).find(|need| need["soname"] == soname).map(|need| &need[field])
    }

    /// The problems that make the answer a failure, each as its kind and the object.
    pub(crate) fn errors(&self) -> Vec<String> {
        let errors = items(&self.0["problems"]).filter(|problem| problem["grade"] == "error");
        errors.map(|problem| format!("{} {}", text(&problem["kind"]), text(&problem["object"]))).collect()
    }

    /// The names of all packages of the answer.
    pub(crate) fn package_names(&self) -> Vec<&str> {
        items(&self.0["packages"]).map(|package| text(&package["name"])).collect()
    }

    /// The sonames that only optional objects miss.
    pub(crate) fn optional(&self) -> Vec<&str> {
        items(&self.0["optional"]).map(|need| text(&need["soname"])).collect()
    }

    /// What is said of a package of the answer, by the field's name.
    pub(crate) fn package(&self, name: &str, field: &str) -> &Value {
        let package = items(&self.0["packages"]).find(|package| package["name"] == name);
        &package.unwrap_or_else(|| panic!("{name} is not in the answer's packages"))[field]
    }

    /// The objects that have a problem of a kind.
    pub(crate) fn problems(&self, kind: &str) -> BTreeSet<PathBuf> {
        let problems = items(&self.0["problems"]).filter(|problem| problem["kind"] == kind);
        problems.map(|problem| PathBuf::from(text(&problem["object"]))).collect()
    }
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().expect("a list").iter()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}
